"""What a change of members comes to: who of those it names is there, and who is a member already."""

from collections.abc import Sequence
from dataclasses import dataclass

from rightful.groups.group import Group
from rightful.groups.members import Delta, known_members, partial_delta, readable, refuse_unknown, whole_delta
from rightful.groups.reading import every_member
from rightful.invocation import Invocation
from rightful.scim.members import Member, MemberChanges
from rightful.storage.contract import IdentityStore
from rightful.storage.group_contract import GroupState

MOST_CHECKED_AHEAD = 5_000
"""Members to add that are looked up before the first write, so that an unknown one changes nothing."""
_TIME_FOR_A_LOOK = 4.0


@dataclass(frozen=True, slots=True)
class MemberLookup:
    """Looks members of one directory up.

    `leaves_out_unknown`: whether an id of nobody among members to add is passed over, or refused.
    """

    store: IdentityStore
    directory_id: str
    leaves_out_unknown: bool

    def delta(
        self, changes: MemberChanges, group: Group, state: GroupState, invocation: Invocation
    ) -> tuple[Delta, tuple[Member, ...] | None]:
        """What has to be done, and all members afterwards where that is known."""
        if changes.replace_all is not None:
            present = every_member(self.store, group.id)
            delta = whole_delta(changes.replace_all, present)
            added, complete = self.known(delta.add, group.id, state, invocation)
            removed = frozenset(member.value for member in delta.remove)
            after = (*(member for member in present if member.value not in removed), *added)
            return Delta(tuple(added), delta.remove, complete), after
        if not changes.touches_members:
            return Delta(), None
        named = readable([*(member.value for member in changes.add), *changes.remove])
        membership = state.membership
        if not membership.asked.issuperset(named):
            membership = self.store.membership(group.id, named)
        delta = partial_delta(changes, membership, every_member(self.store, group.id) if changes.remove_where else ())
        added, unknown = known_members(delta.add, membership, self.directory_id, group.id)
        if not self.leaves_out_unknown:
            refuse_unknown(unknown)
        return Delta(tuple(added), delta.remove), None

    def known(
        self, listed: Sequence[Member], group_id: str, state: GroupState, invocation: Invocation
    ) -> tuple[list[Member], bool]:
        """Those of the members to add that there are, and whether the time sufficed to look all up."""
        ids = readable(member.value for member in listed)
        complete = True
        if state.membership.asked.issuperset(ids):
            known, unknown = known_members(listed, state.membership, self.directory_id, group_id)
        else:
            known, unknown = [], []
            for start in range(0, len(listed), MOST_CHECKED_AHEAD):
                if start and invocation.remaining() < _TIME_FOR_A_LOOK:
                    complete = False
                    break
                some = listed[start : start + MOST_CHECKED_AHEAD]
                membership = self.store.membership(None, readable(member.value for member in some))
                found, missing = known_members(some, membership, self.directory_id, group_id)
                known += found
                unknown += missing
        if not self.leaves_out_unknown:
            refuse_unknown(unknown)
        return known, complete
