"""The identity store and the queue in memory: the writes' conditions as `writes` states them, and nothing else.

For tests of what the rules do, in thousands of interleavings; tests/contract holds it to the same behaviour as
`storage.dynamodb`. Safe to use from several threads.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from rightful.accounts.account import Account
from rightful.conflicts.conflict import Conflict
from rightful.eventlog import LogEntry
from rightful.organizations.organization import Directory, Organization
from rightful.organizations.tokens import Token
from rightful.storage import writes as w
from rightful.storage.contract import DirectoryState, Pointer, Remaining
from rightful.storage.writes import Hold, Refusal, RefusedError, Write

TRANSACTION_LIMIT = 100
"""DynamoDB's: TransactWriteItems takes 100 actions, no two on one item."""

Found = Account | Hold | Conflict | str | None
Key = tuple[str, ...]
Items = dict[Key, object]
_Kind = TypeVar("_Kind")


class MemoryStore:
    """`storage.contract.IdentityStore` on a dictionary of items, keyed as the identity table is."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._items: Items = {}

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:  # noqa: ARG002 - it never waits
        """See `IdentityStore.commit`."""
        keys = [_key(write) for write in writes]
        if len(keys) > TRANSACTION_LIMIT or len(set(keys)) < len(keys):
            raise ValueError("a transaction takes at most 100 writes, each to an item of its own")
        with self._lock:
            refusals = tuple(
                Refusal(write, _found(self._items.get(key)))
                for write, key in zip(writes, keys, strict=True)
                if not _holds(write, self._items.get(key))
            )
            if refusals:
                raise RefusedError(refusals)
            for write, key in zip(writes, keys, strict=True):
                _do(write, key, self._items)

    def mark_sent(self, pointer: Pointer) -> None:
        """See `IdentityStore.mark_sent`."""
        key = ("CONFLICT", pointer.organization_id, pointer.conflict_id)
        with self._lock:
            conflict = self._items[key]
            if isinstance(conflict, Conflict):
                self._items[key] = replace(conflict, sent=True)

    def log_entry(self, entry: LogEntry) -> None:
        """See `IdentityStore.log_entry`."""
        self.commit([w.AppendLog(entry)], remaining=float)

    def tally(self, names: Iterable[str], *, until: datetime) -> Mapping[str, int]:  # noqa: ARG002 - never forgotten
        """See `IdentityStore.tally`."""
        with self._lock:
            counts = {}
            for name in dict.fromkeys(names):
                before = self._items.get(("TALLY", name), 0)
                counts[name] = (before if isinstance(before, int) else 0) + 1
                self._items[("TALLY", name)] = counts[name]
            return counts

    # Reading

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

    def account_id_of_user_name(self, directory_id: str, canonical_user_name: str) -> str | None:
        """See `IdentityStore.account_id_of_user_name`."""
        return self._read(str, "USERNAME", directory_id, canonical_user_name)

    def conflict(self, pointer: Pointer) -> Conflict | None:
        """See `IdentityStore.conflict`."""
        return self._read(Conflict, "CONFLICT", pointer.organization_id, pointer.conflict_id)

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
            listed = [item for key, item in self._items.items() if key[:3] == _list_key(organization_id, directory_id)]
        tokens = [token for token in listed if isinstance(token, Token)]
        return tuple(sorted(tokens, key=lambda token: token.created_at))

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

    def send(self, pointer: Pointer, *, correlation_id: str) -> None:  # noqa: ARG002 - the protocol's
        """See `ConflictQueue.send`."""
        self.messages.append(pointer)


def _list_key(organization_id: str | None, directory_id: str | None) -> Key:
    return ("TOKENS", organization_id or "", directory_id or "")


_KEYS: Mapping[type, Callable[..., Key]] = {
    w.PutAccount: lambda write: ("ACCOUNT", write.account.id),
    w.DeleteAccount: lambda write: ("ACCOUNT", write.account_id),
    w.RequireAccount: lambda write: ("ACCOUNT", write.account_id),
    w.ClaimAddress: lambda write: ("EMAIL", write.canonical),
    w.ReleaseAddress: lambda write: ("EMAIL", write.canonical),
    w.TransferAddress: lambda write: ("EMAIL", write.canonical),
    w.ReserveAddress: lambda write: ("EMAIL", write.canonical),
    w.EndReservation: lambda write: ("EMAIL", write.canonical),
    w.ClaimUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    w.ReleaseUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    w.TransferUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    w.RequireDomain: lambda write: ("DOMAIN", write.domain),
    w.PutConflict: lambda write: ("CONFLICT", write.conflict.organization_id, write.conflict.id),
    w.PutPending: lambda write: ("PENDING", write.requester_key),
    w.EndPending: lambda write: ("PENDING", write.requester_key),
    w.PutWaiter: lambda write: ("WAITER", write.canonical, write.conflict_id),
    w.EndWaiter: lambda write: ("WAITER", write.canonical, write.conflict_id),
    w.AppendLog: lambda write: ("LOG", write.entry.organization_id, write.entry.id),
    w.CountUsers: lambda write: ("COUNT", write.directory_id),
    w.PutOrganization: lambda write: ("ORGANIZATION", write.organization.id),
    w.PutDirectory: lambda write: ("DIRECTORY", write.directory.organization_id, write.directory.id),
    w.ClaimDomain: lambda write: ("DOMAIN", write.domain),
    w.ReleaseDomain: lambda write: ("DOMAIN", write.domain),
    w.PutToken: lambda write: ("TOKEN", write.token.sha256),
    w.DeleteToken: lambda write: ("TOKEN", write.sha256),
    w.ListToken: lambda write: (*_list_key(write.token.organization_id, write.token.directory_id), write.token.id),
    w.UnlistToken: lambda write: (*_list_key(write.token.organization_id, write.token.directory_id), write.token.id),
}


def _key(write: Write) -> Key:
    return _KEYS[type(write)](write)


def _found(item: object) -> Found:
    return item if isinstance(item, Account | Hold | Conflict | str) else None


def _version_is(item: object, expected: int | None) -> bool:
    if expected is None:
        return item is None
    return isinstance(item, Account | Conflict | Organization | Directory) and item.version == expected


def _is_held_by(item: object, account_id: str) -> bool:
    return isinstance(item, Hold) and item.account_id == account_id


def _holds(write: Write, item: object) -> bool:  # noqa: C901, PLR0912 - one case per write, as in the table of writes
    """Whether a write's condition holds for the item that is there."""
    match write:
        case w.PutAccount(_, expected) | w.PutConflict(_, expected):
            return _version_is(item, expected)
        case w.PutOrganization(_, expected) | w.PutDirectory(_, expected):
            return _version_is(item, expected)
        case w.DeleteAccount(_, version) | w.RequireAccount(_, version):
            return _version_is(item, version)
        case w.ClaimAddress(_, account_id, now, requester_key):
            if not isinstance(item, Hold):
                return True
            return item.account_id == account_id or item.is_free_for(requester_key, now)
        case w.ReleaseAddress(_, account_id):
            return _is_held_by(item, account_id)
        case w.TransferAddress(_, from_account_id, _):
            return _is_held_by(item, from_account_id)
        case w.ReserveAddress(_, None, reservation, now):
            if not isinstance(item, Hold) or item.reservation is None:
                return item is None
            return item.reservation.conflict_id == reservation.conflict_id or item.reservation.until <= now
        case w.ReserveAddress(_, str() as from_account_id, _, _):
            return _is_held_by(item, from_account_id)
        case w.EndReservation(_, conflict_id):
            return (
                isinstance(item, Hold) and item.reservation is not None and item.reservation.conflict_id == conflict_id
            )
        case w.ClaimUserName(account_id=account_id):
            return item in {None, account_id}
        case w.ReleaseUserName(account_id=account_id) | w.TransferUserName(from_account_id=account_id):
            return item == account_id
        case w.RequireDomain(organization_id, _) | w.ReleaseDomain(_, organization_id):
            return item == organization_id
        case w.ClaimDomain(_, organization_id, _):
            return item in {None, organization_id}
        case w.PutPending(conflict_id=conflict_id, replaces=replaces):
            return item in {replaces, conflict_id}
        case w.EndPending(_, conflict_id):
            return item in {None, conflict_id}
        case w.PutToken():
            return item is None
        case _:
            return True


