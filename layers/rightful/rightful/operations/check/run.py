"""`rightful check`: everything in the identity table that has to agree, looked at once; and repaired.

The janitor does the same for the indexes, a piece at a time, for ever. This is for after a restore, or after an alarm:
all of it, now. It can run while the service does: what it found is read again before it is told or repaired, and a
repair carries its evidence as conditions.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from rightful.core.integrity.accounts import Disagreement
from rightful.core.integrity.conflicts import judge_conflict, judge_pending, judge_waiter
from rightful.core.integrity.repair import Checked, Repair
from rightful.core.integrity.scan import PIECE, Subject, settle, suspects
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.events.event_log import first_id_at
from rightful.operations.check.groups import SeenGroups, check_groups, settle_number_of_groups
from rightful.ports.context import Context
from rightful.ports.key import ItemKey
from rightful.ports.scan import CountedDirectory, LinkedUser, Pending, Row, Unreadable, Waiter
from rightful.ports.store.upkeep import UNREADABLE, Piece
from rightful.ports.writes.accounts import CountUsers

PASSES = 5
"""One repair can make room for another: the table is looked at again until nothing is left to repair."""

Progress = Callable[[int], None]
Scan = Callable[[], Iterable[Row]]


@dataclass(slots=True)
class Report:
    """What a check found: by kind, how many were repaired and how many are left, and each of those that are left.

    Attributes:
        complete: whether conflicts, groups and numbers were looked at. They are not while an item cannot be read:
            what seems to point to nothing may point to that one, and must not be repaired away.
    """

    looked_at: int = 0
    repaired: Counter[str] = field(default_factory=Counter)
    left: list[Disagreement] = field(default_factory=list)
    complete: bool = True

    @property
    def clean(self) -> bool:
        """Whether everything agrees now."""
        return not self.left


def check(context: Context, scan: Scan, *, repair: bool, progress: Progress = lambda _: None) -> Report:
    """Look at the whole identity table.

    Args:
        scan: reads it from the beginning (`aws.dynamodb.scan.table.rows`).
        repair: do what would repair a disagreement, where there is such a thing.
        progress: is told how many items were looked at so far.
    """
    report = Report()
    for _ in range(PASSES):
        checked = Checked()
        unreadable = _check_indexes(context, checked, repair, progress)
        seen = _look(scan)
        unreadable |= seen.unreadable
        report.complete = not unreadable
        checked.unrepaired += [Disagreement("unreadable_item", "", item=key) for key in sorted(unreadable, key=str)]
        if report.complete:
            _check_the_rest(scan, seen, _Settling(context, checked, repair))
        report.looked_at = max(report.looked_at, checked.looked_at)
        report.repaired += Counter(found.kind for found in checked.repaired)
        report.left = checked.unrepaired
        if not checked.repaired:
            break
    return report


def _check_indexes(context: Context, checked: Checked, repair: bool, progress: Progress) -> set[ItemKey]:
    """Returns the items that cannot be read."""
    position, unreadable = None, set[ItemKey]()
    while True:
        piece = context.store.piece(0, 1, position, limit=PIECE)
        checked.looked_at += piece.size
        unreadable |= set(piece.unreadable)
        for subject in _suspects(context, piece):
            with suppress(*UNREADABLE):
                settle(context, subject, checked, repair=repair)
        progress(checked.looked_at)
        position = piece.next_position
        if position is None:
            return unreadable


def _suspects(context: Context, piece: Piece) -> list[Subject]:
    """Where one names what cannot be read, each is looked at alone and that one is left out."""
    try:
        return list(suspects(context, piece))
    except UNREADABLE:
        found: list[Subject] = []
        nothing = Piece((), (), (), (), None)
        for part in (
            *(replace(nothing, accounts=(each,)) for each in piece.accounts),
            *(replace(nothing, holds=(each,)) for each in piece.holds),
            *(replace(nothing, user_names=(each,)) for each in piece.user_names),
            *(replace(nothing, secondary_email_lists=(each,)) for each in piece.secondary_email_lists),
        ):
            with suppress(*UNREADABLE):
                found += suspects(context, part)
        return found


@dataclass(slots=True)
class _Seen:
    """What one scan saw."""

    conflicts: dict[str, Conflict] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    waiters: list[Waiter] = field(default_factory=list)
    users: Counter[str] = field(default_factory=Counter)
    groups: SeenGroups = field(default_factory=SeenGroups)
    unreadable: set[ItemKey] = field(default_factory=set)

    def add(self, row: Row) -> None:
        if isinstance(row, Conflict):
            self.conflicts[row.id] = row
        elif isinstance(row, Pending):
            self.pending[row.requester_key] = row
        elif isinstance(row, Waiter):
            self.waiters.append(row)
        elif isinstance(row, CountedDirectory):
            self.users[row.directory_id] += 0
        elif isinstance(row, Unreadable):
            self.unreadable.add(row.key)
        else:
            if isinstance(row, LinkedUser):
                self.users[row.directory_id] += 1
            self.groups.add(row)


def _look(scan: Scan) -> _Seen:
    seen = _Seen()
    for row in scan():
        seen.add(row)
    return seen


def _check_the_rest(scan: Scan, seen: _Seen, settling: "_Settling") -> None:
    """Conflicts with what points to them, groups, and the directories' numbers of users and groups."""
    _check_conflicts(seen, settling)
    check_groups(seen.groups, settling)
    _check_numbers(scan, seen, settling)


