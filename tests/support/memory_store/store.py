"""The identity store and the queue in memory: the writes' conditions as `writes` states them, and nothing else.

For tests of what the rules do, in thousands of interleavings; tests/contract holds it to the same behaviour as
`storage.dynamodb`. Safe to use from several threads.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from rightful.domain.account import Account
from rightful.domain.conflict import Conflict, ConflictStatus, Pointer
from rightful.domain.event_log import EVERYTHING, LogEntry, LogFilter
from rightful.domain.hold import Hold
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.domain.schedule import UNSENT_FOR
from rightful.ports.pages import AccountPage, ConflictPage
from rightful.ports.queue import ReexamineAll
from rightful.ports.store.contract import DirectoryState, LogPage, Remaining
from rightful.ports.store.groups import MOST_FOUND
from rightful.ports.store.lists import Landmarks, Listing
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import Refusal, RefusedError, Write
from rightful.scim.filters.filter import fold
from tests.support.memory_store.emails import MemoryFurther
from tests.support.memory_store.groups import MemoryGroups, place_of_group
from tests.support.memory_store.lists import MemoryListing
from tests.support.memory_store.upkeep import MemoryUpkeep
from tests.support.memory_store.writes import Items, carry_out, condition_holds, found, key_of, list_key

TRANSACTION_LIMIT = 100
"""DynamoDB's: TransactWriteItems takes 100 actions, no two on one item."""

_Kind = TypeVar("_Kind")


