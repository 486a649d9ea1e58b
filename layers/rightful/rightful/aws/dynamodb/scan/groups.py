"""Groups in a scan of the whole table (`aws.dynamodb.scan.table`)."""

from typing import TYPE_CHECKING

from rightful.aws.dynamodb.items.groups import read_group
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.ports.scan import CountedGroups, DeletedGroup, GroupMember, GroupName, GroupRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]


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
