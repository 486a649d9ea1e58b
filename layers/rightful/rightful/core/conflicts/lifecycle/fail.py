"""A conflict that cannot be examined is left to a person, and comes back when anybody asks for it again: the identity
provider with its next try, an administrator, or an operator who sends the dead letters back."""

from dataclasses import replace
from datetime import datetime

from rightful.core.conflicts.lifecycle.end import end_of_waiters
from rightful.core.conflicts.lifecycle.record import waiters_of
from rightful.core.conflicts.log_rows import log_row
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Outcome, Pointer
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode, explained
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.domain.events.event_log import Action, Result
from rightful.ports.context import Context
from rightful.ports.writes.conflicts import PutConflict, PutPending
from rightful.ports.writes.transaction import RefusedError, Write


def give_up(context: Context, pointer: Pointer) -> Conflict | None:
    """Mark a live conflict as failed, and say who has to look into it. A deactivation that waits with it goes on
    waiting, and the janitor goes on asking for it.

    Returns:
        The conflict as it is now; None: it is over already, or somebody else is at it this moment.

    Raises:
        ContendedError, ClientError: it was not marked. It stays as it was, and the janitor sends it within a day.
    """
    conflict = context.store.conflict(pointer)
    if conflict is None or not conflict.live:
        return None
    now = context.now
    failed = replace(
        conflict,
        version=conflict.version + 1,
        status=ConflictStatus.FAILED,
        explanation=explained(OutcomeCode.FAILED),
        next_step=step(Role.OPERATOR, StepCode.FIND_ERROR, correlation_id=conflict.correlation_id),
        updated_at=now,
        outcome=replace(conflict.outcome, resolved_at=now),
    )
    writes: list[Write] = [
        PutConflict(failed, conflict.version),
        *end_of_waiters(conflict),
        log_row(failed, Action.CONFLICT_DECIDED, now, result=Result.REFUSED),
    ]
    try:
        context.commit(writes)
    except RefusedError:
        return None
    return failed


def reopening(conflict: Conflict, now: datetime, explanation: Explanation, *, by: str = "") -> tuple[Write, ...]:
    """The writes that make a conflict open again, the requester's pending change and a waiter. `by`: the administrator
    who asked for it; approvals that were given before do not count then."""
    reopened = replace(
        conflict,
        version=conflict.version + 1,
        status=ConflictStatus.OPEN,
        explanation=explanation,
        next_step=None,
        approvals=() if by else conflict.approvals,
        updated_at=now,
        sent=False,
        finding=replace(conflict.finding, holder_account_id=None, holder_organization_id=None),
        outcome=Outcome(decided_by=by),
    )
    return (
        PutConflict(reopened, conflict.version),
        PutPending(conflict.request.requester_key, conflict.id, conflict.request.wanted.canonical),
        *waiters_of(conflict),
        log_row(reopened, Action.CONFLICT_DECIDED, now, result=Result.WAITING, approver=by or None),
    )
