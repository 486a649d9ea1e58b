"""Plans for a refused change of a user that exists. Pure."""

from dataclasses import replace

from rightful.core.accounts.before_images import with_before_image
from rightful.core.accounts.claims import claimed
from rightful.core.accounts.index_writes import Indexed, index_writes
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import Decision
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.merge import with_change
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.log_rows import touched_rows
from rightful.core.conflicts.plan import Blocked, Plan
from rightful.core.conflicts.planning.parts import diagnosed, emptied_holder, resolved
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus
from rightful.domain.conflicts.explanation import OutcomeCode, explained
from rightful.ports.writes.accounts import RequireAccount
from rightful.ports.writes.conflicts import PutConflict


def plan_change(snapshot: Snapshot, requester: Account, diagnosis: Diagnosis, decision: Decision) -> Plan | Blocked:
    """The change of a user that exists."""
    conflict, now = snapshot.conflict, snapshot.now
    conflict_class = diagnosis.effective_class
    take_address = conflict_class is not ConflictClass.TOMBSTONE
    after = with_change(requester, conflict, now, take_address=take_address)
    if conflict_class in {ConflictClass.SELF, ConflictClass.TOMBSTONE}:
        moves = [] if after == requester else [with_before_image(requester, after, conflict.id, now)]
        return resolved(snapshot, diagnosis, decision, moves)
    mine = with_before_image(requester, after, conflict.id, now)
    holder, hold = snapshot.holder, snapshot.participant.hold
    if conflict_class is ConflictClass.STALE_INDEX:
        listed = {conflict.request.wanted.canonical: hold.account_id} if hold is not None and hold.account_id else {}
        evidence = [RequireAccount(holder.id, holder.version)] if holder and holder.id != requester.id else []
        planned = resolved(snapshot, diagnosis, decision, [mine], Indexed(listed=listed))
        return replace(planned, writes=(*planned.writes, *evidence))
    if conflict_class is ConflictClass.UNKNOWN:
        if hold is None or hold.reservation is None:
            return explain.unknown(conflict)
        return resolved(snapshot, diagnosis, decision, [mine], Indexed(requester_key=hold.reservation.requester_key))
    if holder is None:
        return explain.unknown(conflict)
    gone = emptied_holder(snapshot, holder, diagnosis, wanted_user_name=after.link.user_name if after.link else "")
    return resolved(snapshot, diagnosis, decision, [mine, gone])


def plan_claim(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> Plan | Blocked:
    """An unmanaged holder on the organization's own domain becomes managed; what happens to it is judged afresh."""
    conflict, now, holder = snapshot.conflict, snapshot.now, snapshot.holder
    if holder is None:
        return explain.unknown(conflict)
    after = replace(
        conflict,
        version=conflict.version + 1,
        status=ConflictStatus.OPEN,
        explanation=explained(OutcomeCode.CLAIMED, address=conflict.request.wanted.value),
        next_step=None,
        approvals=(),
        updated_at=now,
        sent=False,
        finding=diagnosed(conflict, diagnosis, decision),
    )
    move = with_before_image(holder, claimed(holder, conflict.request.organization_id), conflict.id, now)
    return Plan(
        writes=(
            *index_writes([move], now).writes,
            *required_domains(snapshot.organization, [conflict.request.address], own=True),
            PutConflict(after, conflict.version),
            *touched_rows(replace(after, approvals=decision.approvals), [move], now),
        ),
        conflict=after,
        moved_account_ids=(holder.id,),
        taken=1,
        again=True,
    )
