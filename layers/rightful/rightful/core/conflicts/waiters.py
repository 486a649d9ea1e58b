"""What a conflict waits for, item by item: who frees one of them wakes it. Pure."""

from rightful.domain.conflict import Conflict
from rightful.ports.writes.conflicts import EndWaiter, PutWaiter


def waiters_of(conflict: Conflict) -> tuple[PutWaiter, ...]:
    """The writes by which it waits."""
    return tuple(PutWaiter(canonical, conflict.id, conflict.organization_id) for canonical in conflict.waits_for)


def end_of_waiters(conflict: Conflict) -> tuple[EndWaiter, ...]:
    """The writes by which it waits no more."""
    return tuple(EndWaiter(canonical, conflict.id) for canonical in conflict.waits_for)
