"""The writes' conditions and effects on items in memory, one case each, as `storage.writes` states them."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rightful.domain.account import Account
from rightful.domain.conflict import Conflict, Pointer
from rightful.domain.group import Group
from rightful.domain.hold import Hold
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.ports.writes import settings as s
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    DeleteAccount,
    EndReservation,
    ListFurther,
    NoteLogin,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    RequireAccount,
    RequireDomain,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
)
from rightful.ports.writes.conflicts import AppendLog, EndPending, EndWaiter, PutConflict, PutPending, PutWaiter
from rightful.ports.writes.groups import GroupWrite
from rightful.ports.writes.imports import ClaimSource, ReleaseSource
from rightful.ports.writes.transaction import Write
from tests.support.memory_store import groups as memory_groups
from tests.support.memory_store.emails import change_list
from tests.support.memory_store.lists import ClosedCount, count

Found = Account | Hold | Conflict | Group | str | None
ItemKey = tuple[str, ...]
Items = dict[ItemKey, object]


def list_key(organization_id: str | None, directory_id: str | None) -> ItemKey:
    return ("TOKENS", organization_id or "", directory_id or "")


_COUNTERS = {"users": "COUNT", "groups": "GROUPCOUNT"}

_KEYS: Mapping[type, Callable[..., ItemKey]] = {
    PutAccount: lambda write: ("ACCOUNT", write.account.id),
    DeleteAccount: lambda write: ("ACCOUNT", write.account_id),
    RequireAccount: lambda write: ("ACCOUNT", write.account_id),
    NoteLogin: lambda write: ("ACCOUNT", write.account_id),
    ClaimAddress: lambda write: ("EMAIL", write.canonical),
    ReleaseAddress: lambda write: ("EMAIL", write.canonical),
    TransferAddress: lambda write: ("EMAIL", write.canonical),
    ReserveAddress: lambda write: ("EMAIL", write.canonical),
    EndReservation: lambda write: ("EMAIL", write.canonical),
    ClaimUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    ReleaseUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    TransferUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    ListFurther: lambda write: ("FURTHER", write.directory_id, write.key),
    RequireDomain: lambda write: ("DOMAIN", write.domain),
    PutConflict: lambda write: ("CONFLICT", write.conflict.organization_id, write.conflict.id),
    PutPending: lambda write: ("PENDING", write.requester_key),
    EndPending: lambda write: ("PENDING", write.requester_key),
    PutWaiter: lambda write: ("WAITER", write.canonical, write.conflict_id),
    EndWaiter: lambda write: ("WAITER", write.canonical, write.conflict_id),
    AppendLog: lambda write: ("LOG", write.entry.organization_id, write.entry.id),
    CountUsers: lambda write: ("COUNT", write.directory_id),
    ClaimSource: lambda write: ("SOURCE", write.key),
    ReleaseSource: lambda write: ("SOURCE", write.key),
    s.PutOrganization: lambda write: ("ORGANIZATION", write.organization.id),
    s.PutDirectory: lambda write: ("DIRECTORY", write.directory.organization_id, write.directory.id),
    s.ClaimDomain: lambda write: ("DOMAIN", write.domain),
    s.ReleaseDomain: lambda write: ("DOMAIN", write.domain),
    s.PutToken: lambda write: ("TOKEN", write.token.sha256),
    s.ConfirmToken: lambda write: ("TOKEN", write.token.sha256),
    s.DeleteToken: lambda write: ("TOKEN", write.sha256),
    s.ListToken: lambda write: (*list_key(write.token.organization_id, write.token.directory_id), write.token.id),
    s.UnlistToken: lambda write: (*list_key(write.token.organization_id, write.token.directory_id), write.token.id),
    s.NoteRevoked: lambda write: ("REVOKED", write.token_id),
    # One counter stands for all shards here.
    s.CloseCounter: lambda write: (
        (_COUNTERS[write.kind], write.directory_id)
        if write.shard == 0
        else ("CLOSED", write.kind, write.directory_id, str(write.shard))
    ),
    s.RemoveDirectory: lambda write: ("DIRECTORY", write.organization_id, write.directory_id),
    s.RemoveOrganization: lambda write: ("ORGANIZATION", write.organization_id),
    s.RemoveConflict: lambda write: ("CONFLICT", write.organization_id, write.conflict_id),
}


def key_of(write: Write) -> ItemKey:
    return memory_groups.key_of(write) if isinstance(write, GroupWrite) else _KEYS[type(write)](write)


def found(item: object) -> Found:
    """What a refusal says was there: the thing itself, or its id."""
    if isinstance(item, Organization | Directory | Token):
        return item.id
    return item if isinstance(item, Account | Hold | Conflict | Group | str) else None


def _version_is(item: object, expected: int | None) -> bool:
    if expected is None:
        return item is None
    return isinstance(item, Account | Conflict | Organization | Directory) and item.version == expected


def _is_held_by(item: object, account_id: str) -> bool:
    return isinstance(item, Hold) and item.account_id == account_id


def condition_holds(write: Write, item: object) -> bool:  # noqa: C901, PLR0912 - one case per write, as in the table of writes
    """Whether a write's condition holds for the item that is there."""
    match write:
        case GroupWrite():
            return memory_groups.condition_holds(write, item)
        case PutAccount(account, expected):
            changes = item.group_changes if isinstance(item, Account) else account.group_changes
            return _version_is(item, expected) and changes == account.group_changes
        case PutConflict(_, expected):
            return _version_is(item, expected)
        case s.PutOrganization(_, expected) | s.PutDirectory(_, expected):
            return _version_is(item, expected)
        case DeleteAccount(_, version):
            return _version_is(item, version) and isinstance(item, Account) and not item.group_ids
        case RequireAccount(_, version):
            return _version_is(item, version)
        case NoteLogin(unless_since=since):
            return isinstance(item, Account) and item.last_login_at is not None and item.last_login_at <= since
        case ClaimAddress(_, account_id, now, requester_key):
            if not isinstance(item, Hold):
                return True
            return item.account_id == account_id or item.is_free_for(requester_key, now)
        case ReleaseAddress(_, account_id):
            return _is_held_by(item, account_id)
        case TransferAddress(_, from_account_id, _):
            return _is_held_by(item, from_account_id)
        case ReserveAddress(_, None, reservation, now, replaces):
            if not isinstance(item, Hold) or item.reservation is None:
                return item is None
            return item.reservation.conflict_id in {reservation.conflict_id, replaces} or item.reservation.until <= now
        case ReserveAddress(_, str() as from_account_id):
            return _is_held_by(item, from_account_id)
        case EndReservation(_, conflict_id, now):
            reserved = item.reservation if isinstance(item, Hold) else None
            over = reserved is not None and (now is None or reserved.until <= now)
            return over and reserved is not None and reserved.conflict_id == conflict_id
        case ClaimUserName(account_id=account_id):
            return item in {None, account_id}
        case ReleaseUserName(account_id=account_id) | TransferUserName(from_account_id=account_id):
            return item == account_id
        case ClaimSource(_, account_id, instead_of):
            return item in {None, account_id, instead_of}
        case ReleaseSource(_, account_id):
            return item in {None, account_id}
        case RequireDomain(organization_id, _, or_nobody):
            return item == organization_id or (or_nobody and item is None)
        case s.ReleaseDomain(_, organization_id):
            return item == organization_id
        case s.ClaimDomain(_, organization_id, _):
            return item in {None, organization_id}
        case PutPending(conflict_id=conflict_id, replaces=replaces):
            return item in {replaces, conflict_id}
        case EndPending(_, conflict_id):
            return item in {None, conflict_id}
        case s.PutToken():
            return item is None
        case s.RemoveDirectory(expected_version=version) | s.RemoveOrganization(expected_version=version):
            return _version_is(item, version)
        case CountUsers():
            return not (write.comes and isinstance(item, ClosedCount))
        case s.ConfirmToken():
            return item is not None
        case _:
            return True


