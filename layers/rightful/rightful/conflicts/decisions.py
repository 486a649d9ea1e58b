"""What administrators say about a conflict: approve, reject, retry, undo."""

from collections.abc import Sequence
from dataclasses import replace

from rightful.conflicts.conflict import (
    SETTLED_BY_PEOPLE,
    Approval,
    Conflict,
    ConflictClass,
    ConflictStatus,
    Operation,
    Resolution,
)
from rightful.conflicts.decision import approved_thing, counting, decide, same_approver
from rightful.conflicts.decision_error import DecisionError, read_reason
from rightful.conflicts.diagnosis import Diagnosis, diagnose, reason_to_end
from rightful.conflicts.explain import cannot_relink, situation, waiting_chain
from rightful.conflicts.failing import reopening
from rightful.conflicts.gathering import gather
from rightful.conflicts.log_rows import log_row
from rightful.conflicts.policy import Rule
from rightful.conflicts.remediation import Effect, Outcome, remediate
from rightful.conflicts.resolutions import chosen
from rightful.conflicts.snapshot import Snapshot
from rightful.conflicts.undoing import undo
from rightful.conflicts.waiters import end_of_waiters
from rightful.conflicts.waking import wake_followers
from rightful.eventlog import Action, Result
from rightful.invocation import Invocation
from rightful.organizations.tokens import Token
from rightful.storage.contract import ConflictQueue, IdentityStore, Pointer, QueueUnavailableError
from rightful.storage.upkeep_contract import LOOK_AGAIN_AFTER
from rightful.storage.writes import ContendedError, PutConflict, PutPending, RefusedError, Write

__all__ = ["DecisionError", "approve", "reject", "retry", "undo"]

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
    resolution: Resolution | None = None,
) -> Outcome:
    """Approve a conflict with an admin key, and apply it if that was the last approval it needed.

    The approval is stored, then everything is read and judged again: what is applied is what is true then. An
    approval is given to the class and the holder of the moment; it counts for 7 days and only while its key is live.
    Two approvals need two keys of two different people, and the same resolution; who asks for the other one later has
    changed their mind, and who names none agrees with what was said last.

    Raises:
        DecisionError: not_found, ended, not_approvable, same_approver, invalid_value.
        ContendedError: no quiet moment; the approval may be stored: ask for a retry.
        QueueUnavailableError: it is applied, but waiting conflicts were not woken: ask for a retry.
    """
    text = read_reason(reason)
    for _ in range(_ATTEMPTS):
        conflict = _waiting(store, pointer)
        snapshot = gather(store, invocation, conflict)
        end = reason_to_end(snapshot)
        if end is not None:
            remediate(store, queue, invocation, pointer)
            raise DecisionError("ended", end[1])
        diagnosis = diagnose(snapshot)
        _check_approvable(snapshot, diagnosis, resolution)
        conflict_class, holder_id = approved_thing(snapshot, diagnosis)
        given = counting(snapshot, diagnosis)
        asked = resolution or (given[-1].resolution if given else None)
        wanted = chosen(conflict, diagnosis.acts_as, diagnosis.no_relink, asked)
        approval = Approval(key.id, key.holder, text, invocation.now, wanted, conflict_class, holder_id)
        others = tuple(other for other in given if not same_approver(approval, other))
        if any(other.resolution is wanted for other in given if other not in others):
            if _is_sufficient(snapshot, diagnosis, given):
                # The process died between approval and remediation: asking again is asking for the latter.
                return _announce_and_remediate(store, queue, invocation, pointer)
            raise DecisionError("same_approver", "You approved this already: a different administrator must agree.")
        approved = replace(
            conflict,
            version=conflict.version + 1,
            approvals=(*others, approval),
            updated_at=invocation.now,
            sent=False,
        )
        row = log_row(
            approved,
            Action.CONFLICT_APPROVED,
            invocation.now,
            result=Result.DONE,
            approver=key.holder,
            explanation=text,
        )
        try:
            store.commit([PutConflict(approved, conflict.version), row], remaining=invocation.remaining)
        except RefusedError:
            continue
        return _announce_and_remediate(store, queue, invocation, pointer)
    raise ContendedError


