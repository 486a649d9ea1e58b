"""What a directory does to its groups: create, change, delete. All of it conditional, all of it repeatable.

One change is one transaction as long as it fits into one: the head with a new version, and for each member its item
and the note on the member of the groups that it is in. A larger change is done in batches, each of which leaves the
group in order; when the time runs out the answer is 503, what was done stays, and the same request goes on from there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rightful.core.groups.batches import BATCH, additions, batches
from rightful.core.groups.leave import clean_up
from rightful.core.groups.log_rows import GroupHistory
from rightful.core.groups.member_delta import readable
from rightful.core.groups.member_lookup import MemberLookup
from rightful.core.groups.resource import head_resource, names_of
from rightful.domain.group import Group, canonical_group_name
from rightful.ports.invocation import Invocation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.groups import GroupState
from rightful.ports.writes.groups import (
    ClaimGroupName,
    CountGroups,
    LeaveGroups,
    NoteDeletedGroup,
    PutGroup,
    ReleaseGroupName,
    UnnestGroup,
)
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write
from rightful.scim.errors import group_exists, not_found, unavailable
from rightful.scim.patch.members import Member, MemberChanges, take_members
from rightful.text.ids import is_id

_TIME_FOR_A_BATCH = 2.0

Plan = Callable[[Mapping[str, object]], tuple[Mapping[str, object], MemberChanges]]
"""From a group's head as it is to the head and the changes of members that the request wants; raises ScimError."""

Precondition = Callable[[Group], None]
"""Checks If-Match against the group as it is; raises ScimError (412)."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A group after a change, and all its members where they are known."""

    group: Group
    members: tuple[Member, ...] | None = None


