"""The use case: what changed settings would have decided about the conflicts of the last 90 days, before anybody saves
them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rightful.core.organizations.confirm import lowered_by
from rightful.core.simulation.compare import compare
from rightful.core.simulation.simulation import Settings, Simulation
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.explanation import Statement
from rightful.domain.conflicts.policy import at_least_two
from rightful.domain.conflicts.simulated import LeftOut
from rightful.domain.organization import Organization
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import ConflictFilter

MOST_CONFLICTS = 1_000
LOOKS_BACK = timedelta(days=90)


def simulate(store: IdentityStore, organization: Organization, asked: Organization, now: datetime) -> Simulation:
    """What would have been decided by the settings that are asked for, beside those that count.

    Up to `MOST_CONFLICTS` conflicts, the newest ones, and no more than five queries of 1 MB each. Writes nothing.

    Args:
        organization: as it is stored.
        asked: the same with policy and brakes as they would be saved.
    """
    since = now - LOOKS_BACK
    page = store.conflicts(organization.id, limit=MOST_CONFLICTS, wanted=ConflictFilter(since=since))
    complete = page.next_position is None
    lowered = lowered_by(organization, asked, now)
    return Simulation(
        since=since,
        now=now,
        complete=complete,
        reaches_back_to=since if complete or not page.conflicts else page.conflicts[-1].created_at,
        comparison=compare(
            Settings(organization.policy_at(now), organization.brakes),
            _as_asked(organization, asked, now),
            page.conflicts,
            now,
        ),
        left_out=tuple(_left_out(organization, asked, lowered)),
        unconfirmed=lowered,
    )


def _as_asked(organization: Organization, asked: Organization, now: datetime) -> Settings:
    """What is asked for. A rule that somebody lowered before, and that stays as it is, takes two people as it does
    now."""
    waiting = {each for each, word in organization.lowered.items() if word.stands_alone(now)}
    same = {each for each in waiting if asked.policy.rule(each) is organization.policy.rule(each)}
    return Settings(at_least_two(asked.policy, same), asked.brakes)


def _left_out(
    organization: Organization, asked: Organization, lowered: tuple[ConflictClass, ...]
) -> Iterator[Statement[LeftOut]]:
    yield Statement(LeftOut.EXAMINED_LAST)
    yield Statement(LeftOut.LIMITS)
    if asked.domain_policy is not organization.domain_policy:
        yield Statement(LeftOut.DOMAIN_POLICY)
    if asked.policy.relink_by_user_name is not organization.policy.relink_by_user_name:
        yield Statement(LeftOut.RELINKING)
    if lowered:
        yield Statement(LeftOut.SECOND_ADMINISTRATOR, {"classes": ", ".join(each.value for each in lowered)})
