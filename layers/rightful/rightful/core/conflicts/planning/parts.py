"""The parts that plans are made of: a holder emptied, a conflict applied, what has to hold besides. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from rightful.core.accounts.before_images import with_before_image
from rightful.core.accounts.edits import deactivated, without_address
from rightful.core.accounts.index_writes import AccountChange, Indexed, index_writes
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import Decision
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.lifecycle.end import end_of_pending
from rightful.core.conflicts.log_rows import approvers, log_row, touched_rows
from rightful.core.conflicts.plan import Plan
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.account import Account, FormerLink
from rightful.domain.address import placeholder
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus, Finding, Outcome
from rightful.domain.conflicts.evidence import NO_GROUNDS, Grounds
from rightful.domain.events.event_log import Action
from rightful.ports.writes.conflicts import AppendLog, PutConflict
from rightful.ports.writes.transaction import Write


def emptied_holder(
    snapshot: Snapshot, holder: Account, diagnosis: Diagnosis, *, wanted_user_name: str | None = None
) -> AccountChange:
    """The holder without the wanted address: on a placeholder, unlinked or deactivated where its class says so.

    Where the change asks for the holder's userName as well, that is freed in the same way.
    """
    conflict, now = snapshot.conflict, snapshot.now
    instead = placeholder(conflict.id)
    after = without_address(holder, instead, now)
    link = after.link
    if diagnosis.effective_class is ConflictClass.OTHER_DIRECTORY and link is not None:
        former = FormerLink(link.directory_id, link.user_name, link.external_id, now)
        after = replace(after, link=None, former_link=former)
    elif link is not None and snapshot.participant.user_name_holder_id == holder.id and wanted_user_name is not None:
        after = replace(
            after,
            link=replace(link, user_name=instead.user_name_instead),
            attributes={**after.attributes, "userName": instead.user_name_instead},
        )
    if diagnosis.effective_class is ConflictClass.DUPLICATE:
        after = deactivated(after, now)
    if holder.organization_id is None:
        after = replace(after, known_to=after.known_to | {conflict.request.organization_id})
    return with_before_image(holder, after, conflict.id, now)


def resolved(
    snapshot: Snapshot,
    diagnosis: Diagnosis,
    decision: Decision,
    moves: Sequence[AccountChange],
    indexed: Indexed | None = None,
) -> Plan:
    """The plan that carries out these moves and ends the conflict as applied."""
    conflict, now = snapshot.conflict, snapshot.now
    moved = index_writes(moves, now, indexed)
    taken_from = [move.before.id for move in moves if move.before.id != conflict.request.requester.account_id]
    holder = moves[-1].after if taken_from else None
    outcome = Outcome(
        placeholder=holder.email if holder and holder.email and holder.email.is_placeholder else None,
        touched_account_ids=tuple(move.before.id for move in moves),
        sessions_revoked_of=tuple(taken_from),
        released=moved.released,
    )
    after = replace(
        applied(conflict, decision, now, finding_of(conflict, diagnosis, decision, holder), outcome),
        explanation=explain.applied(snapshot, diagnosis, decision),
    )
    return Plan(
        writes=(
            *moved.writes,
            *required_domains(
                snapshot.organization, [move.after.email for move in moves], own=rests_on_domain(diagnosis)
            ),
            PutConflict(after, conflict.version),
            *touched_rows(after, moves, now),
            *follow_up_of(after),
        ),
        conflict=after,
        requeues=moved.released,
        moved_account_ids=tuple(move.before.id for move in moves) if taken_from else (),
        taken=len(taken_from),
    )


def finding_of(conflict: Conflict, diagnosis: Diagnosis, decision: Decision, holder: Account | None) -> Finding:
    """What was found now; what was judged is only put down where it waits for people."""
    return replace(
        diagnosed(conflict, diagnosis, decision),
        holder_account_id=holder.id if holder else None,
        holder_organization_id=holder.organization_id if holder else None,
    )


def diagnosed(conflict: Conflict, diagnosis: Diagnosis, decision: Decision) -> Finding:
    """What was found now, but for the holder."""
    return replace(
        conflict.finding,
        conflict_class=diagnosis.conflict_class,
        underlying_class=diagnosis.underlying_class,
        evidence=diagnosis.evidence,
        rule=decision.rule.value,
        would_do=None,
        choices=(),
        held_back_by=decision.reason,
        automatic_at=None,
        blocked_by=None,
        grounds=_grounds_of(diagnosis),
    )


def _grounds_of(diagnosis: Diagnosis) -> Grounds | None:
    """What has to be kept of a diagnosis besides class and evidence, so that it can be made again
    (`core.simulation.compare`); None: nothing."""
    grounds = Grounds(
        free=diagnosis.free,
        follows=diagnosis.follows,
        other_letters=diagnosis.other_letters,
        takes_two=diagnosis.two.anyway,
        kinds=tuple(sorted(each.value for each in diagnosis.two.kinds)),
        deactivated_at=diagnosis.deactivated_at,
    )
    return grounds if grounds != NO_GROUNDS else None


def _resolved_at(finding: Finding, now: datetime) -> Finding:
    """The finding with which a conflict is resolved now: the days of a deactivated holder are counted until then."""
    if finding.grounds is None or finding.grounds.deactivated_at is None:
        return finding
    return replace(finding, grounds=replace(finding.grounds, decided_at=now))


def applied(conflict: Conflict, decision: Decision, now: datetime, finding: Finding, outcome: Outcome) -> Conflict:
    """The conflict as it is once its plan is carried out; who made the plan explains it."""
    return replace(
        conflict,
        version=conflict.version + 1,
        status=ConflictStatus.APPLIED,
        finding=_resolved_at(finding, now),
        outcome=replace(outcome, resolved_at=now),
        next_step=None,
        approvals=decision.approvals,
        updated_at=now,
        deactivation_pending=False,
    )


def follow_up_of(conflict: Conflict) -> tuple[Write, ...]:
    """What an applied conflict leaves behind: made from it alone, so that it can be written again after a crash."""
    return (*tidied(conflict), applied_row(conflict))


def tidied(conflict: Conflict) -> tuple[Write, ...]:
    """What nobody waits for any more."""
    return () if conflict.prepared else end_of_pending(conflict)


def applied_row(conflict: Conflict) -> AppendLog:
    """The row of the account that asked."""
    action = Action.CONFLICT_PREPARED if conflict.prepared else Action.CONFLICT_APPLIED
    return log_row(conflict, action, conflict.outcome.resolved_at or conflict.updated_at, approver=approvers(conflict))


def rests_on_domain(diagnosis: Diagnosis) -> bool:
    """Whether the organization may only do it because the domain is its own: to take an address from an account that
    it does not manage, or that nobody confirmed. A domain policy of "any" is no such right."""
    return diagnosis.effective_class in {ConflictClass.CLAIMABLE, ConflictClass.UNCONFIRMED}
