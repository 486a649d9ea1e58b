"""The tables: reading one (items by key, partitions by prefix or in order by page), and one conditional action, on its
own or as part of a transaction."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Literal, cast

from botocore.exceptions import ClientError

from rightful.aws.dynamodb.attributes import Item, Scalar, key_of, write_key, write_values
from rightful.aws.errors import FIRST_PAUSE, LONGEST_PAUSE
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]

_BATCH_GET_LIMIT = 100
_MOST_READS_PER_PAGE = 5
_FILTERED_READ = 1_000
_MOST_WAITING = 4.0
"""Seconds that reading many items waits for DynamoDB in all; an API request has 20 for everything."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, read with strong consistency."""

    client: "DynamoDBClient"
    name: str
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def get_item(self, key: ItemKey) -> "StoredItem | None":
        """One item, or None."""
        return self.client.get_item(TableName=self.name, Key=write_key(key), ConsistentRead=True).get("Item")

    def get_items(self, wanted: Sequence[ItemKey]) -> "dict[ItemKey, StoredItem]":
        """Many items; those that do not exist are absent.

        What DynamoDB left unprocessed is asked for again, after a pause that is jittered and doubles as long as
        nothing comes.

        Raises:
            ClientError: ThrottlingException, as of a single read: too much was left for too long.
        """
        found: dict[ItemKey, StoredItem] = {}
        table = self.name
        left: list[StoredItem] = [write_key(key) for key in wanted]
        if len(left) == 1:
            item = self.get_item(wanted[0])
            return {wanted[0]: item} if item else {}
        waited, longest = 0.0, FIRST_PAUSE
        while left:
            answer = self.client.batch_get_item(
                RequestItems={table: {"Keys": left[:_BATCH_GET_LIMIT], "ConsistentRead": True}}
            )
            items = answer["Responses"].get(table, [])
            for item in items:
                found[key_of(item)] = item
            rest = answer.get("UnprocessedKeys", {}).get(table)
            unprocessed = rest["Keys"] if rest else ()
            left = [*unprocessed, *left[_BATCH_GET_LIMIT:]]
            if unprocessed:
                longest = FIRST_PAUSE if items else min(longest * 2, LONGEST_PAUSE)
                pause = longest * (1 + self.jitter()) / 2
                waited += pause
                if waited > _MOST_WAITING:
                    raise ClientError({"Error": {"Code": "ThrottlingException"}}, "BatchGetItem")
                self.sleep(pause)
        return found

    def index(
        self,
        name: str,
        attribute: str,
        key: str,
        *,
        limit: int | None = None,
        start: "StoredItem | None" = None,
    ) -> "tuple[list[StoredItem], StoredItem | None]":
        """Entries of a global secondary index under one key, and the last one if there may be more. Eventually
        consistent."""
        parameters: dict[str, object] = {
            "TableName": self.name,
            "IndexName": name,
            "KeyConditionExpression": f"{attribute} = :key",
            "ExpressionAttributeValues": {":key": {"S": key}},
        }
        if limit is not None:
            parameters["Limit"] = limit
        if start is not None:
            parameters["ExclusiveStartKey"] = start
        answer = self.client.query(**parameters)  # type: ignore[arg-type]  # Query's parameters, as above
        return cast("list[StoredItem]", answer["Items"]), answer.get("LastEvaluatedKey")

    def query_prefix(self, pk: str, prefix: str) -> "Iterable[StoredItem]":
        """All items of a partition whose sort key starts with the prefix, page by page."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def in_order(
        self,
        pk: str,
        order: "ReadOrder",
        *,
        limit: int,
        start: ItemKey | None = None,
    ) -> "tuple[list[StoredItem], str | None]":
        """A page of a partition, and the sort key to go on after (None: that was all).

        A filter is applied after reading, so that a page stops at `limit` items found or at a bounded number of reads,
        whichever is first.
        """
        values: dict[str, AttributeValueTypeDef] = {":pk": {"S": pk}}
        parameters: dict[str, object] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk",
            "ScanIndexForward": order.oldest_first,
            "ConsistentRead": True,
        }
        if order.between:
            parameters["KeyConditionExpression"] = "pk = :pk AND sk BETWEEN :first AND :last"
            values |= {":first": {"S": order.between[0]}, ":last": {"S": order.between[1]}}
        if order.filters:
            parameters |= filtering(order.filters, values)
        found: list[StoredItem] = []
        last = write_key(start) if start else None
        for _ in range(_MOST_READS_PER_PAGE):
            if last:
                parameters["ExclusiveStartKey"] = last
            size = _FILTERED_READ if order.filters else limit + 1 - len(found)
            answer = self.client.query(**parameters, Limit=size, ExpressionAttributeValues=values)  # type: ignore[arg-type]
            found += answer["Items"]
            last = answer.get("LastEvaluatedKey")
            if not last or len(found) > limit:
                break
        if len(found) > limit:
            return found[:limit], found[limit - 1]["sk"]["S"]
        return found, last["sk"]["S"] if last else None


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """Which of a partition's entries, and in which order.

    Attributes:
        between: the first and the last sort key; None: all.
        oldest_first: else the newest are first.
        filters: what attributes of an entry have to be, one of several values each.
    """

    between: tuple[str, str] | None = None
    oldest_first: bool = False
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)


def filtering(filters: Mapping[str, Sequence[str]], values: "dict[str, Any]") -> dict[str, Any]:
    """The parameters of Query that let through what has one of several values in each of some attributes; the values
    are added to the query's own."""
    for name, wanted in filters.items():
        values |= {f":{name}{number}": {"S": value} for number, value in enumerate(wanted)}
    return {
        "ExpressionAttributeNames": {f"#{name}": name for name in filters},
        "FilterExpression": " AND ".join(
            f"#{name} IN ({', '.join(f':{name}{number}' for number in range(len(wanted)))})"
            for name, wanted in filters.items()
        ),
    }


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of the two tables, and how long event log rows are kept."""

    identity: str
    event_log: str
    log_retention: timedelta


NEW = "attribute_not_exists(pk)"
THERE = "attribute_exists(pk)"
SAME_VERSION = "version = :version"

Verb = Literal["Put", "Update", "Delete", "ConditionCheck"]


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a transaction: an item for a Put, a key for the others."""

    verb: Verb
    table: str
    item: Item
    condition: str | None = None
    values: "Mapping[str, AttributeValueTypeDef] | None" = None
    update: str | None = None

    def request(self, *, single: bool = False) -> dict[str, object]:
        """The parameters of PutItem, UpdateItem or DeleteItem (`single`), or of the same inside a transaction."""
        parameters: dict[str, object] = {"TableName": self.table}
        parameters["Item" if self.verb == "Put" else "Key"] = self.item
        if self.update:
            parameters["UpdateExpression"] = self.update
        if self.condition:
            parameters["ConditionExpression"] = self.condition
            parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if self.values:
            parameters["ExpressionAttributeValues"] = self.values
        return parameters if single else {self.verb: parameters}


