"""Whether a conflict and what points to it agree: the requester's pending change, and the address' waiter. Pure.

A pending change stands for as long as the identity provider's retries have to find the conflict: while it is live,
while a create is prepared, and after an administrator said no. A waiter stands while the conflict is live or prepared.
"""

from collections.abc import Collection, Mapping

from rightful.core.conflicts.lifecycle.record import waiters_of
from rightful.core.integrity.accounts import Disagreement
from rightful.domain.conflicts.conflict import OVER, Conflict
from rightful.ports.scan import Pending, Waiter
from rightful.ports.writes.conflicts import EndPending, EndWaiter, PutPending


def judge_pending(pending: Pending, conflict: Conflict | None) -> Disagreement | None:
    """A pending change, and the conflict that it names (None: there is none)."""
    stands = conflict is not None and (conflict.status not in OVER)
    if conflict is not None and stands and conflict.request.requester_key == pending.requester_key:
        return None
    repair = (EndPending(pending.requester_key, pending.conflict_id),)
    return Disagreement("pending_orphaned", _account_of(conflict), repair)


def judge_waiter(waiter: Waiter, conflict: Conflict | None) -> Disagreement | None:
    """A waiter, and the conflict that it names (None: there is none)."""
    waits = conflict is not None and (conflict.live or conflict.prepared)
    if conflict is not None and waits and waiter.canonical in conflict.request.waits_for:
        return None
    return Disagreement("waiter_orphaned", _account_of(conflict), (EndWaiter(waiter.canonical, waiter.conflict_id),))


def judge_conflict(
    conflict: Conflict, pending: Mapping[str, str], waiting: Collection[tuple[str, str]]
) -> tuple[Disagreement, ...]:
    """A conflict, the pending changes by requester, and who waits: (canonical address, conflict id).

    Where the requester has another pending change, the remediator ends this one by itself.
    """
    found = []
    if not conflict.live:
        return ()
    canonical = conflict.request.wanted.canonical
    if conflict.request.requester_key not in pending:
        repair = PutPending(conflict.request.requester_key, conflict.id, canonical)
        found.append(Disagreement("pending_missing", _account_of(conflict), (repair,)))
    found += [
        Disagreement("waiter_missing", _account_of(conflict), (waiter,))
        for waiter in waiters_of(conflict)
        if (waiter.canonical, conflict.id) not in waiting
    ]
    return tuple(found)


def _account_of(conflict: Conflict | None) -> str:
    return (conflict.request.requester.account_id or "") if conflict is not None else ""
