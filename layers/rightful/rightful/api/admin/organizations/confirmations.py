"""Admin API: a second administrator confirms what one said alone. The same route below each thing, the same body."""

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.admin.organizations.directories import asked_directory, asked_token
from rightful.api.admin.organizations.settings import policy_document
from rightful.api.admin.organizations.sign_in import sign_in_document
from rightful.api.documents import directory_document, token_document
from rightful.api.json_call import Body
from rightful.api.request import Response
from rightful.core.organizations.confirm import confirm_directory, confirm_policy, confirm_token
from rightful.core.sign_in.settings import confirm_sign_in
from rightful.domain.plain_text import plain_reason


class Confirmation(Body):
    """Why it is right."""

    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")


class SignInConfirmation(Confirmation):
    """`id`: of the settings that were read."""

    id: str | None = Field(default=None, min_length=1, max_length=64)


def confirm_key(call: AdminCall) -> Response:
    """POST directories/{id}/tokens/{tokenId}/confirmation {"reason"}: the key as it is then."""
    reason = _reason(call)
    token = confirm_token(call.context, asked_token(call), by=_by(call), reason=reason)
    return Response(200, token_document(token))


def confirm_delete_rule(call: AdminCall) -> Response:
    """POST directories/{id}/confirmation {"reason"}: the directory as it is then."""
    reason = _reason(call)
    directory = confirm_directory(call.context, asked_directory(call), by=_by(call), reason=reason)
    return Response(200, directory_document(directory, call.request.base_url))


def confirm_loosened_policy(call: AdminCall) -> Response:
    """POST policy/confirmation {"reason"}: the policy as it is then."""
    reason = _reason(call)
    organization = confirm_policy(call.context, call.organization(), by=_by(call), reason=reason)
    return Response(200, policy_document(organization, call.invocation.now))


def confirm_how_people_sign_in(call: AdminCall) -> Response:
    """POST sign-in/confirmation {"id", "reason"}: how people sign in, as it is then."""
    asked = call.body(SignInConfirmation)
    organization = confirm_sign_in(
        call.context, call.organization(), asked.id, by=_by(call), reason=plain_reason(asked.reason)
    )
    return Response(200, sign_in_document(organization, call.request.base_url))


def _reason(call: AdminCall) -> str:
    return plain_reason(call.body(Confirmation).reason)


def _by(call: AdminCall) -> str:
    """Who confirms, with a key that is live now."""
    if not call.by_operator:
        call.key()
    return call.who
