"""SCIM Users: from a request to one use case, and back."""

from collections.abc import Mapping

from rightful.accounts.account import Account
from rightful.accounts.search import Found, Search
from rightful.api.proxy import Response
from rightful.api.scim_call import (
    CONTENT_TYPE,
    ScimCall,
    user_resource,
    user_resource_type,
    user_response,
)
from rightful.conflicts.conflict import Operation, Requester
from rightful.scim.attributes import ResourceType
from rightful.scim.errors import not_found
from rightful.scim.etags import etag, not_modified, require_match
from rightful.scim.filters import equality, matches
from rightful.scim.listing import ListQuery, list_response, read_list_query, read_search
from rightful.scim.patch import apply_patch, read_patch
from rightful.scim.rendering import render
from rightful.scim.resources import read_create, read_replace
from rightful.storage.contract import DirectoryState


def create(call: ScimCall) -> Response:
    """POST /Users (RFC 7644 section 3.3)."""
    sent = call.body()
    state = call.provisioning.state(requester_key=_requester_key(call, sent))
    rt = user_resource_type(state.directory)
    body = call.rewritten(state.directory, "/Users", sent)
    account = call.provisioning.create(read_create(body, rt), state, call.invocation)
    return user_response(call, 201, account, rt)


def get(call: ScimCall) -> Response:
    """GET /Users/{id} (RFC 7644 section 3.4.1); 304 where If-None-Match names the version."""
    state = call.provisioning.state(call.resource_id)
    account = _account(state, call)
    if not_modified(call.request.headers.get("if-none-match"), etag(account.version)):
        return Response(304, None, {"ETag": etag(account.version)})
    return user_response(call, 200, account, user_resource_type(state.directory))


def replace(call: ScimCall) -> Response:
    """PUT /Users/{id} (RFC 7644 section 3.5.1)."""
    sent = call.body()
    state = call.provisioning.state(call.resource_id)
    rt = user_resource_type(state.directory)
    body = call.rewritten(state.directory, f"/Users/{call.resource_id}", sent)

    def change(resource: Mapping[str, object]) -> Mapping[str, object]:
        return read_replace(body, dict(resource), rt)

    account = call.provisioning.change(
        call.resource_id, change, Operation.PUT, state, call.invocation, lambda found: _precondition(call, found)
    )
    return user_response(call, 200, account, rt)


def patch(call: ScimCall) -> Response:
    """PATCH /Users/{id} (RFC 7644 section 3.5.2): all operations or none."""
    sent = call.body()
    state = call.provisioning.state(call.resource_id)
    rt = user_resource_type(state.directory)
    dialect = call.dialect(state.directory)
    body = call.rewritten(state.directory, f"/Users/{call.resource_id}", sent)
    operations = read_patch(body, dialect.patch_rules)

    def change(resource: Mapping[str, object]) -> Mapping[str, object]:
        return apply_patch(dict(resource), operations, rt, dialect.patch_rules)

    account = call.provisioning.change(
        call.resource_id, change, Operation.PATCH, state, call.invocation, lambda found: _precondition(call, found)
    )
    if dialect.patch_answer == 204:
        return Response(204, None, {"ETag": etag(account.version)})
    return user_response(call, 200, account, rt)


def delete(call: ScimCall) -> Response:
    """DELETE /Users/{id} (RFC 7644 section 3.6)."""
    state = call.provisioning.state(call.resource_id)
    call.provisioning.remove(call.resource_id, state, call.invocation, lambda found: _precondition(call, found))
    return Response(204)


def list_users(call: ScimCall) -> Response:
    """GET /Users (RFC 7644 section 3.4.2)."""
    state = call.provisioning.state()
    parameters = call.rewritten_query(state.directory, "/Users")
    return _listing(call, state, read_list_query(parameters))


def search(call: ScimCall) -> Response:
    """POST /Users/.search (RFC 7644 section 3.4.3)."""
    query = read_search(call.body())
    return _listing(call, call.provisioning.state(), query)


def _listing(call: ScimCall, state: DirectoryState, query: ListQuery) -> Response:
    rt = user_resource_type(state.directory)
    found = _find(call, query, rt)
    resources = [
        render(user_resource(account, rt, call.base_url), rt, attributes=query.attributes, excluded=query.excluded)
        for account in found.accounts
    ]
    return Response(200, list_response(resources, total=found.total, start_index=query.start_index), None, CONTENT_TYPE)


def _find(call: ScimCall, query: ListQuery, rt: ResourceType) -> Found:
    directory = Search(call.provisioning.store, call.provisioning.directory_id)
    wanted = query.filter
    if wanted is None:
        return directory.listing(start=query.start_index, count=query.count)

    def is_match(account: Account) -> bool:
        return matches(wanted, user_resource(account, rt, call.base_url), rt)

    by_index = equality(wanted)
    if by_index is not None:
        found = directory.by_equality(*by_index, is_match, start=query.start_index, count=query.count)
        if found is not None:
            return found
    return directory.by_evaluation(is_match, start=query.start_index, count=query.count)


def _account(state: DirectoryState, call: ScimCall) -> Account:
    if state.account is None:
        raise not_found(f"Resource {call.resource_id} not found.")
    return state.account


def _precondition(call: ScimCall, found: Account) -> None:
    require_match(call.request.headers.get("if-match"), etag(found.version))


def _requester_key(call: ScimCall, body: Mapping[str, object]) -> str:
    """Under which key a refused create of this user would have been recorded."""
    user_name = next((value for name, value in body.items() if name.lower() == "username"), "")
    external_id = next((value for name, value in body.items() if name.lower() == "externalid"), None)
    requester = Requester(None, None, str(user_name), str(external_id) if external_id is not None else None)
    return requester.key(call.provisioning.directory_id)