def _check_conflicts(seen: _Seen, settling: "_Settling") -> None:
    # What was recorded since the scan began may have been half seen; ids begin with their time.
    since = first_id_at(settling.context.now)
    for pending in seen.pending.values():
        conflict = seen.conflicts.get(pending.conflict_id)
        if pending.conflict_id < since and judge_pending(pending, conflict):
            settling.pending(pending, conflict)
    for waiter in seen.waiters:
        if waiter.conflict_id < since and judge_waiter(waiter, seen.conflicts.get(waiter.conflict_id)):
            settling.waiter(waiter)
    named = {key: pending.conflict_id for key, pending in seen.pending.items()}
    waiting = {(waiter.canonical, waiter.conflict_id) for waiter in seen.waiters}
    for conflict in seen.conflicts.values():
        if conflict.id < since and judge_conflict(conflict, named, waiting):
            settling.conflict(conflict)


def _check_numbers(scan: Scan, seen: _Seen, settling: "_Settling") -> None:
    """A directory whose users or groups came and went meanwhile says nothing: two scans in a row have to agree."""
    store = settling.context.store
    users = _miscounted(seen.users, store.number_of_users)
    groups = _miscounted(seen.groups.numbers, store.number_of_groups)
    if not users and not groups:
        return
    again = _look(scan)
    for directory_id, number in users.items():
        if again.users[directory_id] == seen.users[directory_id] and store.number_of_users(directory_id) == number:
            settling.number_of_users(directory_id, seen.users[directory_id] - number)
    for directory_id, number in groups.items():
        counted = seen.groups.numbers[directory_id]
        if again.groups.numbers[directory_id] == counted and store.number_of_groups(directory_id) == number:
            settle_number_of_groups(directory_id, counted - number, settling)


def _miscounted(counted: Counter[str], number_of: Callable[[str], int]) -> dict[str, int]:
    numbers = {directory_id: number_of(directory_id) for directory_id in counted}
    return {directory_id: number for directory_id, number in numbers.items() if number != counted[directory_id]}


class _Settling(Repair):
    """Looks at a suspect again, consistently, and settles it."""

    __slots__ = ()

    def pending(self, pending: Pending, seen: Conflict | None) -> None:
        conflict = self.context.store.conflict(seen.pointer) if seen else None
        found = judge_pending(pending, conflict)
        key = pending.requester_key
        if found is not None and self.context.store.pending_conflicts([key]).get(key) == pending.conflict_id:
            self.settle(found)

    def waiter(self, waiter: Waiter) -> None:
        conflict = self.context.store.conflict(Pointer(waiter.organization_id, waiter.conflict_id))
        found = judge_waiter(waiter, conflict)
        there = {other.conflict_id for other in self.context.store.waiters(waiter.canonical)}
        if found is not None and waiter.conflict_id in there:
            self.settle(found)

    def conflict(self, seen: Conflict) -> None:
        pointer = seen.pointer
        conflict = self.context.store.conflict(pointer)
        if conflict is None:
            return
        pending = self.context.store.pending_conflicts([conflict.request.requester_key])
        waiting = {
            (canonical, other.conflict_id)
            for canonical in conflict.request.waits_for
            for other in self.context.store.waiters(canonical)
        }
        now = self.context.store.conflict(pointer)
        if now is not None and now.version == conflict.version:
            for found in judge_conflict(conflict, pending, waiting):
                self.settle(found)

    def number_of_users(self, directory_id: str, correction: int) -> None:
        self.settle(Disagreement("users_miscounted", "", (CountUsers(directory_id, directory_id, correction),)))
