"""What a look at the whole table finds, row by row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.group import Group
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A membership as the group has it."""

    group_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class GroupName:
    """A displayName index item."""

    directory_id: str
    canonical_name: str
    group_id: str


@dataclass(frozen=True, slots=True)
class DeletedGroup:
    """A group that is noted as deleted and not cleaned up."""

    group_id: str


@dataclass(frozen=True, slots=True)
class CountedGroups:
    """A directory that has a counter of its groups."""

    directory_id: str


GroupRow = Group | GroupMember | GroupName | DeletedGroup | CountedGroups


@dataclass(frozen=True, slots=True)
class Pending:
    """A requester's pending change."""

    requester_key: str
    conflict_id: str


@dataclass(frozen=True, slots=True)
class Waiter:
    """A conflict that waits for an address."""

    canonical: str
    conflict_id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class LinkedUser:
    """An account that is a user of a directory, and the groups that it is in."""

    account_id: str
    directory_id: str
    scim_id: str
    group_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class FormerUser:
    """An account that is linked no more, and is in groups still."""

    scim_id: str
    group_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class CountedDirectory:
    """A directory that has a counter of its users."""

    directory_id: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that is not as this service writes it."""

    key: ItemKey


Row = Conflict | Pending | Waiter | LinkedUser | FormerUser | CountedDirectory | GroupRow | Unreadable
