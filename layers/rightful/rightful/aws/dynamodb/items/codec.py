"""How a dataclass is an item, said once for both ways: the attributes follow from the fields and their types.

Text, numbers, flags, moments, days, words and sets of text are attributes of their own; every other field is one JSON
document, by the names of its fields. None is left out, and so is an empty value where it is the default, too.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from operator import itemgetter
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from rightful.aws.dynamodb.attributes import Scalar, check_format, is_empty_by_default, json_text

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_Kind = TypeVar("_Kind")
_Write = Callable[[Any], str]
_Read = Callable[[Any], Any]
"""From a JSON value, or from an attribute."""


@dataclass(frozen=True, eq=False)
class Codec(Generic[_Kind]):
    """Writes a dataclass as attributes, and reads it. The types are looked at when it is used for the first time.

    Attributes:
        kind: the dataclass.
        names: a field -> its attribute, where that is not called like the field.
        spread: a field -> a prefix: its own fields are attributes of this item, by names with the prefix. Of several
            types it is the first one whose attributes are all there.
        reads: a field -> how its JSON value is read, where its type does not say it.
        types: types that are not imported where the dataclass names them.
        prefix: what the names of its attributes begin with.
    """

    kind: Callable[..., _Kind]
    _: KW_ONLY
    names: Mapping[str, str] = field(default_factory=dict)
    spread: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, _Read] = field(default_factory=dict)
    types: Mapping[str, type] = field(default_factory=dict)
    prefix: str = ""

    def values(self, value: _Kind) -> dict[str, Scalar]:
        """The attributes, None for each that is left out."""
        values: dict[str, Scalar] = {}
        for name, attribute, write, _, drops in self._plan:
            found = getattr(value, name)
            if found is None or (drops and not found):
                values[attribute] = None
            else:
                values[attribute] = write(found) if write else found
        for name, codecs in self._parts.items():
            part = getattr(value, name)
            if part is not None:
                values |= codecs[type(part)].values(part)
        return values

    def read(self, item: "Mapping[str, AttributeValueTypeDef]") -> _Kind:
        """The inverse of `values`; other attributes of the item do not matter.

        Raises:
            LaterFormatError: a later version of the service wrote it.
        """
        check_format(item)
        values = self._nones.copy()
        for name, attribute, _, read, _ in self._plan:
            if attribute in item:
                values[name] = read(item[attribute])
        for name, codecs in self._parts.items():
            part = next((each for each in codecs.values() if each.is_in(item, whole=len(codecs) > 1)), None)
            if part is not None:
                values[name] = part.read(item)
        return self.kind(**values)

    def is_in(self, item: "Mapping[str, AttributeValueTypeDef]", *, whole: bool) -> bool:
        """Whether the item has anything that only a value of this type must have; `whole`: whether it has all of it."""
        there = self._needed & item.keys()
        return there == self._needed or (bool(there) and not whole)

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        return get_type_hints(self.kind, localns=dict(self.types))

    @cached_property
    def _fields(self) -> Mapping[str, "Field[object]"]:
        """Those with attributes of their own."""
        return {each.name: each for each in fields(self.kind) if each.name not in self.spread}  # type: ignore[arg-type]

    @cached_property
    def _plan(self) -> list[tuple[str, str, _Write | None, _Read, bool]]:
        """Of each field: the attribute, how it becomes one (None: as it is) and back, and whether it is left out when
        it is empty."""
        documents = _Documents(self.reads, self.types)
        return [
            (name, self._name(name), *documents.attribute(name, self._hints[name]), is_empty_by_default(each))
            for name, each in self._fields.items()
        ]

    @cached_property
    def _nones(self) -> dict[str, object]:
        return {name: None for name, hint in self._hints.items() if NoneType in get_args(hint)}

    @cached_property
    def _needed(self) -> frozenset[str]:
        required = (name for name, each in self._fields.items() if each.default is each.default_factory is MISSING)
        return frozenset(self._name(name) for name in required if name not in self._nones)

    @cached_property
    def _parts(self) -> "Mapping[str, Mapping[object, Codec[object]]]":
        """The fields that are spread: their types, and how each is written."""
        return {
            name: {kind: self._part(kind, self.spread[name]) for kind in _alternatives(hint)}
            for name, hint in self._hints.items()
            if name in self.spread
        }

    def _part(self, kind: Callable[..., object], prefix: str) -> "Codec[object]":
        return Codec(kind, names=self.names, spread=self.spread, reads=self.reads, types=self.types, prefix=prefix)

    def _name(self, field: str) -> str:
        return self.names.get(self.prefix + field, self.prefix + field)


class _Documents:
    """How attributes and JSON values are read, by their types."""

    def __init__(self, reads: Mapping[str, _Read], types: Mapping[str, type]) -> None:
        self.reads, self.types = reads, types
        self._records: dict[object, _Read | None] = {}

    def attribute(self, name: str, hint: object) -> tuple[_Write | None, _Read]:
        """How a field is written into an attribute (None: as it is), and read from it."""
        kind, *others = _alternatives(hint)
        if not others and kind in {str, bool}:
            return None, itemgetter("S" if kind is str else "BOOL")
        if kind is int:
            return None, lambda stored: int(stored["N"])
        read = self.reads.get(name) or self.reader(hint)
        if get_origin(kind) is frozenset:
            return None, lambda stored: read(stored["SS"])
        if isinstance(kind, type) and issubclass(kind, StrEnum | date):
            return None, lambda stored: read(stored["S"])
        if read is _same:
            return json_text, lambda stored: json.loads(stored["S"])
        return json_text, lambda stored: read(json.loads(stored["S"]))

    def reader(self, hint: object) -> _Read:
        """How a JSON value becomes one of a type."""
        first, *others = kinds = _alternatives(hint)
        arguments, kind = get_args(first), get_origin(first) or first
        if others:
            words = {word.value: word for each in kinds if issubclass(each, StrEnum) for word in each}
            records = [self.reader(each) for each in kinds if is_dataclass(each)]
            return lambda value: words[value] if isinstance(value, str) else records[0](value)
        if kind in {tuple, frozenset}:
            each = self.reader(arguments[0])
            return lambda values: kind(map(each, values))
        if isinstance(kind, type) and is_dataclass(kind):
            return self._record_once(kind, arguments)
        if issubclass(kind, Mapping):
            key, each = map(self.reader, arguments)
            if key is each is _same:
                return _same
            return lambda values: {key(name): each(value) for name, value in values.items()}
        if issubclass(kind, date):
            from_text: _Read = kind.fromisoformat
            return from_text
        if issubclass(kind, timedelta):
            return lambda seconds: timedelta(seconds=seconds)
        return kind if issubclass(kind, StrEnum) else _same

    def _record_once(self, kind: Callable[..., object], arguments: tuple[object, ...]) -> _Read:
        """How a record is read; one that may hold another of its own kind asks for that reader when it needs it."""
        key = (kind, arguments)
        if key not in self._records:
            self._records[key] = None
            self._records[key] = self._record(kind, arguments)

        def read(document: object) -> object:
            made = self._records[key]
            return made(document) if made is not None else document

        return self._records[key] or read

    def _record(self, kind: Callable[..., object], arguments: tuple[object, ...]) -> _Read:
        bound = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=True))
        hints = {name: bound.get(hint, hint) for name, hint in get_type_hints(kind, localns=dict(self.types)).items()}
        nones = {name: None for name, hint in hints.items() if NoneType in get_args(hint)}
        plan = [(name, self.reads.get(name) or self.reader(hint)) for name, hint in hints.items()]
        return lambda document: kind(**nones | {name: read(document[name]) for name, read in plan if name in document})


def _alternatives(hint: Any) -> list[Any]:  # noqa: ANN401 - an annotation is of no type
    """What a type may be besides None."""
    united = isinstance(hint, UnionType) or get_origin(hint) is Union  # the latter where a part of it is generic
    return [each for each in get_args(hint) if each is not NoneType] if united else [hint]


def _same(value: object) -> object:
    return value
