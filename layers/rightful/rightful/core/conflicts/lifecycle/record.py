"""Recording a refused claim before its 409 is answered.

A requester has one pending change. The identity provider's retry of the same change is the same conflict, counted; a
change to another address takes the place of the former one.
"""

from dataclasses import replace
from datetime import datetime

from rightful.core.conflicts.lifecycle.end import end_of_waiters, ended, without_reactivation, written_anew
from rightful.core.conflicts.lifecycle.prepared import PreparedCreate, given_up, lapse, prepared_create_of
from rightful.core.conflicts.log_rows import log_row
from rightful.domain.conflicts.conflict import PENDING_CHANGE_LIFETIME, Conflict, ConflictStatus, Pointer
from rightful.domain.conflicts.explanation import NOTHING_SAID, Explanation, OutcomeCode, Statement, explained
from rightful.domain.conflicts.refused_request import Operation, PendingChange, RefusedRequest
from rightful.domain.events.event_log import Action, Result, row_id
from rightful.ports.context import Context, Invocation
from rightful.ports.refusals import commit_again
from rightful.ports.writes.conflicts import PutConflict, PutPending, PutWaiter
from rightful.ports.writes.transaction import Write
from rightful.text.wording import moment_text


def record(
    context: Context,
    refused: RefusedRequest,
    *,
    says_active: bool | None = None,
    explanation: Explanation = NOTHING_SAID,
) -> Conflict:
    """Make sure that a refused claim is in the table, and return its conflict.

    The caller then sends `conflict.pointer` to the queue and, once it went out, calls `store.mark_sent`; the 409
    is answered whether or not that worked. Safe to call again for the same refusal: it raises `occurrences`.

    A conflict that an administrator rejected or undid comes back as it is, with the new occurrence: it needs no
    message unless it still has a deactivation to apply (`needs_remediation`).

    Args:
        says_active: what the request says itself of the person's activity, whether or not that changes it.
        explanation: why it was refused, where nobody has to look who holds the address to know.

    Raises:
        ContendedError: other requests for the same requester kept coming in between.
    """
    key = refused.requester_key
    if refused.change.active is not None:
        refused = replace(refused, change=replace(refused.change, active_said_at=context.now))

    def attempt() -> Conflict:
        pending_id = context.store.pending_conflicts([key]).get(key)
        former = context.store.conflict(Pointer(refused.organization_id, pending_id)) if pending_id else None
        promised = former is not None and former.prepared
        prepared_create = prepared_create_of(context.store, former, context.now) if former and promised else None
        if former is not None and (_is_repeat(former, refused, context.now) or _is_prepared(prepared_create, refused)):
            conflict = _repeated(former, refused, says_active, context.invocation)
            context.commit(_counting(former, conflict))
            return conflict
        conflict = replace(_opened(refused, former, says_active, context.invocation), explanation=explanation)
        writes: list[Write] = [
            PutConflict(conflict, None),
            PutPending(key, conflict.id, conflict.request.wanted.canonical, replaces=pending_id),
            *waiters_of(conflict),
            log_row(conflict, Action.CLAIM_REFUSED, context.now, result=Result.REFUSED),
        ]
        if former is not None and (former.live or former.status is ConflictStatus.FAILED):
            writes += _replacing(former, conflict, context.now)
        elif former is not None and former.settled_by_people:
            # The new one carries a deactivation out: from the old one it could come after somebody said otherwise.
            settled = without_reactivation(replace(former, deactivation_pending=False))
            writes += written_anew(former, settled, context.now)
        elif prepared_create is not None:
            another = prepared_create.conflict.request.wanted.canonical != conflict.request.wanted.canonical
            end = (ConflictStatus.SUPERSEDED, _another(conflict)) if another else lapse(prepared_create, context.now)
            writes += given_up(prepared_create, context.now, *end)
        context.commit(writes)
        return conflict

    return commit_again(attempt, context.invocation)


def _counting(former: Conflict, conflict: Conflict) -> list[Write]:
    """The writes of a repeat."""
    ended = [each for each in end_of_waiters(former) if each.canonical not in conflict.request.waits_for]
    # A waiter that was lost is there again.
    return [PutConflict(conflict, former.version), *ended, *(waiters_of(conflict) if conflict.live else ())]


