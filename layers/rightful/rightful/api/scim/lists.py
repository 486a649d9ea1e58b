"""Lists and searches over HTTP: `GET /Users`, `GET /Groups` and the three `.search`."""

from collections.abc import Sequence

from rightful.api.request import Response
from rightful.api.scim.call import CONTENT_TYPE, ScimCall, directory_for_lists, user_resource_type
from rightful.core.groups.resource import wants_members
from rightful.core.lists.collection import Collection
from rightful.core.lists.cursors import Cursors
from rightful.core.lists.groups import Groups
from rightful.core.lists.search import Search
from rightful.core.lists.users import Users
from rightful.domain.organization import Directory
from rightful.scim.listing import ListQuery, list_response, read_list_query, read_search

DEFAULT_PAGE = 90
"""Users and the counters of how many there are then come in one call."""
MAX_PAGE = 200


def list_users(call: ScimCall) -> Response:
    """GET /Users (RFC 7644 section 3.4.2)."""
    return _list(call, "/Users")


def list_groups(call: ScimCall) -> Response:
    """GET /Groups (RFC 7644 section 3.4.2)."""
    return _list(call, "/Groups")


def search_users(call: ScimCall) -> Response:
    """POST /Users/.search (RFC 7644 section 3.4.3)."""
    return _search(call, "/Users")


def search_groups(call: ScimCall) -> Response:
    """POST /Groups/.search (RFC 7644 section 3.4.3)."""
    return _search(call, "/Groups")


def search_all(call: ScimCall) -> Response:
    """POST /.search (RFC 7644 section 3.4.3): users first, then groups."""
    return _search(call, "")


def _list(call: ScimCall, endpoint: str) -> Response:
    directory = directory_for_lists(call)
    parameters = call.rewritten_query(directory, endpoint)
    blank = call.dialect(directory).tolerates_unknown
    query = read_list_query(parameters, default_count=DEFAULT_PAGE, max_count=MAX_PAGE, blank_is_none=blank)
    return _answer(call, directory, endpoint, query)


def _search(call: ScimCall, endpoint: str) -> Response:
    sent = call.body()
    directory = directory_for_lists(call)
    body = call.rewritten(directory, f"{endpoint}/.search", sent)
    blank = call.dialect(directory).tolerates_unknown
    query = read_search(body, default_count=DEFAULT_PAGE, max_count=MAX_PAGE, blank_is_none=blank)
    return _answer(call, directory, endpoint, query)


def _answer(call: ScimCall, directory: Directory, endpoint: str, query: ListQuery) -> Response:
    order = f"{query.sort_by}|{query.descending}"
    scope = "|".join([directory.id, endpoint, order, query.filter_text or ""])
    search = Search(
        _collections(call, directory, endpoint, query),
        call.users.context.store,
        Cursors(call.cursor_key, scope, call.invocation.now),
        call.invocation.now,
    )
    results = search.find(query)
    body = list_response(
        results.resources, total=results.total, start_index=results.start_index, next_cursor=results.next_cursor
    )
    return Response(200, body, None, CONTENT_TYPE)


def _collections(call: ScimCall, directory: Directory, endpoint: str, query: ListQuery) -> Sequence[Collection]:
    store = call.users.context.store
    users = Users(store, directory.id, user_resource_type(directory), call.base_url)
    groups = Groups(store, directory.id, call.base_url, wants_members(query.attributes, query.excluded))
    if endpoint == "/Users":
        return [users]
    return [groups] if endpoint == "/Groups" else [users, groups]
