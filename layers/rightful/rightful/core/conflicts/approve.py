"""What administrators say about a conflict that waits: approve, reject; and retry."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from rightful.core.conflicts.decision.decide import Decision, chosen, counting, decide, same_approver, version_now
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis, diagnose
from rightful.core.conflicts.diagnosis.gather import gather
from rightful.core.conflicts.diagnosis.situation import situation
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.diagnosis.still_wanted import reason_to_end
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.explain import cannot_relink, changed, decided, settled_by, waiting_chain
from rightful.core.conflicts.lifecycle.claim import claim_of
from rightful.core.conflicts.lifecycle.end import end_of_waiters
from rightful.core.conflicts.lifecycle.fail import reopening
from rightful.core.conflicts.lifecycle.requeue import requeue_followers
from rightful.core.conflicts.log_rows import log_row, touched_rows
from rightful.core.conflicts.remediate import Effect, Remediation, remediate
from rightful.core.conflicts.word import Word, ended_because, existing
from rightful.domain.conflicts.conflict import (
    REOPENED_BY_RETRY,
    Approval,
    Conflict,
    ConflictClass,
    ConflictStatus,
    Pointer,
    Resolution,
    without_holder,
)
from rightful.domain.conflicts.due import LOOK_AGAIN_AFTER, look_again_at
from rightful.domain.conflicts.explanation import OutcomeCode, explained
from rightful.domain.conflicts.policy import Rule
from rightful.domain.conflicts.refused_request import Operation
from rightful.domain.events.event_log import Action, Result
from rightful.domain.request_error import RequestError
from rightful.ports.context import QueueContext
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.refusals import commit_again
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.conflicts import PutConflict, PutPending
from rightful.ports.writes.transaction import RefusedError, Write


def approve(context: QueueContext, pointer: Pointer, word: Word) -> Remediation:
    """Approve a conflict with an admin key, and apply it if that was the last approval it needed.

    An approval is given to what was read, which its version names. The approval is stored, then everything is read and
    judged again, and the approval counts only if that has this version still. It counts for 7 days and only while its
    key is live. Two approvals need two keys of two different people, and the same resolution; who asks for the other
    one later has changed their mind. Who names none means what happens where nobody says.

    Raises:
        RequestError: not_found, ended, version_required, changed (examined again, nothing was moved by it),
            not_approvable, same_approver, invalid_value (also: others named a resolution, and this names none).
        ContendedError: no quiet moment; the approval may be stored: ask for a retry.
        QueueUnavailableError: it is applied, but waiting conflicts were not woken: ask for a retry.
    """
    word = word.with_reason()

    def attempt() -> tuple[Snapshot, Diagnosis, Conflict]:
        snapshot, diagnosis = _as_read(context, _waiting(context, pointer), word)
        _check_approvable(snapshot, diagnosis, word.resolution)
        approved = _approved(snapshot, diagnosis, word)
        if approved is not None:
            context.commit(word.noted(approved, Action.CONFLICT_APPROVED, Result.DONE))
        return snapshot, diagnosis, approved or snapshot.conflict

    snapshot, diagnosis, conflict = commit_again(attempt, context.invocation)
    _announce(context, pointer, look_again_at(conflict, context.now))
    outcome = remediate(context, pointer)
    if outcome.conflict is not None and outcome.conflict.live:
        _tell_circle(context, outcome.conflict)
    if outcome.conflict is not None and not _was_for(context.store, outcome.conflict, snapshot, diagnosis):
        raise RequestError("changed", changed(outcome.conflict))
    return outcome


def reject(context: QueueContext, pointer: Pointer, word: Word) -> Remediation:
    """Say no. The identity provider's retries are counted on the conflict, and nobody is asked again.

    An account that an approval of it had claimed is the person's own again, or the explanation says why not.

    Where no account goes with it nobody loses anything by it, so it need not name a version; one that it names has to
    be what is true.

    Raises:
        RequestError: not_found, ended, version_required, changed, invalid_value.
        ContendedError: no quiet moment.
        QueueUnavailableError: it is rejected, but who waited for it was not told.
    """
    word, now, by = word.with_reason(), context.now, word.key.owner

    def attempt() -> Conflict:
        conflict = _waiting(context, pointer)
        claim = claim_of(context, conflict)
        given_back = claim.given_back if claim is not None else None
        if word.version is not None or given_back is not None:
            _as_read(context, conflict, word)
        said = explained(OutcomeCode.REJECTED, by=by, reason=word.reason)
        rejected = replace(
            conflict,
            version=conflict.version + 1,
            status=ConflictStatus.REJECTED,
            explanation=said.and_then(claim.said) if claim is not None else said,
            next_step=settled_by(conflict),
            updated_at=now,
            outcome=replace(conflict.outcome, decided_by=by, resolved_at=now),
        )
        rejected = without_holder(rejected) if given_back is not None else rejected
        row = log_row(rejected, Action.CONFLICT_REJECTED, now, result=Result.DONE, approver=by)
        writes: list[Write] = [PutConflict(rejected, conflict.version), *end_of_waiters(conflict), row]
        if claim is not None and given_back is not None:
            writes += [*claim.writes, *touched_rows(replace(rejected, explanation=said), [given_back], now)]
        context.commit(writes)
        return rejected

    rejected = commit_again(attempt, context.invocation)
    return Remediation(Effect.DECIDED, rejected, requeue_followers(context, rejected))


def retry(context: QueueContext, pointer: Pointer, word: Word) -> Remediation:
    """Examine a conflict again now; one that was rejected, undone or failed is opened again.

    A version that it names has to be what is true; it need not name one.

    Raises:
        RequestError: not_found; changed; ended (applied, superseded, expired, or a newer change took its place).
        ContendedError: no quiet moment.
    """

    def attempt() -> bool:
        """Open it again; whether that was needed."""
        conflict = existing(context.store, pointer)
        if conflict.live:
            if word.version is not None:
                _as_read(context, conflict, word)
            return False
        if conflict.status not in REOPENED_BY_RETRY or context.now >= conflict.expires_at:
            raise RequestError("ended", ended_because(conflict, context.now))
        if word.version not in {None, version_of(conflict)}:
            raise RequestError("changed", changed(conflict))
        by = word.key.owner
        try:
            context.commit(reopening(conflict, context.now, explained(OutcomeCode.OPENED_AGAIN, by=by), by=by))
        except RefusedError as error:
            if any(isinstance(refusal.write, PutPending) for refusal in error.refusals):
                raise RequestError("ended", "A later change of the same person took the place of this one.") from error
            raise
        return True

    if commit_again(attempt, context.invocation):
        _announce(context, pointer, context.now + LOOK_AGAIN_AFTER)
    return remediate(context, pointer)


def _announce(context: QueueContext, pointer: Pointer, again_at: datetime) -> None:
    """It is remediated at once, for the answer's sake; a message makes sure of it if this process dies half-way."""
    with suppress(QueueUnavailableError):  # marked as not sent: the janitor sends it
        context.queue.send(pointer, correlation_id=context.invocation.correlation_id)
        context.store.mark_sent(pointer, now=context.now, again_at=again_at)


