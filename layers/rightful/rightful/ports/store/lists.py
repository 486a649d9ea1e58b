"""What lists need of a store besides the pages themselves: landmarks, by which a far page is found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed: the users or the groups of a directory, in the order in which they came."""

    kind: Literal["users", "groups"]
    directory_id: str


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The positions of entries of a listing at equal distances, from the first one on.

    They are right as long as nothing before them goes or comes; `shifts` is how often something had left the listing,
    or come into it elsewhere than at its end, before they were looked for.
    """

    shifts: int
    positions: tuple[str, ...] = ()


class ListingStore(Protocol):
    """Positions in listings."""

    def skip(self, listing: Listing, number: int, position: str | None) -> str | None:
        """The position of the `number`-th entry after `position`, without reading what the entries stand for; None:
        there are fewer. Eventually consistent."""
        ...

    def landmarks(self, listing: Listing, *, now: datetime) -> Landmarks:
        """The landmarks that were put and are still right; none, to be begun anew, where something left the listing
        since or their time is over. One call."""
        ...

    def put_landmarks(self, listing: Listing, landmarks: Landmarks, *, until: datetime) -> None:
        """Remember these in the place of those before, for some time: what an index had not seen yet of an entry that
        left moves them by one."""
        ...
