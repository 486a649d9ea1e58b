"""Room: how much more may move by itself under an organization's caps, counted along as a preview goes on."""

from collections.abc import Mapping
from datetime import datetime

from rightful.core.conflicts.decision.limits import day_counter, hour_counter, never, over_limit
from rightful.core.conflicts.plan import Plan
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.organization import Organization


class RemainingQuota:
    """The counters as they would stand, as `decision.limits` counts: what is too much uses nothing up."""

    def __init__(self, organization: Organization, now: datetime, counts: Mapping[str, int]) -> None:
        self._brakes, self._now = organization.brakes, now
        self._hour = hour_counter(organization.id, now)
        self._counts = dict(counts)

    @property
    def stopped(self) -> bool:
        """Whether nothing moves by itself at all."""
        return self._brakes.paused or self._brakes.dry_run

    def over_limit(self, planned: Plan) -> Statement[OutcomeCode] | None:
        """Why the caps would not let a plan be carried out by itself; None: they would, and it is counted."""
        days = [day_counter(account_id, self._now) for account_id in planned.moved_account_ids]
        taken = {name: self._counts.get(name, 0) + 1 for name in days}
        taken[self._hour] = self._counts.get(self._hour, 0) + planned.taken
        over = never(self._brakes, planned) or over_limit(self._brakes, taken, self._hour, self._now)
        if over is None:
            self._counts.update(taken)
        return over