@dataclass(frozen=True, slots=True)
class GroupProvisioning:
    """The use cases of one directory.

    `leaves_out_unknown`: whether an id of nobody among members to add is passed over, or refused. A replacement of all
    members always refuses it.
    """

    store: IdentityStore
    organization_id: str
    directory_id: str
    leaves_out_unknown: bool = False

    def state(self, group_id: str | None = None, *, member_ids: Sequence[str] = ()) -> GroupState:
        """The directory's settings, one of its groups, and what is known of some members: one call.

        Args:
            member_ids: up to BATCH ids that the request speaks of, as a head start.

        Raises:
            ScimError: 404, there is no such directory or group.
        """
        if group_id is not None and not is_id(group_id):
            raise not_found(f"Resource {group_id[:64]} not found.")
        state = self.store.group_state(
            self.organization_id,
            self.directory_id,
            group_id=group_id,
            member_ids=[value for value in readable(member_ids)[:BATCH] if value != group_id],
        )
        if state is None or state.directory.deleting is not None:
            raise not_found(f"There is no directory {self.directory_id}.")
        if group_id is not None:
            self.mine(state.group, group_id)
        return state

    def mine(self, group: Group | None, group_id: str) -> Group:
        """The group, if it is one of this directory.

        Raises:
            ScimError: 404.
        """
        if group is None or group.deleted or group.directory_id != self.directory_id:
            raise not_found(f"Resource {group_id} not found.")
        return group

    def create(self, resource: Mapping[str, object], state: GroupState, invocation: Invocation) -> Changed:
        """Create a group.

        Args:
            resource: a Group resource as `scim.resources.read_create` made it.
            state: as `self.state(member_ids=...)` read it.

        Raises:
            ScimError: 400 invalidValue, 409 uniqueness, 503 (the same request goes on with it).
        """
        display_name, external_id = names_of(resource)
        _, listed = take_members(dict(resource))
        now = invocation.now
        group = Group(invocation.new_id(), 1, self.directory_id, display_name, now, now, external_id)
        name = canonical_group_name(display_name)
        history = GroupHistory(self.organization_id, invocation)
        while True:
            members, _ = self._lookup.known(listed, group.id, state.membership, invocation)
            first = replace(group, unfinished=len(members) > BATCH)
            writes: list[Write] = [
                PutGroup(first, None),
                ClaimGroupName(self.directory_id, name, group.id),
                CountGroups(self.directory_id, group.id, 1),
                *additions(group, members[:BATCH], invocation),
                *history.created(group, tuple(members)),
            ]
            try:
                self._commit(writes, invocation)
            except RefusedError as refused:
                taken = _found(refused, ClaimGroupName)
                if taken is None:
                    state = self._again(None, [member.value for member in listed], invocation)
                    if _found(refused, CountGroups) is not None:
                        raise unavailable(1) from None  # closed, and no longer going: only a part of it was restored
                    continue
                return self._resumed(replace(first, id=taken), listed, invocation)
            if not first.unfinished:
                return Changed(first, tuple(members))
            return self._resumed(first, listed, invocation)

    def change(
        self,
        group_id: str,
        plan: Plan,
        state: GroupState,
        invocation: Invocation,
        precondition: Precondition = lambda _: None,
        *,
        finishes: bool = False,
        goes_on: bool = False,
    ) -> Changed:
        """Change a group. Where the change asks for nothing new nothing is written and the version stays.

        Args:
            state: as `self.state(group_id)` read it.
            finishes: whether the group is complete afterwards, if it was not.
            goes_on: whether it is the rest of a change that the event log tells about already.

        Raises:
            ScimError: 400, 404, 409 uniqueness, 412, 503 (the same request goes on with what is left).
        """
        written = False
        gone: set[str] = set()
        history = GroupHistory(self.organization_id, invocation)
        while True:
            before = self.mine(state.group, group_id)
            if not written:
                precondition(before)
            wanted, changes = plan(head_resource(before))
            display_name, external_id = names_of(wanted)
            delta, members = self._lookup.delta(changes, before, state, invocation)
            after = replace(before, display_name=display_name, external_id=external_id)
            if finishes and delta.complete:
                after = replace(after, unfinished=False)
            if delta.is_empty and after == before:
                if not delta.complete:
                    raise unavailable(1)
                return Changed(before, members)
            try:
                group = before
                for batch, last in batches(before, after, delta, gone, invocation):
                    target = after if last else replace(after, unfinished=before.unfinished)
                    changed = replace(target, version=group.version + 1, updated_at=invocation.now)
                    # With the first batch: whatever ends the request, nothing is done that is not told.
                    rows = [] if written or goes_on else history.changed(before, after, delta)
                    self._commit([PutGroup(changed, group.version), *batch, *rows], invocation, more=written)
                    group, written = changed, True
            except RefusedError as refused:
                if _found(refused, ClaimGroupName) is not None:
                    raise group_exists(display_name) from None
                gone |= {
                    refusal.write.account_id if isinstance(refusal.write, LeaveGroups) else refusal.write.group_id
                    for refusal in refused.refusals
                    if isinstance(refusal.write, LeaveGroups | UnnestGroup)
                }
                state = self._again(group_id, sorted(state.membership.asked), invocation)
                continue
            if not delta.complete:
                raise unavailable(1)
            return Changed(group, members)

    def remove(
        self,
        group_id: str,
        state: GroupState,
        invocation: Invocation,
        precondition: Precondition = lambda _: None,
    ) -> None:
        """SCIM DELETE: nobody sees the group any more at once; its members are cleaned up in batches, the first of
        them right away (`groups.cleaning` does the rest).

        Raises:
            ScimError: 404, 412, 503.
        """
        while True:
            before = self.mine(state.group, group_id)
            precondition(before)
            try:
                self._commit(deletion_of(before, self.organization_id, invocation), invocation)
            except RefusedError:
                state = self._again(group_id, (), invocation)
                continue
            clean_up(self.store, group_id, invocation, batches=4)
            return

    # Parts

    def _resumed(self, wanted: Group, listed: Sequence[Member], invocation: Invocation) -> Changed:
        """Go on with a creation that was interrupted: `wanted` has the name and the id of a group that is there.

        Raises:
            ScimError: 409, it is a group of its own.
        """
        state = self._again(wanted.id, (), invocation)
        found = state.group
        if found is None or not found.unfinished or found.external_id != wanted.external_id:
            raise group_exists(wanted.display_name)

        def plan(head: Mapping[str, object]) -> tuple[Mapping[str, object], MemberChanges]:
            return head, MemberChanges(replace_all=tuple(listed))

        return self.change(found.id, plan, state, invocation, finishes=True, goes_on=True)

    @property
    def _lookup(self) -> MemberLookup:
        return MemberLookup(self.store, self.directory_id, self.leaves_out_unknown)

    def _commit(self, writes: list[Write], invocation: Invocation, *, more: bool = False) -> None:
        if more and invocation.remaining() < _TIME_FOR_A_BATCH:
            raise unavailable(1)
        try:
            self.store.commit(writes, remaining=invocation.remaining)
        except ContendedError as error:
            raise unavailable(1) from error

    def _again(self, group_id: str | None, member_ids: Sequence[str], invocation: Invocation) -> GroupState:
        """Read again after something changed meanwhile, while there is time for one more attempt."""
        if invocation.remaining() < _TIME_FOR_A_BATCH:
            raise unavailable(1)
        state = self.store.group_state(
            self.organization_id, self.directory_id, group_id=group_id, member_ids=readable(member_ids)
        )
        if state is None or state.directory.deleting is not None:
            raise not_found(f"There is no directory {self.directory_id}.")
        return state


def deletion_of(group: Group, organization_id: str, invocation: Invocation) -> list[Write]:
    """The writes after which nobody sees a group any more, and the janitor cleans up what is left of it."""
    deleted = replace(group, version=group.version + 1, updated_at=invocation.now, deleted=True)
    return [
        PutGroup(deleted, group.version),
        ReleaseGroupName(group.directory_id, canonical_group_name(group.display_name), group.id),
        CountGroups(group.directory_id, group.id, -1),
        NoteDeletedGroup(group.id),
        *GroupHistory(organization_id, invocation).deleted(group),
    ]


def _found(refused: RefusedError, kind: type) -> str | None:
    """What stood in the way of a write of that kind."""
    for refusal in refused.refusals:
        if isinstance(refusal.write, kind):
            return refusal.found if isinstance(refusal.found, str) else ""
    return None
