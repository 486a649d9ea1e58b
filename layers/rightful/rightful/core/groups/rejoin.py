"""Putting a user back into the groups that it was taken out of, one transaction for each: they are written down on the
user, and no transaction writes an item twice."""

from collections.abc import Iterable
from dataclasses import replace

from rightful.core.groups.log_rows import GroupHistory
from rightful.core.groups.member_delta import Delta, additions, shown_as
from rightful.domain.account import Account, Link
from rightful.ports.context import Context
from rightful.ports.refusals import commit_again
from rightful.ports.writes.groups import JoinGroup, PutGroup
from rightful.ports.writes.transaction import ContendedError, RefusedError
from rightful.scim.patch.members import Member

_TIME_FOR_A_GROUP = 2.0


def rejoin(context: Context, account: Account, group_ids: Iterable[str]) -> frozenset[str]:
    """Make a linked account's user a member of these groups, those that there still are in its directory.

    Returns:
        The ids of groups that it could not be put into: gone, or it is in as many as it may be.

    Raises:
        ContendedError: the time ran out, or no quiet moment; what was done stays, and doing it again goes on.
    """
    missing = sorted(set(group_ids) - account.group_ids)
    link = account.link
    if link is None:
        return frozenset(missing)
    return frozenset(group_id for group_id in missing if not _join(context, account, link, group_id))


def _join(context: Context, account: Account, link: Link, group_id: str) -> bool:
    if context.invocation.remaining() < _TIME_FOR_A_GROUP:
        raise ContendedError
    member = Member(link.scim_id, display=shown_as(account, link))
    history = GroupHistory(account.organization_id or "", context.invocation)

    def attempt() -> bool:
        before = context.store.group(group_id)
        if before is None or before.deleted or before.directory_id != link.directory_id:
            return False
        after = replace(before, version=before.version + 1, updated_at=context.now)
        joining = additions(after, [member], context.invocation)
        try:
            context.commit(
                [PutGroup(after, before.version), *joining, *history.changed(before, after, Delta((member,)))]
            )
        except RefusedError as refused:
            if any(isinstance(refusal.write, JoinGroup) for refusal in refused.refusals):
                return False
            raise  # the group changed meanwhile
        return True

    return commit_again(attempt, context.invocation, time_for_one=_TIME_FOR_A_GROUP)
