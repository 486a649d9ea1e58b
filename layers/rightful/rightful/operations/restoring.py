"""`rightful restore`: what a restored table has is put back into the stack's, as far as the operator says.

First it only counts. Keys stay as they are unless that is asked for: one that was revoked since must not open again.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from rightful.storage.copying import Difference

_KEYS = frozenset({"TOKEN", "TOKENS"})
_OWN = frozenset({"SCAN"})
"""Where the janitor stands: says nothing about anybody."""


class Relation(StrEnum):
    """How the stack's table has an item of the restored one."""

    MISSING = "missing"
    """Not at all: it was lost, or it was erased since."""
    DIFFERENT = "different"
    """Otherwise: it was damaged, or it was changed since."""
    EXTRA = "extra"
    """Only the stack's table has it: it is newer."""


@dataclass(slots=True)
class Restored:
    """What was put back, what is left as it is, and what somebody changed meanwhile; by relation and kind of item."""

    done: Counter[tuple[Relation, str]] = field(default_factory=Counter)
    left: Counter[tuple[Relation, str]] = field(default_factory=Counter)
    changed_meanwhile: int = 0


def relation_of(difference: Difference) -> Relation:
    """Which one it is."""
    if difference.restored is None:
        return Relation.EXTRA
    return Relation.MISSING if difference.there is None else Relation.DIFFERENT


def restore(
    found: Iterable[Difference],
    settle: Callable[[Difference], bool],
    *,
    wanted: frozenset[Relation],
    with_keys: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Restored:
    """Put back what is wanted.

    Args:
        found: `storage.copying.differences`.
        settle: makes one item as the restored table has it, unless it has changed since.
        wanted: which relations; none: only count.
        with_keys: identity providers' and administrators' keys, too.
        progress: is told how many differences were looked at.
    """
    report = Restored()
    for number, difference in enumerate(found, start=1):
        if difference.kind in _OWN:
            continue
        relation = relation_of(difference)
        place = (relation, difference.kind)
        if relation not in wanted or (difference.kind in _KEYS and not with_keys):
            report.left[place] += 1
        elif settle(difference):
            report.done[place] += 1
        else:
            report.changed_meanwhile += 1
        progress(number)
    return report
