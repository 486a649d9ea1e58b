"""Waking: an address became free, or its holder will not leave after all; who waits for it is examined again. And when
an organization's settings changed, all of its live conflicts are."""

from collections.abc import Iterable

from rightful.domain.account import Account
from rightful.domain.address import PLACEHOLDER_DOMAIN
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.ports.context import QueueContext
from rightful.ports.queue import ConflictQueue, ReexamineAll
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import STILL_WANTED

SWEPT_AT_ONCE = 100
"""How many conflicts one message of a sweep sends: a second's work, and one BatchGetItem."""


def requeue(
    store: IdentityStore,
    queue: ConflictQueue,
    canonicals: Iterable[str],
    *,
    correlation_id: str = "",
    by: Conflict | None = None,
) -> tuple[Pointer, ...]:
    """Send the pointers of the conflicts that wait for these addresses, oldest first, and return them.

    `by`: the conflict whose examination frees them. It never wakes itself, or it would be examined for ever.

    To be called after every write that frees an address, deactivates or unlinks its holder, by whatever route. Doing
    it twice does no harm: an examination that finds nothing new writes nothing.

    Raises:
        QueueUnavailableError: not all were sent. Their conflicts are in the table, and identity providers retry.
    """
    requeued = []
    for canonical in dict.fromkeys(canonicals):
        if canonical.endswith(f"@{PLACEHOLDER_DOMAIN}"):
            continue
        for pointer in store.waiters(canonical):
            if by is not None and pointer.conflict_id == by.id:
                continue
            queue.send(pointer, correlation_id=by.correlation_id if by else correlation_id)
            requeued.append(pointer)
    return tuple(requeued)


def requeue_followers(context: QueueContext, conflict: Conflict) -> tuple[Pointer, ...]:
    """Wake who waits for a conflict's requester to move away: it will not, or not soon.

    Raises:
        QueueUnavailableError: as `requeue`.
    """
    account = requester_of(context.store, conflict)
    if account is None or account.holds is None:
        return ()
    return requeue(context.store, context.queue, [account.holds], by=conflict)


def requester_of(store: IdentityStore, conflict: Conflict) -> Account | None:
    """The account that asked, as it is now; None: it is to be created, or gone."""
    account_id = conflict.request.requester.account_id
    return store.account(account_id) if account_id is not None else None


def requeue_pending(
    store: IdentityStore, queue: ConflictQueue, account: Account, *, correlation_id: str = ""
) -> tuple[Pointer, ...]:
    """Send the pointer of the account's own refused change.

    Raises:
        QueueUnavailableError: it was not sent.
    """
    key = f"account:{account.id}"
    conflict_id = store.pending_conflicts([key]).get(key)
    if conflict_id is None or account.organization_id is None:
        return ()
    pointer = Pointer(account.organization_id, conflict_id)
    queue.send(pointer, correlation_id=correlation_id)
    return (pointer,)


def reexamine_all(
    store: IdentityStore, queue: ConflictQueue, asked: ReexamineAll, *, correlation_id: str = ""
) -> tuple[Pointer, ...]:
    """Send the pointers of the next live conflicts of an organization, and word to go on with those after them.

    A message at a time, so that each has bounded work however many conflicts there are; one that comes twice sends
    pointers twice, which changes nothing.

    Raises:
        QueueUnavailableError: not all were sent; let the queue deliver the same message again.
    """
    page = store.conflicts(asked.organization_id, limit=SWEPT_AT_ONCE, position=asked.after, wanted=STILL_WANTED)
    requeued = tuple(conflict.pointer for conflict in page.conflicts)
    queue.send_all(requeued, correlation_id=correlation_id)
    if page.next_position is not None:
        queue.send_reexamine_all(ReexamineAll(asked.organization_id, page.next_position), correlation_id=correlation_id)
    return requeued
