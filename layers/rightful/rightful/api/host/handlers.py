"""The accounts API's handlers, one for each thing that the host application reports."""

from typing import Literal

from pydantic import Field

from rightful.api.documents import reported_account_document
from rightful.api.json_call import ApiError, Body, JsonCall
from rightful.api.request import Response
from rightful.core.accounts.errors import no_such_account, read_address
from rightful.core.administration import facts, self_service
from rightful.core.administration.sign_up import SignUp, sign_up
from rightful.domain.account import Account, Flag, Origin, repeat_key
from rightful.domain.request_error import RequestError

_EMAIL = Field(max_length=320)
_MOST_KEY_CHARACTERS = 255


class NewAccount(Body):
    """A sign-up. `emailVerified`: the application has proof that the mailbox is the person's."""

    email: str = _EMAIL
    email_verified: bool = Field(default=False, alias="emailVerified")
    origin: Literal["signup", "invitation", "import"] = "signup"


class NewEmail(Body):
    """The address a person wants. `verified`: the application has proof that the mailbox is theirs."""

    email: str = _EMAIL
    verified: bool = False


class VerifiedEmail(Body):
    """The address whose mailbox the person proved to be theirs."""

    email: str = _EMAIL


def post(call: JsonCall) -> Response:
    """POST accounts: 201; 200 where the same Idempotency-Key made that account before."""
    asked = call.body(NewAccount)
    key = call.request.headers.get("idempotency-key", "").strip()
    if len(key) > _MOST_KEY_CHARACTERS:
        message = f"Idempotency-Key: has at most {_MOST_KEY_CHARACTERS} characters."
        raise ApiError(400, "invalid_value", message, "Idempotency-Key")
    done = sign_up(
        call.context,
        SignUp(
            address=read_address(asked.email),
            verified=asked.email_verified,
            origin=Origin(asked.origin),
            key=repeat_key(call.principal.owner, key) if key else None,
        ),
    )
    location = f"{call.request.base_url}/accounts/v1/accounts/{done.account.id}"
    return _response(done.account, 201 if done.created else 200, {"Location": location})


def find(call: JsonCall) -> Response:
    """GET accounts?email=: the account that has an address."""
    text = call.parameter("email")
    if text is None:
        message = "email: say which address to look for, as in accounts?email=ada@example.com."
        raise ApiError(400, "invalid_value", message, "email")
    canonical = read_address(text).canonical
    hold = call.store.holds([canonical]).get(canonical)
    account = call.store.account(hold.account_id) if hold and hold.account_id else None
    found = (account,) if account is not None and account.holds == canonical else ()
    return call.listing(found, None, reported_account_document)


def get(call: JsonCall) -> Response:
    """GET accounts/{id}."""
    account = call.store.account(call.path_id())
    if account is None:
        raise no_such_account()
    return _response(account)


def put_email(call: JsonCall) -> Response:
    """PUT accounts/{id}/email {"email", "verified"?}: the account with it."""
    asked = call.body(NewEmail)
    address = read_address(asked.email)
    return _response(self_service.change_email(call.context, call.path_id(), address, verified=asked.verified))


def post_email_verified(call: JsonCall) -> Response:
    """POST accounts/{id}/email-verified {"email"}: the account, confirmed."""
    address = read_address(call.body(VerifiedEmail).email)
    return _response(facts.email_verified(call.context, call.path_id(), address))


def post_login_seen(call: JsonCall) -> Response:
    """POST accounts/{id}/login-seen: 204."""
    facts.login_seen(call.context, call.path_id())
    return Response(204)


def put_flag(call: JsonCall) -> Response:
    """PUT accounts/{id}/flags/{flag}: the account with it."""
    return _response(facts.set_flag(call.context, call.path_id(), _flag(call), on=True))


def delete_flag(call: JsonCall) -> Response:
    """DELETE accounts/{id}/flags/{flag}: the account without it."""
    return _response(facts.set_flag(call.context, call.path_id(), _flag(call), on=False))


def put_deletion(call: JsonCall) -> Response:
    """PUT accounts/{id}/deletion: the account, with the day on which it is erased."""
    return _response(self_service.schedule_deletion(call.context, call.path_id()))


def delete_deletion(call: JsonCall) -> Response:
    """DELETE accounts/{id}/deletion: the account, which lives on."""
    return _response(self_service.cancel_deletion(call.context, call.path_id()))


def _flag(call: JsonCall) -> Flag:
    name = call.request.path_parameters.get("flag", "")
    for flag in Flag:
        if flag.value == name:
            return flag
    known = ", ".join(flag.value for flag in Flag)
    raise RequestError("invalid_value", f"flag: there is no such flag; choose of {known}.", "flag")


def _response(account: Account, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, reported_account_document(account), headers)
