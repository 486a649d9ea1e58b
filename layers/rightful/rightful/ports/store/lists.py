"""What is listed: pages, the landmarks by which a far page is found, and what administrators ask about an organization
as a whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.organization import Organization


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


class Page(Protocol):
    """A part of a list, and where the next one begins (None: there is none)."""

    @property
    def next_position(self) -> str | None: ...


AnyPage = TypeVar("AnyPage", bound=Page)


def every_page(read: Callable[[str | None], AnyPage]) -> Iterator[AnyPage]:
    """A list, page by page, from its beginning. `read` reads the page at a position."""
    position: str | None = None
    while True:
        page = read(position)
        yield page
        position = page.next_position
        if position is None:
            return


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Accounts in the order of the listing, where the next page begins (None: there is none), and how many users the
    directory has, if that was asked for. `positions`: of each of them, in a listing of users."""

    accounts: tuple[Account, ...]
    next_position: str | None
    total: int | None = None
    positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Conflicts, newest first, and where the next page begins (None: there is none)."""

    conflicts: tuple[Conflict, ...]
    next_position: str | None


class ManagedStore(Protocol):
    """An organization's accounts and open conflicts. Eventually consistent."""

    def managed_accounts(
        self, organization_id: str, *, limit: int, position: str | None = None, unlinked_only: bool = False
    ) -> "AccountPage":
        """A page of the accounts that an organization manages: those that a directory provisions, then the unlinked
        ones, each oldest first."""
        ...

    def unmanaged_accounts(self, domain: str, *, limit: int, position: str | None = None) -> "AccountPage":
        """A page of the accounts with an address on a canonical domain that no organization manages, oldest first."""
        ...

    def number_of_unlinked(self, organization_id: str, *, most: int) -> int:
        """How many unlinked accounts an organization manages; counting stops soon after `most`."""
        ...

    def organizations(self, *, limit: int, position: str | None = None) -> "OrganizationPage":
        """A page of all organizations, oldest first."""
        ...

    def open_conflicts(self, organization_id: str, *, limit: int, position: str | None = None) -> "ConflictPage":
        """A page of an organization's live conflicts, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """Organizations, oldest first, and where the next page begins (None: there is none)."""

    organizations: tuple[Organization, ...]
    next_position: str | None
