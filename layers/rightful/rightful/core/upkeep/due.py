"""What is due: conflicts that nobody has looked at for too long, accounts to be erased, and addresses that were kept
for somebody who never came."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice, takewhile
from typing import TypeVar

from rightful.core.administration.erase import erase_due
from rightful.core.conflicts.lifecycle.record import needs_remediation
from rightful.domain.address import Hold, Reservation
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.due import LOOK_AGAIN_AFTER, look_again_at
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.domain.key import Token
from rightful.ports.context import Context, Invocation, QueueContext
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.store.upkeep import UNREADABLE
from rightful.ports.writes.accounts import EndReservation
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.settings import NoteReminded

MOST_CONFLICTS_AT_ONCE = 400
MOST_AT_ONCE = 200
_TIME_FOR_ONE_MORE = 5.0

_Item = TypeVar("_Item")


def send_due(context: QueueContext) -> int:
    """Send the pointers of conflicts that are due to the queue once more.

    That covers a pointer that was never sent (the 409 was answered, then the queue or the function failed), a class
    that time alone changes (`deactivated` after 14 days), a deactivation that waits, and the end of a change after 28
    days: all of it is decided by the remediator, by the same rules as ever. Sending a pointer once too often changes
    nothing.

    Returns:
        How many were sent. Fewer than are due where the queue failed or the time ran out: the next run goes on.
    """
    sent = 0
    for pointer in _in_time(context, context.store.due_conflicts(context.now, limit=MOST_CONFLICTS_AT_ONCE)):
        try:
            conflict = context.store.conflict(pointer)
        except UNREADABLE:
            # The remediator fails on it, too, and its message is set aside for a person. The others go on.
            correlation_id, again_at = context.invocation.correlation_id, context.now + LOOK_AGAIN_AFTER
        else:
            if conflict is None or not (needs_remediation(conflict) or _is_to_end(conflict, context.now)):
                continue  # the index was behind
            correlation_id, again_at = conflict.correlation_id, look_again_at(conflict, context.now)
        try:
            context.queue.send(pointer, correlation_id=correlation_id)
        except QueueUnavailableError:
            break
        context.store.mark_sent(pointer, now=context.now, again_at=again_at)
        sent += 1
    return sent


def _is_to_end(conflict: Conflict, now: datetime) -> bool:
    return conflict.status is ConflictStatus.FAILED and now >= conflict.expires_at


def erase_all_due(context: Context) -> int:
    """Erase the accounts whose 14 days are over.

    Returns:
        How many.
    """
    erased = 0
    for account_id in _in_time(context, context.store.due_deletions(context.now, limit=MOST_AT_ONCE)):
        with suppress(*UNREADABLE):  # the scan tells of it
            erased += erase_due(context, account_id)
    return erased


def end_reservations(context: Context) -> int:
    """Let go of the addresses whose reservation has ended.

    It keeps nobody from claiming the address, whether or not this ran; what has to happen is that those who wait for it
    hear of it (from the change stream).

    Returns:
        How many.
    """
    ended = 0
    for hold in _in_time(context, context.store.ended_reservations(context.now, limit=MOST_AT_ONCE)):
        reservation = hold.reservation
        if reservation is not None:
            ended += _end(context, hold, reservation)
    return ended


def _end(context: Context, hold: Hold, reservation: Reservation) -> bool:
    ends = EndReservation(hold.canonical, reservation.conflict_id, context.now)
    # Not done: somebody came, or it was prolonged.
    return context.commits([ends, AppendLog(_row(hold, reservation, context.invocation))])


def remind_of_keys(context: Context, keys: Iterable[Token]) -> int:
    """Note of the keys that end soon that people are reminded of them: the change stream tells it. Each of the two
    reminders is noted once, however often this runs; of a key that was confirmed meanwhile it may be noted again, and
    the event has the same id.

    Args:
        keys: the listed keys that expire within the next 30 days.

    Returns:
        How many were noted now.
    """
    due = ((key, days) for key in keys if (days := key.reminder_due(context.now)) is not None)
    noted = 0
    for key, days in islice(_in_time(context, due), MOST_AT_ONCE):
        # Not done: another round did it, or the key was revoked.
        noted += context.commits([NoteReminded(key, days), NoteReminded(key, days, listed=True)])
    return noted


def _row(hold: Hold, reservation: Reservation, invocation: Invocation) -> LogEntry:
    return LogEntry(
        # The same at each attempt to end this reservation.
        id=row_id(reservation.until, f"{reservation.conflict_id}-r"),
        organization_id=reservation.organization_id,
        at=invocation.now,
        action=Action.CONFLICT_ENDED,
        result=Result.DONE,
        old_email=hold.canonical,
        conflict_id=reservation.conflict_id,
        explanation="The address was kept for a user who was never created. It is free again.",
        correlation_id=invocation.correlation_id,
    )


def _in_time(context: Context, items: Iterable[_Item]) -> Iterator[_Item]:
    """As many as there is time for; the next round goes on."""
    return takewhile(lambda _: context.invocation.remaining() >= _TIME_FOR_ONE_MORE, items)