class MemoryStore(MemoryFurther, MemoryGroups, MemoryListing, MemoryUpkeep):
    """`storage.contract.IdentityStore` on a dictionary of items, keyed as the identity table is."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._items: Items = {}
        self._landmarks: dict[Listing, tuple[Landmarks, datetime]] = {}

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        """See `IdentityStore.commit`."""
        keys = [key_of(write) for write in writes]
        if len(keys) > TRANSACTION_LIMIT or len(set(keys)) < len(keys):
            raise ValueError("a transaction takes at most 100 writes, each to an item of its own")
        with self._lock:
            refusals = tuple(
                Refusal(write, found(self._items.get(key)))
                for write, key in zip(writes, keys, strict=True)
                if not condition_holds(write, self._items.get(key))
            )
            if refusals:
                raise RefusedError(refusals)
            for write, key in zip(writes, keys, strict=True):
                carry_out(write, key, self._items)

    def mark_sent(self, pointer: Pointer, *, now: datetime, again_at: datetime) -> None:
        """See `IdentityStore.mark_sent`."""
        key = ("CONFLICT", pointer.organization_id, pointer.conflict_id)
        with self._lock:
            conflict = self._items.get(key)
            due = self.due_at(conflict) if isinstance(conflict, Conflict) else None
            if isinstance(conflict, Conflict) and due is not None and due <= now + UNSENT_FOR:
                self._items[key] = replace(conflict, sent=True)
                self.look_again(pointer, again_at)

    def log_entry(self, entry: LogEntry) -> None:
        """See `IdentityStore.log_entry`."""
        self.commit([AppendLog(entry)], remaining=float)

    def tally(
        self,
        names: Iterable[str],
        *,
        until: datetime,
        most: int,
        times: int = 1,
    ) -> Mapping[str, int]:
        """See `IdentityStore.tally`."""
        with self._lock:
            counts = {}
            for name in dict.fromkeys(names):
                before = self._items.get(("TALLY", name), 0)
                counts[name] = (before if isinstance(before, int) else 0) + times
                if counts[name] <= most:
                    self._items[("TALLY", name)] = counts[name]
            return counts

    # Reading

    def tallied(self, names: Iterable[str]) -> Mapping[str, int]:
        """See `IdentityStore.tallied`."""
        counts = {name: self._read(int, "TALLY", name) for name in names}
        return {name: count for name, count in counts.items() if count is not None}

    def _read(self, kind: type[_Kind], *key: str) -> _Kind | None:
        with self._lock:
            item = self._items.get(key)
        return item if isinstance(item, kind) else None

    def directory_state(
        self,
        organization_id: str,
        directory_id: str,
        *,
        account_id: str | None = None,
        requester_key: str | None = None,
    ) -> DirectoryState | None:
        """See `IdentityStore.directory_state`."""
        with self._lock:
            organization = self.organization(organization_id)
            directory = self._read(Directory, "DIRECTORY", organization_id, directory_id)
            if organization is None or directory is None:
                return None
            key = requester_key or f"account:{account_id}"
            return DirectoryState(
                organization,
                directory,
                self.account(account_id) if account_id is not None else None,
                self.pending_conflicts([key]).get(key),
            )

    def organization(self, organization_id: str) -> Organization | None:
        """See `IdentityStore.organization`."""
        return self._read(Organization, "ORGANIZATION", organization_id)

    def account(self, account_id: str) -> Account | None:
        """See `IdentityStore.account`."""
        return self._read(Account, "ACCOUNT", account_id)

    def accounts(self, account_ids: Iterable[str]) -> Mapping[str, Account]:
        """See `IdentityStore.accounts`."""
        found = {account_id: self.account(account_id) for account_id in account_ids}
        return {account_id: account for account_id, account in found.items() if account is not None}

    def holds(self, canonicals: Iterable[str]) -> Mapping[str, Hold]:
        """See `IdentityStore.holds`."""
        found = {canonical: self._read(Hold, "EMAIL", canonical) for canonical in canonicals}
        return {canonical: hold for canonical, hold in found.items() if hold is not None}

    def account_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None:
        """See `IdentityStore.account_ids_of_external_id`."""
        wanted = (directory_id, external_id)
        return _found(account.id for account in self.all_of(Account) if _external_id(account) == wanted)

    def account_ids_of_display_name(self, directory_id: str, display_name: str) -> tuple[str, ...] | None:
        """See `IdentityStore.account_ids_of_display_name`."""
        wanted = fold(display_name)
        named = ((account.id, account.display_name) for account in self._linked(directory_id))
        return _found(account_id for account_id, name in named if name is not None and fold(name) == wanted)

    def users(
        self, directory_id: str, *, limit: int, position: str | None = None, skip: int = 0, counted: bool = False
    ) -> AccountPage:
        """See `IdentityStore.users`."""
        accounts, next_position = _page(self._linked(directory_id), _place, skip + limit, position)
        page = accounts[skip:]
        total = self.number_of_users(directory_id) if counted else None
        return AccountPage(page, next_position, total, tuple(map(_place, page)))

    def _entries(self, listing: Listing) -> list[str]:
        if listing.kind == "users":
            return sorted(map(_place, self._linked(listing.directory_id)))
        return [place_of_group(group) for group in self.groups_of(listing.directory_id)]

    def number_of_users(self, directory_id: str) -> int:
        """See `IdentityStore.number_of_users`."""
        return self._read(int, "COUNT", directory_id) or 0

    def _linked(self, directory_id: str) -> list[Account]:
        return [
            account for account in self.all_of(Account) if account.link and account.link.directory_id == directory_id
        ]

    def account_id_of_user_name(self, directory_id: str, canonical_user_name: str) -> str | None:
        """See `IdentityStore.account_id_of_user_name`."""
        return self._read(str, "USERNAME", directory_id, canonical_user_name)

    def account_id_of_source(self, key: str) -> str | None:
        """See `IdentityStore.account_id_of_source`."""
        return self._read(str, "SOURCE", key)

    def conflict(self, pointer: Pointer) -> Conflict | None:
        """See `IdentityStore.conflict`."""
        return self._read(Conflict, "CONFLICT", pointer.organization_id, pointer.conflict_id)

    def conflicts(
        self,
        organization_id: str,
        *,
        limit: int,
        position: str | None = None,
        statuses: frozenset[ConflictStatus] = frozenset(),
        directory_id: str | None = None,
    ) -> ConflictPage:
        """See `IdentityStore.conflicts`."""
        mine = [
            conflict
            for conflict in self.all_of(Conflict)
            if conflict.organization_id == organization_id
            and (not statuses or conflict.status in statuses)
            and directory_id in {None, conflict.directory_id}
        ]
        return ConflictPage(*_page(mine, lambda conflict: conflict.id, limit, position, newest_first=True))

    def log(
        self,
        organization_id: str,
        *,
        limit: int,
        position: str | None = None,
        wanted: LogFilter = EVERYTHING,
    ) -> LogPage:
        """See `IdentityStore.log`."""
        mine = [
            entry for entry in self.all_of(LogEntry) if entry.organization_id == organization_id and wanted.wants(entry)
        ]
        return LogPage(*_page(mine, lambda entry: entry.id, limit, position, newest_first=True))

    def pending_conflicts(self, requester_keys: Iterable[str]) -> Mapping[str, str]:
        """See `IdentityStore.pending_conflicts`."""
        found = {key: self._read(str, "PENDING", key) for key in requester_keys}
        return {key: conflict_id for key, conflict_id in found.items() if conflict_id is not None}

    def waiters(self, canonical: str) -> tuple[Pointer, ...]:
        """See `IdentityStore.waiters`."""
        with self._lock:
            keys = sorted(key for key in self._items if key[:2] == ("WAITER", canonical))
            pointers = [self._items[key] for key in keys]
        return tuple(pointer for pointer in pointers if isinstance(pointer, Pointer))

    def directories(self, organization_id: str) -> tuple[Directory, ...]:
        """See `IdentityStore.directories`."""
        mine = [each for each in self.all_of(Directory) if each.organization_id == organization_id]
        return tuple(sorted(mine, key=lambda directory: directory.created_at))

    def organization_of_domain(self, domain: str) -> str | None:
        """See `IdentityStore.organization_of_domain`."""
        return self._read(str, "DOMAIN", domain)

    def token(self, sha256: str) -> Token | None:
        """See `IdentityStore.token`."""
        return self._read(Token, "TOKEN", sha256)

    def tokens(self, *, organization_id: str, directory_id: str | None = None) -> tuple[Token, ...]:
        """See `IdentityStore.tokens`."""
        with self._lock:
            listed = [item for key, item in self._items.items() if key[:3] == list_key(organization_id, directory_id)]
        tokens = [token for token in listed if isinstance(token, Token)]
        return tuple(sorted(tokens, key=lambda token: token.created_at))

    def revoked_at(self, token_id: str) -> datetime | None:
        """See `IdentityStore.revoked_at`."""
        return self._read(datetime, "REVOKED", token_id)

    def all_of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """Every item of a kind: what a test looks at to see whether the whole is right."""
        with self._lock:
            return tuple(item for item in self._items.values() if isinstance(item, kind))

    def snapshot(self) -> Items:
        """All items as they are now; they are immutable, so this is a copy."""
        with self._lock:
            return dict(self._items)


class MemoryQueue:
    """`storage.contract.ConflictQueue` as a list: at least once, in any order, as the test takes them."""

    def __init__(self) -> None:
        self.messages: list[Pointer] = []
        self.sweeps: list[ReexamineAll] = []

    def send(self, pointer: Pointer, *, correlation_id: str) -> None:
        """See `ConflictQueue.send`."""
        self.messages.append(pointer)

    def send_all(self, pointers: Sequence[Pointer], *, correlation_id: str) -> None:
        """See `ConflictQueue.send_all`."""
        for pointer in pointers:
            self.send(pointer, correlation_id=correlation_id)

    def send_reexamine_all(self, reexamine_all: ReexamineAll, *, correlation_id: str) -> None:
        """See `ConflictQueue.send_reexamine_all`."""
        self.sweeps.append(reexamine_all)


def _found(account_ids: Iterable[str]) -> tuple[str, ...] | None:
    found = tuple(account_ids)
    return found if len(found) <= MOST_FOUND else None


def _external_id(account: Account) -> tuple[str, str | None] | None:
    tie = account.link or account.former_link
    return (tie.directory_id, tie.external_id) if tie is not None else None


def _place(account: Account) -> str:
    """Sorts as accounts were linked."""
    linked_at = account.link.linked_at.astimezone(UTC).isoformat(timespec="microseconds") if account.link else ""
    return f"{linked_at}#{account.id}"


def _page(
    items: Sequence[_Kind],
    place_of: Callable[[_Kind], str],
    limit: int,
    position: str | None,
    *,
    newest_first: bool = False,
) -> tuple[tuple[_Kind, ...], str | None]:
    """The items whose places come after `position`, and the place of the last one if there are more."""
    placed = sorted(((place_of(item), item) for item in items), key=lambda each: each[0], reverse=newest_first)
    if position is not None:
        placed = [each for each in placed if (each[0] < position if newest_first else each[0] > position)]
    page = placed[:limit]
    return tuple(item for _, item in page), page[-1][0] if len(placed) > limit else None