def values_of(**values: Scalar) -> "dict[str, AttributeValueTypeDef]":
    """Expression values: the names get their colon; those that are None are left out."""
    return write_values(values, ":")


@singledispatch
def action_of(write: object, tables: Tables) -> Action:  # noqa: ARG001 - what the registered functions take
    """The action that does a write.

    Raises:
        TypeError: it is none that is known in `actions`.
    """
    raise TypeError(f"no action for {type(write).__name__}")


def put(tables: Tables, item: Item, condition: str | None = None, **values: Scalar) -> Action:
    """An item of the identity table."""
    return Action("Put", tables.identity, item, condition, values_of(**values))


def on(tables: Tables, verb: Verb, key: ItemKey, condition: str | None = None, **values: Scalar) -> Action:
    """A Delete or a ConditionCheck in the identity table."""
    return Action(verb, tables.identity, write_key(key), condition, values_of(**values))


def update(tables: Tables, key: ItemKey, change: str, condition: str | None = None, **values: Scalar) -> Action:
    """An Update in the identity table."""
    return Action("Update", tables.identity, write_key(key), condition, values_of(**values), change)


def versioned(tables: Tables, item: Item, expected_version: int | None) -> Action:
    """An item in the place of its last version, or a new one."""
    if expected_version is None:
        return put(tables, item, NEW)
    return put(tables, item, SAME_VERSION, version=expected_version)
