"""`rightful restore`: what a restored table has is put back into the stack's, as far as the operator says.

First it only counts: what is not a table of this stack is refused, and so is what would remove more than a few of its
items, unless the operator names their number. Keys stay as they are unless that is asked for: one that was revoked
since must not open again.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum

from rightful.aws.dynamodb.scan.compare import Difference, TableFacts
from rightful.ports.key import ItemKey
from rightful.text.wording import counted

_KEYS = frozenset({"TOKEN", "TOKENS", "REVOKED"})
_OWN = frozenset({"SCAN"})
"""Where the janitor stands: says nothing about anybody."""
_FEW_PERCENT = 2
_WAITING_FOR_EACH = 4
"""So many writes wait for each one that is under way: the reading is never far ahead."""

Place = tuple["Relation", str]


class Relation(StrEnum):
    """How the stack's table has an item of the restored one."""

    MISSING = "missing"
    """Not at all: it was lost, or it was erased since."""
    DIFFERENT = "different"
    """Otherwise: it was damaged, or it was changed since."""
    EXTRA = "extra"
    """Only the stack's table has it: it is newer."""


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """What is to be put back: which relations (none: only count), whether identity providers' and administrators'
    keys, too, and how many items were counted to be removed: what is more stays."""

    relations: frozenset[Relation] = frozenset()
    with_keys: bool = False
    most_removed: int = 0

    def covers(self, place: Place) -> bool:
        """Whether that sort of difference is to go."""
        relation, kind = place
        return relation in self.relations and (kind not in _KEYS or self.with_keys)


@dataclass(slots=True)
class Comparison:
    """Two tables side by side: how many items each has, which organizations, and how many items differ and how."""

    restored_items: int = 0
    items: int = 0
    restored_organizations: set[str] = field(default_factory=set)
    organizations: set[str] = field(default_factory=set)
    found: Counter[Place] = field(default_factory=Counter)

    def looked(self, keys: Collection[ItemKey], *, restored: bool) -> None:
        """One more page of a table."""
        organizations = {key.pk for key in keys if key.sk == "ORG"}
        if restored:
            self.restored_items += len(keys)
            self.restored_organizations |= organizations
        else:
            self.items += len(keys)
            self.organizations |= organizations

    def number(self, request: RestoreRequest, relation: Relation | None = None) -> int:
        """How many items a wish would write, or how many of one relation."""
        return sum(
            number for place, number in self.found.items() if request.covers(place) and relation in {None, place[0]}
        )


@dataclass(slots=True)
class Restored:
    """What was put back, what is left as it is, and what somebody changed meanwhile; by relation and kind of item."""

    done: Counter[Place] = field(default_factory=Counter)
    left: Counter[Place] = field(default_factory=Counter)
    changed_meanwhile: int = 0

    @property
    def written(self) -> int:
        """How many items were written."""
        return sum(self.done.values())


def place_of(difference: Difference) -> Place | None:
    """How it differs and what sort of item it is; None: it says nothing about anybody."""
    if difference.kind in _OWN:
        return None
    if difference.restored is None:
        return Relation.EXTRA, difference.kind
    return (Relation.MISSING if difference.there is None else Relation.DIFFERENT), difference.kind


def why_not_a_table_of_ours(table: TableFacts, restored: TableFacts) -> str:
    """Why a table cannot be what was restored, by what DynamoDB says of both; empty: it can."""
    if table.key != restored.key:
        key = ", ".join(name for _, name in restored.key)
        return f"Its key is {key}, which no table of this service has: it is not what was restored."
    return ""


def why_not_to_restore(
    comparison: Comparison, request: RestoreRequest, table: TableFacts, restored: TableFacts, *, removing: int | None
) -> str:
    """Why nothing is to be written, in words; empty: it may be.

    Args:
        removing: how many items the operator said are to be removed.
    """
    ours, theirs = comparison.organizations, comparison.restored_organizations
    if not comparison.restored_items:
        return "It is empty. Restore to a table again, and wait until DynamoDB says that it is ACTIVE."
    if not theirs:
        return "It has no organization: it is not a table of this service, or not all of it was restored yet."
    if ours and not ours & theirs:
        return "It has none of this stack's organizations: it is another stack's."
    if ours and restored.restored_from and restored.restored_from != table.arn:
        return f"It is a restore of {restored.restored_from}, not of this stack's table: it is another stack's."
    removed = comparison.number(request, Relation.EXTRA)
    if removed != removing and (removing is not None or removed * 100 > comparison.items * _FEW_PERCENT):
        share = f"{removed * 100 / max(1, comparison.items):.1f} %"
        return (
            f"It would remove {removed:,} of {counted(comparison.items, 'item')} ({share}) from the stack's table. If "
            f"that is what you want, say so: --remove {removed}."
        )
    return ""


def compare(found: Iterable[Difference], comparison: Comparison, progress: Callable[[Comparison], None]) -> None:
    """Count the differences; nothing is written."""
    for difference in found:
        place = place_of(difference)
        if place is not None:
            comparison.found[place] += 1
            progress(comparison)


def restore(
    found: Iterable[Difference],
    settle: Callable[[Difference], bool],
    request: RestoreRequest,
    *,
    at_once: int = 1,
    progress: Callable[[Restored], None] = lambda _: None,
) -> Restored:
    """Put back what is wanted, several items at a time. Each write stands alone and holds only if its item is as it was
    compared: what was stopped goes on when it is run again.

    Args:
        found: `aws.dynamodb.scan.compare.differences`.
        settle: makes one item as the restored table has it, unless it has changed since.
        progress: is told after each write.
    """
    report, removed = Restored(), 0
    waiting: deque[tuple[Place, Future[bool]]] = deque()

    def take_one() -> None:
        place, settled = waiting.popleft()
        if settled.result():
            report.done[place] += 1
        else:
            report.changed_meanwhile += 1
        progress(report)

    with ThreadPoolExecutor(at_once) as pool:
        for difference in found:
            place = place_of(difference)
            if place is None:
                continue
            is_removal = place[0] is Relation.EXTRA
            if not request.covers(place) or (is_removal and removed >= request.most_removed):
                report.left[place] += 1
                continue
            removed += is_removal
            waiting.append((place, pool.submit(settle, difference)))
            if len(waiting) >= at_once * _WAITING_FOR_EACH:
                take_one()
        while waiting:
            take_one()
    return report
