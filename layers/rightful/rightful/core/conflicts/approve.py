"""What administrators say about a conflict: approve, reject, retry, undo."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from rightful.core.conflicts.decision.decide import counting, decide, same_approver, version_now
from rightful.core.conflicts.decision.resolution import chosen
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis, diagnose
from rightful.core.conflicts.diagnosis.gather import gather
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.diagnosis.still_wanted import reason_to_end
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.errors import VERSION_REQUIRED, read_reason
from rightful.core.conflicts.explain import cannot_relink, changed, situation, waiting_chain
from rightful.core.conflicts.lifecycle.end import end_of_waiters
from rightful.core.conflicts.lifecycle.fail import reopening
from rightful.core.conflicts.lifecycle.requeue import requeue_followers
from rightful.core.conflicts.log_rows import log_row
from rightful.core.conflicts.remediate import Effect, Remediation, remediate
from rightful.domain.conflict import (
    LOOK_AGAIN_AFTER,
    SETTLED_BY_PEOPLE,
    Approval,
    Conflict,
    ConflictClass,
    ConflictStatus,
    Pointer,
    Resolution,
)
from rightful.domain.event_log import Action, Result
from rightful.domain.explanation import OutcomeCode, explained
from rightful.domain.key import Token
from rightful.domain.policy import Rule
from rightful.domain.refused_request import Operation
from rightful.domain.request_error import RequestError
from rightful.ports.context import Invocation
from rightful.ports.queue import ConflictQueue, QueueUnavailableError
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.conflicts import PutConflict, PutPending
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write

_ATTEMPTS = 5
_REOPENED_BY_RETRY = SETTLED_BY_PEOPLE | {ConflictStatus.FAILED}


def approve(
    store: IdentityStore,
    queue: ConflictQueue,
    invocation: Invocation,
    pointer: Pointer,
    *,
    key: Token,
    reason: str,
    version: str | None,
    resolution: Resolution | None = None,
) -> Remediation:
    """Approve a conflict with an admin key, and apply it if that was the last approval it needed.

    An approval is given to what was read, which `version` names (`version.version_of`). The approval is stored, then
    everything is read and judged again, and the approval counts only if that has this version still. It counts for 7
    days and only while its key is live. Two approvals need two keys of two different people, and the same resolution;
    who asks for the other one later has changed their mind. Who names none means what happens where nobody says.

    Raises:
        RequestError: not_found, ended, version_required, changed (examined again, nothing was moved by it),
            not_approvable, same_approver, invalid_value (also: others named a resolution, and this names none).
        ContendedError: no quiet moment; the approval may be stored: ask for a retry.
        QueueUnavailableError: it is applied, but waiting conflicts were not woken: ask for a retry.
    """
    text = read_reason(reason)
    for _ in range(_ATTEMPTS):
        conflict = _waiting(store, pointer)
        snapshot, diagnosis = _as_read(store, queue, invocation, conflict, version)
        _check_approvable(snapshot, diagnosis, resolution)
        given = counting(snapshot, diagnosis)
        approval = Approval(key.id, key.holder, text, invocation.now, version=version_now(snapshot, diagnosis))
        others = tuple(other for other in given if not same_approver(approval, other))
        own = [other.resolution for other in given if other not in others]
        wanted = resolution or (own[-1] if own else _where_nobody_says(conflict, diagnosis, others))
        if wanted in own:
            if _is_sufficient(snapshot, diagnosis, given):
                # The process died between approval and remediation: asking again is asking for the latter.
                return _announce_and_remediate(store, queue, invocation, pointer)
            raise RequestError("same_approver", "You approved this already: a different administrator must agree.")
        approved = replace(
            conflict,
            version=conflict.version + 1,
            approvals=(*others, replace(approval, resolution=wanted)),
            updated_at=invocation.now,
            sent=False,
        )
        row = log_row(
            replace(approved, explanation=explained(OutcomeCode.REASON, reason=text)),
            Action.CONFLICT_APPROVED,
            invocation.now,
            result=Result.DONE,
            approver=key.holder,
        )
        try:
            store.commit([PutConflict(approved, conflict.version), row], remaining=invocation.remaining)
        except RefusedError:
            continue
        outcome = _announce_and_remediate(store, queue, invocation, pointer)
        if outcome.conflict is not None and not _was_for(store, outcome.conflict, snapshot, diagnosis):
            raise RequestError("changed", changed(outcome.conflict))
        return outcome
    raise ContendedError


def reject(
    store: IdentityStore,
    queue: ConflictQueue,
    invocation: Invocation,
    pointer: Pointer,
    *,
    key: Token,
    reason: str,
    version: str | None = None,
) -> Remediation:
    """Say no. The identity provider's retries are counted on the conflict, and nobody is asked again.

    Nobody loses anything by it, so it need not name a `version`; one that it names has to be what is true.

    Raises:
        RequestError: not_found, ended, changed, invalid_value.
        ContendedError: no quiet moment.
        QueueUnavailableError: it is rejected, but who waited for it was not told.
    """
    text = read_reason(reason)
    for _ in range(_ATTEMPTS):
        conflict = _waiting(store, pointer)
        if version is not None:
            _as_read(store, queue, invocation, conflict, version)
        rejected = replace(
            conflict,
            version=conflict.version + 1,
            status=ConflictStatus.REJECTED,
            explanation=explained(OutcomeCode.REJECTED, by=key.holder, reason=text),
            next_step=None,
            updated_at=invocation.now,
            outcome=replace(conflict.outcome, decided_by=key.holder, resolved_at=invocation.now),
        )
        writes: list[Write] = [
            PutConflict(rejected, conflict.version),
            *end_of_waiters(conflict),
            log_row(rejected, Action.CONFLICT_REJECTED, invocation.now, result=Result.DONE, approver=key.holder),
        ]
        try:
            store.commit(writes, remaining=invocation.remaining)
        except RefusedError:
            continue
        return Remediation(Effect.DECIDED, rejected, requeue_followers(store, queue, rejected))
    raise ContendedError


def retry(
    store: IdentityStore,
    queue: ConflictQueue,
    invocation: Invocation,
    pointer: Pointer,
    *,
    key: Token,
    version: str | None = None,
) -> Remediation:
    """Examine a conflict again now; one that was rejected, undone or failed is opened again.

    A `version` that it names has to be what is true; it need not name one.

    Raises:
        RequestError: not_found; changed; ended (applied, superseded, expired, or a newer change took its place).
        ContendedError: no quiet moment.
    """
    for _ in range(_ATTEMPTS):
        conflict = _existing(store, pointer)
        if conflict.live:
            if version is not None:
                _as_read(store, queue, invocation, conflict, version)
            return remediate(store, queue, invocation, pointer)
        if conflict.status not in _REOPENED_BY_RETRY or invocation.now >= conflict.expires_at:
            raise RequestError("ended", f"This conflict has ended ({conflict.status.value}): nothing is left to retry.")
        if version not in {None, version_of(conflict)}:
            raise RequestError("changed", changed(conflict))
        writes = reopening(conflict, invocation.now, explained(OutcomeCode.OPENED_AGAIN, by=key.holder), by=key.holder)
        try:
            store.commit(writes, remaining=invocation.remaining)
        except RefusedError as error:
            if any(isinstance(refusal.write, PutPending) for refusal in error.refusals):
                raise RequestError("ended", "A later change of the same person took the place of this one.") from error
            continue
        return _announce_and_remediate(store, queue, invocation, pointer)
    raise ContendedError


def _announce_and_remediate(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer
) -> Remediation:
    """Remediate at once, for the answer's sake; the message makes sure of it if this process dies half-way."""
    try:
        queue.send(pointer, correlation_id=invocation.correlation_id)
        store.mark_sent(pointer, now=invocation.now, again_at=invocation.now + LOOK_AGAIN_AFTER)
    except QueueUnavailableError:
        pass  # marked as not sent: the janitor sends it
    return remediate(store, queue, invocation, pointer)