def carry_out(write: Write, key: ItemKey, items: Items) -> None:  # noqa: C901, PLR0912 - as condition_holds
    """Do a write whose condition holds."""
    match write:
        case GroupWrite():
            memory_groups.carry_out(write, key, items)
        case PutAccount(item, _) | PutConflict(item, _) | s.PutOrganization(item, _) | s.PutDirectory(item, _):
            items[key] = item
        case ListFurther():
            change_list(write, key, items)
        case NoteLogin(_, at):
            account = items[key]
            items[key] = replace(account, last_login_at=at) if isinstance(account, Account) else account
        case ClaimAddress(canonical, account_id) | TransferAddress(canonical, _, account_id):
            items[key] = Hold(canonical, account_id)
        case ReserveAddress(canonical, _, reservation):
            items[key] = Hold(canonical, None, reservation)
        case ClaimUserName(account_id=account_id) | TransferUserName(to_account_id=account_id):
            items[key] = account_id
        case ClaimSource(_, account_id):
            items[key] = account_id
        case s.ClaimDomain(_, organization_id, _):
            items[key] = organization_id
        case PutPending(conflict_id=conflict_id):
            items[key] = conflict_id
        case PutWaiter(_, conflict_id, organization_id):
            items[key] = Pointer(organization_id, conflict_id)
        case AppendLog(entry):
            items[key] = entry
        case CountUsers():
            count(items, key, write)
        case s.PutToken(token) | s.ConfirmToken(token) | s.ListToken(token):
            items[key] = token
        case s.NoteRevoked(_, at):
            items[key] = at
        case s.CloseCounter(shard=0):
            there = items.get(key)
            items[key] = ClosedCount(there if isinstance(there, int) else 0)
        case RequireAccount() | RequireDomain() | s.CloseCounter():
            pass
        case _:
            items.pop(key, None)