def _tell_circle(context: QueueContext, conflict: Conflict) -> None:
    """What was said about one conflict of a swap or rotation was said about all: they are looked at, and say so."""
    with suppress(QueueUnavailableError):  # each of them counts it all the same, whenever it is looked at
        for other_id in conflict.finding.circle_ids:
            pointer = Pointer(conflict.request.organization_id, other_id)
            context.queue.send(pointer, correlation_id=context.invocation.correlation_id)


def _waiting(context: QueueContext, pointer: Pointer) -> Conflict:
    conflict = existing(context.store, pointer)
    if not conflict.live:
        raise RequestError("ended", ended_because(conflict, context.now))
    return conflict


def _as_read(context: QueueContext, conflict: Conflict, word: Word) -> tuple[Snapshot, Diagnosis]:
    """A waiting conflict as it is judged this moment, which is what was read.

    Raises:
        RequestError: ended; version_required; changed, and what it is now is stored.
    """
    snapshot = gather(context, conflict)
    end = reason_to_end(snapshot)
    if end is None:
        diagnosis = diagnose(snapshot)
        if word.is_given_to(version_now(snapshot, diagnosis)):
            return snapshot, diagnosis
    with suppress(QueueUnavailableError):  # who waits for an address that became free is woken by the janitor
        remediate(context, conflict.pointer)
    if end is not None:
        raise RequestError("ended", end[1].sentence)
    raise RequestError("changed", changed(existing(context.store, conflict.pointer)))


