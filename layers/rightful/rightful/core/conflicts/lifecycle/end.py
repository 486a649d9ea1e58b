"""Ending a refused change when a later write makes it pointless, or takes a part of it back. Pure."""

from dataclasses import replace
from datetime import datetime

from rightful.core.conflicts.log_rows import log_row
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import OVER, Conflict, ConflictStatus
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode, explained
from rightful.domain.conflicts.refused_request import NOTHING, ExplicitIntent, PendingChange
from rightful.domain.events.event_log import Action, Result
from rightful.ports.writes.conflicts import AppendLog, EndPending, EndWaiter, PutConflict
from rightful.ports.writes.transaction import Write


def ending_writes(
    conflict: Conflict | None,
    now: datetime,
    before: Account | None,
    after: Account | None,
    intent: ExplicitIntent = NOTHING,
) -> tuple[Write, ...]:
    """What a successful write to the requester has to add to its transaction, so that no refused change outlives it.

    A change of the requester's address ends the pending change: as applied if it now holds what it wanted (the
    address had become free and the identity provider's own retry went through), else as superseded. So do its
    deactivation, its unlinking and its removal.

    Args:
        conflict: the requester's pending change, read before the write (None: it has none).
        before: the account before the write (None: this write creates it).
        after: the account as this write leaves it (None: this write removes it).
        intent: what the request says itself.

    Returns:
        Nothing where the pending change goes on; else writes on items of the conflict's own only.
    """
    if conflict is None or conflict.prepared or conflict.status in OVER:
        return ()
    latest = _with_activity(conflict, intent.active)
    if intent.active or (after is not None and not after.active):
        latest = replace(latest, deactivation_pending=False)
    if after is not None and after.link is not None and after.holds == conflict.request.wanted.canonical:
        outcome, why = ConflictStatus.APPLIED, OutcomeCode.WENT_THROUGH
    elif (reason := _reason_to_end(conflict, before, after)) is not None:
        outcome, why = ConflictStatus.SUPERSEDED, reason
    elif intent.address and conflict.request.address is not None:
        outcome, why = ConflictStatus.SUPERSEDED, OutcomeCode.ADDRESS_KEPT
    elif intent.soft_delete:
        outcome, why = ConflictStatus.SUPERSEDED, OutcomeCode.PERSON_DELETED
    else:
        return written_anew(conflict, latest, now)
    gone = end_of_pending(conflict)
    if conflict.settled_by_people:
        return (*written_anew(conflict, without_reactivation(latest), now), *gone)
    return (*ended(conflict, outcome, explained(why), now), *gone)


def ended(
    conflict: Conflict, status: ConflictStatus, explanation: Explanation, now: datetime
) -> tuple[PutConflict, AppendLog]:
    """A conflict put to its end, with its row in the event log. Does not end its place as the pending change."""
    after = _shrunk(
        replace(
            conflict,
            version=conflict.version + 1,
            status=status,
            explanation=explanation,
            next_step=None,
            updated_at=now,
            deactivation_pending=False,
            outcome=replace(conflict.outcome, resolved_at=now),
        )
    )
    action = Action.CONFLICT_APPLIED if status is ConflictStatus.APPLIED else Action.CONFLICT_ENDED
    return (PutConflict(after, conflict.version), log_row(after, action, now, result=Result.DONE))


def _shrunk(conflict: Conflict) -> Conflict:
    """A conflict that is over without what it needed only while the change was wanted: what else the request asked for,
    and the evidence. What it was about, what was found and who decided stays. One that moved something keeps all of it:
    it can be undone, and opened again then."""
    if conflict.status not in OVER or conflict.outcome.touched_account_ids:
        return conflict
    return replace(
        conflict,
        request=replace(conflict.request, change=PendingChange({}, {})),
        finding=replace(conflict.finding, evidence=None, grounds=None),
    )


def _with_activity(conflict: Conflict, active: bool | None) -> Conflict:
    """The conflict without an older word on the person's activity that contradicts the latest."""
    contradicts = active is not None and conflict.request.change.active not in {None, active}
    return _silent_on_activity(conflict) if contradicts else conflict


def without_reactivation(conflict: Conflict) -> Conflict:
    """A conflict that an administrator may open again, but whose place as the pending change it may have lost by then:
    what is said of the person's activity meanwhile does not reach it, so it lets nobody in again."""
    lets_in = bool(conflict.request.change.active) and conflict.request.requester.account_id is not None
    return _silent_on_activity(conflict) if lets_in else conflict


def _silent_on_activity(conflict: Conflict) -> Conflict:
    return replace(
        conflict,
        request=replace(conflict.request, change=replace(conflict.request.change, active=None, active_said_at=None)),
    )


def written_anew(conflict: Conflict, after: Conflict, now: datetime) -> tuple[Write, ...]:
    """The write that makes it so; none where it is so already."""
    if after == conflict:
        return ()
    return (PutConflict(replace(after, version=conflict.version + 1, updated_at=now), conflict.version),)


def _reason_to_end(conflict: Conflict, before: Account | None, after: Account | None) -> OutcomeCode | None:
    if after is None:
        return OutcomeCode.ACCOUNT_REMOVED
    if after.link is None or after.link.directory_id != conflict.request.directory_id:
        return OutcomeCode.NOT_PROVISIONED
    if conflict.request.requester.account_id is None:
        return OutcomeCode.CREATED_OTHERWISE
    if before is not None and before.holds != after.holds:
        return OutcomeCode.ANOTHER_ADDRESS_GIVEN
    if before is not None and before.active and not after.active and conflict.request.change.active is not False:
        return OutcomeCode.PERSON_DEACTIVATED
    return None


def end_of_pending(conflict: Conflict) -> tuple[Write, ...]:
    """The writes by which it is the requester's pending change no more, and waits no more."""
    return (EndPending(conflict.request.requester_key, conflict.id), *end_of_waiters(conflict))


def end_of_waiters(conflict: Conflict) -> tuple[EndWaiter, ...]:
    """The writes by which it waits no more."""
    return tuple(EndWaiter(canonical, conflict.id) for canonical in conflict.request.waits_for)
