"""Undo: every account that an applied conflict touched becomes what it was: address, link, status, attributes.

All or nothing, and only while nothing has been written to those accounts since: what came later rests on what is there
now. A swap or rotation is undone whole.
"""

from contextlib import suppress
from dataclasses import replace

from rightful.accounts.account import Account
from rightful.conflicts.applying import required_domains
from rightful.conflicts.conflict import Conflict, ConflictStatus
from rightful.conflicts.decision_error import DecisionError, read_reason
from rightful.conflicts.log_rows import log_row
from rightful.conflicts.moves import CollidingMovesError, Indexed, Move, restored, writes_of
from rightful.conflicts.remediation import Effect, Outcome
from rightful.conflicts.waking import wake
from rightful.eventlog import Action, Result
from rightful.invocation import Invocation
from rightful.organizations.organization import Organization
from rightful.organizations.tokens import Token
from rightful.storage.contract import ConflictQueue, IdentityStore, Pointer
from rightful.storage.writes import (
    ClaimAddress,
    ContendedError,
    PutAccount,
    PutConflict,
    PutPending,
    RefusedError,
    RequireDomain,
    Write,
)

_ATTEMPTS = 5


def undo(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer, *, key: Token, reason: str
) -> Outcome:
    """Restore every account that an applied conflict touched. All or nothing.

    The conflict stays the requester's pending change in name, so that the identity provider's next try is counted on it
    and does not move the address a second time; an administrator's retry opens it again.

    Raises:
        DecisionError: not_found, invalid_value, not_undoable (says what has changed since).
        ContendedError: no quiet moment.
        QueueUnavailableError: it is undone, but conflicts that wait for a freed address were not woken.
    """
    text = read_reason(reason)
    for _ in range(_ATTEMPTS):
        legs = _legs(store, pointer)
        organization = store.organization(pointer.organization_id)
        if organization is None:
            raise DecisionError("not_found", "There is no such conflict.")
        moves = [restored(account, invocation.now) for account in _touched_accounts(store, legs)]
        undone = [_undone(leg, key, text, invocation) for leg in legs]
        writes, released = _writes(organization, legs, undone, moves, invocation)
        try:
            store.commit(writes, remaining=invocation.remaining)
        except RefusedError as refused:
            _explain(refused)
            continue
        # What a rotation leaves no room for in its transaction follows.
        for leg in undone:
            _stay_pending(store, leg, invocation)
            row = log_row(leg, Action.CONFLICT_UNDONE, invocation.now, result=Result.DONE, approver=key.holder)
            store.log_entry(row.entry)
        woken = wake(store, queue, released, correlation_id=invocation.correlation_id)
        return Outcome(Effect.DECIDED, next(leg for leg in undone if leg.id == pointer.conflict_id), woken)
    raise ContendedError


def _legs(store: IdentityStore, pointer: Pointer) -> list[Conflict]:
    """The conflict and those that were applied with it."""
    conflict = store.conflict(pointer)
    if conflict is None:
        raise DecisionError("not_found", "There is no such conflict.")
    if conflict.status is not ConflictStatus.APPLIED or not conflict.touched_account_ids:
        raise DecisionError("not_undoable", f"Nothing was done that could be undone ({conflict.status.value}).")
    legs = [conflict]
    for leg_id in conflict.leg_ids:
        leg = store.conflict(Pointer(pointer.organization_id, leg_id))
        if leg is None or leg.status is not ConflictStatus.APPLIED:
            raise DecisionError("not_undoable", "Another part of the same swap has changed since.")
        legs.append(leg)
    return legs


def _touched_accounts(store: IdentityStore, legs: list[Conflict]) -> list[Account]:
    """The accounts as they are now, each still exactly as the remediation left it."""
    accounts = []
    for leg in legs:
        found = store.accounts(leg.touched_account_ids)
        for account_id in leg.touched_account_ids:
            account = found.get(account_id)
            image = account.before_image if account else None
            if account is None or image is None or image.conflict_id != leg.id or image.version != account.version:
                raise DecisionError("not_undoable", f"The account {account_id} has changed since: undo it by hand.")
            accounts.append(account)
    return accounts


def _undone(leg: Conflict, key: Token, reason: str, invocation: Invocation) -> Conflict:
    return replace(
        leg,
        version=leg.version + 1,
        status=ConflictStatus.UNDONE,
        explanation=f"Undone by {key.holder}: {reason}",
        next_step=None,
        updated_at=invocation.now,
        resolved_at=invocation.now,
    )


def _writes(
    organization: Organization,
    legs: list[Conflict],
    undone: list[Conflict],
    moves: list[Move],
    invocation: Invocation,
) -> tuple[list[Write], tuple[str, ...]]:
    # A create's address is reserved for the user that never came: its own reservation gives way.
    indexed = Indexed(requester_key=legs[0].requester_key)
    try:
        moved = writes_of(moves, invocation.now, indexed)
    except CollidingMovesError as error:
        raise DecisionError("not_undoable", "Two of the accounts would get one address: undo it by hand.") from error
    writes: list[Write] = [
        *moved.writes,
        *required_domains(organization, [move.after.email for move in moves]),
        *(PutConflict(after, leg.version) for after, leg in zip(undone, legs, strict=True)),
    ]
    return writes, moved.released


def _stay_pending(store: IdentityStore, leg: Conflict, invocation: Invocation) -> None:
    with suppress(RefusedError):  # the person has asked for something else since
        pending = PutPending(leg.requester_key, leg.id, leg.wanted.canonical)
        store.commit([pending], remaining=invocation.remaining)


def _explain(refused: RefusedError) -> None:
    """Say what stands in the way for good; what merely changed this moment is read again."""
    for refusal in refused.refusals:
        if isinstance(refusal.write, PutAccount | PutConflict):
            return
    for refusal in refused.refusals:
        if isinstance(refusal.write, ClaimAddress):
            raise DecisionError(
                "not_undoable", f"Somebody else has {refusal.write.canonical} by now: free it first."
            ) from refused
        if isinstance(refusal.write, RequireDomain):
            raise DecisionError(
                "not_undoable", f"The domain {refusal.write.domain} is not verified any more: verify it first."
            ) from refused
    raise DecisionError("not_undoable", "What it would restore was taken meanwhile: undo it by hand.") from refused
