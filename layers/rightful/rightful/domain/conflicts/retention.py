"""What is kept of a conflict that is over, and until when. Pure."""

from dataclasses import replace
from datetime import datetime

from rightful.domain.conflicts.conflict import OVER, Conflict
from rightful.domain.conflicts.refused_request import PendingChange

_NO_CHANGE = PendingChange({}, {})


def shrunk(conflict: Conflict) -> Conflict:
    """A conflict that is over without what it needed only while the change was wanted: what else the request asked for,
    and the evidence. What it was about, what was found and who decided stays. One that moved something keeps all of it:
    it can be undone, and opened again then."""
    if conflict.status not in OVER or conflict.outcome.touched_account_ids:
        return conflict
    return replace(
        conflict,
        request=replace(conflict.request, change=_NO_CHANGE),
        finding=replace(conflict.finding, evidence=None),
    )


def resting_from(conflict: Conflict) -> datetime | None:
    """From when on it is kept for as long as the rows of the log that tell of it; None: it goes on. One that people
    settled counts retries until its change is not wanted any more."""
    if conflict.deactivation_pending or conflict.prepared:
        return None
    if conflict.status in OVER:
        return conflict.updated_at
    return max(conflict.updated_at, conflict.expires_at) if conflict.settled_by_people else None
