"""Where the `start`-th entry of a listing is, without counting from the beginning: by landmarks, every 5,000th entry.

They stand in the table, for all processes, until somebody leaves the listing: whoever answers, a page is exactly the
slice that startIndex and count name (RFC 7644 section 3.4.2.4). Who must miss nobody while users go pages by cursor
(RFC 9865).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from rightful.ports.store.lists import Listing, ListingStore

_LANDMARKS_KEPT = timedelta(minutes=10)
_EVERY = 5_000
"""Entries that one query of the index passes over."""


def find(store: ListingStore, listing: Listing, start: int, now: datetime) -> tuple[str | None, int] | None:
    """Where the `start`-th entry (1-based) is.

    Returns:
        After which position (None: from the very beginning), and how many more to skip; None: there are fewer entries.
    """
    landmark, skip = divmod(start - 1, _EVERY)
    if landmark == 0:
        return None, skip
    position = _landmark(store, listing, landmark, now)
    return (position, skip) if position is not None else None


def _landmark(store: ListingStore, listing: Listing, number: int, now: datetime) -> str | None:
    known = store.landmarks(listing, now=now)
    positions = known.positions
    while len(positions) < number:
        found = store.skip(listing, _EVERY, positions[-1] if positions else None)
        if found is None:
            break
        positions = (*positions, found)
    if len(positions) > len(known.positions):
        store.put_landmarks(listing, replace(known, positions=positions), until=now + _LANDMARKS_KEPT)
    return positions[number - 1] if number <= len(positions) else None
