"""One conditional DynamoDB action, on its own or as part of a transaction."""

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Literal

from rightful.aws.dynamodb.attributes import Item, Scalar, write_values
from rightful.aws.dynamodb.table import Tables
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

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
    return Action(verb, tables.identity, key.item(), condition, values_of(**values))


def update(tables: Tables, key: ItemKey, change: str, condition: str | None = None, **values: Scalar) -> Action:
    """An Update in the identity table."""
    return Action("Update", tables.identity, key.item(), condition, values_of(**values), change)


def versioned(tables: Tables, item: Item, expected_version: int | None) -> Action:
    """An item in the place of its last version, or a new one."""
    if expected_version is None:
        return put(tables, item, NEW)
    return put(tables, item, SAME_VERSION, version=expected_version)
