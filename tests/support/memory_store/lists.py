"""Positions in listings, in memory."""

from abc import abstractmethod
from datetime import datetime

from rightful.ports.store.lists import Landmarks, Listing
from rightful.ports.writes.accounts import CountUsers
from rightful.ports.writes.groups import CountGroups

_COUNTERS = {"users": "COUNT", "groups": "GROUPCOUNT"}


class ClosedCount(int):
    """What a counter of a directory stands at that nobody is counted in by any more."""


def count(items: dict[tuple[str, ...], object], key: tuple[str, ...], write: CountUsers | CountGroups) -> None:
    """Add to the counter under that key, and to that of shifts."""
    for counter, more in ((key, write.delta), (("SHIFTS", *key), int(write.shifts))):
        before = items.get(counter, 0)
        after = (before if isinstance(before, int) else 0) + more
        items[counter] = ClosedCount(after) if isinstance(before, ClosedCount) else after


class MemoryListing:
    """`storage.listing_contract.ListingStore` on the pages that the store gives anyway."""

    _items: dict[tuple[str, ...], object]
    _landmarks: dict[Listing, tuple[Landmarks, datetime]]

    def skip(self, listing: Listing, number: int, position: str | None) -> str | None:
        """See `ListingStore.skip`."""
        after = [entry for entry in self._entries(listing) if position is None or entry > position]
        return after[number - 1] if len(after) >= number else None

    def landmarks(self, listing: Listing, *, now: datetime) -> Landmarks:
        """See `ListingStore.landmarks`."""
        counted = self._items.get(("SHIFTS", _COUNTERS[listing.kind], listing.directory_id))
        shifts = counted if isinstance(counted, int) else 0
        there, until = self._landmarks.get(listing, (None, now))
        return there if there is not None and there.shifts == shifts and until > now else Landmarks(shifts)

    def put_landmarks(self, listing: Listing, landmarks: Landmarks, *, until: datetime) -> None:
        """See `ListingStore.put_landmarks`."""
        self._landmarks[listing] = landmarks, until

    @abstractmethod
    def _entries(self, listing: Listing) -> list[str]:
        """The positions of all entries, in order."""
