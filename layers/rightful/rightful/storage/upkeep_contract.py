"""What the janitor needs of the store: what is due, and the whole table piece by piece."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from rightful.accounts.account import Account
from rightful.conflicts.conflict import Conflict, ConflictStatus
from rightful.storage.further_contract import FurtherList
from rightful.storage.index_keys import DueConflict
from rightful.storage.keys import Key
from rightful.storage.writes import Hold

if TYPE_CHECKING:
    from rightful.organizations.organization import Directory
    from rightful.organizations.tokens import Token
    from rightful.storage.contract import Pointer

LOOK_AGAIN_AFTER = timedelta(days=1)
"""How long a conflict that waits may stay unexamined: some classes change with time alone (`deactivated` after 14
days), and a change nobody wants any more ends after 28."""


UNSENT_FOR = timedelta(minutes=1)
"""How long a pointer may be on its way before it counts as not sent."""

UNREADABLE = (KeyError, TypeError, ValueError)
"""What reading raises where an item is not as this service writes it."""

UNDECIDED = frozenset({ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL})
"""Nobody has decided on it yet: neither the policy nor a person."""

DEACTIVATED_WITHIN = timedelta(minutes=5)
"""How long a person's deactivation may wait with a refused address."""


def due_at(conflict: Conflict) -> datetime | None:
    """When the janitor has to see to a conflict as it is written; None: never again."""
    if conflict.status is ConflictStatus.FAILED and not conflict.deactivation_pending:
        return conflict.expires_at
    if not (conflict.live or conflict.deactivation_pending or conflict.prepared):
        return None
    if not conflict.sent:
        return conflict.updated_at + UNSENT_FOR
    return look_again_at(conflict, conflict.updated_at)


def due_as(conflict: Conflict) -> DueConflict:
    """As what a conflict is due."""
    if conflict.deactivation_pending:
        return "deactivation"
    return "undecided" if conflict.status in UNDECIDED else "conflict"


def look_again_at(conflict: Conflict, now: datetime) -> datetime:
    """When a conflict whose pointer was sent now is due again, if nothing happens."""
    if conflict.deactivation_pending:
        return now + DEACTIVATED_WITHIN
    if conflict.prepared:
        return now + LOOK_AGAIN_AFTER
    return max(now + UNSENT_FOR, min(now + LOOK_AGAIN_AFTER, conflict.expires_at))


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
    further_lists: tuple[FurtherList, ...]
    next_position: str | None
    unreadable: tuple[Key, ...] = ()

    @property
    def size(self) -> int:
        """How many items it has that can be read."""
        return len(self.accounts) + len(self.holds) + len(self.user_names) + len(self.further_lists)


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

    def undecided_conflicts(self) -> "tuple[Pointer, ...]":
        """All other conflicts of all organizations that are `UNDECIDED`, by id: the oldest first."""
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

    def directories_to_delete(self, *, limit: int) -> "tuple[Directory, ...]":
        """Directories that are being deleted, those that were asked for first within each shard."""
        ...

    def piece(self, segment: int, segments: int, position: str | None, *, limit: int) -> Piece:
        """Accounts, email and userName index items and lists of further addresses of a segment of the table, from a
        position on; up to `limit` items of any kind are looked at."""
        ...

    def scan_position(self, segment: int) -> str | None:
        """Where the scan of a segment stands; None: at its beginning."""
        ...

    def put_scan_position(self, segment: int, position: str | None) -> None:
        """Remember it. Unconditional: two janitors at once merely look at some items twice."""
        ...