def needs_remediation(conflict: Conflict) -> bool:
    """Whether a message about it has anything to do."""
    return conflict.live or conflict.deactivation_pending or conflict.prepared


def _is_repeat(former: Conflict, refused: RefusedRequest, now: datetime) -> bool:
    return (
        (former.live or former.settled_by_people or former.status is ConflictStatus.FAILED)
        and former.request.wanted.canonical == refused.wanted.canonical
        and now < former.expires_at
    )


def _is_prepared(prepared_create: PreparedCreate | None, refused: RefusedRequest) -> bool:
    """A try that was refused while what would have let it through was being prepared: the next one goes through."""
    return (
        prepared_create is not None
        and prepared_create.stands
        and prepared_create.conflict.request.wanted.canonical == refused.wanted.canonical
    )


def _repeated(former: Conflict, refused: RefusedRequest, says_active: bool | None, invocation: Invocation) -> Conflict:
    """The same change once more: counted, and taken as it was sent last.

    Approvals were given to what was asked for then. Where this asks for something else they count no more, which the
    next examination says.
    """
    change = _merged(former.request.change, refused, says_active)
    same = (change.after, change.active) == (former.request.change.after, former.request.change.active)
    return replace(
        former,
        version=former.version + 1,
        status=ConflictStatus.OPEN if former.status is ConflictStatus.FAILED else former.status,
        request=replace(refused, change=change),
        finding=former.finding if same or former.prepared else replace(former.finding, judged=""),
        occurrences=former.occurrences + 1,
        last_seen_at=invocation.now,
        updated_at=invocation.now,
        correlation_id=invocation.correlation_id,
        deactivation_pending=change.active is False and (refused.change.active is False or former.deactivation_pending),
        sent=False,
    )


def _merged(former: PendingChange, refused: RefusedRequest, says_active: bool | None) -> PendingChange:
    """What is wanted after the repeat. A PUT or a create says everything again; a PATCH says what it says, and what an
    earlier one asked for besides is still wanted."""
    latest = refused.change
    if refused.operation is not Operation.PATCH:
        return latest
    earlier = {name: value for name, value in former.after.items() if name not in latest.before}
    if latest.active is None and says_active in {None, former.active}:
        latest = replace(latest, active=former.active, active_said_at=former.active_said_at)
    return PendingChange(
        before={**former.before, **latest.before},
        after={**earlier, **latest.after},
        active=latest.active,
        active_said_at=latest.active_said_at,
    )


def _opened(
    refused: RefusedRequest, former: Conflict | None, says_active: bool | None, invocation: Invocation
) -> Conflict:
    change = refused.change
    if former is not None and former.deactivation_pending and change.active is None and not says_active:
        # Nothing that was asked for is lost because something else was asked for.
        change = replace(change, active=False, active_said_at=former.activity_said_at)
    return Conflict(
        id=row_id(invocation.now, invocation.new_id()),  # lists sort, and ask for a time, by it
        version=1,
        status=ConflictStatus.OPEN,
        request=replace(refused, change=change),
        created_at=invocation.now,
        updated_at=invocation.now,
        expires_at=invocation.now + PENDING_CHANGE_LIFETIME,
        correlation_id=invocation.correlation_id,
        deactivation_pending=change.active is False and refused.requester.account_id is not None,
    )


def _replacing(former: Conflict, conflict: Conflict, now: datetime) -> tuple[Write, ...]:
    if now >= former.expires_at:
        ending = ended(
            former,
            ConflictStatus.EXPIRED,
            explained(OutcomeCode.EXPIRED_UNASKED, until=moment_text(former.expires_at)),
            now,
        )
    else:
        ending = ended(former, ConflictStatus.SUPERSEDED, Explanation((_another(conflict),)), now)
    return (*ending, *end_of_waiters(former))


def _another(conflict: Conflict) -> Statement[OutcomeCode]:
    return Statement(OutcomeCode.ANOTHER_ADDRESS_ASKED, {"address": conflict.request.wanted.value})


def waiters_of(conflict: Conflict) -> tuple[PutWaiter, ...]:
    """The writes by which it waits."""
    return tuple(
        PutWaiter(canonical, conflict.id, conflict.request.organization_id) for canonical in conflict.request.waits_for
    )
