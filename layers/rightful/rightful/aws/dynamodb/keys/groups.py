"""Where groups are in the identity table. Like `keys.base`: what a client chose stays behind its directory's id."""

from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import write_key
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

HEAD = "GROUP"
NAME = "GROUPNAME"
MEMBER_PREFIX = "MEMBER#"
_GROUP_PREFIX = "GROUP#"


def group(group_id: str) -> ItemKey:
    """A group's head; its members are in the same partition, after it."""
    return ItemKey(f"{_GROUP_PREFIX}{group_id}", HEAD)


def member(group_id: str, member_id: str) -> ItemKey:
    """A membership."""
    return ItemKey(f"{_GROUP_PREFIX}{group_id}", f"{MEMBER_PREFIX}{member_id}")


def group_name(directory_id: str, canonical_name: str) -> ItemKey:
    """The displayName index item of a directory."""
    return ItemKey(f"DIR#{directory_id}#GROUPNAME#{canonical_name}", NAME)


def named_by(pk: str) -> tuple[str, str]:
    """The directory and the canonical name that a partition key of `group_name` names."""
    directory_id, _, name = pk.removeprefix("DIR#").partition("#GROUPNAME#")
    return directory_id, name


def counter(directory_id: str, shard: int) -> ItemKey:
    """One of a directory's counters of groups."""
    return ItemKey(f"DIR#{directory_id}#GROUPCOUNT", f"{shard}")


def counted_by(pk: str) -> str:
    """The directory that a partition key of `counter` names."""
    return pk.removeprefix("DIR#").removesuffix("#GROUPCOUNT")


DELETED = "DELETEDGROUPS"


def deleted_group(group_id: str) -> ItemKey:
    """A group whose members are still to be cleaned up."""
    return ItemKey(DELETED, group_id)


def group_id_of(pk: str) -> str:
    """The group that a partition key of `group` names."""
    return pk.removeprefix(_GROUP_PREFIX)


def member_id_of(sk: str) -> str:
    """The member that a sort key of `member` names."""
    return sk.removeprefix(MEMBER_PREFIX)


# Keys of the global secondary indexes.


def groups_of_directory(directory_id: str) -> str:
    """by_directory: the groups of a directory."""
    return f"DIR#{directory_id}#GROUPS"


def listing_start(directory_id: str, position: str) -> "dict[str, AttributeValueTypeDef]":
    """by_directory: the key after which a page starts; `position` is the last item's sort key, which ends with the
    group's id."""
    return {
        **write_key(group(position.rpartition("#")[2])),
        "directory_key": {"S": groups_of_directory(directory_id)},
        "directory_sort": {"S": position},
    }


def groups_of_external_id(directory_id: str, external_id: str) -> str:
    """by_external_id: the groups of a directory that have that externalId."""
    return f"DIR#{directory_id}#GROUPEXTERNALID#{external_id}"
