"""Addresses that were kept for somebody who never came.

A reservation that ended keeps nobody from claiming the address, whether or not this ran; what has to happen is that
those who wait for it hear of it (from the change stream).
"""

from rightful.domain.event_log import Action, LogEntry, Result, row_id
from rightful.domain.hold import Hold, Reservation
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.accounts import EndReservation
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write

MOST_AT_ONCE = 200
_TIME_FOR_ONE_MORE = 5.0


def end_reservations(context: Context) -> int:
    """Let go of the addresses whose reservation has ended.

    Returns:
        How many.
    """
    ended = 0
    for hold in context.store.ended_reservations(context.now, limit=MOST_AT_ONCE):
        if context.invocation.remaining() < _TIME_FOR_ONE_MORE:
            break
        reservation = hold.reservation
        if reservation is not None:
            ended += _end(context, hold, reservation)
    return ended


def _end(context: Context, hold: Hold, reservation: Reservation) -> bool:
    writes: list[Write] = [
        EndReservation(hold.canonical, reservation.conflict_id, context.now),
        AppendLog(_row(hold, reservation, context.invocation)),
    ]
    try:
        context.commit(writes)
    except (RefusedError, ContendedError):
        return False  # somebody came, or it was prolonged
    return True


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
