"""What a directory does to its groups: create and change; `groups.delete` ends them. All of it conditional, all of it
repeatable.

One change is one transaction as long as it fits into one: the head with a new version, and for each member its item
and the note on the member of the groups that it is in. A larger change is done in batches, each of which leaves the
group in order; when the time runs out the answer is 503, what was done stays, and the same request goes on from there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rightful.core.groups.member_delta import BATCH, Delta, additions, batches
from rightful.core.groups.request import GroupRequest, Precondition, delta_of, read_again, those_known
from rightful.core.groups.resource import head_resource, names_of
from rightful.domain.group import Group, canonical_group_name
from rightful.ports.refusals import commit_from
from rightful.ports.store.groups import GroupState
from rightful.ports.writes.groups import (
    ClaimGroupName,
    CountGroups,
    LeaveGroups,
    PutGroup,
    UnnestGroup,
)
from rightful.ports.writes.transaction import RefusedError, Write
from rightful.scim.errors import group_exists, unavailable
from rightful.scim.patch.members import Member, MemberChanges, take_members

_TIME_FOR_A_BATCH = 2.0

Plan = Callable[[Mapping[str, object]], tuple[Mapping[str, object], MemberChanges]]
"""From a group's head as it is to the head and the changes of members that the request wants; raises ScimError."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A group after a change, and all its members where they are known."""

    group: Group
    members: tuple[Member, ...] | None = None


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What a PUT or PATCH wants.

    Attributes:
        finishes: whether the group is complete afterwards, if it was not.
        goes_on: whether it is the rest of a change that the event log tells about already.
    """

    group_id: str
    plan: Plan
    precondition: Precondition = lambda _: None
    finishes: bool = False
    goes_on: bool = False


def create_group(request: GroupRequest, resource: Mapping[str, object], state: GroupState) -> Changed:
    """Create a group.

    Args:
        resource: a Group resource as `scim.resources.read_create` made it.
        state: as `read_group_state(request, member_ids=...)` read it.

    Raises:
        ScimError: 400 invalidValue, 409 uniqueness, 503 (the same request goes on with it).
    """
    display_name, external_id = names_of(resource)
    _, listed = take_members(dict(resource))
    invocation = request.context.invocation
    now = invocation.now
    group = Group(invocation.new_id(), 1, request.directory_id, display_name, now, now, external_id)
    return commit_from(
        state,
        lambda state: _created(request, group, listed, state),
        lambda: read_again(request, None, [member.value for member in listed]),
        invocation,
        time_for_one=_TIME_FOR_A_BATCH,
    )


def _created(request: GroupRequest, group: Group, listed: Sequence[Member], state: GroupState) -> Changed:
    """One attempt. A group that does not fit into a transaction is marked until all of it is there."""
    members, _ = those_known(request, listed, group.id, state.membership)
    first = replace(group, unfinished=len(members) > BATCH)
    writes: list[Write] = [
        PutGroup(first, None),
        ClaimGroupName(group.directory_id, canonical_group_name(group.display_name), group.id),
        CountGroups(group.directory_id, group.id, 1),
        *additions(group, members[:BATCH], request.context.invocation),
        *request.history.created(group, tuple(members)),
    ]
    try:
        request.context.commit(writes)
    except RefusedError as refused:
        taken = _found(refused, ClaimGroupName)
        if taken is not None:
            return _resumed(request, replace(first, id=taken), listed)
        if _found(refused, CountGroups) is not None:
            read_again(request, None, ())
            raise unavailable(1) from None  # closed, and no longer going: only a part of it was restored
        raise
    return _resumed(request, first, listed) if first.unfinished else Changed(first, tuple(members))


def _resumed(request: GroupRequest, wanted: Group, listed: Sequence[Member]) -> Changed:
    """Go on with a creation that was interrupted: `wanted` has the name and the id of a group that is there.

    Raises:
        ScimError: 409, it is a group of its own.
    """
    if request.context.invocation.remaining() < _TIME_FOR_A_BATCH:
        raise unavailable(1)
    state = read_again(request, wanted.id, ())
    found = state.group
    if found is None or not found.unfinished or found.external_id != wanted.external_id:
        raise group_exists(wanted.display_name)

    def plan(head: Mapping[str, object]) -> tuple[Mapping[str, object], MemberChanges]:
        return head, MemberChanges(replace_all=tuple(listed))

    return change_group(request, state, GroupChange(found.id, plan, finishes=True, goes_on=True))


@dataclass(slots=True)
class _Progress:
    """What the attempts at a change have come to: whether anything is written, and is told in the event log; the ids
    of accounts and groups that are no more."""

    told: bool
    written: bool = False
    gone: set[str] = field(default_factory=set)


def change_group(request: GroupRequest, state: GroupState, change: GroupChange) -> Changed:
    """Change a group. Where the change asks for nothing new nothing is written and the version stays.

    Args:
        state: as `read_group_state(request, change.group_id)` read it.

    Raises:
        ScimError: 400, 404, 409 uniqueness, 412, 503 (the same request goes on with what is left).
    """
    progress = _Progress(told=change.goes_on)
    asked = sorted(state.membership.asked)
    return commit_from(
        state,
        lambda state: _changed(request, state, change, progress),
        lambda: read_again(request, change.group_id, asked),
        request.context.invocation,
        time_for_one=_TIME_FOR_A_BATCH,
    )


def _changed(request: GroupRequest, state: GroupState, change: GroupChange, progress: _Progress) -> Changed:
    """One attempt at what is left."""
    before = request.own(state.group, change.group_id)
    if not progress.written:
        change.precondition(before)
    wanted, changes = change.plan(head_resource(before))
    display_name, external_id = names_of(wanted)
    delta, members = delta_of(request, changes, state, before)
    after = replace(before, display_name=display_name, external_id=external_id)
    if change.finishes and delta.complete:
        after = replace(after, unfinished=False)
    if delta.is_empty and after == before:
        group = before
    else:
        try:
            group = _in_batches(request, before, after, delta, progress)
        except RefusedError as refused:
            if _found(refused, ClaimGroupName) is not None:
                raise group_exists(display_name) from None
            progress.gone |= {
                refusal.write.account_id if isinstance(refusal.write, LeaveGroups) else refusal.write.group_id
                for refusal in refused.refusals
                if isinstance(refusal.write, LeaveGroups | UnnestGroup)
            }
            raise
    if not delta.complete:
        raise unavailable(1)
    return Changed(group, members)


def _in_batches(request: GroupRequest, before: Group, after: Group, delta: Delta, progress: _Progress) -> Group:
    """Commit a change, in as many transactions as it takes; the group as the last one left it."""
    group, invocation = before, request.context.invocation
    for batch, last in batches(before, after, delta, progress.gone, invocation):
        if progress.written and invocation.remaining() < _TIME_FOR_A_BATCH:
            raise unavailable(1)
        target = after if last else replace(after, unfinished=before.unfinished)
        changed = replace(target, version=group.version + 1, updated_at=invocation.now)
        # With the first batch: whatever ends the request, nothing is done that is not told.
        rows = [] if progress.told else request.history.changed(before, after, delta)
        request.context.commit([PutGroup(changed, group.version), *batch, *rows])
        group, progress.written, progress.told = changed, True, True
    return group


def _found(refused: RefusedError, kind: type) -> str | None:
    """What stood in the way of a write of that kind."""
    for refusal in refused.refusals:
        if isinstance(refusal.write, kind):
            return refusal.found if isinstance(refusal.found, str) else ""
    return None
