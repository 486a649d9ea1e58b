"""From what changed to figures of a day: which push, refusal or end of a conflict a change means, and adding it once.

Works on the table's change stream, so that no request pays for it. What is counted is known by the item and its
version, and noted together with the figures: whatever the stream tells again, in whatever company and order, is among
them already. Figures are never worth more than what they count: events are out before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from rightful.domain.account import Account, Link
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.explanation import OutcomeCode
from rightful.domain.events.change import AccountChange, Change, ConflictChange
from rightful.domain.events.counts import (
    OPENED,
    REOPENED,
    WOULD_BE_AUTOMATIC,
    Counts,
    Ending,
    ended,
    refused,
    took,
    total,
    written,
)
from rightful.ports.context import Context
from rightful.ports.writes.counts import AddCounts, MarkCounted
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write

_MOST_ACTIONS = 100
"""Of a transaction of DynamoDB."""

_NOTED_FOR = timedelta(days=2)
"""The stream forgets after one."""

_MOST_ATTEMPTS = 8


_Place = tuple[str, str, date]
"""Organization, directory, day."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What one change adds, and to which directory and day.

    Attributes:
        id: of the change: the item, and its version after the write.
    """

    id: str
    organization_id: str
    directory_id: str
    day: date
    counts: Counts

    @property
    def place(self) -> _Place:
        """The figures that it adds to."""
        return self.organization_id, self.directory_id, self.day


_Found = tuple[int, Occasion]
"""With the position of its change."""


def occasion_of(change: Change) -> Occasion | None:
    """What a change adds to the figures; None: nothing. Pure."""
    if isinstance(change, AccountChange):
        return _of_account(change)
    if isinstance(change, ConflictChange) and change.new is not None:
        return _of_conflict(change.old, change.new)
    return None


def count_changes(context: Context, changes: Sequence[Change]) -> int | None:
    """Add what these changes mean to the figures, each once however often it comes.

    Returns:
        The position of the first change that has to come again, because others kept writing to the same figures; None:
        all are among them.
    """
    occasions: dict[str, _Found] = {}
    for position, change in enumerate(changes):
        occasion = occasion_of(change)
        if occasion is not None:
            occasions.setdefault(occasion.id, (position, occasion))
    for chunk in _chunks(occasions.values()):
        try:
            _add(context, [each for _, each in chunk])
        except ContendedError:
            return chunk[0][0]
    return None


def _of_account(change: AccountChange) -> Occasion | None:
    """A user that its directory wrote. Facts, decisions and remediations are written by others."""
    old, new = change.old, change.new
    if old is not None and new is None and _is_removed(old, change.at):
        return _push(old, old.version + 1, old.link, change.at)
    if new is None or new.pushed_version != new.version or (old is not None and old.version == new.version):
        return None
    return _push(new, new.version, new.link or (old.link if old is not None else None), new.updated_at)


def _is_removed(old: Account, at: datetime) -> bool:
    """Whether its directory removed it: what was to be erased by then, the janitor erases."""
    return old.deletion_date is None or at < old.deletion_date


def _push(account: Account, version: int, link: Link | None, at: datetime) -> Occasion | None:
    if link is None or account.organization_id is None:
        return None
    counts = Counts({written(at.hour): 1}, at)
    return Occasion(f"account/{account.id}/{version}", account.organization_id, link.directory_id, at.date(), counts)


def _of_conflict(old: Conflict | None, new: Conflict) -> Occasion | None:
    if old is not None and old.version == new.version:
        return None
    at = new.updated_at
    names = [*_asked(old, new, at), *_went_on(old, new, at)]
    if not names:
        return None
    pushed = at if old is None or new.occurrences > old.occurrences else None
    return Occasion(
        f"conflict/{new.id}/{new.version}",
        new.request.organization_id,
        new.request.directory_id,
        at.date(),
        Counts(dict.fromkeys(names, 1), pushed),
    )


def _asked(old: Conflict | None, new: Conflict, at: datetime) -> Iterator[str]:
    """What the identity provider did."""
    if old is None:
        yield OPENED
    if old is None or new.occurrences > old.occurrences:
        yield refused(at.hour)


def _went_on(old: Conflict | None, new: Conflict, at: datetime) -> Iterator[str]:
    """What became of it."""
    if old is not None and new.status is ConflictStatus.OPEN and not old.live:
        yield REOPENED
    if new.finding.would_do is not None and (old is None or old.finding.would_do is None):
        yield WOULD_BE_AUTOMATIC
    ending = _ending(old, new)
    if ending is not None:
        yield ended(ending, took(at - new.created_at))


_DONE = frozenset({ConflictStatus.APPLIED, ConflictStatus.PREPARED})
_OTHERWISE = {
    ConflictStatus.SUPERSEDED: Ending.SUPERSEDED,
    ConflictStatus.EXPIRED: Ending.EXPIRED,
    ConflictStatus.REJECTED: Ending.REJECTED,
    ConflictStatus.FAILED: Ending.FAILED,
    ConflictStatus.UNDONE: Ending.UNDONE,
}


def _ending(old: Conflict | None, new: Conflict) -> Ending | None:
    """How it ended by this. A create that was prepared has ended then: who comes for it, or does not, decides nothing
    any more; but it can be undone."""
    if old is None or old.status is new.status or (old.prepared and new.status is not ConflictStatus.UNDONE):
        return None
    if new.status not in _DONE:
        return _OTHERWISE.get(new.status)
    if new.explanation.code is OutcomeCode.WENT_THROUGH:
        return Ending.WENT_THROUGH
    return Ending.APPROVED if new.approvals else Ending.AUTOMATIC


def _chunks(occasions: Iterable[_Found]) -> Iterator[list[_Found]]:
    """As many at a time as one transaction has room for, with the figures that they add to."""
    chunk: list[_Found] = []
    places: set[_Place] = set()
    for found in occasions:
        place = found[1].place
        if len(chunk) + len(places | {place}) >= _MOST_ACTIONS:
            yield chunk
            chunk, places = [], set()
        chunk.append(found)
        places.add(place)
    if chunk:
        yield chunk


def _add(context: Context, occasions: list[Occasion]) -> None:
    """Add those that are not noted yet, in one transaction.

    Raises:
        ContendedError: contention did not end in time.
    """
    left = occasions
    overtaken: set[_Place] = set()
    for _ in range(_MOST_ATTEMPTS):
        if not left:
            return
        try:
            context.commit(_writes(left, overtaken, context.now + _NOTED_FOR))
        except RefusedError as refused_commit:
            writes = [refusal.write for refusal in refused_commit.refusals]
            noted = {write.occasion for write in writes if isinstance(write, MarkCounted)}
            left = [each for each in left if each.id not in noted]
            # A later push is known there: another shard of the stream was faster.
            overtaken |= {write.place for write in writes if isinstance(write, AddCounts)}
        else:
            return
    raise ContendedError


def _writes(occasions: Sequence[Occasion], overtaken: set[_Place], until: datetime) -> list[Write]:
    by_place: dict[_Place, list[Counts]] = {}
    for each in occasions:
        by_place.setdefault(each.place, []).append(each.counts)
    writes: list[Write] = [MarkCounted(each.id, until) for each in occasions]
    for place, several in by_place.items():
        added = total(several)
        writes.append(AddCounts(*place, replace(added, last_push_at=None) if place in overtaken else added))
    return writes
