"""The writes that change a group's members, cut into transactions. Pure."""

from collections.abc import Iterator, Sequence

from rightful.core.groups.member_delta import Delta
from rightful.domain.account import account_id_of
from rightful.domain.group import Group, canonical_group_name, is_user_id
from rightful.ports.context import Invocation
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
from rightful.scim.patch.members import Member

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
    writes = [*additions(before, delta.add, invocation), *_removals(before, delta.remove, told, invocation)]
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
            writes.append(UnnestGroup(member, group.id))
    return writes
