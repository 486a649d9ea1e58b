"""Positions in listings, in memory."""

from abc import abstractmethod

from rightful.storage.listing_contract import Bookmark, Listing


class MemoryListing:
    """`storage.listing_contract.ListingStore` on the pages that the store gives anyway."""

    _bookmarks: dict[Listing, dict[int, Bookmark]]

    def skip(self, listing: Listing, number: int, position: str | None) -> tuple[int, str | None]:
        """See `ListingStore.skip`."""
        after = [entry for entry in self._entries(listing) if position is None or entry > position]
        skipped = after[:number]
        return len(skipped), skipped[-1] if len(after) > number else None

    def bookmark(self, listing: Listing, start: int) -> Bookmark | None:
        """See `ListingStore.bookmark`."""
        there = [bookmark for at, bookmark in self._bookmarks.get(listing, {}).items() if at <= start]
        return max(there, key=lambda bookmark: bookmark.start, default=None)

    def put_bookmark(self, listing: Listing, bookmark: Bookmark) -> None:
        """See `ListingStore.put_bookmark`."""
        self._bookmarks.setdefault(listing, {})[bookmark.start] = bookmark

    @abstractmethod
    def _entries(self, listing: Listing) -> list[str]:
        """The positions of all entries, in order."""
