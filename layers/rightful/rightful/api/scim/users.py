"""SCIM Users: from a request to one use case, and back."""

from collections.abc import Mapping
from dataclasses import replace as replace_state

from rightful.api.request import Response
from rightful.api.scim.call import ScimCall, keep, user_resource_type, user_response
from rightful.core.groups.leave import leave_all
from rightful.core.users.change import UserChange, change_user
from rightful.core.users.create import create_user
from rightful.core.users.remove import remove_user
from rightful.core.users.request import intent_of_operations, intent_of_resource, read_state
from rightful.domain.account import Account
from rightful.domain.conflicts.refused_request import Operation, Requester
from rightful.ports.store.contract import DirectoryState
from rightful.scim.errors import not_found
from rightful.scim.patch.patch import apply_patch, read_patch
from rightful.scim.requests import etag, not_modified, require_match, require_none_match
from rightful.scim.resources import read_create, read_replace


def create(call: ScimCall) -> Response:
    """POST /Users (RFC 7644 section 3.3)."""
    sent = call.body()
    state = read_state(call.users, requester_key=_requester_key(call, sent))
    rt = user_resource_type(keep(call, state.directory))
    body = call.rewritten(state.directory, "/Users", sent)
    account = create_user(call.users, read_create(body, rt), state)
    return user_response(call, 201, account, rt)


def get(call: ScimCall) -> Response:
    """GET /Users/{id} (RFC 7644 section 3.4.1); 304 where If-None-Match names the version, 412 where If-Match
    does not (RFC 9110 section 13.2.2)."""
    state = read_state(call.users, call.resource_id)
    account = _account(state, call)
    require_match(call.request.headers.get("if-match"), etag(account.tag))
    if not_modified(call.request.headers.get("if-none-match"), etag(account.tag)):
        return Response(304, None, {"ETag": etag(account.tag)})
    return user_response(call, 200, account, user_resource_type(state.directory))


def replace(call: ScimCall) -> Response:
    """PUT /Users/{id} (RFC 7644 section 3.5.1)."""
    sent = call.body()
    state = read_state(call.users, call.resource_id)
    rt = user_resource_type(keep(call, state.directory))
    body = call.rewritten(state.directory, f"/Users/{call.resource_id}", sent)

    def edit(resource: Mapping[str, object]) -> Mapping[str, object]:
        return read_replace(body, dict(resource), rt)

    change = UserChange(
        call.resource_id, edit, Operation.PUT, lambda found: _precondition(call, found), intent_of_resource(body)
    )
    account = change_user(call.users, state, change)
    return user_response(call, 200, account, rt)


def patch(call: ScimCall) -> Response:
    """PATCH /Users/{id} (RFC 7644 section 3.5.2): all operations or none."""
    sent = call.body()
    state = read_state(call.users, call.resource_id)
    rt = user_resource_type(keep(call, state.directory))
    dialect = call.dialect(state.directory)
    body = call.rewritten(state.directory, f"/Users/{call.resource_id}", sent)
    operations = read_patch(body, dialect.patch_rules)

    def edit(resource: Mapping[str, object]) -> Mapping[str, object]:
        return {"active": None, **apply_patch(dict(resource), operations, rt, dialect.patch_rules)}

    change = UserChange(
        call.resource_id,
        edit,
        Operation.PATCH,
        lambda found: _precondition(call, found),
        intent_of_operations(operations),
    )
    account = change_user(call.users, state, change)
    if dialect.patch_answer == 204 and not call.names("attributes"):
        return Response(204, None, {"ETag": etag(account.tag)})
    return user_response(call, 200, account, rt)


def delete(call: ScimCall) -> Response:
    """DELETE /Users/{id} (RFC 7644 section 3.6)."""
    state = read_state(call.users, call.resource_id)
    account = _account(state, call)
    _precondition(call, account)
    left = leave_all(call.users.context, account)

    def unchanged(found: Account) -> None:
        # Leaving the groups has made a version of its own, which If-Match could not name.
        if found.tag != left.tag:
            _precondition(call, found)

    remove_user(call.users, call.resource_id, replace_state(state, account=left), unchanged)
    return Response(204)


def _account(state: DirectoryState, call: ScimCall) -> Account:
    if state.account is None:
        raise not_found(f"Resource {call.resource_id} not found.")
    return state.account


def _precondition(call: ScimCall, found: Account) -> None:
    require_match(call.request.headers.get("if-match"), etag(found.tag))
    require_none_match(call.request.headers.get("if-none-match"), etag(found.tag))


def _requester_key(call: ScimCall, body: Mapping[str, object]) -> str:
    """Under which key a refused create of this user would have been recorded."""
    user_name = next((value for name, value in body.items() if name.lower() == "username"), "")
    external_id = next((value for name, value in body.items() if name.lower() == "externalid"), None)
    requester = Requester(None, None, str(user_name), str(external_id) if external_id is not None else None)
    return requester.key(call.users.directory_id)
