"""Counting what is about to move by itself against the caps. What is too much uses nothing up, of no cap."""

from datetime import datetime, timedelta

from rightful.core.conflicts.decision.decide import over_limit
from rightful.core.conflicts.decision.limits import day_counter, hour_counter, next_day, next_hour
from rightful.core.conflicts.plan import Plan
from rightful.domain.explanation import OutcomeCode, Statement
from rightful.domain.organization import Organization
from rightful.ports.store.contract import IdentityStore

_REMEMBERED = timedelta(days=2)


def count(
    store: IdentityStore, organization: Organization, planned: Plan, now: datetime
) -> tuple[Statement[OutcomeCode] | None, datetime | None]:
    """Count a plan that would be carried out by itself.

    Returns:
        Why a cap does not let it, and when the counter that is full begins anew; None twice: it may.
    """
    brakes, until, hour = organization.brakes, now + _REMEMBERED, hour_counter(organization.id, now)
    taken = store.tally([hour], until=until, most=brakes.per_organization_hour, times=planned.taken)
    if over := over_limit(brakes, taken, hour):
        return over, next_hour(now)
    days = store.tally(
        [day_counter(account_id, now) for account_id in planned.moved_account_ids],
        until=until,
        most=brakes.per_account_day,
    )
    if not (over := over_limit(brakes, days, hour)):
        return None, None
    # One account has had its turns: the others, and the organization, get theirs back.
    store.tally([hour], until=until, most=brakes.per_organization_hour, times=-planned.taken)
    counted = [name for name, times in days.items() if times <= brakes.per_account_day]
    store.tally(counted, until=until, most=brakes.per_account_day, times=-1)
    return over, next_day(now)
