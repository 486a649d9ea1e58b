"""Plans for swaps and rotations: every leg in one transaction, or none. Pure.

A leg takes an account, its address, its conflict and, where userNames rotate with the addresses, its userName: three or
four writes. 24 people who rename together with their userNames fit, or 32 who do not; more are handed to a person. A
row of the log for each of them has room besides for 19, or 24; else the rows follow the transaction, as does what only
tidies up.

Chains need no plan of their own: each change whose address becomes free is applied, and wakes the one before it.
"""

from dataclasses import replace

from rightful.core.accounts.before_images import with_before_image
from rightful.core.accounts.index_writes import CollidingUpdatesError, index_writes
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import Decision
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.merge import with_change
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.log_rows import rows_of_all
from rightful.core.conflicts.plan import Blocked, Plan, fitted
from rightful.core.conflicts.planning.parts import applied, applied_row, finding_of, tidied
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.conflicts.conflict import Outcome
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.transaction import TRANSACTION_LIMIT, Write


def plan_cycle(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> Plan | Blocked:
    """The plan for a swap or rotation whose participants were all read."""
    now, participants = snapshot.now, list(snapshot.participants())
    accounts = [participant.account for participant in participants if participant.account is not None]
    if len(accounts) < len(participants):
        return explain.unknown(snapshot.conflict)
    ids = {account.id for account in accounts}
    if any(participant.user_name_holder_id not in {None, *ids} for participant in participants):
        return explain.user_name_taken(snapshot)
    moves = [
        with_before_image(account, with_change(account, participant.conflict, now), participant.conflict.id, now)
        for account, participant in zip(accounts, participants, strict=True)
    ]
    try:
        moved = index_writes(moves, now)
    except CollidingUpdatesError:
        return explain.user_name_taken(snapshot)
    participant_ids = [participant.conflict.id for participant in participants]
    after = []
    for participant, move in zip(participants, moves, strict=True):
        finding = finding_of(participant.conflict, diagnosis, decision, participant.holder)
        outcome = Outcome(
            touched_account_ids=(move.before.id,),
            released=moved.released,
            participant_ids=tuple(other for other in participant_ids if other != participant.conflict.id),
        )
        done = applied(participant.conflict, decision, now, finding, outcome)
        after.append(replace(done, explanation=explain.applied_cycle(len(participants), decision)))
    writes: tuple[Write, ...] = (
        *moved.writes,
        *required_domains(snapshot.organization, [each.conflict.request.address for each in participants]),
        *(
            PutConflict(done, participant.conflict.version)
            for done, participant in zip(after, participants, strict=True)
        ),
    )
    if len(writes) > TRANSACTION_LIMIT:
        return explain.too_long(len(participants))
    besides = rows_of_all(after, moves, now)
    tidying = [write for done in after for write in tidied(done)]
    writes, follow_up = fitted(writes, [applied_row(done) for done in after], besides, tidying)
    return Plan(
        writes=writes,
        conflict=after[0],
        follow_up=follow_up,
        requeues=moved.released,
        moved_account_ids=tuple(ids),
        taken=len(moves),
    )