def reject(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer, *, key: Token, reason: str
) -> Outcome:
    """Say no. The identity provider's retries are counted on the conflict, and nobody is asked again.

    Raises:
        DecisionError: not_found, ended, invalid_value.
        ContendedError: no quiet moment.
        QueueUnavailableError: it is rejected, but who waited for it was not told.
    """
    text = read_reason(reason)
    for _ in range(_ATTEMPTS):
        conflict = _waiting(store, pointer)
        rejected = replace(
            conflict,
            version=conflict.version + 1,
            status=ConflictStatus.REJECTED,
            explanation=f"Rejected by {key.holder}: {text}",
            decided_by=key.holder,
            next_step=None,
            updated_at=invocation.now,
            resolved_at=invocation.now,
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
        return Outcome(Effect.DECIDED, rejected, wake_followers(store, queue, rejected))
    raise ContendedError


def retry(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer, *, key: Token
) -> Outcome:
    """Examine a conflict again now; one that was rejected, undone or failed is opened again.

    Raises:
        DecisionError: not_found; ended (applied, superseded, expired, or a newer change took its place).
        ContendedError: no quiet moment.
    """
    for _ in range(_ATTEMPTS):
        conflict = _existing(store, pointer)
        if conflict.live:
            return remediate(store, queue, invocation, pointer)
        if conflict.status not in _REOPENED_BY_RETRY or invocation.now >= conflict.expires_at:
            raise DecisionError(
                "ended", f"This conflict has ended ({conflict.status.value}): nothing is left to retry."
            )
        writes = reopening(conflict, invocation.now, f"Opened again by {key.holder}.", by=key.holder)
        try:
            store.commit(writes, remaining=invocation.remaining)
        except RefusedError as error:
            if any(isinstance(refusal.write, PutPending) for refusal in error.refusals):
                raise DecisionError("ended", "A later change of the same person took the place of this one.") from error
            continue
        return _announce_and_remediate(store, queue, invocation, pointer)
    raise ContendedError


def _announce_and_remediate(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer
) -> Outcome:
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
        raise DecisionError("not_found", "There is no such conflict.")
    return conflict


def _waiting(store: IdentityStore, pointer: Pointer) -> Conflict:
    conflict = _existing(store, pointer)
    if not conflict.live:
        raise DecisionError("ended", f"This conflict has ended ({conflict.status.value}): nothing is left to decide.")
    return conflict


def _check_approvable(snapshot: Snapshot, diagnosis: Diagnosis, resolution: Resolution | None) -> None:
    policy = snapshot.organization.policy if snapshot.organization else None
    rules = {policy.rule(diagnosis.conflict_class), policy.rule(diagnosis.acts_as)} if policy else {Rule.REFUSE}
    if Rule.REFUSE in rules and not diagnosis.free:
        raise DecisionError("not_approvable", f"{situation(diagnosis)} No approval can change that.")
    if diagnosis.follows:
        waiting = waiting_chain(snapshot)
        raise DecisionError("not_approvable", f"{waiting.explanation} {waiting.next_step.what}")
    if diagnosis.acts_as is ConflictClass.UNKNOWN and (snapshot.leg.hold is None or not snapshot.leg.hold.reservation):
        raise DecisionError("not_approvable", f"{situation(diagnosis)} Nothing could be applied safely.")
    if resolution is not Resolution.RELINK:
        return
    if snapshot.conflict.operation is not Operation.CREATE:
        raise DecisionError(
            "invalid_value", "Only a user that is to be created can be linked to a former account.", "resolution"
        )
    if diagnosis.no_relink:
        raise DecisionError("not_approvable", cannot_relink(diagnosis), "resolution")


def _is_sufficient(snapshot: Snapshot, diagnosis: Diagnosis, approvals: Sequence[Approval]) -> bool:
    organization = snapshot.organization
    return (
        organization is not None
        and decide(diagnosis, organization.policy, organization.brakes, approvals=approvals).act
    )
