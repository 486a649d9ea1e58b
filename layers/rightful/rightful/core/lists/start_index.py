"""Where the `start`-th entry of a listing is, without counting from the beginning.

what is known                     how long it counts
a bookmark: where a page ended    for the next page of the same pass: once, and a minute; whoever is deleted meanwhile
                                  shifts nothing, so that a client that pages through everything misses nobody
a landmark: where every 5,000th   for all processes, until somebody leaves the listing: by landmarks a page is exactly
entry is                          the slice that startIndex and count name (RFC 7644 section 3.4.2.4)
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rightful.ports.store.lists import Listing, ListingStore

_A_PASS_PAUSES = timedelta(minutes=1)
_LANDMARKS_KEPT = timedelta(minutes=10)
_EVERY = 5_000
"""Entries that one query of the index passes over."""
_MOST_IN_PROCESS = 2_000

_IN_PROCESS: OrderedDict[tuple[Listing, int], tuple[str, datetime]] = OrderedDict()


def forget() -> None:
    """Be a process that has served no page yet."""
    _IN_PROCESS.clear()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an entry is found: after `position` (None: at the very beginning) and `skip` more."""

    position: str | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """The bookmarks and landmarks of a listing, at a moment."""

    store: ListingStore
    listing: Listing
    now: datetime

    def find(self, start: int) -> Spot | None:
        """Where the `start`-th entry (1-based) is, if there are so many; None: there are fewer."""
        position, until = _IN_PROCESS.pop((self.listing, start), (None, self.now))
        if position is not None and until > self.now:
            return Spot(position)
        landmark, skip = divmod(start - 1, _EVERY)
        if landmark == 0:
            return Spot(None, skip)
        position = self._landmark(landmark)
        return Spot(position, skip) if position is not None else None

    def remember(self, start: int, position: str) -> None:
        """A page ended at `position`: the next one begins with the `start`-th entry."""
        key = (self.listing, start)
        _IN_PROCESS[key] = position, self.now + _A_PASS_PAUSES
        _IN_PROCESS.move_to_end(key)
        while len(_IN_PROCESS) > _MOST_IN_PROCESS:
            _IN_PROCESS.popitem(last=False)

    def _landmark(self, number: int) -> str | None:
        known = self.store.landmarks(self.listing, now=self.now)
        positions = known.positions
        while len(positions) < number:
            found = self.store.skip(self.listing, _EVERY, positions[-1] if positions else None)
            if found is None:
                break
            positions = (*positions, found)
        if len(positions) > len(known.positions):
            until = self.now + _LANDMARKS_KEPT
            self.store.put_landmarks(self.listing, replace(known, positions=positions), until=until)
        return positions[number - 1] if number <= len(positions) else None
