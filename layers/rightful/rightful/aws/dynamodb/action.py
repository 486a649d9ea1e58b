"""One conditional DynamoDB action, on its own or as part of a transaction."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rightful.aws.dynamodb.attributes import Item, Scalar, write_item
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

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
    item = write_item(ItemKey("", ""), values)
    return {f":{name}": value for name, value in item.items() if name not in {"pk", "sk"}}
