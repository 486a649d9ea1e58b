"""What use cases read of groups. A part of `ports.store.contract`.

All reads are strongly consistent unless a method says otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rightful.domain.account import Account, account_id_of
from rightful.domain.group import Group, is_user_id
from rightful.domain.organization import Directory
from rightful.scim.patch.members import Member

MOST_FOUND = 500
"""What an index gives for one value. Where there is more, the whole directory is looked at instead."""


@dataclass(frozen=True, slots=True)
class Membership:
    """What is known of some ids as members of a group.

    Attributes:
        asked: the ids that this is about.
        members: those that are members.
        accounts: by account id: the accounts that those that are users' ids lead to.
        groups: by id: those that are groups.
    """

    asked: frozenset[str]
    members: Mapping[str, Member]
    accounts: Mapping[str, Account]
    groups: Mapping[str, Group]


NOBODY = Membership(frozenset(), {}, {}, {})


def account_ids_among(member_ids: Iterable[str]) -> list[str]:
    """The accounts that the users' ids among those lead to."""
    return sorted({account_id_of(value) for value in member_ids if is_user_id(value)})


@dataclass(frozen=True, slots=True)
class GroupState:
    """A directory and, where they were asked for, a group's head and what is known of some members: read together."""

    directory: Directory
    group: Group | None
    membership: Membership = NOBODY


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Members in the order of their ids, and where the next page begins (None: there is none)."""

    members: tuple[Member, ...]
    next_position: str | None


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Groups in the order of the listing, where the next page begins (None: there is none), how many groups the
    directory has, if that was asked for, and the position of each."""

    groups: tuple[Group, ...]
    next_position: str | None
    total: int | None = None
    positions: tuple[str, ...] = ()


class GroupStore(Protocol):
    """Groups and their members."""

    def group_state(
        self, organization_id: str, directory_id: str, *, group_id: str | None = None, member_ids: Iterable[str] = ()
    ) -> GroupState | None:
        """A directory's settings, one group's head, and what is known of some ids as its members; one call for up to
        48 ids. None: that organization has no such directory."""
        ...

    def membership(self, group_id: str | None, member_ids: Iterable[str]) -> Membership:
        """What is known of these ids as members of a group (None: of one that is not there yet)."""
        ...

    def group(self, group_id: str) -> Group | None:
        """One group's head."""
        ...

    def groups(self, group_ids: Iterable[str]) -> Mapping[str, Group]:
        """Several heads by id; those that do not exist are absent."""
        ...

    def group_with_members(self, group_id: str, *, limit: int) -> tuple[Group | None, MemberPage]:
        """A head and its first members, in one call. A page may be short before the last one."""
        ...

    def members(self, group_id: str, *, limit: int, position: str | None = None) -> MemberPage:
        """A page of a group's members. A page may be short before the last one."""
        ...

    def group_id_of_name(self, directory_id: str, canonical_name: str) -> str | None:
        """The group that has that displayName in that directory."""
        ...

    def group_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None:
        """The groups that have that externalId in that directory; None: more than `MOST_FOUND`. Eventually
        consistent."""
        ...

    def listed_groups(
        self, directory_id: str, *, limit: int, position: str | None = None, skip: int = 0, counted: bool = False
    ) -> GroupPage:
        """A page of a directory's groups in the order in which they were created, after `position` and `skip` more,
        and with `counted` how many it has. Eventually consistent."""
        ...

    def number_of_groups(self, directory_id: str) -> int:
        """How many groups a directory has."""
        ...

    def deleted_groups(self, *, limit: int) -> tuple[str, ...]:
        """Groups that were deleted and whose members are still to be cleaned up."""
        ...
