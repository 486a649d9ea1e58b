"""Admin API: how the organization's people sign in to the console."""

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.documents import word_document
from rightful.api.json_call import ApiError, Body
from rightful.api.request import Response
from rightful.core.sign_in.settings import AskedSignIn, remove_sign_in, set_sign_in
from rightful.domain.organization import Organization
from rightful.domain.sign_in import ConsoleRole
from rightful.ports.sign_in import ClientSecrets


class RolesBody(Body):
    """A role -> the values of the claim that give it."""

    viewer: list[str] = Field(default=[])
    operator: list[str] = Field(default=[])
    approver: list[str] = Field(default=[])
    owner: list[str] = Field(default=[])


class SignInBody(Body):
    """How people sign in. `clientSecret` left out: the one that is kept stays; null: the client has none."""

    issuer: str
    clientId: str  # noqa: N815 - as it is in JSON
    clientSecret: str | None = None  # noqa: N815
    rolesClaim: str = "roles"  # noqa: N815
    roles: RolesBody


def get_sign_in(call: AdminCall) -> Response:
    """GET sign-in."""
    return Response(200, sign_in_document(call.organization(), call.request.base_url))


def put_sign_in(call: AdminCall) -> Response:
    """PUT sign-in {"issuer", "clientId", "clientSecret"?, "rolesClaim"?, "roles"}: as it is then, without a secret."""
    asked = call.body(SignInBody)
    secret = (asked.clientSecret or "") if "clientSecret" in asked.model_fields_set else None
    roles = {role: tuple(getattr(asked.roles, role.value)) for role in ConsoleRole}
    wanted = AskedSignIn(asked.issuer.strip(), asked.clientId.strip(), secret, asked.rolesClaim.strip(), roles)
    organization = set_sign_in(call.context, _secrets(call), call.organization(), wanted, by=call.who)
    return Response(200, sign_in_document(organization, call.request.base_url))


def delete_sign_in(call: AdminCall) -> Response:
    """DELETE sign-in: nobody signs in any more; keys open the console as before."""
    remove_sign_in(call.context, _secrets(call), call.organization(), by=call.who)
    return Response(204)


def sign_in_document(organization: Organization, base_url: str) -> dict[str, object]:
    """How people sign in, without the client's secret; `redirectUri` is what the provider has to be told."""
    settings = organization.sign_in
    told: dict[str, object] = {"redirectUri": f"{base_url}/console/callback", "signIn": None}
    if settings is not None:
        told["signIn"] = {
            "id": settings.id,
            "issuer": settings.issuer,
            "clientId": settings.client_id,
            "hasClientSecret": bool(settings.secret_id),
            "rolesClaim": settings.roles_claim,
            "roles": {role.value: list(settings.roles.get(role, ())) for role in ConsoleRole},
            "setAlone": word_document(settings.set_alone) if settings.set_alone else None,
        }
    return told


def _secrets(call: AdminCall) -> ClientSecrets:
    if call.client_secrets is None:
        raise ApiError(503, "unavailable", "This deployment keeps no secrets of OpenID clients.")
    return call.client_secrets()
