"""The whole identity table, for operators: what a check looks at besides accounts and their indexes.

A scan reads everything once. It is consistent item by item and no snapshot: whoever acts on it reads again.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Reader, key_of
from rightful.aws.dynamodb.items.conflicts import read_conflict
from rightful.aws.dynamodb.items.groups import read_group
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.domain.account import scim_id_of
from rightful.ports.scan import (
    CountedDirectory,
    CountedGroups,
    DeletedGroup,
    FormerUser,
    GroupMember,
    GroupName,
    GroupRow,
    LinkedUser,
    Pending,
    Row,
    Unreadable,
    Waiter,
)
from rightful.ports.store.upkeep import UNREADABLE

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]


_FILTER = (
    "sk IN (:account, :pending) OR begins_with(sk, :conflict) OR begins_with(sk, :waiter) "
    "OR attribute_exists(user_count) "
    "OR sk IN (:group, :group_name) OR begins_with(sk, :member) OR pk = :deleted OR attribute_exists(group_count)"
)
_VALUES: "Mapping[str, AttributeValueTypeDef]" = {
    ":account": {"S": "ACCOUNT"},
    ":pending": {"S": "PENDING"},
    ":conflict": {"S": keys.CONFLICT_PREFIX},
    ":waiter": {"S": keys.WAITER_PREFIX},
    ":group": {"S": group_keys.HEAD},
    ":group_name": {"S": group_keys.NAME},
    ":member": {"S": group_keys.MEMBER_PREFIX},
    ":deleted": {"S": group_keys.DELETED},
}


def rows(client: "DynamoDBClient", table: str) -> Iterator[Row]:
    """Every conflict, pending change and waiter, every account that is linked or in a group, every group, membership
    and displayName of one, and every directory that is counted."""
    pages = client.get_paginator("scan").paginate(
        TableName=table, ConsistentRead=True, FilterExpression=_FILTER, ExpressionAttributeValues=_VALUES
    )
    for page in pages:
        for item in page["Items"]:
            try:
                row = _row(item)
            except UNREADABLE:
                row = Unreadable(key_of(item))
            if row is not None:
                yield row


def _row(item: "StoredItem") -> Row | None:
    pk, sk, read = item["pk"]["S"], item["sk"]["S"], Reader(item)
    if sk == "PENDING":
        return Pending(read.text("requester_key"), read.text("conflict_id"))
    if sk.startswith(keys.WAITER_PREFIX):
        return Waiter(pk.removeprefix("EMAIL#"), read.text("conflict_id"), read.text("organization_id"))
    if sk.startswith(keys.CONFLICT_PREFIX):
        return read_conflict(item)
    if "user_count" in item:
        return CountedDirectory(pk.removeprefix("DIR#").removesuffix("#COUNT"))
    return _user(item) if sk == "ACCOUNT" else _group(item)


def _user(item: "StoredItem") -> Row | None:
    read = Reader(item)
    account_id, group_ids = keys.account_id_of(item["pk"]["S"]), read.texts("group_ids")
    link = read.document("link") if "link" in item else None
    if link:
        return LinkedUser(account_id, str(link["directory_id"]), str(link["scim_id"]), group_ids)
    return FormerUser(scim_id_of(account_id, read.number("links_made")), group_ids) if group_ids else None


def _group(item: "StoredItem") -> GroupRow | None:
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
