"""A request of a directory about its groups, and what it reads: the group, who of the members that it names is there,
and who is a member already."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rightful.core.groups.log_rows import GroupHistory
from rightful.core.groups.member_delta import (
    BATCH,
    Delta,
    known_members,
    partial_delta,
    readable,
    refuse_unknown,
    whole_delta,
)
from rightful.core.groups.read import every_member
from rightful.domain.group import Group
from rightful.ports.context import Context
from rightful.ports.store.groups import GroupState, Membership
from rightful.scim.errors import not_found
from rightful.scim.patch.members import Member, MemberChanges
from rightful.text.ids import is_id

LOOKED_UP_AT_ONCE = 5_000
"""Ids that are looked up before the next look at the clock. All that there is time for are looked up before the first
write, so that an unknown one changes nothing. Of more ids than that it is not asked which are members: all are read."""
_TIME_FOR_A_LOOK = 4.0

Precondition = Callable[[Group], None]
"""Checks If-Match against the group as it is; raises ScimError (412)."""


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """One request of a directory.

    `leaves_out_unknown`: whether an id of nobody among members to add is passed over, or refused. A replacement of all
    members always refuses it.
    """

    context: Context
    organization_id: str
    directory_id: str
    leaves_out_unknown: bool = False

    @property
    def history(self) -> GroupHistory:
        """What the event log tells of it."""
        return GroupHistory(self.organization_id, self.context.invocation)

    def own(self, group: Group | None, group_id: str) -> Group:
        """The group, if it is one of this directory.

        Raises:
            ScimError: 404.
        """
        if group is None or group.deleted or group.directory_id != self.directory_id:
            raise not_found(f"Resource {group_id} not found.")
        return group


def read_group_state(
    request: GroupRequest, group_id: str | None = None, *, member_ids: Sequence[str] = ()
) -> GroupState:
    """The directory's settings, one of its groups, and what is known of some members: one call.

    Args:
        member_ids: up to BATCH ids that the request speaks of, as a head start.

    Raises:
        ScimError: 404, there is no such directory or group.
    """
    if group_id is not None and not is_id(group_id):
        raise not_found(f"Resource {group_id[:64]} not found.")
    ids = [value for value in readable(member_ids)[:BATCH] if value != group_id]
    state = read_again(request, group_id, ids)
    if group_id is not None:
        request.own(state.group, group_id)
    return state


def read_again(request: GroupRequest, group_id: str | None, member_ids: Sequence[str]) -> GroupState:
    """See `read_group_state`: with all of the members, whatever became of the group.

    Raises:
        ScimError: 404, there is no such directory.
    """
    state = request.context.store.group_state(
        request.organization_id, request.directory_id, group_id=group_id, member_ids=readable(member_ids)
    )
    if state is None or state.directory.deleting is not None:
        raise not_found(f"There is no directory {request.directory_id}.")
    return state


def delta_of(
    request: GroupRequest, changes: MemberChanges, state: GroupState, group: Group
) -> tuple[Delta, tuple[Member, ...] | None]:
    """What a change of members comes to: what has to be done, and all members afterwards where that is known."""
    if not changes.touches_members:
        return Delta(), None
    store, replaced, membership = request.context.store, changes.replace_all, state.membership
    named = readable([*(member.value for member in changes.add), *changes.remove, *changes.displays])
    if replaced is not None or changes.remove_where or len(named) > LOOKED_UP_AT_ONCE:
        present = {member.value: member for member in every_member(store, group.id)}
    else:
        if not membership.asked.issuperset(named):
            membership = store.membership(group.id, named)
        present = dict(membership.members)
    changes.check_work(len(present) + len(changes.add if replaced is None else replaced))
    delta = partial_delta(changes, present) if replaced is None else whole_delta(replaced, changes, present)
    known, complete = those_known(request, delta.add, group.id, membership, replaces=replaced is not None)
    added = tuple(member for member in known if not changes.removes(member))
    after = None
    if replaced is not None:
        removed = frozenset(member.value for member in delta.remove)
        staying = present | {member.value: member for member in delta.relabel}
        after = (*(member for value, member in staying.items() if value not in removed), *added)
    return replace(delta, add=added, complete=complete), after


def those_known(
    request: GroupRequest, listed: Sequence[Member], group_id: str, membership: Membership, *, replaces: bool = False
) -> tuple[list[Member], bool]:
    """Those of the members to add that there are, and whether the time sufficed to look all up.

    Args:
        membership: what is known of some of them already; it is used where it is about all.
        replaces: whether the others leave the group. Then none is passed over: an id that nobody has may have been
            meant for one of those who would go.
    """
    context, directory_id = request.context, request.directory_id
    ids = readable(member.value for member in listed)
    complete = True
    if membership.asked.issuperset(ids):
        known, unknown = known_members(listed, membership, directory_id, group_id)
    else:
        known, unknown = [], []
        for start in range(0, len(listed), LOOKED_UP_AT_ONCE):
            if start and context.invocation.remaining() < _TIME_FOR_A_LOOK:
                complete = False
                break
            some = listed[start : start + LOOKED_UP_AT_ONCE]
            looked_up = context.store.membership(None, readable(member.value for member in some))
            found, missing = known_members(some, looked_up, directory_id, group_id)
            known += found
            unknown += missing
    if replaces or not request.leaves_out_unknown:
        refuse_unknown(unknown)
    return known, complete
