"""Admin API: accounts. Only accounts of the organization itself are ever shown, and those that it may claim."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.admin.parameters import one_of
from rightful.api.documents import account_document, claimable_document
from rightful.api.json_call import MOST_PER_PAGE, ApiError, Body, wrong_cursor
from rightful.api.request import Response
from rightful.core.accounts.errors import AddressTakenError, read_address
from rightful.core.accounts.log_rows import subject_of
from rightful.core.administration.accounts import Administration
from rightful.core.conflicts.demands import demanded
from rightful.domain.account import Account, AccountStatus, Flag, canonical_user_name
from rightful.domain.address import InvalidAddressError, parse_address
from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.plain_text import plain_reason
from rightful.domain.request_error import RequestError
from rightful.ports.store.lists import AccountPage
from rightful.text.folding import fold
from rightful.text.ids import fits_key, is_id

PARAMETERS = ("email", "userName", "displayName", "ids", "view")

_PLACE = re.compile(r"(linked|unlinked)#[0-9A-Za-z_-]{1,64}")
_LINKED = re.compile(r"linked#[0-9A-Za-z_-]{1,64}")
_UNLINKED = re.compile(r"unlinked#[0-9A-Za-z_-]{1,64}")
_KINDS = {"linked": (_LINKED, True), "unlinked": (_UNLINKED, False)}
"""Views by whether a directory provisions an account: the places that these have, and which they are."""
_DEMAND = re.compile(r"[0-9A-Za-z_-]{1,64}-[0-9a-f]{16}")
_MOST_PAGES = 10
"""So many are read until one has something."""
_BETWEEN = "|"
"""In a cursor over several domains: no domain has it."""


class ActionBody(Body):
    """What an administrator does. `email` goes with set-email (null frees the address), `flag` with protect; `version`:
    only if the account is what was read."""

    action: Literal[
        "set-email",
        "deactivate",
        "reactivate",
        "schedule-deletion",
        "cancel-deletion",
        "unlink",
        "claim",
        "unclaim",
        "protect",
    ]
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")
    email: str | None = Field(default=None, max_length=320)
    flag: Flag | None = None
    version: int | None = Field(default=None, ge=1)


def search(call: AdminCall) -> Response:
    """GET accounts?email= | ?userName= | ?displayName= | ?ids= | ?view=...&limit=&cursor=."""
    asked = [name for name in _LOOK_UPS if call.parameter(name) is not None]
    if len(asked) > 1 or (asked and call.parameter("view") is not None):
        raise ApiError(400, "invalid_value", f"{asked[0]}: by one thing at a time.", asked[0])
    if asked:
        return call.listing(_LOOK_UPS[asked[0]](call, call.parameter(asked[0]) or ""), None, account_document)
    view = one_of(call, "view", ("all", "linked", "unlinked", "held", "claimable", "wanted"))
    read, limit, position = _VIEWS.get(view or "all", _managed), call.limit(), call.position()
    found: list[Account] = []
    for _ in range(_MOST_PAGES):
        page = read(call, limit, position)
        found += (account for account in page.accounts if view != "held" or _holds_unused(account))
        position = page.next_position
        if found or position is None:
            break
    return call.listing(found, position, claimable_document if view == "claimable" else account_document)


def _managed(call: AdminCall, limit: int, position: str | None) -> AccountPage:
    place, linked = _KINDS.get(call.parameter("view") or "", (_PLACE, None))
    if position is not None and not place.fullmatch(position):
        raise wrong_cursor()
    return call.store.managed_accounts(call.organization_id, limit=limit, position=position, linked=linked)


def _wanted(call: AdminCall, limit: int, position: str | None) -> AccountPage:
    """Accounts whose address another organization wants."""
    if position is not None and not _DEMAND.fullmatch(position):
        raise wrong_cursor()
    return AccountPage(*demanded(call.store, call.organization_id, limit=limit, position=position))


def get(call: AdminCall) -> Response:
    """GET accounts/{id}."""
    return Response(200, account_document(own_account(call)))


def own_account(call: AdminCall) -> Account:
    """The account in the path, of the organization itself.

    Raises:
        ApiError: 404.
    """
    account = call.store.account(call.path_id())
    if account is None or account.organization_id != call.organization_id:
        raise ApiError(404, "not_found", "There is no such account in this organization.")
    return account


def act(call: AdminCall) -> Response:
    """POST accounts/{id}/actions {"action", "reason", "email"?, "flag"?, "version"?}: the account as it is then."""
    asked = call.body(ActionBody)
    _check_members(asked)
    said = plain_reason(asked.reason)
    administration = Administration(call.context, call.organization(), call.key().owner, said, asked.version)
    try:
        account = _act(administration, call.path_id(), asked)
    except AddressTakenError as taken:
        raise _taken(call, taken) from taken
    own = account.organization_id == call.organization_id
    return Response(200, account_document(account) if own else claimable_document(account))


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
        case "unclaim":
            return administration.unclaim(account_id)
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
        message = (
            f"email: {subject_of(holder)} (account {holder.id}) of your organization holds this address. Free it there "
            "first."
        )
    reservation = taken.hold.reservation
    if reservation is not None and reservation.organization_id == call.organization_id:
        conflict = call.store.conflict(Pointer(call.organization_id, reservation.conflict_id))
        user = conflict.request.requester.subject if conflict is not None else "a user"
        message = (
            f"email: this address is kept until {reservation.until:%Y-%m-%d} for {user}, who is about to be created, "
            f"by the conflict {reservation.conflict_id}. Undo that first, or wait for the user."
        )
    return ApiError(409, taken.code, message, taken.field)


def _by_address(call: AdminCall, text: str) -> Sequence[Account]:
    try:
        address = parse_address(text)
    except InvalidAddressError as error:
        raise ApiError(400, "invalid_value", f"email: {error}.", "email") from error
    hold = call.store.holds([address.canonical]).get(address.canonical)
    # An account is asked for in any case: how long the answer takes does not tell that another organization has it.
    account = call.store.account((hold.account_id if hold else None) or call.organization_id)
    # It may have given the address up between the two.
    return [each for each in _own(call, [account]) if each.holds == address.canonical]


def _by_user_name(call: AdminCall, text: str) -> Sequence[Account]:
    """In each directory of the organization."""
    canonical = canonical_user_name(text)
    if not fits_key(canonical):
        return ()
    directories = {directory.id for directory in call.store.directories(call.organization_id)}
    found = call.store.user_names((directory_id, canonical) for directory_id in directories)
    accounts = _own(call, call.store.accounts(found.values()).values())
    return [each for each in accounts if each.link and canonical_user_name(each.link.user_name) == canonical]


def _by_display_name(call: AdminCall, text: str) -> Sequence[Account]:
    """In each directory of the organization; whatever its case."""
    ids: list[str] = []
    for directory in call.store.directories(call.organization_id):
        found = call.store.account_ids_of_display_name(directory.id, text)
        if found is None:
            raise ApiError(
                400, "invalid_value", "displayName: too many have it. Ask by userName or email.", "displayName"
            )
        ids += found
    accounts = _own(call, call.store.accounts(ids).values())
    return [each for each in accounts if each.display_name is not None and fold(each.display_name) == fold(text)]


def _by_ids(call: AdminCall, text: str) -> Sequence[Account]:
    """Those that there are, in the order in which they were asked for."""
    ids = [word for word in dict.fromkeys(text.split(",")) if word]
    if not ids or len(ids) > MOST_PER_PAGE or not all(map(is_id, ids)):
        raise ApiError(400, "invalid_value", f"ids: 1 to {MOST_PER_PAGE} ids, comma-separated.", "ids")
    found = call.store.accounts(ids)
    return _own(call, map(found.get, ids))


def _own(call: AdminCall, accounts: Iterable[Account | None]) -> list[Account]:
    return [each for each in accounts if each is not None and each.organization_id == call.organization_id]


_LOOK_UPS: Mapping[str, Callable[[AdminCall, str], Sequence[Account]]] = {
    "email": _by_address,
    "userName": _by_user_name,
    "displayName": _by_display_name,
    "ids": _by_ids,
}
"""What an account is looked up by: all of it is looked at again on what was found, as a key may have moved since."""


def _claimable(call: AdminCall, limit: int, cursor: str | None) -> AccountPage:
    """A page of one of the organization's verified domains; the cursor names the domain, too."""
    domains = sorted(call.organization().domains)
    at, _, position = (cursor or "").partition(_BETWEEN)
    if position and not _UNLINKED.fullmatch(position):
        raise wrong_cursor()
    left = [domain for domain in domains if domain >= at]
    if not left:
        return AccountPage((), None)
    domain = left[0]
    page = call.store.unmanaged_accounts(domain, limit=limit, position=(position or None) if domain == at else None)
    if page.next_position is not None:
        return AccountPage(page.accounts, f"{domain}{_BETWEEN}{page.next_position}")
    return AccountPage(page.accounts, f"{left[1]}{_BETWEEN}" if len(left) > 1 else None)


def _holds_unused(account: Account) -> bool:
    """Whether it keeps an address although nobody can sign in with it: where most conflicts come from."""
    real = account.email is not None and not account.email.is_placeholder
    return real and account.status is not AccountStatus.ACTIVE


_VIEWS: Mapping[str, Callable[[AdminCall, int, str | None], AccountPage]] = {
    "claimable": _claimable,
    "wanted": _wanted,
}
