"""Admin API: accounts. Only accounts of the organization itself are ever shown, and those that it may claim."""

import re
from typing import Literal

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.documents import account_document, claimable_document
from rightful.api.json_call import ApiError, Body, wrong_cursor
from rightful.api.request import Response
from rightful.core.accounts.errors import AddressTakenError, read_address
from rightful.core.administration.accounts import Administration
from rightful.core.conflicts.demands import demanded
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.address import InvalidAddressError, parse_address
from rightful.domain.plain_text import plain_reason
from rightful.domain.request_error import RequestError
from rightful.ports.store.lists import AccountPage

PARAMETERS = ("email", "view")

_PLACE = re.compile(r"(linked|unlinked)#[0-9A-Za-z_-]{1,64}")
_UNLINKED = re.compile(r"unlinked#[0-9A-Za-z_-]{1,64}")
_DEMAND = re.compile(r"[0-9A-Za-z_-]{1,64}-[0-9a-f]{16}")
_BETWEEN = "|"
"""In a cursor over several domains: no domain has it."""


class ActionBody(Body):
    """What an administrator does. `email` goes with set-email (null frees the address), `flag` with protect."""

    action: Literal[
        "set-email",
        "deactivate",
        "reactivate",
        "schedule-deletion",
        "cancel-deletion",
        "unlink",
        "claim",
        "protect",
    ]
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")
    email: str | None = Field(default=None, max_length=320)
    flag: Flag | None = None


def search(call: AdminCall) -> Response:
    """GET accounts?email= | ?view=all|unlinked|held|claimable|wanted&limit=&cursor=."""
    text, view = call.parameter("email"), call.parameter("view")
    if text is not None:
        return _by_address(call, text)
    if view == "claimable":
        page = _claimable(call)
        return call.listing(page.accounts, page.next_position, claimable_document)
    if view == "wanted":
        accounts, after = demanded(call.store, call.organization_id, limit=call.limit(), position=_place(call, _DEMAND))
        return call.listing(accounts, after, account_document)
    if view not in {None, "all", "unlinked", "held"}:
        raise ApiError(400, "invalid_value", "view: choose of all, unlinked, held, claimable, wanted.", "view")
    position = _place(call, _UNLINKED if view == "unlinked" else _PLACE)
    page = call.store.managed_accounts(
        call.organization_id, limit=call.limit(), position=position, unlinked_only=view == "unlinked"
    )
    found = tuple(account for account in page.accounts if view != "held" or _holds_unused(account))
    return call.listing(found, page.next_position, account_document)


def _place(call: AdminCall, shape: re.Pattern[str]) -> str | None:
    """Where a page starts, if it is a place of that list."""
    position = call.position()
    if position is not None and not shape.fullmatch(position):
        raise wrong_cursor()
    return position


def get(call: AdminCall) -> Response:
    """GET accounts/{id}."""
    account = call.store.account(call.path_id())
    if account is None or account.organization_id != call.organization_id:
        raise ApiError(404, "not_found", "There is no such account in this organization.")
    return Response(200, account_document(account))


def act(call: AdminCall) -> Response:
    """POST accounts/{id}/actions {"action", "reason", "email"?, "flag"?}: the account as it is then."""
    asked = call.body(ActionBody)
    _check_members(asked)
    administration = Administration(call.context, call.organization(), call.key().owner, plain_reason(asked.reason))
    try:
        account = _act(administration, call.path_id(), asked)
    except AddressTakenError as taken:
        raise _taken(call, taken) from taken
    return Response(200, account_document(account))


def _act(administration: Administration, account_id: str, asked: ActionBody) -> Account:
    match asked.action:
        case "set-email":
            address = read_address(asked.email) if asked.email is not None else None
            return administration.set_email(account_id, address)
        case "deactivate":
            return administration.deactivate(account_id)
        case "reactivate":
            return administration.reactivate(account_id)
        case "schedule-deletion":
            return administration.schedule_deletion(account_id)
        case "cancel-deletion":
            return administration.cancel_deletion(account_id)
        case "unlink":
            return administration.unlink(account_id)
        case "claim":
            return administration.claim(account_id)
        case "protect":
            return administration.protect(account_id, asked.flag or Flag.PRIVILEGED)


def _check_members(asked: ActionBody) -> None:
    given = asked.model_fields_set
    if asked.action == "set-email" and "email" not in given:
        raise RequestError("invalid_value", "email: say which address, or null to free the one it has.", "email")
    for member, action in (("email", "set-email"), ("flag", "protect")):
        if member in given and asked.action != action:
            raise RequestError("invalid_value", f"{member}: goes with {action} only.", member)


def _taken(call: AdminCall, taken: AddressTakenError) -> ApiError:
    """Who holds the address, or for whom it is kept, if that is the organization's own affair."""
    holder = call.store.account(taken.hold.account_id) if taken.hold.account_id else None
    message = "email: an account outside your organization holds this address."
    if holder is not None and holder.organization_id == call.organization_id:
        message = f"email: the account {holder.id} of your organization holds this address. Free it there first."
    reservation = taken.hold.reservation
    if reservation is not None and reservation.organization_id == call.organization_id:
        message = (
            f"email: this address is kept until {reservation.until:%Y-%m-%d} for a user that is about to be created, "
            f"by the conflict {reservation.conflict_id}. Undo that first, or wait for the user."
        )
    return ApiError(409, taken.code, message, taken.field)


def _by_address(call: AdminCall, text: str) -> Response:
    try:
        address = parse_address(text)
    except InvalidAddressError as error:
        raise ApiError(400, "invalid_value", f"email: {error}.", "email") from error
    hold = call.store.holds([address.canonical]).get(address.canonical)
    # An account is asked for in any case: how long the answer takes does not tell that another organization has it.
    account = call.store.account((hold.account_id if hold else None) or call.organization_id)
    found = (account,) if account and account.organization_id == call.organization_id else ()
    return call.listing(found, None, account_document)


def _claimable(call: AdminCall) -> AccountPage:
    """A page of one of the organization's verified domains; the cursor names the domain, too."""
    domains = sorted(call.organization().domains)
    at, _, position = (call.position() or "").partition(_BETWEEN)
    if position and not _UNLINKED.fullmatch(position):
        raise wrong_cursor()
    left = [domain for domain in domains if domain >= at]
    if not left:
        return AccountPage((), None)
    domain = left[0]
    page = call.store.unmanaged_accounts(
        domain, limit=call.limit(), position=(position or None) if domain == at else None
    )
    if page.next_position is not None:
        return AccountPage(page.accounts, f"{domain}{_BETWEEN}{page.next_position}")
    return AccountPage(page.accounts, f"{left[1]}{_BETWEEN}" if len(left) > 1 else None)


def _holds_unused(account: Account) -> bool:
    """Whether it keeps an address although nobody can sign in with it: where most conflicts come from."""
    real = account.email is not None and not account.email.is_placeholder
    return real and account.status is not AccountStatus.ACTIVE
