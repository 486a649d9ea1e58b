"""Attributes of DynamoDB items, and back.

Scalars are attributes of their own, so that conditions, indexes and a person in the AWS console can read them; SCIM
attributes and other documents are JSON text, which is smaller and an order of magnitude faster to read than maps.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item = dict[str, "AttributeValueTypeDef"]
Scalar = str | int | bool | date | frozenset[str] | None


FORMAT = "1"
"""How items are written. Whoever changes what a stored attribute means raises it, and reads the one before it, too."""


class LaterFormatError(ValueError):
    """An item was written by a later version of the service: what its attributes mean is not known here."""


def check_format(item: Mapping[str, "AttributeValueTypeDef"]) -> None:
    """Refuse to read what may mean something else than it says.

    Raises:
        LaterFormatError: the item is of a later format.
    """
    stated = item["format"]["N"] if "format" in item else FORMAT
    if stated != FORMAT and int(stated) > int(FORMAT):
        raise LaterFormatError(
            f"An item has format {stated}, and this version of the service reads up to {FORMAT}: a later version wrote "
            "it. Deploy that one again."
        )


def text_of(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: sorts as time does."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def key_of(item: Mapping[str, "AttributeValueTypeDef"]) -> ItemKey:
    """The primary key of an item."""
    return ItemKey(item["pk"]["S"], item["sk"]["S"])


def write_key(key: ItemKey) -> Item:
    """A primary key in DynamoDB's notation."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def write_item(key: ItemKey, values: Mapping[str, Scalar]) -> Item:
    """An item with these attributes; those that are None are left out. It says in which format it is written."""
    return {**write_key(key), "format": {"N": FORMAT}, **write_values(values)}


def write_values(values: Mapping[str, Scalar], prefix: str = "") -> Item:
    """These attributes, by name with the prefix; those that are None are left out."""
    return {f"{prefix}{name}": _write_value(value) for name, value in values.items() if value is not None}


def _write_value(value: str | int | date | frozenset[str]) -> "AttributeValueTypeDef":
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, frozenset):
        return {"SS": sorted(value)}
    if isinstance(value, int):
        return {"N": str(value)}
    return {"S": text_of(value) if isinstance(value, datetime) else value.isoformat()}


class Reader:
    """Reads an item's attributes as the Python types they were written from."""

    __slots__ = ("_item",)

    def __init__(self, item: Mapping[str, "AttributeValueTypeDef"]) -> None:
        check_format(item)
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

    def moment(self, name: str) -> datetime:
        """A moment that is always there."""
        return datetime.fromisoformat(self.text(name))

    def texts(self, name: str) -> frozenset[str]:
        """A set of strings; absent means an empty one."""
        value = self._item.get(name)
        return frozenset(value["SS"]) if value else frozenset()

    def document(self, name: str) -> dict[str, object]:
        """A JSON object; absent means an empty one."""
        loaded = json.loads(self._item[name]["S"]) if name in self._item else None
        return loaded if isinstance(loaded, dict) else {}


def _plain(value: object) -> object:
    """What JSON has no form for: a dataclass is an object of its fields, without those that are None, or empty where
    they are so by default."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: found
            for name, drops in _names(type(value))
            if (found := getattr(value, name)) is not None and (found or not drops)
        }
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date):
        return text_of(value) if isinstance(value, datetime) else value.isoformat()
    return dict(value) if isinstance(value, Mapping) else sorted(value)  # type: ignore[call-overload]  # a set of text


@cache
def _names(kind: "type[DataclassInstance]") -> tuple[tuple[str, bool], ...]:
    return tuple((each.name, is_empty_by_default(each)) for each in fields(kind))


def is_empty_by_default(field: "Field[object]") -> bool:
    """Whether a field of a dataclass is left out where it is empty, because it is so by default."""
    default = field.default if field.default_factory is MISSING else field.default_factory()
    return default is not None and not default


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=_plain)


def json_text(document: object) -> str:
    """Compact JSON; dataclasses, moments and sets of text may be in it."""
    return _compact.encode(document)
