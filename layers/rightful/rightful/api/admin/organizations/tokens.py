"""Admin API: all keys of the organization. They are listed and revoked here, never issued: an administrator who issued
a key to administer could be two people."""

from rightful.api.admin.call import AdminCall
from rightful.api.documents import token_document
from rightful.api.json_call import ApiError
from rightful.api.request import Response
from rightful.core.organizations.keys import keys_of, revoke_own
from rightful.core.organizations.registry import revoke_token
from rightful.domain.key import Scope, Token

_SCOPES = (Scope.ADMIN.value, Scope.SCIM.value)


def list_tokens(call: AdminCall) -> Response:
    """GET tokens?scope=admin|scim: keys without the keys. One that has expired is listed until it is forgotten."""
    scope = call.parameter("scope")
    if scope is not None and scope not in _SCOPES:
        raise ApiError(400, "invalid_value", f"scope: choose of {', '.join(_SCOPES)}.", "scope")
    found = tuple(key for key in keys_of(call.store, call.organization_id) if scope in {None, key.scope.value})

    def document(key: Token) -> dict[str, object]:
        own = not call.by_operator and key.id == call.principal.token_id
        return {**token_document(key), "live": key.is_live(call.invocation.now), "own": own}

    return call.listing(found, None, document)


def delete_token(call: AdminCall) -> Response:
    """DELETE tokens/{id}: it opens nothing any more, within a minute."""
    if call.by_operator:
        _revoke_any(call)
    else:
        revoke_own(call.context, call.organization_id, call.path_id(), by=call.who)
    return Response(204)


def _revoke_any(call: AdminCall) -> None:
    """The operator can end the last one, too: it may have leaked, and the operator can issue another."""
    for key in keys_of(call.store, call.organization_id):
        if key.id == call.path_id():
            revoke_token(call.context, key, by=call.who)
            return
    raise ApiError(404, "not_found", "This organization has no such key.")
