"""What the janitor needs of the store: what is due, and the whole table piece by piece."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.ports.key import ItemKey
from rightful.ports.store.emails import SecondaryEmailList

if TYPE_CHECKING:
    from rightful.domain.conflicts.conflict import Conflict, Pointer
    from rightful.domain.erasure import ErasedPerson
    from rightful.domain.key import Token
    from rightful.domain.organization import Directory


UNREADABLE = (KeyError, TypeError, ValueError)
"""What reading raises where an item is not as this service writes it."""


@dataclass(frozen=True, slots=True)
class UserNameHold:
    """A userName index item."""

    directory_id: str
    canonical_user_name: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the table: accounts and index items, and where the next piece begins (None: that was the last).
    `unreadable` are the keys of items that are not as this service writes them."""

    accounts: tuple[Account, ...]
    holds: tuple[Hold, ...]
    user_names: tuple[UserNameHold, ...]
    secondary_email_lists: tuple[SecondaryEmailList, ...]
    next_position: str | None
    unreadable: tuple[ItemKey, ...] = ()

    @property
    def size(self) -> int:
        """How many items it has that can be read."""
        return len(self.accounts) + len(self.holds) + len(self.user_names) + len(self.secondary_email_lists)


class UpkeepStore(Protocol):
    """What is due, and the scan. All of it eventually consistent: whoever acts on it reads again first."""

    def due_conflicts(self, now: datetime, *, limit: int) -> "tuple[Pointer, ...]":
        """Conflicts that were due for another look by then: those whose deactivation waits, the undecided, the others;
        those longest due first within each shard."""
        ...

    def look_again(self, pointer: "Pointer", at: datetime) -> None:
        """Let a conflict come due then. Does not change its version; nothing where there is no such conflict."""
        ...

    def number_of_open_conflicts(self, *, most: int) -> int:
        """How many conflicts of all organizations are about a change that is still wanted; not counted much further
        than `most`."""
        ...

    def unfinished_deactivations(self, *, limit: int) -> "tuple[Conflict, ...]":
        """The conflicts of all organizations with whose address a deactivation waits. One that cannot be read is left
        out."""
        ...

    def undecided_conflicts(self, *, most: int) -> "tuple[Pointer, ...]":
        """The other conflicts of all organizations that are `UNDECIDED`, by id: the oldest first. Where there are more
        than `most`, those that have to be looked at again soonest."""
        ...

    def paused_organizations(self, *, limit: int) -> int:
        """How many organizations have stopped automation."""
        ...

    def keys_that_expire(self, after: datetime, until: datetime, *, limit: int) -> "tuple[Token, ...]":
        """The listed keys that expire then, soonest first within each shard."""
        ...

    def user_names(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """Who has these (directory id, canonical userName): account ids. Consistent; free ones are absent."""
        ...

    def ended_reservations(self, now: datetime, *, limit: int) -> Sequence[Hold]:
        """Reserved addresses whose reservation had ended by then."""
        ...

    def due_deletions(self, now: datetime, *, limit: int) -> tuple[str, ...]:
        """The ids of accounts that were to be erased by then."""
        ...

    def erased_people(self, *, limit: int) -> "tuple[ErasedPerson, ...]":
        """Those who were erased and of whom it is still looked for what is left. Consistent."""
        ...

    def directories_to_delete(self, *, limit: int) -> "tuple[Directory, ...]":
        """Directories that are being deleted, those that were asked for first within each shard."""
        ...

    def piece(self, segment: int, segments: int, position: str | None, *, limit: int) -> Piece:
        """Accounts, email and userName index items and lists of secondary emails of a segment of the table, from a
        position on; up to `limit` items of any kind are looked at."""
        ...

    def scan_position(self, segment: int) -> str | None:
        """Where the scan of a segment stands; None: at its beginning."""
        ...

    def put_scan_position(self, segment: int, position: str | None) -> None:
        """Remember it. Unconditional: two janitors at once merely look at some items twice."""
        ...
