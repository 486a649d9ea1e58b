"""Which members a change adds and removes, given who is a member now, and the writes of
that, cut into transactions. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rightful.domain.account import Account, Link, account_id_of
from rightful.domain.group import MOST_GROUPS, Group, canonical_group_name, is_user_id
from rightful.ports.context import Invocation
from rightful.ports.store.groups import Membership
from rightful.ports.writes.groups import (
    ClaimGroupName,
    JoinGroup,
    LeaveGroups,
    NestGroup,
    PutMember,
    ReleaseGroupName,
    RemoveMember,
    UnnestGroup,
)
from rightful.ports.writes.transaction import Write
from rightful.scim.errors import invalid_value
from rightful.scim.patch.member_plan import no_such_member
from rightful.scim.patch.members import MAX_MEMBER_DISPLAY, Member, MemberChanges
from rightful.text.ids import is_id


@dataclass(frozen=True, slots=True)
class Delta:
    """Members to add, who are none yet, members to remove, and members whose `display` changes.

    `complete`: False where the time did not suffice to look all additions up.
    """

    add: tuple[Member, ...] = ()
    remove: tuple[Member, ...] = ()
    relabel: tuple[Member, ...] = ()
    complete: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.add and not self.remove and not self.relabel


def partial_delta(changes: MemberChanges, members: Mapping[str, Member]) -> Delta:
    """What adds and removes come to.

    Args:
        members: by id: those of the ids that the changes name that are members; all members where `remove_where` has
            to look at each.

    Raises:
        ScimError: 400 noTarget, the `display` of nobody is to be changed.
    """
    removed = {value: members[value] for value in changes.remove if value in members}
    if changes.remove_where:
        removed |= {value: member for value, member in members.items() if changes.removes(member)}
    added = tuple(changes.shown(member) for member in changes.add if member.value not in members)
    coming = {member.value for member in added}
    for value, display in changes.displays.items():
        if display is not None and value not in members and value not in coming:
            raise no_such_member(value)
    staying = (members[value] for value in changes.displays if value in members and value not in removed)
    return Delta(added, tuple(removed.values()), _relabelled(changes, {}, staying))


def whole_delta(wanted: Iterable[Member], changes: MemberChanges, present: Mapping[str, Member]) -> Delta:
    """What a replacement of all members, and what the changes remove after it, comes to."""
    kept = {
        member.value: member
        for member in wanted
        if member.value not in present or not changes.removes(present[member.value])
    }
    return Delta(
        tuple(changes.shown(member) for value, member in kept.items() if value not in present),
        tuple(present[value] for value in sorted(present.keys() - kept.keys())),
        _relabelled(changes, kept, (present[value] for value in kept if value in present)),
    )


def _relabelled(changes: MemberChanges, listed: Mapping[str, Member], staying: Iterable[Member]) -> tuple[Member, ...]:
    """Those who stay, and are to be shown by another name. `listed`: as a replacement names them."""
    found = []
    for member in staying:
        named = listed.get(member.value)
        display = named.display if named is not None and named.display is not None else member.display
        after = changes.shown(replace(member, display=display))
        if after != member:
            found.append(after)
    return tuple(found)


def known_members(
    listed: Iterable[Member], membership: Membership, directory_id: str, group_id: str
) -> tuple[list[Member], list[str]]:
    """Split members to add into those that there are, with their type and a name to show, and ids of nobody.

    Raises:
        ScimError: 400 invalidValue, a member is the group itself, or is in as many groups as it may be.
    """
    known, unknown = [], []
    for member in listed:
        if member.value == group_id:
            raise invalid_value("'members.value' is the group itself: leave it out.")
        if is_user_id(member.value):
            found = _as_user(member, membership.accounts.get(account_id_of(member.value)), directory_id)
        else:
            found = _as_group(member, membership.groups, directory_id)
        if found is None:
            unknown.append(member.value)
        else:
            known.append(found)
    return known, unknown


def refuse_unknown(unknown: list[str]) -> None:
    """Refuse ids of nobody.

    Raises:
        ScimError: 400 invalidValue that names the first one.
    """
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise invalid_value(
            f"'members.value': {unknown[0][:128]!r}{more} is no user or group of this directory: "
            "provision it first, or leave it out."
        )


def shown_as(account: Account, link: Link) -> str:
    """The display of a user among the members of a group."""
    return (account.display_name if account.display_name is not None else link.user_name)[:MAX_MEMBER_DISPLAY]


def readable(member_ids: Iterable[str]) -> list[str]:
    """The ids that there can be at all: what else a client sends is not looked up."""
    return [value for value in member_ids if is_id(value)]


def _as_user(member: Member, account: Account | None, directory_id: str) -> Member | None:
    link = account.link if account is not None else None
    if account is None or link is None or (link.directory_id, link.scim_id) != (directory_id, member.value):
        return None
    if len(account.group_ids) >= MOST_GROUPS:
        raise _in_too_many(member.value)
    return replace(member, type="User", display=member.display or shown_as(account, link))


def _as_group(member: Member, groups: Mapping[str, Group], directory_id: str) -> Member | None:
    group = groups.get(member.value)
    if group is None or group.deleted or group.directory_id != directory_id:
        return None
    if len(group.parent_ids) >= MOST_GROUPS:
        raise _in_too_many(member.value)
    return replace(member, type="Group", display=member.display or group.display_name)


def _in_too_many(member_id: str) -> Exception:
    return invalid_value(
        f"'members.value': {member_id!r} is in {MOST_GROUPS} groups already, and may be in no more: "
        "remove it from another group first."
    )


BATCH = 48
"""Members changed in one transaction: two writes for each, and up to four for the group. DynamoDB takes 100."""


def batches(
    before: Group, after: Group, delta: Delta, gone: set[str], invocation: Invocation
) -> Iterator[tuple[list[Write], bool]]:
    """The writes besides the head's, batch by batch, and whether it is the last one.

    Additions come first: who is in the group before and afterwards under another id loses nothing in between.

    Args:
        gone: ids of accounts and groups that are no more, so that nothing is noted on them.
    """
    # An account may be named by a former id of its user, too: it is told once.
    told = gone | {account_id_of(member.value) for member in delta.add if is_user_id(member.value)}
    writes = [
        *additions(before, delta.add, invocation),
        *(PutMember(before.id, member) for member in delta.relabel),
        *_removals(before, delta.remove, told, invocation),
    ]
    first: list[Write] = []
    old, new = canonical_group_name(before.display_name), canonical_group_name(after.display_name)
    if old != new:
        first.append(ClaimGroupName(before.directory_id, new, before.id))
        first.append(ReleaseGroupName(before.directory_id, old, before.id))
    size = 2 * BATCH
    for start in range(0, max(len(writes), 1), size):
        yield [*(first if start == 0 else ()), *writes[start : start + size]], start + size >= len(writes)


def additions(group: Group, members: Sequence[Member], invocation: Invocation) -> list[Write]:
    """Make them members, and note it on each."""
    writes: list[Write] = []
    for member in members:
        writes.append(PutMember(group.id, member))
        if member.type == "Group":
            writes.append(NestGroup(member.value, group.directory_id, group.id))
        else:
            account_id = account_id_of(member.value)
            writes.append(JoinGroup(account_id, group.directory_id, member.value, group.id, invocation.now))
    return writes


def _removals(group: Group, members: Sequence[Member], told: set[str], invocation: Invocation) -> list[Write]:
    writes: list[Write] = []
    told = set(told)
    for value in (member.value for member in members):
        writes.append(RemoveMember(group.id, value))
        member = account_id_of(value) if is_user_id(value) else value
        if member in told:
            continue
        told.add(member)
        if is_user_id(value):
            writes.append(LeaveGroups(member, frozenset({group.id}), invocation.now))
        else:
            writes.append(UnnestGroup(member, frozenset({group.id})))
    return writes