def _existing(store: IdentityStore, pointer: Pointer) -> Conflict:
    conflict = store.conflict(pointer)
    if conflict is None:
        raise RequestError("not_found", "There is no such conflict.")
    return conflict


def _waiting(store: IdentityStore, pointer: Pointer) -> Conflict:
    conflict = _existing(store, pointer)
    if not conflict.live:
        raise RequestError("ended", f"This conflict has ended ({conflict.status.value}): nothing is left to decide.")
    return conflict


def _as_read(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, conflict: Conflict, version: str | None
) -> tuple[Snapshot, Diagnosis]:
    """A waiting conflict as it is judged this moment, which is what was read.

    Raises:
        RequestError: ended; version_required; changed, and what it is now is stored.
    """
    pointer = conflict.pointer
    snapshot = gather(store, invocation, conflict)
    end = reason_to_end(snapshot)
    if end is not None:
        with suppress(QueueUnavailableError):  # who waits for an address that became free is woken by the janitor
            remediate(store, queue, invocation, pointer)
        raise RequestError("ended", end[1].pattern)
    if version is None:
        raise RequestError("version_required", VERSION_REQUIRED, "version")
    diagnosis = diagnose(snapshot)
    if version == version_now(snapshot, diagnosis):
        return snapshot, diagnosis
    with suppress(QueueUnavailableError):
        remediate(store, queue, invocation, pointer)
    raise RequestError("changed", changed(_existing(store, pointer)))


def _where_nobody_says(conflict: Conflict, diagnosis: Diagnosis, others: Sequence[Approval]) -> Resolution:
    """The resolution of an approval that names none: what happens where nobody says, and never what others chose.

    Raises:
        RequestError: invalid_value, somebody chose otherwise.
    """
    meant = chosen(conflict, diagnosis)
    for other in others:
        if other.resolution is not None and other.resolution is not meant:
            choices = " or ".join(f'"{choice.value}"' for choice in Resolution)
            message = f'{other.holder} chose the resolution "{other.resolution.value}". Name yours: {choices}.'
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


def _is_sufficient(snapshot: Snapshot, diagnosis: Diagnosis, approvals: Sequence[Approval]) -> bool:
    organization = snapshot.organization
    return (
        organization is not None
        and decide(diagnosis, organization.policy, organization.brakes, approvals=approvals).act
    )
