"""What remains to be done when members or groups go: in batches, each repeatable, from wherever it was left."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from rightful.core.groups.log_rows import GroupHistory
from rightful.domain.account import Account, account_id_of, scim_id_of
from rightful.domain.group import Group, is_user_id
from rightful.ports.context import Invocation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.groups import EndDeletedGroup, LeaveGroups, PutGroup, RemoveGroup, RemoveMember, UnnestGroup
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write
from rightful.scim.errors import unavailable

_MEMBERS_AT_ONCE = 50
_GROUPS_AT_ONCE = 45
_TIME_FOR_A_BATCH = 2.0


def leave_all(store: IdentityStore, account: Account, invocation: Invocation) -> Account:
    """Take a user that its directory lets go out of all its groups.

    Returns:
        The account afterwards.

    Raises:
        ScimError: 503, the time ran out; what was done stays done.
    """
    scim_id = account.link.scim_id if account.link else scim_id_of(account.id, account.links_made)
    while account.group_ids:
        if invocation.remaining() < _TIME_FOR_A_BATCH:
            raise unavailable(1)
        ids = sorted(account.group_ids)[:_GROUPS_AT_ONCE]
        writes: list[Write] = [LeaveGroups(account.id, frozenset(ids), invocation.now)]
        heads = store.groups(ids)
        for group_id in ids:
            writes.append(RemoveMember(group_id, scim_id))
            writes += _touched(heads.get(group_id), invocation)
        if account.organization_id is not None:
            there = [head for head in heads.values() if not head.deleted]
            writes += GroupHistory(account.organization_id, invocation).left(account, there)
        try:
            store.commit(writes, remaining=invocation.remaining)
        except RefusedError:
            pass  # a group changed meanwhile: read again
        except ContendedError as error:
            raise unavailable(1) from error
        found = store.account(account.id)
        if found is None:
            return replace(account, group_ids=frozenset())
        account = found
    return account


def finish_deletions(store: IdentityStore, invocation: Invocation, *, groups: int = 20) -> int:
    """Go on with the cleaning up of deleted groups.

    Returns:
        How many groups are finished with.
    """
    finished = 0
    for group_id in store.deleted_groups(limit=groups):
        if invocation.remaining() < _TIME_FOR_A_BATCH:
            break
        finished += clean_up(store, group_id, invocation, batches=10_000)
    return finished


def clean_up(store: IdentityStore, group_id: str, invocation: Invocation, *, batches: int) -> bool:
    """End the memberships of a deleted group, and then the group.

    Returns:
        Whether nothing is left. False: the batches or the time ran out, or somebody else is at it.
    """
    try:
        for _ in range(batches):
            if invocation.remaining() < _TIME_FOR_A_BATCH:
                return False
            group, page = store.group_with_members(group_id, limit=_MEMBERS_AT_ONCE)
            if page.members:
                _end_memberships(store, group_id, [member.value for member in page.members], invocation)
            elif group is not None and group.parent_ids:
                _leave_parents(store, group, invocation)
            elif page.next_position is None:
                last: list[Write] = [EndDeletedGroup(group_id)]
                if group is not None:
                    last.append(RemoveGroup(group_id, group.version))
                store.commit(last, remaining=invocation.remaining)
                return True
    except (ContendedError, RefusedError):
        return False
    return False


def _end_memberships(store: IdentityStore, group_id: str, member_ids: list[str], invocation: Invocation) -> None:
    writes: list[Write] = []
    for value in member_ids:
        writes += [RemoveMember(group_id, value), member_leaves(group_id, value, invocation.now)]
    _commit_what_is_there(store, writes, invocation)


def member_leaves(group_id: str, member_id: str, at: datetime) -> Write:
    """The end of a membership as the member has it, a user or a group."""
    if is_user_id(member_id):
        return LeaveGroups(account_id_of(member_id), frozenset({group_id}), at)
    return UnnestGroup(member_id, group_id)


def _leave_parents(store: IdentityStore, group: Group, invocation: Invocation) -> None:
    ids = sorted(group.parent_ids)[:1]
    parents = store.groups(ids)
    for parent_id in ids:
        writes: list[Write] = [UnnestGroup(group.id, parent_id), RemoveMember(parent_id, group.id)]
        store.commit([*writes, *_touched(parents.get(parent_id), invocation)], remaining=invocation.remaining)


def _touched(group: Group | None, invocation: Invocation) -> Iterable[Write]:
    """A group's new version, unless it is going itself."""
    if group is None or group.deleted:
        return []
    return [PutGroup(replace(group, version=group.version + 1, updated_at=invocation.now), group.version)]


def _commit_what_is_there(store: IdentityStore, writes: list[Write], invocation: Invocation) -> None:
    """Commit, without the notes on accounts and groups that are gone."""
    try:
        store.commit(writes, remaining=invocation.remaining)
    except RefusedError as refused:
        impossible = {refusal.write for refusal in refused.refusals}
        store.commit([write for write in writes if write not in impossible], remaining=invocation.remaining)
