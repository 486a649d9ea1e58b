"""Where pages ended, so that the next startIndex goes on there and does not count from the beginning.

A bookmark is kept in the process, and now and then in the table for other processes. It is good for some minutes; what
is deleted meanwhile shifts nothing, so that a client that pages through everything misses nobody.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from rightful.storage.listing_contract import Bookmark, Listing, ListingStore

_KEPT = timedelta(minutes=10)
_STORED_EVERY = 1_000
_MOST_IN_PROCESS = 2_000
_FAR = 5_000

_IN_PROCESS: OrderedDict[tuple[Listing, int], Bookmark] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an entry is found: after `position` (None: at the very beginning). `walked`: it took a search."""

    position: str | None
    walked: bool = False


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """The bookmarks of a listing, at a moment."""

    store: ListingStore
    listing: Listing
    now: datetime

    def find(self, start: int) -> Spot | None:
        """Where the `start`-th entry (1-based) is; None: there are fewer."""
        if start == 1:
            return Spot(None)
        known = _IN_PROCESS.get((self.listing, start))
        if known is not None and known.until > self.now:
            return Spot(known.position)
        stored = self.store.bookmark(self.listing, start)
        if stored is None or stored.until <= self.now:
            stored = None
        begin, position = (stored.start, stored.position) if stored else (1, None)
        while begin < start:
            skipped, position = self.store.skip(self.listing, min(start - begin, _FAR), position)
            begin += skipped
            if position is None:
                return None
        return Spot(position, walked=True)

    def remember(self, before: int, start: int, position: str, *, walked: bool) -> None:
        """A page from the `before`-th entry ended at `position`: the next one begins with the `start`-th."""
        bookmark = Bookmark(start, position, self.now + _KEPT)
        _IN_PROCESS[self.listing, start] = bookmark
        _IN_PROCESS.move_to_end((self.listing, start))
        while len(_IN_PROCESS) > _MOST_IN_PROCESS:
            _IN_PROCESS.popitem(last=False)
        if walked or before // _STORED_EVERY != start // _STORED_EVERY:
            self.store.put_bookmark(self.listing, bookmark)