def _approved(snapshot: Snapshot, diagnosis: Diagnosis, word: Word) -> Conflict | None:
    """The conflict with this approval; None: it was given before, and is enough. The process died between approval and
    remediation: asking again is asking for the latter.

    Raises:
        RequestError: same_approver; invalid_value, others named a resolution, and this names none.
    """
    conflict = snapshot.conflict
    given = counting(snapshot, diagnosis)
    approval = word.approval(version_now(snapshot, diagnosis), snapshot.now)
    others = tuple(other for other in given if not same_approver(approval, other))
    own = [other.resolution for other in given if other not in others]
    wanted = word.resolution or (own[-1] if own else _where_nobody_says(conflict, diagnosis, others))
    if wanted not in own:
        approvals = (*others, replace(approval, resolution=wanted))
        approved = replace(
            conflict, version=conflict.version + 1, approvals=approvals, updated_at=snapshot.now, sent=False
        )
        decision = _decision(snapshot, diagnosis, approvals)
        if not decision.missing:
            return approved
        # Whoever reads it, or hears of it, is told right away that another administrator has to agree.
        explanation, next_step = decided(conflict, diagnosis, decision)
        return replace(approved, explanation=explanation, next_step=next_step)
    if _decision(snapshot, diagnosis, given).act:
        return None
    raise RequestError("same_approver", "You approved this already: a different administrator must agree.")


def _decision(snapshot: Snapshot, diagnosis: Diagnosis, approvals: tuple[Approval, ...]) -> Decision:
    """What follows from these approvals."""
    organization = snapshot.organization
    if organization is None:
        return Decision(Rule.REFUSE, act=False)
    return decide(diagnosis, organization.policy, organization.brakes, approvals=approvals)


def _where_nobody_says(conflict: Conflict, diagnosis: Diagnosis, others: Sequence[Approval]) -> Resolution:
    """The resolution of an approval that names none: what happens where nobody says, and never what others chose.

    Raises:
        RequestError: invalid_value, somebody chose otherwise.
    """
    meant = chosen(conflict, diagnosis)
    for other in others:
        if other.resolution is not None and other.resolution is not meant:
            choices = " or ".join(f'"{choice.value}"' for choice in Resolution)
            message = f'{other.owner} chose the resolution "{other.resolution.value}". Name yours: {choices}.'
            raise RequestError("invalid_value", message, "resolution")
    return meant


def _was_for(store: IdentityStore, after: Conflict, snapshot: Snapshot, diagnosis: Diagnosis) -> bool:
    """Whether an approval was for what the examination after it found: it was carried out, or counts."""
    if not after.live or version_of(after) == version_now(snapshot, diagnosis):
        return True
    holder = snapshot.holder
    claimed = store.account(holder.id) if holder and diagnosis.effective_class is ConflictClass.CLAIMABLE else None
    return claimed is not None and claimed.organization_id == after.request.organization_id


def _check_approvable(snapshot: Snapshot, diagnosis: Diagnosis, resolution: Resolution | None) -> None:
    policy = snapshot.organization.policy if snapshot.organization else None
    rules = {policy.rule(diagnosis.conflict_class), policy.rule(diagnosis.effective_class)} if policy else {Rule.REFUSE}
    if Rule.REFUSE in rules and not diagnosis.free:
        raise RequestError("not_approvable", f"{situation(diagnosis).sentence} No approval can change that.")
    if diagnosis.follows:
        waiting = waiting_chain(snapshot)
        raise RequestError("not_approvable", f"{waiting.explanation.sentence} {waiting.next_step.what}")
    if diagnosis.effective_class is ConflictClass.UNKNOWN and (
        snapshot.participant.hold is None or not snapshot.participant.hold.reservation
    ):
        raise RequestError("not_approvable", f"{situation(diagnosis).sentence} Nothing could be applied safely.")
    if resolution is not Resolution.RELINK:
        return
    if snapshot.conflict.request.operation is not Operation.CREATE:
        raise RequestError(
            "invalid_value", "Only a user that is to be created can be linked to a former account.", "resolution"
        )
    if diagnosis.no_relink is not None:
        raise RequestError(
            "not_approvable", cannot_relink(diagnosis.no_relink, diagnosis.effective_class), "resolution"
        )
