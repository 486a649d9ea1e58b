"""What use cases ask of the store about groups: conditional writes as plain data, as in `ports.writes.transaction`."""

from dataclasses import dataclass
from datetime import datetime

from rightful.domain.group import Group
from rightful.scim.patch.members import Member


class GroupWrite:
    """One of the writes below."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PutGroup(GroupWrite):
    """Write a group's head. Condition: its stored version; None: there is none yet. `parent_ids` stay as they are
    stored: they change by `NestGroup`, `UnnestGroup` and `DeleteGroup` only."""

    group: Group
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class DeleteGroup(GroupWrite):
    """Mark a group as deleted, and as a member of no other one; it cannot become one again. Condition: it is as it was
    read, its version and the groups that it is in."""

    before: Group
    at: datetime


@dataclass(frozen=True, slots=True)
class RemoveGroup(GroupWrite):
    """Remove a head. Condition: its stored version."""

    group_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class ClaimGroupName(GroupWrite):
    """Hold a displayName among the groups of a directory. Condition: nobody does, or `group_id` does."""

    directory_id: str
    canonical_name: str
    group_id: str


@dataclass(frozen=True, slots=True)
class ReleaseGroupName(GroupWrite):
    """Give a displayName up. Condition: `group_id` holds it."""

    directory_id: str
    canonical_name: str
    group_id: str


@dataclass(frozen=True, slots=True)
class PutMember(GroupWrite):
    """Make somebody a member. Unconditional: it goes with a `PutGroup` or a condition on the member."""

    group_id: str
    member: Member


@dataclass(frozen=True, slots=True)
class RemoveMember(GroupWrite):
    """End a membership. Unconditional."""

    group_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class JoinGroup(GroupWrite):
    """Note on an account that its user is a member of a group. Condition: the account is linked in that directory
    under that SCIM id, and in fewer groups than it may be. The account keeps its version (being put into a group is
    evidence of nothing) and raises `group_changes`."""

    account_id: str
    directory_id: str
    scim_id: str
    group_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LeaveGroups(GroupWrite):
    """Note on an account that it is in these groups no more. Condition: the account exists."""

    account_id: str
    group_ids: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class NestGroup(GroupWrite):
    """Note on a group that it is a member of another one. Condition: it is a group of that directory, not deleted,
    and in fewer groups than it may be."""

    group_id: str
    directory_id: str
    parent_id: str


@dataclass(frozen=True, slots=True)
class UnnestGroup(GroupWrite):
    """Note on a group that it is a member of these groups no more. Condition: the group exists."""

    group_id: str
    parent_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class CountGroups(GroupWrite):
    """Add to the number of groups in a directory (one of several counters, chosen by `group_id`). Condition where one
    comes: the directory is not closed (`CloseCounter`)."""

    directory_id: str
    group_id: str
    delta: int

    @property
    def comes(self) -> bool:
        """Whether a group comes in."""
        return self.delta > 0

    @property
    def shifts(self) -> bool:
        """Whether others move up in the list."""
        return self.delta < 0


@dataclass(frozen=True, slots=True)
class NoteDeletedGroup(GroupWrite):
    """Put a group on the list of those whose members are still to be cleaned up. Unconditional."""

    group_id: str


@dataclass(frozen=True, slots=True)
class EndDeletedGroup(GroupWrite):
    """Take it off that list. Unconditional."""

    group_id: str
