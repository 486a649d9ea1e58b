"""Attributes of DynamoDB items, and back.

Scalars are attributes of their own, so that conditions, indexes and a person in the AWS console can read them; SCIM
attributes and other documents are JSON text, which is smaller and an order of magnitude faster to read than maps.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightful.domain.address import Address
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item = dict[str, "AttributeValueTypeDef"]
Scalar = str | int | bool | datetime | None


FORMAT = "1"
"""How items are written. Whoever changes what a stored attribute means raises it, and reads the one before it, too."""


def text_of(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: sorts as time does."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def moment_of(text: str) -> datetime:
    """The inverse of `text_of`."""
    return datetime.fromisoformat(text)


def optional_moment(text: str | None) -> datetime | None:
    """A moment that may be absent."""
    return datetime.fromisoformat(text) if text else None


def key_of(item: Mapping[str, "AttributeValueTypeDef"]) -> ItemKey:
    """The primary key of an item."""
    return ItemKey(item["pk"]["S"], item["sk"]["S"])


def write_item(key: ItemKey, values: Mapping[str, Scalar]) -> Item:
    """An item with these attributes; those that are None are left out. It says in which format it is written."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "format": {"N": FORMAT}, **write_values(values)}


def write_values(values: Mapping[str, Scalar], prefix: str = "") -> Item:
    """These attributes, by name with the prefix; those that are None are left out."""
    return {f"{prefix}{name}": _write_value(value) for name, value in values.items() if value is not None}


def _write_value(value: str | int | datetime) -> "AttributeValueTypeDef":
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": text_of(value)}


class Reader:
    """Reads an item's attributes as the Python types they were written from."""

    __slots__ = ("_item",)

    def __init__(self, item: Mapping[str, "AttributeValueTypeDef"]) -> None:
        self._item = item

    def text(self, name: str) -> str:
        """A string that is always there."""
        return self._item[name]["S"]

    def optional_text(self, name: str) -> str | None:
        """A string that may be absent."""
        value = self._item.get(name)
        return value["S"] if value else None

    def number(self, name: str) -> int:
        """A whole number; absent means 0."""
        value = self._item.get(name)
        return int(value["N"]) if value else 0

    def flag(self, name: str) -> bool:
        """A boolean; absent means false."""
        value = self._item.get(name)
        return bool(value["BOOL"]) if value else False

    def moment(self, name: str) -> datetime:
        """A moment that is always there."""
        return moment_of(self.text(name))

    def optional_moment(self, name: str) -> datetime | None:
        """A moment that may be absent."""
        return optional_moment(self.optional_text(name))

    def texts(self, name: str) -> frozenset[str]:
        """A set of strings; absent means an empty one."""
        value = self._item.get(name)
        return frozenset(value["SS"]) if value else frozenset()

    def loaded(self, name: str) -> object:
        """A JSON value; absent means None."""
        value = self._item.get(name)
        return json.loads(value["S"]) if value else None

    def document(self, name: str) -> dict[str, object]:
        """A JSON object; absent means an empty one."""
        loaded = self.loaded(name)
        return loaded if isinstance(loaded, dict) else {}

    def documents(self, name: str) -> list[dict[str, object]]:
        """A JSON array of objects; absent means an empty one."""
        loaded = self.loaded(name)
        return [entry for entry in loaded if isinstance(entry, dict)] if isinstance(loaded, list) else []


def json_text(document: object) -> str:
    """Compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def address_document(address: Address | None) -> list[str] | None:
    """An address inside a JSON document."""
    return [address.value, address.canonical] if address else None


def read_address(document: object) -> Address | None:
    """The inverse of `address_document`."""
    return Address(str(document[0]), str(document[1])) if isinstance(document, list) else None
