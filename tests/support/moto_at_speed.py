"""What moto and botocore do again and again with the same result is done once: their answers stay what they are.

Importing this is enough. These took most of the time of every test on moto: botocore reads AWS's models from their
files for each session anew; moto looks for each of ten possible members of each value of each item under each of its
possible names; it copies the whole table for each action of a transaction; whenever it is switched on, it makes two
thousand patterns of addresses for requests that go past botocore, which none here does; and it lists the methods of a
class at each call.
"""

import copy
from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader
from moto.core import responses
from moto.core.models import RESPONSES_METHODS
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

_read = cache(JSONFileLoader().load_file)
_structure = BaseJSONSerializer._serialize_type_structure
_transaction = DynamoDBBackend.transact_write_items


def _read_once(_: JSONFileLoader, path: str) -> Any:
    return _read(path)


def _is_on_the_wire_as_it_is(value: object) -> bool:
    """Whether an attribute's value is plain JSON of one member, all the way down. Binary ones are left to moto."""
    if type(value) is not dict or len(value) != 1:
        return False
    ((kind, content),) = value.items()
    if kind == "M":
        return type(content) is dict and all(map(_is_on_the_wire_as_it_is, content.values()))
    if kind == "L":
        return type(content) is list and all(map(_is_on_the_wire_as_it_is, content))
    if kind in {"SS", "NS"}:
        return type(content) is list and all(type(member) is str for member in content)
    return (kind in {"S", "N"} and type(content) is str) or (kind in {"BOOL", "NULL"} and type(content) is bool)


def _serialized(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name == "AttributeValue" and _is_on_the_wire_as_it_is(value):
        self._default_serialize(serialized, value, shape, key)
    else:
        _structure(self, serialized, value, shape, key)


class _Copying:
    """Stands in for the module `copy`. Within a transaction, a table is copied once; tests/support/tables.py has one
    call at a time."""

    copies: dict[int, Table] | None = None

    def deepcopy(self, original: Any, memo: Any = None) -> Any:
        if self.copies is None or not isinstance(original, Table):
            return copy.deepcopy(original, memo)
        if id(original) not in self.copies:
            self.copies[id(original)] = copy.deepcopy(original)
        return self.copies[id(original)]


_copying = _Copying()


def _with_one_copy_of_each_table(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    _copying.copies = {}
    try:
        _transaction(self, transact_items)
    finally:
        _copying.copies = None


RESPONSES_METHODS.clear()
responses.method_names_from_class = cache(responses.method_names_from_class)
JSONFileLoader.load_file = _read_once  # type: ignore[method-assign]
BaseJSONSerializer._serialize_type_structure = _serialized  # type: ignore[method-assign]
DynamoDBBackend.transact_write_items = _with_one_copy_of_each_table  # type: ignore[method-assign]
models.copy = _copying  # type: ignore[attr-defined]
