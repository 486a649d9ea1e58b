"""Waking: an address became free, or its holder will not leave after all; who waits for it is examined again."""

from collections.abc import Iterable

from rightful.accounts.address import PLACEHOLDER_DOMAIN
from rightful.conflicts.conflict import Conflict
from rightful.storage.contract import ConflictQueue, IdentityStore, Pointer


def wake(
    store: IdentityStore, queue: ConflictQueue, canonicals: Iterable[str], *, correlation_id: str = ""
) -> tuple[Pointer, ...]:
    """Send the pointers of the conflicts that wait for these addresses, oldest first, and return them.

    To be called after every write that frees an address, deactivates or unlinks its holder, by whatever route. Doing
    it twice does no harm: an examination that finds nothing new writes nothing.

    Raises:
        QueueUnavailableError: not all were sent. Their conflicts are in the table, and identity providers retry.
    """
    woken = []
    for canonical in dict.fromkeys(canonicals):
        if canonical.endswith(f"@{PLACEHOLDER_DOMAIN}"):
            continue
        for pointer in store.waiters(canonical):
            queue.send(pointer, correlation_id=correlation_id)
            woken.append(pointer)
    return tuple(woken)


def wake_followers(store: IdentityStore, queue: ConflictQueue, conflict: Conflict) -> tuple[Pointer, ...]:
    """Wake who waits for a conflict's requester to move away: it will not, or not soon.

    Raises:
        QueueUnavailableError: as `wake`.
    """
    account_id = conflict.requester.account_id
    account = store.account(account_id) if account_id is not None else None
    if account is None or account.holds is None:
        return ()
    return wake(store, queue, [account.holds], correlation_id=conflict.correlation_id)
