"""Accounts whose deletion is due."""

from contextlib import suppress

from rightful.core.administration.erase import erase_due
from rightful.ports.context import Context
from rightful.ports.store.upkeep import UNREADABLE

MOST_AT_ONCE = 200
_TIME_FOR_ONE_MORE = 5.0


def erase_all_due(context: Context) -> int:
    """Erase the accounts whose 14 days are over.

    Returns:
        How many.
    """
    erased = 0
    for account_id in context.store.due_deletions(context.now, limit=MOST_AT_ONCE):
        if context.invocation.remaining() < _TIME_FOR_ONE_MORE:
            break
        with suppress(*UNREADABLE):  # the scan tells of it
            erased += erase_due(context, account_id)
    return erased
