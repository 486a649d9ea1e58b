"""Whether groups, their members and what members know of it agree; if not, what would repair it. Pure.

A group's own list of members is what counts: it is what gives access. What a member knows of its groups follows it. A
repair makes a new version of the group, on the condition that it still is as it was looked at.
"""

from dataclasses import replace
from datetime import datetime

from rightful.core.groups.leave import member_leaves
from rightful.core.integrity.accounts import Disagreement
from rightful.domain.account import Account, account_id_of, scim_id_of
from rightful.domain.group import Group, canonical_group_name, is_user_id
from rightful.ports.scan import GroupName
from rightful.ports.store.groups import Membership
from rightful.ports.writes.groups import (
    ClaimGroupName,
    JoinGroup,
    NestGroup,
    PutGroup,
    ReleaseGroupName,
    RemoveMember,
)
from rightful.ports.writes.transaction import Write


def judge_membership(
    group_id: str, member_id: str, group: Group | None, known: Membership, at: datetime
) -> Disagreement | None:
    """A group (None: there is none) and somebody who is its member or is noted as one; `known` is about that id."""
    if group is not None and group.deleted:
        return None  # its memberships are being ended
    if is_user_id(member_id):
        account = known.accounts.get(account_id_of(member_id))
        noted = account is not None and group_id in account.group_ids and _own_id(account) == member_id
        belongs = group is not None and account is not None and _is_user_of(account, member_id, group.directory_id)
    else:
        account, child = None, known.groups.get(member_id)
        noted = child is not None and group_id in child.parent_ids
        belongs = group is not None and child is not None and _is_group_of(child, group.directory_id)
    is_member = member_id in known.members
    changed = _changed(group, at)
    account_id = account.id if account is not None else ""
    if is_member and not belongs:
        kind = "member_of_no_group" if group is None else "member_is_nobody"
        leave = (member_leaves(group_id, member_id, at),) if noted else ()
        return Disagreement(kind, account_id, (RemoveMember(group_id, member_id), *leave, *changed))
    if is_member and not noted and group is not None:
        return Disagreement("membership_not_noted", account_id, (_join(group, member_id, at), *changed))
    if noted and not is_member:
        return Disagreement(
            "membership_of_another_time", account_id, (member_leaves(group_id, member_id, at), *changed)
        )
    return None


def judge_group_name(item: GroupName, group: Group | None, at: datetime) -> Disagreement | None:
    """A displayName index item and the group that it names (None: there is none)."""
    if group is not None and _has_name(group, item.directory_id, item.canonical_name):
        return None
    release = ReleaseGroupName(item.directory_id, item.canonical_name, item.group_id)
    return Disagreement("group_name_of_another_time", "", (release, *_changed(group, at)))


def judge_group(group: Group, holder_id: str | None, at: datetime) -> Disagreement | None:
    """A group, and the group that its displayName's index item names (None: there is none)."""
    if group.deleted or holder_id == group.id:
        return None
    if holder_id is not None:
        # Either that item is of another time, which is a disagreement of its own, or a person has to rename one.
        return Disagreement("group_name_of_two", "")
    claim = ClaimGroupName(group.directory_id, canonical_group_name(group.display_name), group.id)
    return Disagreement("group_name_not_held", "", (claim, *_changed(group, at)))


def _own_id(account: Account) -> str:
    return account.link.scim_id if account.link else scim_id_of(account.id, account.links_made)


def _is_user_of(account: Account, scim_id: str, directory_id: str) -> bool:
    return account.link is not None and (account.link.scim_id, account.link.directory_id) == (scim_id, directory_id)


def _is_group_of(group: Group, directory_id: str) -> bool:
    return not group.deleted and group.directory_id == directory_id


def _has_name(group: Group, directory_id: str, canonical_name: str) -> bool:
    return _is_group_of(group, directory_id) and canonical_group_name(group.display_name) == canonical_name


def _changed(group: Group | None, at: datetime) -> tuple[Write, ...]:
    if group is None:
        return ()
    return (PutGroup(replace(group, version=group.version + 1, updated_at=at), group.version),)


def _join(group: Group, member_id: str, at: datetime) -> Write:
    if is_user_id(member_id):
        return JoinGroup(account_id_of(member_id), group.directory_id, member_id, group.id, at)
    return NestGroup(member_id, group.directory_id, group.id)
