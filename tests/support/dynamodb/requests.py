"""The parameters that the service sends. Another one is an error."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.dynamodb.expressions import Item as StoredItem
from tests.support.dynamodb.expressions import Values


@dataclass(slots=True)
class Write:
    """Of PutItem, UpdateItem and DeleteItem, on their own or in a transaction, and of a ConditionCheck."""

    TableName: str
    Item: StoredItem | None = None
    Key: StoredItem | None = None
    UpdateExpression: str | None = None
    ConditionExpression: str | None = None
    ExpressionAttributeValues: Values = field(default_factory=dict)
    ExpressionAttributeNames: Mapping[str, str] = field(default_factory=dict)
    ReturnValuesOnConditionCheckFailure: str = "NONE"


@dataclass(slots=True, kw_only=True)
class Read:
    """Of Query and Scan."""

    TableName: str
    IndexName: str | None = None
    ConsistentRead: bool = False
    ExclusiveStartKey: StoredItem | None = None
    FilterExpression: str | None = None
    ExpressionAttributeValues: Values = field(default_factory=dict)
    ExpressionAttributeNames: Mapping[str, str] = field(default_factory=dict)
    Limit: int | None = None
    Select: str = "ALL"


@dataclass(slots=True, kw_only=True)
class Query(Read):
    """Of Query."""

    KeyConditionExpression: str
    ScanIndexForward: bool = True


@dataclass(slots=True, kw_only=True)
class Scan(Read):
    """Of Scan."""

    Segment: int = 0
    TotalSegments: int = 1
