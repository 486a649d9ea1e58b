"""When a conflict that waits for people would be resolved without them. Pure."""

from datetime import datetime

from rightful.core.conflicts.decision.decide import Decision
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.domain.conflicts.explanation import OutcomeCode


def automatic_at(
    snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision, turns_at: datetime | None
) -> datetime | None:
    """When it is resolved by itself if nothing else happens; None: never, as it is.

    Args:
        turns_at: when the cap that keeps it back begins anew.
    """
    organization, why = snapshot.organization, decision.reason.code if decision.reason else None
    if organization is None or organization.brakes.paused or organization.brakes.dry_run:
        return None
    if why is OutcomeCode.DEACTIVATED_LATELY and diagnosis.since is not None:
        return snapshot.now - diagnosis.since + organization.policy.deactivated_after
    return turns_at if why in {OutcomeCode.HOUR_FULL, OutcomeCode.DAY_FULL} else None
