"""A directory changes a user. Conditional and repeatable, as all that it does to its users.

What is needed is read in one call; what should be is computed from it, and committed as one transaction. A commit that
is refused says which condition did not hold: another holder of the address becomes a conflict and the standard 409;
anything that merely changed meanwhile is read again and tried again, while there is time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rightful.core.accounts.edits import deactivated
from rightful.core.accounts.emails import remembering, with_own_address, without_tombstones
from rightful.core.accounts.index_writes import requester_of, user_writes
from rightful.core.accounts.resource import UnverifiedDomainError, changed_account, resource_of
from rightful.core.users.refuse import (
    Attempt,
    ClaimRefusedError,
    check,
    ending,
    held_address,
    held_removal,
    pending_conflict,
    taken_address,
    taken_user_name,
)
from rightful.core.users.request import UserRequest, busy, read_state
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, owes_deactivation
from rightful.domain.conflicts.refused_request import NOTHING, ExplicitIntent, Operation
from rightful.ports.refusals import commit_from, is_done, is_stale, obsolete_releases, refused_user_name, taken_by
from rightful.ports.store.contract import DirectoryState
from rightful.ports.writes.transaction import RefusedError, Write
from rightful.scim.errors import not_found

ResourceEdit = Callable[[Mapping[str, object]], Mapping[str, object]]
"""From a User resource as it is to the resource as the request wants it; raises ScimError."""

Precondition = Callable[[Account], None]
"""Checks If-Match against the account as it is at each attempt; raises ScimError (412)."""


def no_precondition(_: Account) -> None:
    """Any state will do."""


@dataclass(frozen=True, slots=True)
class UserChange:
    """What a PUT or PATCH wants.

    Attributes:
        edit: computes the wanted resource; called again where the user changed meanwhile.
        intent: what the request says in so many words: it can take back what was refused before.
    """

    scim_id: str
    edit: ResourceEdit
    operation: Operation
    precondition: Precondition = no_precondition
    intent: ExplicitIntent = NOTHING


def change_user(request: UserRequest, state: DirectoryState, change: UserChange) -> Account:
    """Change a user. Where the change asks for nothing new the user is not written and its version stays.

    Args:
        state: as `read_state(request, change.scim_id)` read it.

    Raises:
        ScimError: 400, 403 what takes two people, 404, 409 uniqueness (the conflict is recorded then; of a 403,
            too), 412, 503.
    """
    obsolete: list[Write] = []
    return commit_from(
        state,
        lambda state: _changed_user(request, state, change, obsolete),
        lambda: read_state(request, change.scim_id),
        request.context.invocation,
    )


def _changed_user(request: UserRequest, state: DirectoryState, change: UserChange, obsolete: list[Write]) -> Account:
    """One attempt. `obsolete`: what an index refused to release, as it has lost track of it; more may come to it."""
    before = state.account
    if before is None or not request.has_user(before, change.scim_id):
        raise not_found(f"Resource {change.scim_id} not found.")
    change.precondition(before)
    pending = pending_conflict(request, state)

    wanted, ended = _wanted(request, before, change, pending)
    after, writes = before, list(ended)
    attempt = Attempt(state, change.operation, requester_of(before), before, wanted or before, change.intent)
    if wanted is not None:
        _check_domain(request, attempt, pending)
        _check_reach(request, attempt)
        after = request.pushed(before, wanted, state)
        attempt = replace(attempt, after=after)
        alters = user_writes(before, after, request.context.invocation)
        writes = [write for write in alters if write not in obsolete] + writes
    if not writes:
        return before

    try:
        request.context.commit(writes)
    except RefusedError as refused:
        if is_done(refused, after):
            return after
        if not is_stale(refused):
            obsolete += obsolete_releases(refused)
            if taken_by(refused) is not None:
                raise taken_address(request, attempt) from None
            if refused_user_name(refused):
                raise taken_user_name(request, attempt) from None
        raise
    return after


def _wanted(
    request: UserRequest, before: Account, change: UserChange, pending: Conflict | None
) -> tuple[Account | None, tuple[Write, ...]]:
    """A user as the request wants it (None: that is what it is already), and what ends of the pending change."""
    resource = with_own_address(before, change.edit(resource_of(before)))
    resource, soft_delete = without_tombstones(before, resource, pending)
    if before.link is not None and owes_deactivation(pending, before.link.scim_id, change.intent.active):
        resource = {**resource, "active": False}  # the directory asked for it before; it was not carried out yet
    after = changed_account(before, resource, request.context.now)
    ended = ending(request, pending, before, after or before, replace(change.intent, soft_delete=soft_delete))
    remembers = remembering(after or before, pending, ended, soft_delete=soft_delete)
    if remembers is before:
        return None, ended
    return replace(remembers, version=before.version + 1, updated_at=request.context.now), ended


def _check_domain(request: UserRequest, attempt: Attempt, pending: Conflict | None) -> None:
    """See `check`. Nobody stays active, or becomes it, because of an address: as with a 409, the remediator then
    deactivates, and what was asked for before is taken back."""
    try:
        check(request, attempt)
    except UnverifiedDomainError as error:
        was_active = attempt.before is not None and attempt.before.active
        let_in = was_active or (pending is not None and pending.request.change.active is True)
        if let_in and not attempt.after.active:
            recorded = taken_address(request, attempt)
            raise error if isinstance(recorded, ClaimRefusedError) else recorded from error
        raise


def _check_reach(request: UserRequest, attempt: Attempt) -> None:
    """Refuse to change an address that takes two people with one administrator's key.

    Raises:
        ScimError: 403; what it says of the person's activity is done all the same, here or by the conflict.
    """
    before, after, state = attempt.before, attempt.after, attempt.state
    why = "" if before is None or keeps_address(before, after) else request.out_of_reach(before, state)
    if before is None or not why:
        return
    if after.email is not None and after.holds != before.holds:
        raise held_address(request, attempt, why)
    if before.active and not after.active:
        _deactivate(request, before, state)
    # In other letters it is the same address to everybody who asks for it: no claim, and nothing for a conflict.
    done = "removed" if after.email is None else "written in other letters"
    raise held_removal(request, attempt, why, done)


def keeps_address(before: Account, after: Account) -> bool:
    """Whether mail to the person goes where it went. Full-width letters are the same address to whoever wants one, and
    another mailbox to a mail server."""
    if before.email is None or after.email is None:
        return before.holds == after.holds
    return after.email.is_written_like(before.email)


def _deactivate(request: UserRequest, before: Account, state: DirectoryState) -> None:
    """All that is done of a request that may not take the address away: the person loses access at once.

    Raises:
        ScimError: 503, the user changed meanwhile.
    """
    context = request.context
    after = replace(deactivated(before, context.now), version=before.version + 1, updated_at=context.now)
    after = request.pushed(before, after, state)
    writes = user_writes(before, after, context.invocation)
    writes += ending(request, pending_conflict(request, state), before, after, ExplicitIntent(active=False))
    try:
        context.commit(writes)
    except RefusedError as refused:
        if not is_done(refused, after):
            raise busy() from refused
