"""What is left behind where an account or a conflict is gone, and what is written for it: a SCIM request stays as small
as it is, and DynamoDB removes an item without a word to anybody else."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from rightful.core.accounts.before_images import without_images
from rightful.core.conflicts.lifecycle.end import end_of_pending
from rightful.domain.conflicts.conflict import OVER, Conflict
from rightful.domain.erasure import ErasedPerson, domains_of, erased_person
from rightful.domain.events.change import AccountChange, Change, ConflictChange
from rightful.ports.context import Context
from rightful.ports.refusals import commit_again
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import NoteErased, PutAccount
from rightful.ports.writes.transaction import RefusedError, Write

_WHOLE_SECOND = timedelta(seconds=1)
"""The stream says in which second something was written: what came before that in the same second is before it."""


def end_what_is_left(context: Context, change: Change) -> None:
    """Write what follows from a removal; doing it again changes nothing.

    Raises:
        ContendedError: others were faster each time. The conflict is gone by which what it left is found: the change
            has to come again.
    """
    if isinstance(change, AccountChange) and change.old is not None and change.new is None:
        for person in _erased(context.store, change):
            _commit_once(context, NoteErased(person))
    elif isinstance(change, ConflictChange) and change.old is not None and change.new is None:
        if change.old.status not in OVER:
            for write in end_of_pending(change.old):
                _commit_once(context, write)
        for account_id in sorted(change.old.outcome.touched_account_ids):
            _end_images(context, account_id, change.old)


def _erased(store: IdentityStore, change: AccountChange) -> Iterator[ErasedPerson]:
    """Once for each organization that may have something of them. Who nobody managed may be in the conflicts of the
    organization whose domain the address is on: there a person's own account can be what stands in the way."""
    if change.old is None:
        return
    domains = domains_of(change.old) if change.old.organization_id is None else frozenset()
    owners = map(store.organization_of_domain, sorted(domains))
    yield from erased_person(change.old, change.at + _WHOLE_SECOND, {each for each in owners if each is not None})


def _commit_once(context: Context, write: Write) -> None:
    with suppress(RefusedError):  # it was done before, or there is something newer in the place
        context.commit([write])


def _end_images(context: Context, account_id: str, conflict: Conflict) -> None:
    """The before-images that the conflict left with an account: without it nobody can undo it."""

    def attempt() -> None:
        account = context.store.account(account_id)
        after = without_images(account, lambda image: image.conflict_id == conflict.id) if account else None
        if account is not None and after is not None and after is not account:
            context.commit([PutAccount(after, account.version)])

    commit_again(attempt, context.invocation)
