"""Plans for a refused create: there is no account yet that could take the address. Pure.

The freed address is kept for the user that the directory is about to create, so that the identity provider's next
try goes through and nobody else gets the address in between; or the holder waits for that try, which links it again.
Both last as long as identity providers retry (the conflict's own 28 days), and two more days at least: the longest
pause between two tries is one.
"""

from dataclasses import replace

from rightful.core.accounts.before_images import with_before_image
from rightful.core.accounts.index_writes import AccountChange, Indexed, index_writes
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import Decision, chosen
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.lifecycle.kept import kept_until
from rightful.core.conflicts.log_rows import touched_rows
from rightful.core.conflicts.plan import Blocked, Plan
from rightful.core.conflicts.planning.parts import (
    applied,
    emptied_holder,
    finding_of,
    follow_up_of,
    rests_on_domain,
)
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.account import AwaitedLink
from rightful.domain.address import Hold, Reservation
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus, Outcome, Resolution
from rightful.ports.writes.accounts import RequireAccount, ReserveAddress, TransferAddress
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.transaction import Write


def plan_create(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> Plan | Blocked:
    """The plan for a create."""
    conflict, hold, holder = snapshot.conflict, snapshot.participant.hold, snapshot.holder
    conflict_class = diagnosis.effective_class
    if conflict_class in {ConflictClass.SELF, ConflictClass.TOMBSTONE}:
        return _ended(snapshot, diagnosis, decision, ())
    reservation = reservation_for(snapshot)
    if conflict_class is ConflictClass.STALE_INDEX:
        stale_id = hold.account_id if hold is not None else None
        evidence: list[Write] = [RequireAccount(holder.id, holder.version)] if holder else []
        reserve = ReserveAddress(
            conflict.request.wanted.canonical, stale_id, reservation, snapshot.now, _replaced(hold)
        )
        return _ended(snapshot, diagnosis, decision, (reserve, *evidence))
    if hold is not None and hold.reservation is not None:
        passed_on = ReserveAddress(conflict.request.wanted.canonical, None, reservation, snapshot.now, _replaced(hold))
        return _ended(snapshot, diagnosis, decision, (passed_on,))
    if holder is None:
        return explain.unknown(conflict)
    if chosen(conflict, diagnosis, decision.resolution) is Resolution.RELINK:
        # The holder keeps its address and waits for the create that may link it again (`accounts.relinking`).
        awaited = AwaitedLink(conflict.request.requester_key, reservation.until)
        move = with_before_image(holder, replace(holder, awaited=awaited), conflict.id, snapshot.now)
        return _ended(snapshot, diagnosis, decision, index_writes([move], snapshot.now).writes, move)
    gone = emptied_holder(snapshot, holder, diagnosis)
    moved = index_writes([gone], snapshot.now, Indexed(reserve={conflict.request.wanted.canonical: reservation}))
    return _ended(snapshot, diagnosis, decision, moved.writes, gone)


def _replaced(hold: Hold | None) -> str | None:
    """Whose reservation gives way: one of the same user, or one that an administrator passed on."""
    return hold.reservation.conflict_id if hold is not None and hold.reservation is not None else None


def reservation_for(snapshot: Snapshot) -> Reservation:
    """The reservation of the wanted address for the user that is to be created."""
    conflict = snapshot.conflict
    return Reservation(
        requester_key=conflict.request.requester_key,
        conflict_id=conflict.id,
        organization_id=conflict.request.organization_id,
        until=kept_until(conflict, snapshot.now),
    )


def _ended(
    snapshot: Snapshot,
    diagnosis: Diagnosis,
    decision: Decision,
    writes: tuple[Write, ...],
    move: AccountChange | None = None,
) -> Plan:
    conflict, hold = snapshot.conflict, snapshot.participant.hold
    relinked = move is not None and move.after.holds == move.before.holds
    taken_from = move.before.id if move is not None and not relinked else None
    after_move = move.after.email if move else None
    is_there = diagnosis.effective_class is ConflictClass.SELF and hold is not None and hold.account_id is not None
    outcome = Outcome(
        placeholder=after_move if after_move and after_move.is_placeholder else None,
        touched_account_ids=(move.before.id,) if move else (),
        sessions_revoked_of=(taken_from,) if taken_from else (),
    )
    finding = finding_of(conflict, diagnosis, decision, move.before if move else None)
    after = replace(
        applied(conflict, decision, snapshot.now, finding, outcome),
        status=ConflictStatus.APPLIED if is_there else ConflictStatus.PREPARED,
        explanation=explain.applied_create(snapshot, diagnosis, decision, relinked=relinked),
        next_step=None if is_there else explain.next_create(conflict),
    )
    claims = any(isinstance(write, ReserveAddress | TransferAddress) for write in writes)
    return Plan(
        writes=(
            *writes,
            *(
                required_domains(snapshot.organization, [conflict.request.address], own=rests_on_domain(diagnosis))
                if claims
                else ()
            ),
            PutConflict(after, conflict.version),
            *touched_rows(after, [move] if move else [], snapshot.now),
            *follow_up_of(after),
        ),
        conflict=after,
        # The user that is to be created counts as an account: two directories could take turns for ever.
        moved_account_ids=(taken_from, conflict.request.requester_key) if taken_from else (),
        taken=1 if taken_from else 0,
    )
