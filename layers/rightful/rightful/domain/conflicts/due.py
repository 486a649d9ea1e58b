"""When the janitor has to see to a conflict, and as what. Pure."""

from datetime import datetime, timedelta
from typing import Literal

from rightful.domain.conflicts.conflict import UNDECIDED, Conflict, ConflictStatus
from rightful.domain.conflicts.notice import next_appointment

DueConflict = Literal["deactivation", "undecided", "conflict"]
"""Another look at a conflict: one whose deactivation waits, one that is not decided, any other. Most urgent first; kept
apart, because the janitor counts the first two, however many there are of the third."""


LOOK_AGAIN_AFTER = timedelta(days=1)
"""How long a conflict that waits may stay unexamined: some classes change with time alone (`deactivated` after 14
days), and a change nobody wants any more ends after 28."""


UNSENT_FOR = timedelta(minutes=1)
"""How long a pointer may be on its way before it counts as not sent."""


DEACTIVATED_WITHIN = timedelta(minutes=5)
"""How long a person's deactivation may wait with a refused address."""


def due_at(conflict: Conflict) -> datetime | None:
    """When the janitor has to see to a conflict as it is written; None: never again."""
    if conflict.status is ConflictStatus.FAILED and not conflict.deactivation_pending:
        return conflict.expires_at
    if not (conflict.live or conflict.deactivation_pending or conflict.outcome.prepared):
        return None
    if not conflict.sent:
        return conflict.updated_at + UNSENT_FOR
    return look_again_at(conflict, conflict.updated_at)


def due_as(conflict: Conflict) -> DueConflict:
    """As what a conflict is due."""
    if conflict.deactivation_pending:
        return "deactivation"
    return "undecided" if conflict.status in UNDECIDED else "conflict"


def look_again_at(conflict: Conflict, now: datetime) -> datetime:
    """When a conflict whose pointer was sent now is due again, if nothing happens."""
    if conflict.deactivation_pending:
        return now + DEACTIVATED_WITHIN
    if conflict.outcome.prepared:
        return now + LOOK_AGAIN_AFTER
    appointment = next_appointment(conflict) or conflict.expires_at
    return max(now + UNSENT_FOR, min(now + LOOK_AGAIN_AFTER, appointment, conflict.expires_at))
