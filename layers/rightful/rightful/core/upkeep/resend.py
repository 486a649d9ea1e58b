"""Conflicts that nobody has looked at for too long: their pointers go to the queue once more.

That covers a pointer that was never sent (the 409 was answered, then the queue or the function failed), a class that
time alone changes (`deactivated` after 14 days), a deactivation that waits, and the end of a change after 28 days: all
of it is decided by the remediator, by the same rules as ever. Sending a pointer once too often changes nothing.
"""

from datetime import datetime

from rightful.core.conflicts.lifecycle.record import needs_remediation
from rightful.domain.conflict import Conflict, ConflictStatus
from rightful.domain.schedule import LOOK_AGAIN_AFTER, look_again_at
from rightful.ports.context import QueueContext
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.store.upkeep import UNREADABLE

MOST_AT_ONCE = 400
_TIME_FOR_ONE_MORE = 5.0


def send_due(context: QueueContext) -> int:
    """Send the pointers of conflicts that are due.

    Returns:
        How many were sent. Fewer than are due where the queue failed or the time ran out: the next run goes on.
    """
    sent = 0
    for pointer in context.store.due_conflicts(context.now, limit=MOST_AT_ONCE):
        if context.invocation.remaining() < _TIME_FOR_ONE_MORE:
            break
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
