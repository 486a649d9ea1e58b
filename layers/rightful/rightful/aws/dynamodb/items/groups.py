"""Groups and their members as DynamoDB items, and back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Reader, Scalar, text_of, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.domain.group import Group
from rightful.scim.patch.members import Member

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


_GROUP = Codec(Group, names={"id": "group_id"})


def group_values(group: Group) -> dict[str, Scalar]:
    """A head's attributes, with the keys under which its directory lists and finds it."""
    values = {**_GROUP.values(group), "directory_key": None, "directory_sort": None, "external_id_key": None}
    del values["parent_ids"]  # The store keeps them, by writes of their own.
    if not group.deleted:
        values["directory_key"] = group_keys.groups_of_directory(group.directory_id)
        values["directory_sort"] = f"{text_of(group.created_at)}#{group.id}"
        if group.external_id is not None:
            values["external_id_key"] = group_keys.groups_of_external_id(group.directory_id, group.external_id)
    return values


def group_item(group: Group) -> Item:
    """A head that is in no other group yet."""
    return write_item(group_keys.group(group.id), group_values(group))


def read_group(item: Mapping[str, "AttributeValueTypeDef"]) -> Group:
    """The inverse of `group_item`, with the groups that it is in."""
    return _GROUP.read(item)


def member_item(group_id: str, member: Member) -> Item:
    """A membership."""
    key = group_keys.member(group_id, member.value)
    return write_item(key, {"member_type": member.type, "display": member.display})


def read_member(item: Mapping[str, "AttributeValueTypeDef"]) -> Member:
    """The inverse of `member_item`."""
    read = Reader(item)
    return Member(group_keys.member_id_of(item["sk"]["S"]), read.text("member_type"), read.optional_text("display"))


def listed_group(item: Mapping[str, "AttributeValueTypeDef"]) -> str:
    """The group that an entry of a global secondary index names."""
    return group_keys.group_id_of(item["pk"]["S"])
