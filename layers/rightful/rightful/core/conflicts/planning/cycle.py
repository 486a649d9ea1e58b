"""Plans for swaps and rotations: every leg in one transaction, or none. Pure.

A leg takes an account, its address, its conflict and, where userNames rotate with the addresses, its userName: three or
four writes. What only tidies up joins the transaction where there is room and follows it otherwise, so that 24 people
who rename together with their userNames, or 32 who do not, still fit. More are handed to a person.

Chains need no plan of their own: each change whose address becomes free is applied, and wakes the one before it.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from rightful.core.accounts.account_changes import CollidingMovesError, writes_of
from rightful.core.accounts.before_image import touched
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import Decision
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.merge import with_change
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.plan import TRANSACTION_LIMIT, Blocked, Plan
from rightful.core.conflicts.planning.parts import applied, trail_of
from rightful.core.organizations.may_claim import required_domains
from rightful.ports.writes.conflicts import PutConflict

if TYPE_CHECKING:
    from rightful.ports.writes.transaction import Write


def plan_cycle(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> Plan | Blocked:
    """The plan for a swap or rotation whose legs were all read."""
    now, legs = snapshot.now, list(snapshot.legs())
    accounts = [leg.account for leg in legs if leg.account is not None]
    if len(accounts) < len(legs):
        return explain.unknown(snapshot.conflict)
    ids = {account.id for account in accounts}
    if any(leg.user_name_holder_id not in {None, *ids} for leg in legs):
        return explain.user_name_taken(snapshot.conflict)
    moves = [
        touched(account, with_change(account, leg.conflict, now), leg.conflict.id, now)
        for account, leg in zip(accounts, legs, strict=True)
    ]
    try:
        moved = writes_of(moves, now)
    except CollidingMovesError:
        return explain.user_name_taken(snapshot.conflict)
    leg_ids = [leg.conflict.id for leg in legs]
    after = [
        replace(
            applied(leg.conflict, diagnosis, decision, now),
            explanation=explain.applied_cycle(len(legs)),
            holder_account_id=leg.holder.id if leg.holder else None,
            holder_organization_id=leg.holder.organization_id if leg.holder else None,
            touched_account_ids=(move.before.id,),
            released=moved.released,
            leg_ids=tuple(other for other in leg_ids if other != leg.conflict.id),
        )
        for leg, move in zip(legs, moves, strict=True)
    ]
    writes: tuple[Write, ...] = (
        *moved.writes,
        *required_domains(snapshot.organization, [leg.conflict.wanted for leg in legs]),
        *(PutConflict(done, leg.conflict.version) for done, leg in zip(after, legs, strict=True)),
    )
    if len(writes) > TRANSACTION_LIMIT:
        return explain.too_long(len(legs))
    trail = tuple(write for done in after for write in trail_of(done))
    if len(writes) + len(trail) <= TRANSACTION_LIMIT:
        writes, trail = (*writes, *trail), ()
    return Plan(
        writes=writes,
        conflict=after[0],
        trail=trail,
        wakes=moved.released,
        moved_account_ids=tuple(ids),
        taken=len(moves),
    )
