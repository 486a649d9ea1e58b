"""From a conflict before and after one committed write to what of it is counted. Pure."""

from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.runtime.metrics import Measurement, Metric


def measurements_of(old: Conflict | None, new: Conflict | None) -> tuple[Measurement, ...]:
    """What a change of a conflict adds to the metrics.

    Counted where it was committed, and from the images alone: whichever function ended a conflict, it counts once.

    Args:
        old: the conflict before the write; None: it was recorded by it.
        new: the conflict after the write; None: it was deleted, which nobody counts.
    """
    if new is None:
        return ()
    found: list[Measurement] = []
    if old is None:
        found.append(Measurement(Metric.CONFLICTS_OPENED))
    if new.finding.conflict_class is not None and (
        old is None or old.finding.conflict_class is not new.finding.conflict_class
    ):
        found.append(Measurement(Metric.CONFLICTS_DIAGNOSED, divided_by=new.finding.conflict_class.value))
    if new.status is not ConflictStatus.OPEN and (old is None or old.status is not new.status):
        found.append(Measurement(Metric.DECISIONS, divided_by=new.status.value))
        prepared = old is not None and old.prepared
        resolved = new.prepared or (new.status is ConflictStatus.APPLIED and not prepared)
        if resolved and new.outcome.resolved_at is not None:
            seconds = (new.outcome.resolved_at - new.created_at).total_seconds()
            found.append(Measurement(Metric.TIME_TO_RESOLVE, seconds))
    return tuple(found)
