"""`rightful check`, groups: members, what members know of it, displayNames and numbers.

Memberships stand on both sides, so most of a large table cancels out: what is left of a scan is suspect, is read again,
consistently, and judged.
"""

from collections import Counter
from dataclasses import dataclass, field

from rightful.core.integrity.accounts import Disagreement
from rightful.core.integrity.groups import judge_group, judge_group_name, judge_membership
from rightful.core.integrity.repair import Repair
from rightful.domain.group import Group, canonical_group_name
from rightful.ports.scan import CountedGroups, DeletedGroup, FormerUser, GroupMember, GroupName, LinkedUser, Row
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.groups import CountGroups, NoteDeletedGroup

_MEMBERS_AT_ONCE = 1_000


@dataclass(slots=True)
class SeenGroups:
    """What one scan saw of groups.

    Attributes:
        unmatched: (group, member) that only one side has.
        former: (group, member) of accounts that are users no more.
        heads: groups that there are; with_members: those that there should be, because they have members.
        unnamed: a directory's displayName -> the group, where only the group or only the index item was seen.
        deleted: groups that are deleted; noted: those on the list of what is to be cleaned up.
        numbers: of groups, by directory.
    """

    unmatched: set[tuple[str, str]] = field(default_factory=set)
    former: set[tuple[str, str]] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    with_members: set[str] = field(default_factory=set)
    unnamed: set[tuple[str, str, str]] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """One row of the scan."""
        match row:
            case LinkedUser():
                self.unmatched ^= {(group_id, row.scim_id) for group_id in row.group_ids}
            case FormerUser():
                self.former |= {(group_id, row.scim_id) for group_id in row.group_ids}
            case GroupMember():
                self.unmatched ^= {(row.group_id, row.member_id)}
                self.with_members.add(row.group_id)
            case GroupName():
                self.unnamed ^= {(row.directory_id, row.canonical_name, row.group_id)}
            case DeletedGroup():
                self.noted.add(row.group_id)
            case CountedGroups():
                self.numbers[row.directory_id] += 0
            case Group():
                self._add_group(row)

    def _add_group(self, group: Group) -> None:
        self.heads.add(group.id)
        self.unmatched ^= {(parent_id, group.id) for parent_id in group.parent_ids}
        if group.deleted:
            self.deleted.add(group.id)
            return
        self.unnamed ^= {(group.directory_id, canonical_group_name(group.display_name), group.id)}
        self.numbers[group.directory_id] += 1


def check_groups(seen: SeenGroups, settling: Repair) -> None:
    """Look again at what a scan saw, and settle what is so. Numbers are for whoever scans twice."""
    store, at = settling.context.store, settling.context.now
    for group_id, member_id in sorted(_suspects(seen, store)):
        known = store.membership(group_id, [member_id])
        found = judge_membership(group_id, member_id, store.group(group_id), known, at)
        if found is not None:
            settling.settle(found)
    for directory_id, canonical_name, group_id in sorted(seen.unnamed):
        holder_id, group = store.group_id_of_name(directory_id, canonical_name), store.group(group_id)
        if holder_id == group_id:
            found = judge_group_name(GroupName(directory_id, canonical_name, group_id), group, at)
        elif group is not None and canonical_group_name(group.display_name) == canonical_name:
            found = judge_group(group, holder_id, at)
        else:
            continue  # it has another name by now
        if found is not None:
            settling.settle(found)
    for group_id in sorted(seen.deleted - seen.noted):
        group = store.group(group_id)
        if group is not None and group.deleted:
            settling.settle(Disagreement("deletion_not_noted", "", (NoteDeletedGroup(group_id),)))


def _suspects(seen: SeenGroups, store: IdentityStore) -> set[tuple[str, str]]:
    """Memberships to look at again. Those of a group that is gone agree with one another."""
    suspects = seen.unmatched | seen.former
    for group_id in seen.with_members - seen.heads:
        position, more = None, True
        while more:
            page = store.members(group_id, limit=_MEMBERS_AT_ONCE, position=position)
            suspects |= {(group_id, member.value) for member in page.members}
            position, more = page.next_position, page.next_position is not None
    return suspects


def settle_number_of_groups(directory_id: str, correction: int, settling: Repair) -> None:
    """A directory's number of groups, which two scans in a row have seen to be wrong."""
    settling.settle(Disagreement("groups_miscounted", "", (CountGroups(directory_id, directory_id, correction),)))
