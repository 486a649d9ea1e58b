"""What a refused create is promised once its conflict is `prepared`: the address is kept for it, or the account that
has the address waits to be linked again by it.

Until the create comes the conflict stays the user's pending change, and goes on waiting for the address. So whatever
ends the wish finds the promise and ends it in the same transaction: another address, a revoked key, an undo. With the
create it is `applied`; where nobody comes while the promise lasts it is `expired`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rightful.core.accounts.relinking import is_awaited
from rightful.core.conflicts.diagnosis.gather import gather
from rightful.core.conflicts.diagnosis.still_wanted import reason_to_end
from rightful.core.conflicts.lifecycle.end import end_of_waiters
from rightful.core.conflicts.lifecycle.kept import kept_until
from rightful.core.conflicts.log_rows import log_row
from rightful.domain.account import Account
from rightful.domain.address import Reservation
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.due import reminded
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode, Statement
from rightful.domain.events.event_log import Action, Result
from rightful.ports.context import Context
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import EndReservation, PutAccount
from rightful.ports.writes.conflicts import EndPending, PutConflict
from rightful.ports.writes.transaction import Write
from rightful.text.wording import moment_text

_Why = Statement[OutcomeCode]


@dataclass(frozen=True, slots=True)
class PreparedCreate:
    """What is left of a prepared create's promise.

    Attributes:
        reservation: the wanted address is kept for the user.
        account: it waits to be linked again by the user.
        stands: the next create of the user goes through because of it; not any more, if its time is over or the account
            is a case for people again.
    """

    conflict: Conflict
    reservation: Reservation | None = None
    account: Account | None = None
    stands: bool = False


def prepared_create_of(store: IdentityStore, conflict: Conflict, now: datetime) -> PreparedCreate:
    """The promise of a prepared create as it is now."""
    canonical = conflict.request.wanted.canonical
    hold = store.holds([canonical]).get(canonical)
    reservation, key = hold.reservation if hold is not None else None, conflict.request.requester_key
    if reservation is not None and reservation.requester_key == key:
        return PreparedCreate(conflict, reservation=reservation, stands=now < reservation.until)
    for account in store.accounts(conflict.outcome.touched_account_ids).values():
        if account.awaited is not None and account.awaited.requester_key == key:
            has_it = account.holds == canonical
            stands = has_it and is_awaited(account, key, conflict.request.organization_id, now)
            return PreparedCreate(conflict, account=account, stands=stands)
    return PreparedCreate(conflict)


def lapse(prepared_create: PreparedCreate, now: datetime) -> tuple[ConflictStatus, _Why]:
    """The end of a promise that does not stand any more: its time is over, or it was broken by something else."""
    conflict = prepared_create.conflict
    until = kept_until(conflict, conflict.outcome.resolved_at or conflict.updated_at)
    if now < until:
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.NOT_KEPT)
    return ConflictStatus.EXPIRED, Statement(OutcomeCode.NOBODY_CAME, {"until": moment_text(until)})


def given_up(prepared_create: PreparedCreate, now: datetime, status: ConflictStatus, why: _Why) -> tuple[Write, ...]:
    """The end of a promise that is not wanted any more. Does not end its conflict's place as the pending change."""
    conflict = prepared_create.conflict
    after = _over(conflict, now, status, why)
    row = log_row(after, Action.CONFLICT_ENDED, now, result=Result.DONE)
    return (PutConflict(after, conflict.version), *end_of_waiters(conflict), row, *taken_back(prepared_create, now))


def taken_back(prepared_create: PreparedCreate, now: datetime) -> Sequence[Write]:
    """What makes the promise void."""
    reservation, account = prepared_create.reservation, prepared_create.account
    if reservation is not None:
        return [EndReservation(prepared_create.conflict.request.wanted.canonical, reservation.conflict_id)]
    if account is not None:
        after = replace(account, version=account.version + 1, updated_at=now, awaited=None)
        return [PutAccount(after, account.version)]
    return []


def ending_by_create(store: IdentityStore, conflict: Conflict, created: Account, now: datetime) -> tuple[Write, ...]:
    """What the create of the user adds to its transaction: it makes use of the promise, or has another address."""
    pending = EndPending(conflict.request.requester_key, conflict.id)
    if created.holds != conflict.request.wanted.canonical:
        prepared_create = prepared_create_of(store, conflict, now)
        if prepared_create.account is not None and prepared_create.account.id == created.id:
            # It has moved on with its address, and is linked all the same.
            prepared_create = replace(prepared_create, account=None)
        why = Statement(OutcomeCode.CREATED_OTHERWISE)
        return (*given_up(prepared_create, now, ConflictStatus.SUPERSEDED, why), pending)
    after = _over(conflict, now, ConflictStatus.APPLIED, Statement(OutcomeCode.CREATED))
    row = log_row(after, Action.CONFLICT_APPLIED, now, result=Result.DONE)
    return (PutConflict(after, conflict.version), *end_of_waiters(conflict), pending, row)


def ending_by_itself(context: Context, conflict: Conflict) -> tuple[Write, ...]:
    """The end of a prepared create that nobody wants any more or whose promise is gone; empty: it goes on waiting."""
    now = context.now
    snapshot = gather(context, conflict)
    prepared_create = prepared_create_of(context.store, conflict, now)
    end = reason_to_end(snapshot)
    status = ConflictStatus.SUPERSEDED
    if not prepared_create.stands:
        status, why = lapse(prepared_create, now)
    elif end is not None and end[0] is not ConflictStatus.EXPIRED:
        why = end[1]
    elif not snapshot.may_claim:
        why = Statement(OutcomeCode.DOMAIN_LOST, {"domain": conflict.request.wanted.domain})
    else:
        return ()
    ours = snapshot.pending_id == conflict.id
    pending = [EndPending(conflict.request.requester_key, conflict.id)] if ours else []
    return (*given_up(prepared_create, now, status, why), *pending)


def seen_to(context: Context, conflict: Conflict) -> bool:
    """End a prepared create whose time has come (whether it did), or note that people are reminded of it."""
    over = ending_by_itself(context, conflict)
    note = reminded(conflict, context.now) if not over else None
    if note is not None:
        note = replace(note, version=conflict.version + 1, updated_at=context.now)
    writes = over or ([PutConflict(note, conflict.version)] if note is not None else [])
    if writes:
        context.commit(writes)
    return bool(over)


def _over(conflict: Conflict, now: datetime, status: ConflictStatus, why: _Why) -> Conflict:
    return replace(
        conflict,
        version=conflict.version + 1,
        status=status,
        explanation=Explanation((*conflict.explanation.statements, why)),
        next_step=None,
        updated_at=now,
        outcome=replace(conflict.outcome, resolved_at=now),
    )
