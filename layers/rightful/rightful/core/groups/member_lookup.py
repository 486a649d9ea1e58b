"""What a change of members comes to: who of those it names is there, and who is a member already."""

from collections.abc import Sequence
from dataclasses import dataclass

from rightful.core.groups.member_delta import Delta, known_members, partial_delta, readable, refuse_unknown, whole_delta
from rightful.core.groups.read import every_member
from rightful.domain.group import Group
from rightful.ports.invocation import Invocation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.groups import GroupState, Membership
from rightful.scim.patch.members import Member, MemberChanges

LOOKED_UP_AT_ONCE = 5_000
"""Ids that are looked up before the next look at the clock. All that there is time for are looked up before the first
write, so that an unknown one changes nothing. Of more ids than that it is not asked which are members: all are read."""
_TIME_FOR_A_LOOK = 4.0


@dataclass(frozen=True, slots=True)
class MemberLookup:
    """Looks members of one directory up.

    `leaves_out_unknown`: whether an id of nobody among members to add is passed over, or refused. A replacement of all
    members always refuses it.
    """

    store: IdentityStore
    directory_id: str
    leaves_out_unknown: bool

    def delta(
        self, changes: MemberChanges, group: Group, state: GroupState, invocation: Invocation
    ) -> tuple[Delta, tuple[Member, ...] | None]:
        """What has to be done, and all members afterwards where that is known."""
        if not changes.touches_members:
            return Delta(), None
        replaced, membership = changes.replace_all, state.membership
        named = readable([*(member.value for member in changes.add), *changes.remove])
        if replaced is not None or changes.remove_where or len(named) > LOOKED_UP_AT_ONCE:
            present = {member.value: member for member in every_member(self.store, group.id)}
        else:
            if not membership.asked.issuperset(named):
                membership = self.store.membership(group.id, named)
            present = dict(membership.members)
        changes.check_work(len(present) + len(changes.add if replaced is None else replaced))
        delta = partial_delta(changes, present) if replaced is None else whole_delta(replaced, changes, present)
        known, complete = self.known(delta.add, group.id, membership, invocation, replaces=replaced is not None)
        added = tuple(member for member in known if not changes.removes(member))
        after = None
        if replaced is not None:
            removed = frozenset(member.value for member in delta.remove)
            after = (*(member for value, member in present.items() if value not in removed), *added)
        return Delta(added, delta.remove, complete), after

    def known(
        self,
        listed: Sequence[Member],
        group_id: str,
        membership: Membership,
        invocation: Invocation,
        *,
        replaces: bool = False,
    ) -> tuple[list[Member], bool]:
        """Those of the members to add that there are, and whether the time sufficed to look all up.

        Args:
            membership: what is known of some of them already; it is used where it is about all.
            replaces: whether the others leave the group. Then none is passed over: an id that nobody has may have been
                meant for one of those who would go.
        """
        ids = readable(member.value for member in listed)
        complete = True
        if membership.asked.issuperset(ids):
            known, unknown = known_members(listed, membership, self.directory_id, group_id)
        else:
            known, unknown = [], []
            for start in range(0, len(listed), LOOKED_UP_AT_ONCE):
                if start and invocation.remaining() < _TIME_FOR_A_LOOK:
                    complete = False
                    break
                some = listed[start : start + LOOKED_UP_AT_ONCE]
                looked_up = self.store.membership(None, readable(member.value for member in some))
                found, missing = known_members(some, looked_up, self.directory_id, group_id)
                known += found
                unknown += missing
        if replaces or not self.leaves_out_unknown:
            refuse_unknown(unknown)
        return known, complete
