"""Admin API: which key this is, and who administers an organization."""

from rightful.api.admin.call import AdminCall
from rightful.api.documents import day_text, token_document
from rightful.api.json_call import ApiError, JsonCall
from rightful.api.request import Response
from rightful.core.organizations.keys import Administrator, administrators
from rightful.domain.key import Scope, Token
from rightful.text.ids import time_text

_OPENS = {
    Scope.SCIM: ("/scim/directory/{directory}", "Users and groups of one directory."),
    Scope.ADMIN: ("/admin/v1/orgs/{organization}", "Conflicts, accounts, log and settings of one organization."),
    Scope.APP: ("/accounts/v1/accounts", "Facts about accounts, as the host application."),
    Scope.OPERATOR: ("/admin/v1/orgs", "Settings and keys of every organization, not accounts and conflicts."),
}


def get_me(call: JsonCall) -> Response:
    """GET /admin/v1/me: the key of this request, whatever it opens.

    Raises:
        ApiError: 403, it was revoked or has expired within the last minute.
    """
    asking = call.principal
    listed = call.store.tokens(organization_id=asking.organization_id, directory_id=asking.directory_id or None)
    key = next((each for each in listed if each.id == asking.token_id and each.is_live(call.invocation.now)), None)
    if key is None:
        raise ApiError(403, "forbidden", "This key was revoked or has expired. Use another one.")
    path, what = _OPENS[key.scope]
    opened = path.format(directory=key.directory_id, organization=key.organization_id)
    return Response(
        200,
        {
            **token_document(key),
            "organization": _named(key.organization_id, _name_of_organization(call, key)),
            "directory": _named(key.directory_id, _name_of_directory(call, key)),
            "opens": {"url": f"{call.request.base_url}{opened}", "what": what},
        },
    )


def list_administrators(call: AdminCall) -> Response:
    """GET administrators: who can administer now, oldest first; no two entries are one person."""
    found = administrators(call.store, call.organization_id, call.invocation.now)
    own = None if call.by_operator else call.principal.token_id
    return call.listing(found, None, lambda each: _administrator(each, own))


def _administrator(found: Administrator, own: str | None) -> dict[str, object]:
    return {
        "owner": found.owner,
        "since": time_text(found.since),
        "expiresAt": time_text(found.until) if found.until else None,
        "lastUsedOn": day_text(found.last_used_on),
        "tokenIds": [key.id for key in found.keys],
        "own": any(key.id == own for key in found.keys),
    }


def _name_of_organization(call: JsonCall, key: Token) -> str | None:
    organization = call.store.organization(key.organization_id) if key.organization_id else None
    return organization.name if organization else None


def _name_of_directory(call: JsonCall, key: Token) -> str | None:
    if not (key.organization_id and key.directory_id):
        return None
    state = call.store.directory_state(key.organization_id, key.directory_id)
    return state.directory.name if state else None


def _named(found: str | None, name: str | None) -> dict[str, object] | None:
    return {"id": found, "name": name} if found else None
