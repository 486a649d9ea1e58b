"""What a plan is: the exact conditional writes that would resolve a conflict; or why there can be none now."""

from collections.abc import Sequence
from dataclasses import dataclass

from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.explanation import Explanation
from rightful.domain.conflicts.next_step import NextStep
from rightful.ports.writes.transaction import TRANSACTION_LIMIT, Write


def fitted(writes: Sequence[Write], *others: Sequence[Write]) -> tuple[tuple[Write, ...], tuple[Write, ...]]:
    """What belongs together and what has room in its transaction, the first of the others first; and what has none."""
    together: tuple[Write, ...] = tuple(writes)
    afterwards: tuple[Write, ...] = ()
    for each in others:
        if len(together) + len(each) <= TRANSACTION_LIMIT:
            together = (*together, *each)
        else:
            afterwards = (*afterwards, *each)
    return together, afterwards


@dataclass(frozen=True, slots=True)
class Plan:
    """What would resolve a conflict.

    Attributes:
        writes: one transaction.
        conflict: the conflict as it leaves it.
        follow_up: writes that only tidy up, without conditions: they follow a transaction that had no room for them.
        requeues: addresses whose waiting conflicts have to be examined again.
        moved_account_ids: whose addresses it changes by taking one from somebody, requesters included: what the caps
            per account count. Empty: it takes nothing from anybody.
        taken: how many addresses it takes from somebody: what the organization's cap counts.
        again: the conflict is not resolved by it but has to be diagnosed again at once.
    """

    writes: tuple[Write, ...]
    conflict: Conflict
    follow_up: tuple[Write, ...] = ()
    requeues: tuple[str, ...] = ()
    moved_account_ids: tuple[str, ...] = ()
    taken: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why nothing can be done now although the decision allows it, and who has to do what."""

    explanation: Explanation
    next_step: NextStep
    status: ConflictStatus = ConflictStatus.REFUSED
