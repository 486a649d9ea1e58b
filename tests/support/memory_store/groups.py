"""Groups in memory: the conditions and effects of `storage.group_writes`, and the reads of `storage.group_contract`."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC

from rightful.domain.account import Account
from rightful.domain.group import MOST_GROUPS, Group, is_user_id
from rightful.domain.organization import Directory
from rightful.ports.store.groups import MOST_FOUND, GroupPage, GroupState, MemberPage, Membership, account_ids_among
from rightful.ports.writes import groups as g
from rightful.scim.patch.members import Member
from tests.support.memory_store.lists import ClosedCount, count

ItemKey = tuple[str, ...]
Items = dict[ItemKey, object]

_KEYS: Mapping[type, Callable[..., ItemKey]] = {
    g.PutGroup: lambda write: ("GROUP", write.group.id),
    g.RemoveGroup: lambda write: ("GROUP", write.group_id),
    g.ClaimGroupName: lambda write: ("GROUPNAME", write.directory_id, write.canonical_name),
    g.ReleaseGroupName: lambda write: ("GROUPNAME", write.directory_id, write.canonical_name),
    g.PutMember: lambda write: ("MEMBER", write.group_id, write.member.value),
    g.RemoveMember: lambda write: ("MEMBER", write.group_id, write.member_id),
    g.JoinGroup: lambda write: ("ACCOUNT", write.account_id),
    g.LeaveGroups: lambda write: ("ACCOUNT", write.account_id),
    g.NestGroup: lambda write: ("GROUP", write.group_id),
    g.UnnestGroup: lambda write: ("GROUP", write.group_id),
    g.CountGroups: lambda write: ("GROUPCOUNT", write.directory_id),
    g.NoteDeletedGroup: lambda write: ("DELETEDGROUP", write.group_id),
    g.EndDeletedGroup: lambda write: ("DELETEDGROUP", write.group_id),
}


def key_of(write: g.GroupWrite) -> ItemKey:
    return _KEYS[type(write)](write)


def condition_holds(write: g.GroupWrite, item: object) -> bool:
    """Whether a write's condition holds for the item that is there."""
    match write:
        case g.PutGroup(_, None):
            return item is None
        case g.PutGroup(_, version) | g.RemoveGroup(_, version):
            return isinstance(item, Group) and item.version == version
        case g.ClaimGroupName(group_id=group_id):
            return item in {None, group_id}
        case g.ReleaseGroupName(group_id=group_id):
            return item == group_id
        case g.JoinGroup():
            return _may_join(write, item)
        case g.NestGroup(_, directory_id):
            return (
                isinstance(item, Group)
                and item.directory_id == directory_id
                and not item.deleted
                and len(item.parent_ids) < MOST_GROUPS
            )
        case g.LeaveGroups() | g.UnnestGroup():
            return item is not None
        case g.CountGroups():
            return not (write.comes and isinstance(item, ClosedCount))
        case _:
            return True


def _may_join(write: g.JoinGroup, item: object) -> bool:
    link = item.link if isinstance(item, Account) else None
    return (
        isinstance(item, Account)
        and link is not None
        and (link.directory_id, link.scim_id) == (write.directory_id, write.scim_id)
        and len(item.group_ids) < MOST_GROUPS
    )


def carry_out(write: g.GroupWrite, key: ItemKey, items: Items) -> None:
    """Do a write whose condition holds."""
    before = items.get(key)
    match write:
        case g.PutGroup(group):
            items[key] = replace(group, parent_ids=before.parent_ids if isinstance(before, Group) else frozenset())
        case g.ClaimGroupName(group_id=group_id) | g.NoteDeletedGroup(group_id):
            items[key] = group_id
        case g.PutMember(_, member):
            items[key] = member
        case g.JoinGroup(group_id=group_id, at=at) if isinstance(before, Account):
            changes = before.group_changes + 1
            items[key] = replace(before, group_ids=before.group_ids | {group_id}, group_changes=changes, updated_at=at)
        case g.LeaveGroups(_, group_ids, at) if isinstance(before, Account):
            changes = before.group_changes + 1
            items[key] = replace(before, group_ids=before.group_ids - group_ids, group_changes=changes, updated_at=at)
        case g.NestGroup(parent_id=parent_id) if isinstance(before, Group):
            items[key] = replace(before, parent_ids=before.parent_ids | {parent_id})
        case g.UnnestGroup(parent_id=parent_id) if isinstance(before, Group):
            items[key] = replace(before, parent_ids=before.parent_ids - {parent_id})
        case g.CountGroups():
            count(items, key, write)
        case _:
            items.pop(key, None)


