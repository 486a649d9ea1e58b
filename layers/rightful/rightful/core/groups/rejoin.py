"""Putting a user back into the groups that it was taken out of, one transaction for each: they are written down on the
user, and no transaction writes an item twice."""

from collections.abc import Iterable
from dataclasses import replace

from rightful.core.groups.log_rows import GroupHistory
from rightful.core.groups.member_delta import Delta, additions, shown_as
from rightful.domain.account import Account
from rightful.ports.context import Invocation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.groups import JoinGroup, PutGroup
from rightful.ports.writes.transaction import ContendedError, RefusedError
from rightful.scim.patch.members import Member

_ATTEMPTS = 5
_TIME_FOR_A_GROUP = 2.0


def rejoin(store: IdentityStore, account: Account, group_ids: Iterable[str], invocation: Invocation) -> frozenset[str]:
    """Make a linked account's user a member of these groups, those that there still are in its directory.

    Returns:
        The ids of groups that it could not be put into: gone, or it is in as many as it may be.

    Raises:
        ContendedError: the time ran out, or no quiet moment; what was done stays, and doing it again goes on.
    """
    missing = sorted(set(group_ids) - account.group_ids)
    return frozenset(group_id for group_id in missing if not _join(store, account, group_id, invocation))


def _join(store: IdentityStore, account: Account, group_id: str, invocation: Invocation) -> bool:
    link = account.link
    if link is None:
        return False
    member = Member(link.scim_id, display=shown_as(account, link))
    history = GroupHistory(account.organization_id or "", invocation)
    for _ in range(_ATTEMPTS):
        if invocation.remaining() < _TIME_FOR_A_GROUP:
            break
        before = store.group(group_id)
        if before is None or before.deleted or before.directory_id != link.directory_id:
            return False
        after = replace(before, version=before.version + 1, updated_at=invocation.now)
        writes = [PutGroup(after, before.version), *additions(after, [member], invocation)]
        try:
            store.commit([*writes, *history.changed(before, after, Delta((member,)))], remaining=invocation.remaining)
        except RefusedError as refused:
            if any(isinstance(refusal.write, JoinGroup) for refusal in refused.refusals):
                return False
            continue  # the group changed meanwhile
        return True
    raise ContendedError
