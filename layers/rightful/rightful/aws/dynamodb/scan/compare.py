"""One identity table's items held against another's: a restored table and the one that the stack works on.

Each write carries what was there when the two were compared: what anybody changed since stays as it is.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import key_of, write_key
from rightful.aws.dynamodb.table import Table
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """An item that two tables do not have alike: as the restored one has it, and as the other one does (None: not)."""

    key: ItemKey
    restored: "StoredItem | None"
    there: "StoredItem | None"

    @property
    def kind(self) -> str:
        """What sort of item it is: the first part of its key."""
        return self.key.pk.partition("#")[0]


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What DynamoDB says of a table: its key, and which table it is a restore of (empty: of none that is known)."""

    arn: str
    key: tuple[tuple[str, str], ...]
    restored_from: str = ""


def facts_of_table(client: "DynamoDBClient", table: str) -> TableFacts:
    """Look at a table.

    Raises:
        ClientError: ResourceNotFoundException, there is no such table.
    """
    found = client.describe_table(TableName=table)["Table"]
    key = sorted((part["KeyType"], part["AttributeName"]) for part in found["KeySchema"])
    return TableFacts(found["TableArn"], tuple(key), found.get("RestoreSummary", {}).get("SourceTableArn", ""))


Looked = Callable[[str, Collection[ItemKey]], None]
"""Told of each page of a table: its name, and the keys of the items on it."""


def differences(
    client: "DynamoDBClient", restored: str, table: str, looked: Looked = lambda *_: None
) -> Iterator[Difference]:
    """Every item that `restored` has otherwise than `table`, then every one that only `table` has. Reads both tables
    twice, consistently.

    Raises:
        ClientError: ResourceNotFoundException, there is no such table.
    """
    for items, others in _side_by_side(client, restored, table):
        looked(restored, items.keys())
        for key, item in items.items():
            if others.get(key) != item:
                yield Difference(key, item, others.get(key))
    for items, others in _side_by_side(client, table, restored):
        looked(table, items.keys())
        for key, item in items.items():
            if key not in others:
                yield Difference(key, None, item)


def _side_by_side(
    client: "DynamoDBClient", one: str, other: str
) -> "Iterator[tuple[Mapping[ItemKey, StoredItem], Mapping[ItemKey, StoredItem]]]":
    pages = client.get_paginator("scan").paginate(
        TableName=one, ConsistentRead=True, PaginationConfig={"PageSize": _AT_ONCE}
    )
    for page in pages:
        items: dict[ItemKey, StoredItem] = {key_of(item): item for item in page["Items"]}
        yield items, Table(client, other).get_items(list(items)) if items else {}


def settle(client: "DynamoDBClient", table: str, difference: Difference) -> bool:
    """Make one item of the table as the restored one has it.

    Returns:
        Whether that was done; False: somebody has changed it since it was compared.
    """
    condition, names, values = _unchanged(difference.there)
    expected = {"ConditionExpression": condition} | (
        {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values} if names else {}
    )
    try:
        if difference.restored is None:
            client.delete_item(TableName=table, Key=write_key(difference.key), **expected)  # type: ignore[arg-type]
        else:
            client.put_item(TableName=table, Item=difference.restored, **expected)  # type: ignore[arg-type]
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _unchanged(there: "StoredItem | None") -> "tuple[str, dict[str, str], dict[str, AttributeValueTypeDef]]":
    """The condition that an item still has the attributes that were read. Groups come without a new version."""
    if there is None:
        return "attribute_not_exists(pk)", {}, {}
    names = {f"#{place}": name for place, name in enumerate(there)}
    values = {f":{place}": value for place, value in enumerate(there.values())}
    same = [f"#{place} = :{place}" for place in range(len(there))]
    if "group_changes" not in there:
        same.append("attribute_not_exists(group_changes)")
    return " AND ".join(same), names, values
