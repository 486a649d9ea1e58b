"""What remains to be done when members or groups go: in batches, each repeatable, from wherever it was left."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from rightful.core.groups.log_rows import GroupHistory
from rightful.domain.account import Account, account_id_of, scim_id_of
from rightful.domain.group import Group, is_user_id
from rightful.ports.context import Context
from rightful.ports.refusals import commit_from, commit_possible
from rightful.ports.writes.groups import EndDeletedGroup, LeaveGroups, PutGroup, RemoveGroup, RemoveMember, UnnestGroup
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write
from rightful.scim.errors import unavailable

_MEMBERS_AT_ONCE = 50
_GROUPS_AT_ONCE = 45
_TIME_FOR_A_BATCH = 2.0


def leave_all(context: Context, account: Account) -> Account:
    """Take a user that its directory lets go out of all its groups.

    Returns:
        The account afterwards.

    Raises:
        ScimError: 503, the time ran out; what was done stays done.
    """
    while account.group_ids:
        if context.invocation.remaining() < _TIME_FOR_A_BATCH:
            raise unavailable(1)
        account = _leave_some(context, account)
    return account


def _leave_some(context: Context, account: Account) -> Account:
    """Out of as many groups as a transaction takes."""
    return commit_from(
        account,
        lambda found: _left_some(context, found),
        lambda: _as_it_is(context, account),
        context.invocation,
        time_for_one=_TIME_FOR_A_BATCH,
    )


def _left_some(context: Context, account: Account) -> Account:
    """One attempt."""
    scim_id = account.link.scim_id if account.link else scim_id_of(account.id, account.links_made)
    ids = sorted(account.group_ids)[:_GROUPS_AT_ONCE]
    if not ids:
        return account
    writes: list[Write] = [LeaveGroups(account.id, frozenset(ids), context.now)]
    heads = context.store.groups(ids)
    for group_id in ids:
        writes.append(RemoveMember(group_id, scim_id))
        writes += touched(heads.get(group_id), context.now)
    if account.organization_id is not None:
        there = [head for head in heads.values() if not head.deleted]
        writes += GroupHistory(account.organization_id, context.invocation).left(account, there)
    context.commit(writes)
    return _as_it_is(context, account)


def _as_it_is(context: Context, account: Account) -> Account:
    """The account as it is now; one that is gone is in no group."""
    return context.store.account(account.id) or replace(account, group_ids=frozenset())


def finish_deletions(context: Context, *, groups: int = 20) -> int:
    """Go on with the cleaning up of deleted groups.

    Returns:
        How many groups are finished with.
    """
    finished = 0
    for group_id in context.store.deleted_groups(limit=groups):
        if context.invocation.remaining() < _TIME_FOR_A_BATCH:
            break
        finished += clean_up(context, group_id, batches=10_000)
    return finished


def clean_up(context: Context, group_id: str, *, batches: int) -> bool:
    """End the memberships of a deleted group, and then the group.

    Returns:
        Whether nothing is left. False: the batches or the time ran out, or somebody else is at it.
    """
    try:
        for _ in range(batches):
            if context.invocation.remaining() < _TIME_FOR_A_BATCH:
                return False
            group, page = context.store.group_with_members(group_id, limit=_MEMBERS_AT_ONCE)
            if page.members:
                _end_memberships(context, group_id, [member.value for member in page.members])
            elif page.next_position is None:
                last: list[Write] = [EndDeletedGroup(group_id)]
                if group is not None:
                    last.append(RemoveGroup(group_id, group.version))
                return context.commits(last)
    except (ContendedError, RefusedError):
        return False
    return False


def _end_memberships(context: Context, group_id: str, member_ids: list[str]) -> None:
    """End them all, without a note on the accounts and groups that are gone."""
    writes: list[Write] = []
    for value in member_ids:
        writes += [RemoveMember(group_id, value), member_leaves(group_id, value, context.now)]
    commit_possible(context, writes)


def member_leaves(group_id: str, member_id: str, at: datetime) -> Write:
    """The end of a membership as the member has it, a user or a group."""
    if is_user_id(member_id):
        return LeaveGroups(account_id_of(member_id), frozenset({group_id}), at)
    return UnnestGroup(member_id, frozenset({group_id}))


def touched(group: Group | None, at: datetime) -> Iterable[Write]:
    """A group's new version, unless it is going itself."""
    if group is None or group.deleted:
        return []
    return [PutGroup(replace(group, version=group.version + 1, updated_at=at), group.version)]