def _do(write: Write, key: Key, items: Items) -> None:
    """Do a write whose condition holds."""
    match write:
        case w.PutAccount(item, _) | w.PutConflict(item, _) | w.PutOrganization(item, _) | w.PutDirectory(item, _):
            items[key] = item
        case w.ClaimAddress(canonical, account_id) | w.TransferAddress(canonical, _, account_id):
            items[key] = Hold(canonical, account_id)
        case w.ReserveAddress(canonical, _, reservation, _):
            items[key] = Hold(canonical, None, reservation)
        case w.ClaimUserName(account_id=account_id) | w.TransferUserName(to_account_id=account_id):
            items[key] = account_id
        case w.ClaimDomain(_, organization_id, _):
            items[key] = organization_id
        case w.PutPending(conflict_id=conflict_id):
            items[key] = conflict_id
        case w.PutWaiter(_, conflict_id, organization_id):
            items[key] = Pointer(organization_id, conflict_id)
        case w.AppendLog(entry):
            items[key] = entry
        case w.CountUsers(delta=delta):
            before = items.get(key)
            items[key] = (before if isinstance(before, int) else 0) + delta
        case w.PutToken(token) | w.ListToken(token):
            items[key] = token
        case w.RequireAccount() | w.RequireDomain():
            pass
        case _:
            items.pop(key, None)
