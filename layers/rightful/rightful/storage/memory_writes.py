"""The writes' conditions and effects on items in memory, one case each, as `storage.writes` states them."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rightful.accounts.account import Account
from rightful.conflicts.conflict import Conflict
from rightful.groups.group import Group
from rightful.organizations.organization import Directory, Organization
from rightful.organizations.tokens import Token
from rightful.storage import memory_groups
from rightful.storage import settings_writes as s
from rightful.storage import writes as w
from rightful.storage.contract import Pointer
from rightful.storage.group_writes import GroupWrite
from rightful.storage.memory_further import change_list
from rightful.storage.memory_listing import ClosedCount, count
from rightful.storage.source_writes import ClaimSource, ReleaseSource
from rightful.storage.writes import Hold, Write

Found = Account | Hold | Conflict | Group | str | None
Key = tuple[str, ...]
Items = dict[Key, object]


def list_key(organization_id: str | None, directory_id: str | None) -> Key:
    return ("TOKENS", organization_id or "", directory_id or "")


_COUNTERS = {"users": "COUNT", "groups": "GROUPCOUNT"}

_KEYS: Mapping[type, Callable[..., Key]] = {
    w.PutAccount: lambda write: ("ACCOUNT", write.account.id),
    w.DeleteAccount: lambda write: ("ACCOUNT", write.account_id),
    w.RequireAccount: lambda write: ("ACCOUNT", write.account_id),
    w.NoteLogin: lambda write: ("ACCOUNT", write.account_id),
    w.ClaimAddress: lambda write: ("EMAIL", write.canonical),
    w.ReleaseAddress: lambda write: ("EMAIL", write.canonical),
    w.TransferAddress: lambda write: ("EMAIL", write.canonical),
    w.ReserveAddress: lambda write: ("EMAIL", write.canonical),
    w.EndReservation: lambda write: ("EMAIL", write.canonical),
    w.ClaimUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    w.ReleaseUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    w.TransferUserName: lambda write: ("USERNAME", write.directory_id, write.canonical_user_name),
    w.ListFurther: lambda write: ("FURTHER", write.directory_id, write.key),
    w.RequireDomain: lambda write: ("DOMAIN", write.domain),
    w.PutConflict: lambda write: ("CONFLICT", write.conflict.organization_id, write.conflict.id),
    w.PutPending: lambda write: ("PENDING", write.requester_key),
    w.EndPending: lambda write: ("PENDING", write.requester_key),
    w.PutWaiter: lambda write: ("WAITER", write.canonical, write.conflict_id),
    w.EndWaiter: lambda write: ("WAITER", write.canonical, write.conflict_id),
    w.AppendLog: lambda write: ("LOG", write.entry.organization_id, write.entry.id),
    w.CountUsers: lambda write: ("COUNT", write.directory_id),
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


def key_of(write: Write) -> Key:
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
        case w.PutAccount(account, expected):
            changes = item.group_changes if isinstance(item, Account) else account.group_changes
            return _version_is(item, expected) and changes == account.group_changes
        case w.PutConflict(_, expected):
            return _version_is(item, expected)
        case s.PutOrganization(_, expected) | s.PutDirectory(_, expected):
            return _version_is(item, expected)
        case w.DeleteAccount(_, version):
            return _version_is(item, version) and isinstance(item, Account) and not item.group_ids
        case w.RequireAccount(_, version):
            return _version_is(item, version)
        case w.NoteLogin(unless_since=since):
            return isinstance(item, Account) and item.last_login_at is not None and item.last_login_at <= since
        case w.ClaimAddress(_, account_id, now, requester_key):
            if not isinstance(item, Hold):
                return True
            return item.account_id == account_id or item.is_free_for(requester_key, now)
        case w.ReleaseAddress(_, account_id):
            return _is_held_by(item, account_id)
        case w.TransferAddress(_, from_account_id, _):
            return _is_held_by(item, from_account_id)
        case w.ReserveAddress(_, None, reservation, now, replaces):
            if not isinstance(item, Hold) or item.reservation is None:
                return item is None
            return item.reservation.conflict_id in {reservation.conflict_id, replaces} or item.reservation.until <= now
        case w.ReserveAddress(_, str() as from_account_id):
            return _is_held_by(item, from_account_id)
        case w.EndReservation(_, conflict_id, now):
            reserved = item.reservation if isinstance(item, Hold) else None
            over = reserved is not None and (now is None or reserved.until <= now)
            return over and reserved is not None and reserved.conflict_id == conflict_id
        case w.ClaimUserName(account_id=account_id):
            return item in {None, account_id}
        case w.ReleaseUserName(account_id=account_id) | w.TransferUserName(from_account_id=account_id):
            return item == account_id
        case ClaimSource(_, account_id, instead_of):
            return item in {None, account_id, instead_of}
        case ReleaseSource(_, account_id):
            return item in {None, account_id}
        case w.RequireDomain(organization_id, _, or_nobody):
            return item == organization_id or (or_nobody and item is None)
        case s.ReleaseDomain(_, organization_id):
            return item == organization_id
        case s.ClaimDomain(_, organization_id, _):
            return item in {None, organization_id}
        case w.PutPending(conflict_id=conflict_id, replaces=replaces):
            return item in {replaces, conflict_id}
        case w.EndPending(_, conflict_id):
            return item in {None, conflict_id}
        case s.PutToken():
            return item is None
        case s.RemoveDirectory(expected_version=version) | s.RemoveOrganization(expected_version=version):
            return _version_is(item, version)
        case w.CountUsers():
            return not (write.comes and isinstance(item, ClosedCount))
        case s.ConfirmToken():
            return item is not None
        case _:
            return True


def carry_out(write: Write, key: Key, items: Items) -> None:  # noqa: C901, PLR0912 - as condition_holds
    """Do a write whose condition holds."""
    match write:
        case GroupWrite():
            memory_groups.carry_out(write, key, items)
        case w.PutAccount(item, _) | w.PutConflict(item, _) | s.PutOrganization(item, _) | s.PutDirectory(item, _):
            items[key] = item
        case w.ListFurther():
            change_list(write, key, items)
        case w.NoteLogin(_, at):
            account = items[key]
            items[key] = replace(account, last_login_at=at) if isinstance(account, Account) else account
        case w.ClaimAddress(canonical, account_id) | w.TransferAddress(canonical, _, account_id):
            items[key] = Hold(canonical, account_id)
        case w.ReserveAddress(canonical, _, reservation):
            items[key] = Hold(canonical, None, reservation)
        case w.ClaimUserName(account_id=account_id) | w.TransferUserName(to_account_id=account_id):
            items[key] = account_id
        case ClaimSource(_, account_id):
            items[key] = account_id
        case s.ClaimDomain(_, organization_id, _):
            items[key] = organization_id
        case w.PutPending(conflict_id=conflict_id):
            items[key] = conflict_id
        case w.PutWaiter(_, conflict_id, organization_id):
            items[key] = Pointer(organization_id, conflict_id)
        case w.AppendLog(entry):
            items[key] = entry
        case w.CountUsers():
            count(items, key, write)
        case s.PutToken(token) | s.ConfirmToken(token) | s.ListToken(token):
            items[key] = token
        case s.NoteRevoked(_, at):
            items[key] = at
        case s.CloseCounter(shard=0):
            there = items.get(key)
            items[key] = ClosedCount(there if isinstance(there, int) else 0)
        case w.RequireAccount() | w.RequireDomain() | s.CloseCounter():
            pass
        case _:
            items.pop(key, None)
