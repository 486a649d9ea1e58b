"""What is left behind where an account or a conflict is gone, and what is written for it: a SCIM request stays as small
as it is, and DynamoDB removes an item without a word to anybody else."""

from collections.abc import Iterator

from rightful.core.accounts.before_images import without_images
from rightful.core.conflicts.lifecycle.end import end_of_pending
from rightful.domain.conflicts.conflict import OVER, Conflict
from rightful.domain.erasure import erased_person
from rightful.domain.events.change import AccountChange, Change, ConflictChange
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import NoteErased, PutAccount
from rightful.ports.writes.transaction import Write


def left_behind(store: IdentityStore, change: Change) -> Iterator[list[Write]]:
    """Commits that follow from a removal; each by itself, and each may be refused."""
    if isinstance(change, AccountChange) and change.old is not None and change.new is None:
        person = erased_person(change.old, change.at)
        if person is not None:
            yield [NoteErased(person)]
    elif isinstance(change, ConflictChange) and change.old is not None and change.new is None:
        yield from _of_conflict(store, change.old)


def _of_conflict(store: IdentityStore, conflict: Conflict) -> Iterator[list[Write]]:
    """Its place as the pending change, what it waited for, and the before-images: without it nobody can undo it."""
    if conflict.status not in OVER:
        yield from ([write] for write in end_of_pending(conflict))
    touched = conflict.outcome.touched_account_ids
    for account in store.accounts(touched).values() if touched else ():
        after = without_images(account, lambda image: image.conflict_id == conflict.id)
        if after is not account:
            yield [PutAccount(after, account.version)]
