"""What is listed: pages, the landmarks by which a far page is found, and what administrators ask about an organization
as a whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import LIVE, Conflict, ConflictClass, ConflictStatus
from rightful.domain.organization import Organization

if TYPE_CHECKING:
    from rightful.domain.conflicts.next_step import Role


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
class ConflictFilter:
    """Which conflicts are wanted, and in which order; what is None or empty does not matter.

    Attributes:
        who: in which of these roles somebody has to act next.
        account_id: the account that asked, or that has what is wanted and is the organization's own.
        address: the canonical address that is wanted, or that the account that asked has, or had. Not with an account.
        since: recorded then or later; `until`: before that. Both count to the millisecond.
        oldest_first: else the newest are first.
    """

    statuses: frozenset[ConflictStatus] = frozenset()
    classes: frozenset[ConflictClass] = frozenset()
    who: "frozenset[Role]" = frozenset()
    directory_id: str | None = None
    account_id: str | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    oldest_first: bool = False

    def wants(self, conflict: Conflict) -> bool:
        """Whether a conflict is wanted, as far as it is not a question of when."""
        request, finding, step = conflict.request, conflict.finding, conflict.next_step
        old = request.old_email.canonical if request.old_email else None
        ours = finding.holder_organization_id == request.organization_id
        holder_id = finding.holder_account_id if ours else None
        return (
            (not self.statuses or conflict.status in self.statuses)
            and (not self.classes or finding.conflict_class in self.classes)
            and (not self.who or (step is not None and step.who in self.who))
            and self.directory_id in {None, request.directory_id}
            and self.account_id in {None, request.requester.account_id, holder_id}
            and self.address in {None, request.wanted.canonical, old}
        )


EVERY_CONFLICT = ConflictFilter()
STILL_WANTED = ConflictFilter(statuses=LIVE, oldest_first=True)


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Conflicts, and where the next page begins (None: there is none)."""

    conflicts: tuple[Conflict, ...]
    next_position: str | None


@dataclass(frozen=True, slots=True)
class ListedConflict:
    """What an index says of a conflict, without reading it. `who` is the code of a role."""

    id: str
    status: str
    conflict_class: str | None
    who: str | None
    directory_id: str


@dataclass(frozen=True, slots=True)
class ListedConflicts:
    """Some conflicts, and whether these are all."""

    conflicts: tuple[ListedConflict, ...]
    complete: bool


class ManagedStore(Protocol):
    """An organization's accounts and conflicts. Eventually consistent, but where a method says otherwise."""

    def managed_accounts(
        self, organization_id: str, *, limit: int, position: str | None = None, linked: bool | None = None
    ) -> "AccountPage":
        """A page of the accounts that an organization manages: those that a directory provisions, then the unlinked
        ones, each oldest first. `linked`: only the one kind, or the other."""
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

    def conflicts(
        self,
        organization_id: str,
        *,
        limit: int,
        position: str | None = None,
        wanted: ConflictFilter = EVERY_CONFLICT,
    ) -> ConflictPage:
        """A page of an organization's conflicts. Without a filter (a time is none) it is consistent.

        A page may be short before the last one, where several filters are given: so much was read, and no more than
        that.
        """
        ...

    def listed_conflicts(self, organization_id: str, wanted: ConflictFilter, *, most: int) -> ListedConflicts:
        """What the indexes say of up to `most` conflicts, in the order that is wanted."""
        ...


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """Organizations, oldest first, and where the next page begins (None: there is none)."""

    organizations: tuple[Organization, ...]
    next_position: str | None
