"""Groups in a scan of the whole table (`storage.whole_table`)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightful.groups.group import Group
from rightful.storage import group_keys
from rightful.storage.group_items import read_group

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

FILTER = "sk IN (:group, :group_name) OR begins_with(sk, :member) OR pk = :deleted OR attribute_exists(group_count)"
VALUES: "Mapping[str, AttributeValueTypeDef]" = {
    ":group": {"S": group_keys.HEAD},
    ":group_name": {"S": group_keys.NAME},
    ":member": {"S": group_keys.MEMBER_PREFIX},
    ":deleted": {"S": group_keys.DELETED},
}


def group_row(item: "StoredItem") -> GroupRow | None:
    """What an item says about groups; None: nothing."""
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    if sk == group_keys.HEAD:
        return read_group(item)
    if sk.startswith(group_keys.MEMBER_PREFIX):
        return GroupMember(group_keys.group_id_of(pk), group_keys.member_id_of(sk))
    if sk == group_keys.NAME:
        return GroupName(*group_keys.named_by(pk), item["group_id"]["S"])
    if pk == group_keys.DELETED:
        return DeletedGroup(sk)
    if "group_count" in item:
        return CountedGroups(group_keys.counted_by(pk))
    return None
