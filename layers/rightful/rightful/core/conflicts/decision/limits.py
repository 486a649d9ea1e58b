"""What the caps count: addresses that are taken by themselves, in an organization's hour and an account's day. What is
too much uses nothing up, of no cap."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from rightful.core.conflicts.plan import Plan
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.policy import Brakes
from rightful.domain.organization import Organization
from rightful.ports.store.contract import IdentityStore
from rightful.text.wording import moment_text

_REMEMBERED = timedelta(days=2)


class Brake(StrEnum):
    """What kept a conflict from being resolved by itself although its organization's policy would have let it."""

    PING_PONG = "ping_pong"
    CAP = "cap"
    DRY_RUN = "dry_run"


def hour_counter(organization_id: str, now: datetime) -> str:
    """The counter of what an organization's remediations take in this hour (UTC)."""
    return f"organization:{organization_id}:{now:%Y-%m-%dT%H}"


def day_counter(account_id: str, now: datetime) -> str:
    """The counter of an account's moves on this day (UTC)."""
    return f"account:{account_id}:{now:%Y-%m-%d}"


def _next_hour(now: datetime) -> datetime:
    """When the organization's counter begins anew."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _next_day(now: datetime) -> datetime:
    """When the accounts' counters begin anew."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def never(brakes: Brakes, planned: Plan) -> Statement[OutcomeCode] | None:
    """Why a plan can never be carried out by itself, however long it waits; None: it can."""
    if planned.taken > brakes.per_organization_hour:
        return Statement(OutcomeCode.OVER_CAP, {"limit": str(brakes.per_organization_hour)})
    if planned.moved_account_ids and brakes.per_account_day < 1:
        return Statement(OutcomeCode.OVER_CAP, {"limit": str(brakes.per_account_day)})
    return None


def over_limit(
    brakes: Brakes, counts: Mapping[str, int], organization_tally: str, now: datetime
) -> Statement[OutcomeCode] | None:
    """Why no more may move by itself for now; None where the caps allow it.

    Args:
        counts: what the counters stand at, this remediation included.
        organization_tally: which of them is the organization's hour; the others are accounts' days.
    """
    if counts.get(organization_tally, 0) > brakes.per_organization_hour:
        return Statement(OutcomeCode.HOUR_FULL, _said(brakes.per_organization_hour, _next_hour(now)))
    if any(count > brakes.per_account_day for name, count in counts.items() if name != organization_tally):
        return Statement(OutcomeCode.DAY_FULL, _said(brakes.per_account_day, _next_day(now)))
    return None


def _said(limit: int, until: datetime) -> dict[str, str]:
    return {"limit": str(limit), "until": moment_text(until)}


def count(
    store: IdentityStore, organization: Organization, planned: Plan, now: datetime
) -> tuple[Statement[OutcomeCode] | None, datetime | None]:
    """Count a plan that would be carried out by itself.

    Returns:
        Why a cap does not let it, and when the counter that is full begins anew (None: it never will); None twice: it
        may.
    """
    brakes, until, hour = organization.brakes, now + _REMEMBERED, hour_counter(organization.id, now)
    if not_by_itself := never(brakes, planned):
        return not_by_itself, None
    taken = store.tally([hour], until=until, most=brakes.per_organization_hour, times=planned.taken)
    if over := over_limit(brakes, taken, hour, now):
        return over, _next_hour(now)
    days = store.tally(
        [day_counter(account_id, now) for account_id in planned.moved_account_ids],
        until=until,
        most=brakes.per_account_day,
    )
    if not (over := over_limit(brakes, days, hour, now)):
        return None, None
    # One account has had its turns: the others, and the organization, get theirs back.
    store.tally([hour], until=until, most=brakes.per_organization_hour, times=-planned.taken)
    counted = [name for name, times in days.items() if times <= brakes.per_account_day]
    store.tally(counted, until=until, most=brakes.per_account_day, times=-1)
    return over, _next_day(now)
