"""What lists need of a store besides the pages themselves: to skip ahead, and to remember where a page ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed: the users or the groups of a directory, in the order in which they came."""

    kind: Literal["users", "groups"]
    directory_id: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The `start`-th entry (1-based) of a listing is the one after `position`. Good until `until`."""

    start: int
    position: str
    until: datetime


class ListingStore(Protocol):
    """Positions in listings."""

    def skip(self, listing: Listing, number: int, position: str | None) -> tuple[int, str | None]:
        """Go on by that many entries without reading what they stand for.

        Returns:
            How many there were to skip, and the position of the last of them (None: there is nothing after it).
        """
        ...

    def bookmark(self, listing: Listing, start: int) -> Bookmark | None:
        """The last bookmark at or before `start`, out of date or not."""
        ...

    def put_bookmark(self, listing: Listing, bookmark: Bookmark) -> None:
        """Remember where a page ended."""
        ...
