"""SCIM Groups: from a request to one use case, and back."""

import re
from collections.abc import Mapping
from itertools import islice

from rightful.api.request import Response
from rightful.api.scim.call import CONTENT_TYPE, ScimCall, keep, resource_response
from rightful.core.groups.delete import remove_group
from rightful.core.groups.member_delta import BATCH
from rightful.core.groups.provision import Changed, GroupChange, change_group, create_group
from rightful.core.groups.read import shown_with, whole_group
from rightful.core.groups.request import read_group_state
from rightful.core.groups.resource import head_resource, mentions_members, wants_members
from rightful.domain.group import Group
from rightful.scim.errors import ScimError, invalid_value, not_found
from rightful.scim.patch.member_plan import plan_members
from rightful.scim.patch.members import Member, MemberChanges, take_members
from rightful.scim.patch.patch import apply_patch, read_patch
from rightful.scim.requests import etag, not_modified, require_match, require_none_match
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.resource_types import GROUP
from rightful.text.ids import is_id

BODY_LIMIT_OCTETS = 5 * 1024 * 1024
"""100,000 members fit. Lambda takes 6 MB."""
MOST_MEMBERS_IN_PATCH_ANSWER = 100
"""A PATCH of a larger group is answered 204, so that it costs the same however large the group is."""
_ID = re.compile(r"[0-9a-f]{32}(?:-[0-9]{1,9})?")


def create(call: ScimCall) -> Response:
    """POST /Groups (RFC 7644 section 3.3)."""
    sent = call.body(BODY_LIMIT_OCTETS)
    state = read_group_state(call.groups, member_ids=_ids_in(call))
    keep(call, state.directory)
    body = call.rewritten(state.directory, "/Groups", sent)
    changed = create_group(call.groups, read_create(body, GROUP), state)
    return _whole(call, 201, changed)


def get(call: ScimCall) -> Response:
    """GET /Groups/{id} (RFC 7644 section 3.4.1); 304 where If-None-Match names the version."""
    store, group_id = call.users.context.store, call.resource_id
    if not is_id(group_id):
        raise not_found(f"Resource {group_id[:64]} not found.")
    shows_members = _shows_members(call)
    if_none_match = call.request.headers.get("if-none-match")
    if not shows_members or if_none_match is not None:
        group = call.groups.own(store.group(group_id), group_id)
        require_match(call.request.headers.get("if-match"), etag(group.version))
        if not_modified(if_none_match, etag(group.version)):
            return Response(304, None, {"ETag": etag(group.version)})
        if not shows_members:
            return _response(call, 200, group, ())
    found, members = whole_group(store, group_id)
    group = call.groups.own(found, group_id)
    require_match(call.request.headers.get("if-match"), etag(group.version))
    return _response(call, 200, group, members)


def replace(call: ScimCall) -> Response:
    """PUT /Groups/{id} (RFC 7644 section 3.5.1). A body that does not mention members leaves them as they are."""
    sent = call.body(BODY_LIMIT_OCTETS)
    state = read_group_state(call.groups, call.resource_id, member_ids=_ids_in(call))
    keep(call, state.directory)
    body = call.rewritten(state.directory, f"/Groups/{call.resource_id}", sent)

    def plan(head: Mapping[str, object]) -> tuple[Mapping[str, object], MemberChanges]:
        new_head, members = take_members(read_replace(body, dict(head), GROUP))
        return new_head, MemberChanges(replace_all=members if mentions_members(body) else None)

    change = GroupChange(call.resource_id, plan, lambda found: _precondition(call, found), finishes=True)
    changed = change_group(call.groups, state, change)
    return _whole(call, 200, changed)


def patch(call: ScimCall) -> Response:
    """PATCH /Groups/{id} (RFC 7644 section 3.5.2): all operations or none. `attributes` rules out an answer of 204."""
    sent = call.body(BODY_LIMIT_OCTETS)
    state = read_group_state(call.groups, call.resource_id, member_ids=_ids_in(call))
    keep(call, state.directory)
    dialect = call.dialect(state.directory)
    body = call.rewritten(state.directory, f"/Groups/{call.resource_id}", sent)
    operations = read_patch(body, dialect.patch_rules)
    changes = plan_members(operations)

    def plan(head: Mapping[str, object]) -> tuple[Mapping[str, object], MemberChanges]:
        return apply_patch(dict(head), changes.head_operations, GROUP, dialect.patch_rules), changes

    change = GroupChange(call.resource_id, plan, lambda found: _precondition(call, found))
    changed = change_group(call.groups_of(state.directory), state, change)
    group, named = changed.group, bool(call.names("attributes"))
    if dialect.patch_answer == 204 and not named:
        return _no_content(group)
    if not _shows_members(call):
        return _response(call, 200, group, ())
    if named:
        return _all_that_is_named(call, group)
    found, page = call.users.context.store.group_with_members(group.id, limit=MOST_MEMBERS_IN_PATCH_ANSWER)
    if page.next_position is not None or found is None:
        return _no_content(group)
    return _response(call, 200, found, page.members)


def delete(call: ScimCall) -> Response:
    """DELETE /Groups/{id} (RFC 7644 section 3.6)."""
    state = read_group_state(call.groups, call.resource_id)
    remove_group(call.groups, call.resource_id, state, lambda found: _precondition(call, found))
    return Response(204)


def _all_that_is_named(call: ScimCall, group: Group) -> Response:
    try:
        return _whole(call, 200, Changed(group))
    except ScimError:
        # More members than an answer can show. It is done, and must not look refused.
        return _no_content(group)


def _whole(call: ScimCall, status: int, changed: Changed) -> Response:
    group, members = changed.group, changed.members
    if members is None and _shows_members(call):
        found, members = whole_group(call.users.context.store, group.id)
        group = found or group
    return _response(call, status, group, members or ())


def _response(call: ScimCall, status: int, group: Group, members: tuple[Member, ...]) -> Response:
    resource = shown_with(head_resource(group, call.base_url), members, call.base_url)
    return resource_response(call, status, resource, GROUP, etag(group.version))


def _no_content(group: Group) -> Response:
    return Response(204, None, {"ETag": etag(group.version)}, CONTENT_TYPE)


def _shows_members(call: ScimCall) -> bool:
    attributes, excluded = call.names("attributes"), call.names("excludedAttributes")
    if attributes and excluded:
        raise invalid_value("Send either 'attributes' or 'excludedAttributes', not both.")
    return wants_members(attributes, excluded)


def _precondition(call: ScimCall, found: Group) -> None:
    require_match(call.request.headers.get("if-match"), etag(found.version))
    require_none_match(call.request.headers.get("if-none-match"), etag(found.version))


def _ids_in(call: ScimCall) -> list[str]:
    """The first ids of users and groups that the body names, in whatever place: to read them along with the group.
    A head start and nothing more; what is really needed is read later if it is missing here."""
    found = dict.fromkeys(match.group() for match in islice(_ID.finditer(call.text()), BATCH + 1))
    return [value for value in found if value != call.resource_id][:BATCH]
