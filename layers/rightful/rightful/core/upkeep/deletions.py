"""Accounts whose deletion is due."""

from contextlib import suppress

from rightful.core.administration.erase import erase_due
from rightful.ports.invocation import Invocation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.upkeep import UNREADABLE

MOST_AT_ONCE = 200
_TIME_FOR_ONE_MORE = 5.0


def erase_all_due(store: IdentityStore, invocation: Invocation) -> int:
    """Erase the accounts whose 14 days are over.

    Returns:
        How many.
    """
    erased = 0
    for account_id in store.due_deletions(invocation.now, limit=MOST_AT_ONCE):
        if invocation.remaining() < _TIME_FOR_ONE_MORE:
            break
        with suppress(*UNREADABLE):  # the scan tells of it
            erased += erase_due(store, invocation, account_id)
    return erased
