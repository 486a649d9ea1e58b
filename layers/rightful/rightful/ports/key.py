"""The key of an item, as something that is compared and shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True, slots=True)
class ItemKey:
    """A primary key of the identity table or of the event log table."""

    pk: str
    sk: str

    def item(self) -> "dict[str, AttributeValueTypeDef]":
        """In DynamoDB's notation."""
        return {"pk": {"S": self.pk}, "sk": {"S": self.sk}}