def place_of_group(group: Group) -> str:
    """Sorts as groups were created."""
    return f"{group.created_at.astimezone(UTC).isoformat(timespec='microseconds')}#{group.id}"


class MemoryGroups:
    """`storage.group_contract.GroupStore` on a dictionary of items."""

    _lock: threading.RLock
    _items: Items

    def group_state(
        self, organization_id: str, directory_id: str, *, group_id: str | None = None, member_ids: Iterable[str] = ()
    ) -> GroupState | None:
        """See `GroupStore.group_state`."""
        with self._lock:
            directory = self._items.get(("DIRECTORY", organization_id, directory_id))
            if not isinstance(directory, Directory):
                return None
            group = self.group(group_id) if group_id is not None else None
            return GroupState(directory, group, self.membership(group_id, member_ids))

    def membership(self, group_id: str | None, member_ids: Iterable[str]) -> Membership:
        """See `GroupStore.membership`."""
        ids = frozenset(member_ids)
        with self._lock:
            members = {value: self._items.get(("MEMBER", group_id or "", value)) for value in ids}
            accounts = {value: self._items.get(("ACCOUNT", value)) for value in account_ids_among(ids)}
            return Membership(
                ids,
                {value: member for value, member in members.items() if isinstance(member, Member)},
                {value: account for value, account in accounts.items() if isinstance(account, Account)},
                self.groups(value for value in ids if not is_user_id(value)),
            )

    def group(self, group_id: str) -> Group | None:
        """See `GroupStore.group`."""
        return self.groups([group_id]).get(group_id)

    def groups(self, group_ids: Iterable[str]) -> Mapping[str, Group]:
        """See `GroupStore.groups`."""
        with self._lock:
            found = {group_id: self._items.get(("GROUP", group_id)) for group_id in group_ids}
        return {group_id: group for group_id, group in found.items() if isinstance(group, Group)}

    def group_with_members(self, group_id: str, *, limit: int) -> tuple[Group | None, MemberPage]:
        """See `GroupStore.group_with_members`."""
        with self._lock:
            return self.group(group_id), self.members(group_id, limit=limit)

    def members(self, group_id: str, *, limit: int, position: str | None = None) -> MemberPage:
        """See `GroupStore.members`."""
        with self._lock:
            found = [item for key, item in self._items.items() if key[:2] == ("MEMBER", group_id)]
        members = sorted((item for item in found if isinstance(item, Member)), key=lambda member: member.value)
        after = [member for member in members if position is None or member.value > position]
        page = tuple(after[:limit])
        return MemberPage(page, page[-1].value if len(after) > limit else None)

    def group_id_of_name(self, directory_id: str, canonical_name: str) -> str | None:
        """See `GroupStore.group_id_of_name`."""
        with self._lock:
            item = self._items.get(("GROUPNAME", directory_id, canonical_name))
        return item if isinstance(item, str) else None

    def group_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None:
        """See `GroupStore.group_ids_of_external_id`."""
        found = tuple(group.id for group in self.groups_of(directory_id) if group.external_id == external_id)
        return found if len(found) <= MOST_FOUND else None

    def listed_groups(
        self, directory_id: str, *, limit: int, position: str | None = None, skip: int = 0, counted: bool = False
    ) -> GroupPage:
        """See `GroupStore.listed_groups`."""
        after = [
            group for group in self.groups_of(directory_id) if position is None or place_of_group(group) > position
        ][skip:]
        page = tuple(after[:limit])
        return GroupPage(
            page,
            place_of_group(page[-1]) if len(after) > limit else None,
            self.number_of_groups(directory_id) if counted else None,
            tuple(map(place_of_group, page)),
        )

    def number_of_groups(self, directory_id: str) -> int:
        """See `GroupStore.number_of_groups`."""
        with self._lock:
            number = self._items.get(("GROUPCOUNT", directory_id), 0)
        return number if isinstance(number, int) else 0

    def deleted_groups(self, *, limit: int) -> tuple[str, ...]:
        """See `GroupStore.deleted_groups`."""
        with self._lock:
            return tuple(sorted(key[1] for key in self._items if key[0] == "DELETEDGROUP")[:limit])

    def groups_of(self, directory_id: str) -> list[Group]:
        """A directory's groups in the order of the listing."""
        with self._lock:
            groups = [item for item in self._items.values() if isinstance(item, Group)]
        mine = [group for group in groups if group.directory_id == directory_id and not group.deleted]
        return sorted(mine, key=place_of_group)
