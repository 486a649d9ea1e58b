"""Remediation: from a pointer on the queue to a resolved conflict, or to a sentence that says who must do what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rightful.core.accounts.edits import deactivated
from rightful.core.accounts.emails import asked_in_vain
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.automatic import automatic_at
from rightful.core.conflicts.decision.choices import choices
from rightful.core.conflicts.decision.decide import Decision, counting, judged_now
from rightful.core.conflicts.decision.ended_approvals import told_of
from rightful.core.conflicts.decision.limits import Brake, count
from rightful.core.conflicts.demands import owner_to_tell, telling
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis, diagnose
from rightful.core.conflicts.diagnosis.gather import gather
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.diagnosis.still_wanted import is_requester, reason_to_end
from rightful.core.conflicts.diagnosis.version import NAMELESS, circle_of, version_of
from rightful.core.conflicts.lifecycle.end import end_of_waiters, ended
from rightful.core.conflicts.lifecycle.fail import reopening
from rightful.core.conflicts.lifecycle.prepared import seen_to
from rightful.core.conflicts.lifecycle.requeue import requester_of, requeue, requeue_followers
from rightful.core.conflicts.log_rows import log_row
from rightful.core.conflicts.plan import Blocked, Plan
from rightful.core.conflicts.planning.dispatch import judge, would_do
from rightful.core.conflicts.planning.parts import finding_of, follow_up_of
from rightful.core.groups.leave import leave_all
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus, Notice, Pointer
from rightful.domain.conflicts.due import next_appointment, told_now
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode, Statement, explained
from rightful.domain.events.event_log import Action, Result
from rightful.domain.organization import Organization
from rightful.ports.context import QueueContext
from rightful.ports.refusals import Commits, commit_again, commit_possible
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.conflicts import EndPending, PutConflict
from rightful.ports.writes.transaction import ContendedError, Write
from rightful.scim.errors import ScimError
from rightful.text.wording import moment_text

_STEPS = 8
_TIME_FOR_ONE = 3.0
"""Seconds: an attempt reads, decides and commits up to `_STEPS` times."""


class Effect(StrEnum):
    """What a remediation did."""

    APPLIED = "applied"
    DECIDED = "decided"
    """It waits for a person or was refused; class, explanation or next step are new."""
    ENDED = "ended"
    """Superseded or expired."""
    NOTHING = "nothing"
    """A repeat: there is no such conflict, it ended before, or nothing about it changed."""


@dataclass(frozen=True, slots=True)
class Remediation:
    """What a remediation did, the conflict as it is now (None: there is none), which other conflicts it woke, and
    what held it back."""

    effect: Effect
    conflict: Conflict | None
    requeued: tuple[Pointer, ...] = ()
    brake: Brake | None = None


def remediate(
    context: QueueContext, pointer: Pointer, *, sent_at: datetime | None = None, first: bool = False
) -> Remediation:
    """Examine a conflict afresh and do what its organization's policy allows.

    Reads everything consistently, applies a pending deactivation first, then diagnoses, decides, plans and commits
    once; where the evidence changed meanwhile it starts over. Conflicts that wait for an address that became free are
    sent to the queue before it returns. A redelivered pointer is a no-op.

    Args:
        sent_at: when the pointer was sent. One that was on its way already when the conflict failed does not open it
            again: it asks for nothing new. None: somebody asks now.
        first: nobody has tried this message before, so nobody died over it.

    Raises:
        ContendedError: no quiet moment in the time there was; let the queue deliver the pointer again.
        QueueUnavailableError: waiters could not be woken; let the queue deliver the pointer again.
    """
    examination = _Examination(context, pointer, Commits(context), sent_at, first)
    return commit_again(examination.run, context.invocation, time_for_one=_TIME_FOR_ONE)


@dataclass(slots=True)
class _Examination:
    """One examination; it remembers what the caps said, so that trying again does not count twice: why they do not let
    it, and when the counter that is full begins anew."""

    context: QueueContext
    pointer: Pointer
    commits: Commits
    sent_at: datetime | None = None
    first: bool = False
    caps: tuple[Statement[OutcomeCode] | None, datetime | None] | None = None
    brake: Brake | None = None

    def run(self) -> Remediation:
        for _ in range(_STEPS):
            conflict = self.context.store.conflict(self.pointer)
            outcome = self._step(conflict) if conflict else Remediation(Effect.NOTHING, None)
            if outcome is not None:
                return outcome
        raise ContendedError

    def _step(self, conflict: Conflict) -> Remediation | None:
        """One look at the conflict; None: there is more to do, look again."""
        if conflict.deactivation_pending:
            self._deactivate(conflict)
            return None
        if conflict.status is ConflictStatus.FAILED:
            return self._reopen(conflict)
        if not conflict.live:
            return Remediation(Effect.NOTHING, conflict, self._finish(conflict))
        snapshot = gather(self.context, conflict)
        end = reason_to_end(snapshot)
        if end is not None or snapshot.organization is None:
            return self._end(snapshot, *(end or (ConflictStatus.SUPERSEDED, Statement(OutcomeCode.DIRECTORY_DELETED))))
        if snapshot.cyclic and (
            owed := [
                participant.conflict for participant in snapshot.following if participant.conflict.deactivation_pending
            ]
        ):
            # Carried out with the swap it would be undone with it.
            for each in owed:
                self._deactivate(each)
            return None
        diagnosis = diagnose(snapshot)
        organization = snapshot.organization
        decision, planned, brake = judge(snapshot, diagnosis, lambda plan: self._over_limit(organization, plan))
        self.brake = brake or self.brake
        if would_do(snapshot, diagnosis, decision) is not None:
            self.brake = Brake.DRY_RUN
        if not isinstance(planned, Plan):
            outcome = self._put_off(snapshot, diagnosis, decision, planned)
            _, turns_at = self.caps or (None, None)
            if turns_at is not None:
                appointment = next_appointment(outcome.conflict) if outcome.conflict else None
                self.context.store.look_again(self.pointer, min(turns_at, appointment or turns_at))
            return outcome
        self.commits.commit(planned.writes)
        if planned.follow_up:
            commit_possible(self.context, planned.follow_up)
        if planned.again:
            return None
        self._leave_groups(planned.conflict)
        return Remediation(Effect.APPLIED, planned.conflict, self._requeue(planned.requeues, planned.conflict))

    def _over_limit(self, organization: Organization, planned: Plan) -> Statement[OutcomeCode] | None:
        if self.caps is None:
            self.caps = count(self.context.store, organization, planned, self.context.now)
        return self.caps[0]

    def _put_off(
        self, snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision, blocked: Blocked | None
    ) -> Remediation:
        """Nothing may or can be done now: say why, and who must do what. Nothing new is not written."""
        conflict, now = snapshot.conflict, self.context.now
        explanation, next_step = explain.decided(conflict, diagnosis, decision)
        status = ConflictStatus.WAITING_APPROVAL if decision.missing else ConflictStatus.REFUSED
        if blocked is not None:
            explanation, next_step, status = blocked.explanation, blocked.next_step, blocked.status
        holder = snapshot.holder if diagnosis.conflict_class not in NAMELESS else None
        after = replace(
            conflict,
            status=status,
            explanation=explanation,
            next_step=next_step,
            approvals=counting(snapshot, diagnosis),
            finding=replace(
                finding_of(conflict, diagnosis, decision, holder),
                judged=judged_now(snapshot, diagnosis),
                circle_ids=circle_of(snapshot, diagnosis),
                choices=choices(conflict, diagnosis) if decision.missing else (),
                automatic_at=automatic_at(snapshot, diagnosis, decision, self.caps[1] if self.caps else None),
                blocked_by=_blocked_by(snapshot, diagnosis),
                would_do=would_do(snapshot, diagnosis, decision),
            ),
        )
        asked = version_of(after) if status is ConflictStatus.WAITING_APPROVAL else ""
        after = replace(after, finding=replace(after.finding, asked=asked))
        if conflict.approvals or conflict.explanation.has_notes:
            after = replace(after, explanation=told_of(conflict, replace(after, updated_at=now)))
        after = told_now(conflict, after, now)
        owner = owner_to_tell(snapshot, after)
        if owner is not None:
            after = replace(after, told=after.told | {Notice.OWNER_TOLD})
        if after == conflict:
            return Remediation(Effect.NOTHING, conflict)
        same_grounds = replace(after.finding, grounds=conflict.finding.grounds)  # nothing that people are told
        reminds_only = replace(after, told=conflict.told, finding=same_grounds) == conflict
        after = replace(after, version=conflict.version + 1, updated_at=now)
        result = Result.REFUSED if status is ConflictStatus.REFUSED else Result.WAITING
        row = log_row(after, Action.CONFLICT_DECIDED, now, result=result)
        writes: list[Write] = [PutConflict(after, conflict.version), *(() if reminds_only else (row,))]
        self.context.commit([*writes, *(telling(owner, after) if owner is not None else ())])
        same = (conflict.status, conflict.finding.conflict_class) == (status, after.finding.conflict_class)
        requeued = self._tell_circle(snapshot, after) if same else requeue_followers(self.context, after)
        return Remediation(Effect.DECIDED, after, requeued, self.brake)

    def _tell_circle(self, snapshot: Snapshot, after: Conflict) -> tuple[Pointer, ...]:
        """Of a swap or rotation another thing is asked: the next of its conflicts is looked at, if it does not say so
        yet, and tells the one after it."""
        for each in snapshot.following[:1] if after.finding.circle_ids else ():
            if version_of(each.conflict) != version_of(after):
                self.context.queue.send(each.conflict.pointer, correlation_id=self.context.invocation.correlation_id)
                return (each.conflict.pointer,)
        return ()

    def _end(self, snapshot: Snapshot, status: ConflictStatus, why: Statement[OutcomeCode]) -> Remediation:
        conflict = snapshot.conflict
        put, row = ended(conflict, status, Explanation((why,)), self.context.now)
        writes: list[Write] = [put, row, *end_of_waiters(conflict)]
        if snapshot.pending_id == conflict.id:
            writes.append(EndPending(conflict.request.requester_key, conflict.id))
        if status is ConflictStatus.EXPIRED and snapshot.requester is not None and is_requester(snapshot.participant):
            account = asked_in_vain(snapshot.requester, conflict)
            after = replace(account, version=account.version + 1, updated_at=self.context.now)
            writes.append(PutAccount(after, account.version))
        self.context.commit(writes)
        return Remediation(Effect.ENDED, put.conflict, requeue_followers(self.context, put.conflict))

    def _reopen(self, conflict: Conflict) -> Remediation | None:
        """Its pointer comes once more, from the dead-letter queue or on an occasion: whatever failed may be mended."""
        now, key, failed_at = self.context.now, conflict.request.requester_key, conflict.outcome.resolved_at
        if self.sent_at is not None and failed_at is not None and self.sent_at <= failed_at:
            return Remediation(Effect.NOTHING, conflict)
        pending_id = self.context.store.pending_conflicts([key]).get(key)
        if pending_id not in {None, conflict.id}:
            self.context.commit(ended(conflict, ConflictStatus.SUPERSEDED, explained(OutcomeCode.REPLACED), now))
        elif now < conflict.expires_at:
            self.context.commit(reopening(conflict, now, explained(OutcomeCode.OPENED_AFTER_FAILURE)))
            return None
        else:  # without a look at anything else, which might fail once more
            pending = [EndPending(key, conflict.id)] if pending_id is not None else []
            lapsed = explained(OutcomeCode.EXPIRED_FAILED, until=moment_text(conflict.expires_at))
            self.context.commit([*ended(conflict, ConflictStatus.EXPIRED, lapsed, now), *pending])
        return Remediation(Effect.ENDED, self.context.store.conflict(self.pointer))

    def _deactivate(self, conflict: Conflict) -> None:
        """The refused request also deactivated the person: that is done first and whatever becomes of the address."""
        now = self.context.now
        account = requester_of(self.context.store, conflict)
        after = replace(conflict, version=conflict.version + 1, deactivation_pending=False, updated_at=now)
        writes: list[Write] = [PutConflict(after, conflict.version)]
        scim_id = account.link.scim_id if account and account.link else None
        if account and account.active and scim_id is not None and scim_id == conflict.request.requester.scim_id:
            gone = replace(deactivated(account, now), version=account.version + 1, updated_at=now)
            done = replace(after, explanation=explained(OutcomeCode.DEACTIVATED_AT_ONCE), next_step=None)
            writes += [
                PutAccount(gone, account.version),
                log_row(done, Action.USER_DEACTIVATED, now, result=Result.DONE),
            ]
        self.context.commit(writes)
        requeue_followers(self.context, after)

    def _finish(self, conflict: Conflict) -> tuple[Pointer, ...]:
        """After a crash between the transaction and what follows it, a redelivery does what follows."""
        if conflict.status not in {ConflictStatus.PREPARED, ConflictStatus.APPLIED}:
            return () if conflict.settled_by_people else requeue_followers(self.context, conflict)
        if conflict.outcome.participant_ids:
            ids = (conflict.id, *conflict.outcome.participant_ids)
            found = [self.context.store.conflict(Pointer(conflict.request.organization_id, each)) for each in ids]
            applied = [each for each in found if each and each.status is conflict.status]
            commit_possible(self.context, [write for each in applied for write in follow_up_of(each)])
        self._leave_groups(conflict)
        if conflict.prepared and seen_to(self.context, conflict):
            return self._requeue([*conflict.outcome.released, conflict.request.wanted.canonical], conflict)
        # Else the stream wakes them, too: repeats that wake would multiply along a chain.
        return () if self.first else self._requeue(conflict.outcome.released, conflict)

    def _leave_groups(self, conflict: Conflict) -> None:
        """A holder that was unlinked from its directory leaves that directory's groups, as with SCIM DELETE."""
        if ConflictClass.OTHER_DIRECTORY not in {conflict.finding.conflict_class, conflict.finding.underlying_class}:
            return
        for account in self.context.store.accounts(conflict.outcome.touched_account_ids).values():
            if account.link is None and account.group_ids:
                try:
                    leave_all(self.context, account)
                except ScimError as error:
                    raise ContendedError from error

    def _requeue(self, canonicals: Sequence[str], conflict: Conflict) -> tuple[Pointer, ...]:
        return requeue(self.context.store, self.context.queue, canonicals, by=conflict)


def _blocked_by(snapshot: Snapshot, diagnosis: Diagnosis) -> str | None:
    """The conflict that comes first: the holder's own, or the one that the address is kept for."""
    if diagnosis.effective_class is ConflictClass.LEAVING:
        return None if snapshot.cyclic else snapshot.following[0].conflict.id
    return diagnosis.evidence.reserved.conflict_id if diagnosis.evidence.reserved is not None else None
