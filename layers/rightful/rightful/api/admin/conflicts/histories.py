"""Admin API: the history of an account and of an address, over conflicts and the event log, newest first; and who has
an address now."""

from dataclasses import dataclass

from rightful.api.admin.call import AdminCall
from rightful.api.admin.parameters import address
from rightful.api.documents import account_document, log_document
from rightful.api.json_call import ApiError, wrong_cursor
from rightful.api.request import Response
from rightful.core.conflicts.log_rows import OUTSIDE
from rightful.core.conflicts.reading.document import outline
from rightful.domain.account import Account
from rightful.domain.address import Address, Hold, Reservation, shown_text
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.events.event_log import LogEntry, LogFilter
from rightful.domain.organization import Organization
from rightful.ports.store.lists import STILL_WANTED, ConflictFilter
from rightful.text.ids import is_id, time_text

_MOST_WAITING = 50


@dataclass(frozen=True, slots=True)
class _Event:
    """A conflict when it was recorded, or a row; the id begins with the time, and decides the order."""

    id: str
    of: Conflict | LogEntry


def of_account(call: AdminCall) -> Response:
    """GET accounts/{id}/history?limit=&cursor=: conflicts in which the account asked or held, and rows about it.

    Also of an account that is gone, as long as there are rows. Five calls.
    """
    account_id = call.path_id()
    wanted = ConflictFilter(account_id=account_id), LogFilter(account_id=account_id)
    return _history(
        call, *wanted, unknown="There is no such account in this organization, and nothing is known of one."
    )


def of_address(call: AdminCall) -> Response:
    """GET addresses/history?address=&limit=&cursor=: conflicts and rows about an address. Six calls."""
    canonical = _asked(call).canonical
    return _history(call, ConflictFilter(address=canonical), LogFilter(address=canonical))


def _history(call: AdminCall, conflicts: ConflictFilter, rows: LogFilter, *, unknown: str = "") -> Response:
    """What was recorded and logged, newest first; where there is nothing, 404 with `unknown`, if that is said."""
    position, limit = call.position(), call.limit()
    if position is not None and not is_id(position):
        raise wrong_cursor()
    recorded = call.store.conflicts(call.organization_id, limit=limit, position=position, wanted=conflicts)
    logged = call.store.log(call.organization_id, limit=limit, position=position, wanted=rows)
    events = [_Event(each.id, each) for each in recorded.conflicts] + [_Event(each.id, each) for each in logged.entries]
    events.sort(key=lambda event: event.id, reverse=True)
    # What lies beyond the end of the shorter page is not known yet.
    known = max((each for each in (recorded.next_position, logged.next_position) if each is not None), default="")
    page = [event for event in events if event.id >= known][:limit]
    more = len(page) < len(events) or bool(known)
    if unknown and position is None and not page and not more:
        raise ApiError(404, "not_found", unknown)
    last = page[-1].id if page else known
    return call.listing(page, last if more else None, _document)


def _document(event: _Event) -> dict[str, object]:
    if isinstance(event.of, Conflict):
        return {"at": time_text(event.of.created_at), "conflict": outline(event.of), "row": None}
    return {"at": time_text(event.of.at), "conflict": None, "row": log_document(event.of)}


def who_has_it(call: AdminCall) -> Response:
    """GET addresses?address=: who has an address now, for whom it is kept, and who of the organization waits for it.

    Whether somebody outside has it is told only of a domain that the organization has verified. Five calls, or six
    where somebody waits; one more where it is kept for somebody.
    """
    asked, organization = _asked(call), call.organization()
    hold = call.store.holds([asked.canonical]).get(asked.canonical)
    # An account is asked for in any case: how long the answer takes does not tell that somebody has it.
    account = call.store.account((hold.account_id if hold else None) or organization.id)
    holder = account if account is not None and account.holds == asked.canonical else None
    waiting = call.store.conflicts(
        organization.id,
        limit=_MOST_WAITING,
        wanted=ConflictFilter(statuses=STILL_WANTED.statuses, address=asked.canonical, oldest_first=True),
    )
    body = {
        "address": asked.canonical,
        "domainVerified": asked.domain in organization.domains,
        **_held(call, organization, hold, holder),
        "waiting": [outline(each) for each in waiting.conflicts if each.request.wanted.canonical == asked.canonical],
    }
    return Response(200, body)


def _held(call: AdminCall, organization: Organization, hold: Hold | None, holder: Account | None) -> dict[str, object]:
    asked, ours = _asked(call), holder is not None and holder.organization_id == organization.id
    reservation = hold.reservation if hold is not None else None
    if reservation is not None and reservation.until <= call.invocation.now:
        reservation = None  # the janitor has not come by yet
    kept = reservation if reservation is not None and reservation.organization_id == organization.id else None
    elsewhere = (holder is not None and not ours) or (reservation is not None and kept is None)
    return {
        "account": account_document(holder) if holder is not None and ours else None,
        "heldBy": OUTSIDE if elsewhere and asked.domain in organization.domains else None,
        "reserved": _kept(call, kept) if kept else None,
    }


def _kept(call: AdminCall, kept: Reservation) -> dict[str, object]:
    conflict = call.store.conflict(Pointer(call.organization_id, kept.conflict_id))
    user_name = shown_text(conflict.request.requester.user_name) if conflict is not None else None
    return {"conflictId": kept.conflict_id, "userName": user_name, "until": time_text(kept.until)}


def _asked(call: AdminCall) -> Address:
    found = address(call.parameter("address"), "address")
    if found is None:
        raise ApiError(400, "invalid_value", "address: say which, as in ?address=ada@example.com.", "address")
    return found
