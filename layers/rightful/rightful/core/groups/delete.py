"""The end of a group: it is in no other group any more and seen by nobody; what is left of its members is cleaned up.

The groups that it is a member of come first: a group must not be shown as a member, and give access, that a GET answers
404. So they lose it in the transaction that deletes it, or before that where they are more than a transaction takes.
"""

from dataclasses import replace

from rightful.core.groups.leave import clean_up, touched
from rightful.core.groups.log_rows import GroupHistory
from rightful.core.groups.request import GroupRequest, Precondition, read_again
from rightful.domain.group import Group, canonical_group_name
from rightful.ports.context import Invocation
from rightful.ports.refusals import commit_from
from rightful.ports.store.groups import GroupState
from rightful.ports.writes.groups import (
    CountGroups,
    DeleteGroup,
    NoteDeletedGroup,
    ReleaseGroupName,
    RemoveMember,
    UnnestGroup,
)
from rightful.ports.writes.transaction import Write
from rightful.scim.errors import unavailable

_PARENTS_AT_ONCE = 45
"""Two writes for each, and up to five for the group. DynamoDB takes 100."""
_TIME_FOR_A_BATCH = 2.0
_BATCHES_AT_ONCE = 4


def remove_group(
    request: GroupRequest, group_id: str, state: GroupState, precondition: Precondition = lambda _: None
) -> None:
    """SCIM DELETE: nobody sees the group any more at once; its members are cleaned up in batches, the first of
    them right away (`groups.leave` does the rest).

    Raises:
        ScimError: 404, 412, 503 (the same request goes on with what is left).
    """
    context = request.context

    def attempt(state: GroupState) -> None:
        before = request.own(state.group, group_id)
        precondition(before)
        left = sorted(before.parent_ids)
        while len(left) > _PARENTS_AT_ONCE:
            some, left = left[:_PARENTS_AT_ONCE], left[_PARENTS_AT_ONCE:]
            context.commit([UnnestGroup(group_id, frozenset(some)), *_leaving(request, group_id, some)])
            before = replace(before, parent_ids=frozenset(left))
            if context.invocation.remaining() < _TIME_FOR_A_BATCH:
                raise unavailable(1)
        deletion = deletion_of(before, request.organization_id, context.invocation)
        context.commit([*deletion, *_leaving(request, group_id, left)])

    commit_from(
        state,
        attempt,
        lambda: read_again(request, group_id, ()),
        context.invocation,
        time_for_one=_TIME_FOR_A_BATCH,
    )
    clean_up(context, group_id, batches=_BATCHES_AT_ONCE)


def deletion_of(group: Group, organization_id: str, invocation: Invocation) -> list[Write]:
    """The writes after which nobody sees a group any more, and the janitor cleans up its members. The groups that it is
    a member of have it still as one: whoever does not delete these, too, writes that as well."""
    return [
        DeleteGroup(group, invocation.now),
        ReleaseGroupName(group.directory_id, canonical_group_name(group.display_name), group.id),
        CountGroups(group.directory_id, group.id, -1),
        NoteDeletedGroup(group.id),
        *GroupHistory(organization_id, invocation).deleted(group),
    ]


def _leaving(request: GroupRequest, group_id: str, parent_ids: list[str]) -> list[Write]:
    """The end of a group's memberships as the other groups have them."""
    context = request.context
    parents = context.store.groups(parent_ids) if parent_ids else {}
    writes: list[Write] = []
    for parent_id in parent_ids:
        writes.append(RemoveMember(parent_id, group_id))
        writes += touched(parents.get(parent_id), context.now)
    return writes
