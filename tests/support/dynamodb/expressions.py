"""The expressions of DynamoDB that the service sends, each parsed once. What it does not send is an error: no condition
that was not understood passes for one that was checked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any

Value = Mapping[str, Any]
"""An attribute's value in DynamoDB's notation: {"S": "text"}."""
Item = dict[str, Value]
Values = Mapping[str, Value]
Check = Callable[[Mapping[str, Value], Values], bool]
Change = Callable[[Item, Values], None]

_TOKEN = re.compile(r"\s*(<=|>=|[=<>(),]|[:#]?\w+)")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
_WORDS = frozenset({"AND", "OR", "IN", "BETWEEN", "NOT", "SET", "REMOVE", "ADD", "DELETE"})


class NotSentError(NotImplementedError):
    """The service sends nothing like this so far: what it means has to be added here first."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What an item must be like, and which placeholders that names."""

    holds: Check
    placeholders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Update:
    """What becomes of an item, and which placeholders that names."""

    change: Change
    placeholders: frozenset[str]


@lru_cache(maxsize=4096)
def condition(text: str, names: tuple[tuple[str, str], ...] = ()) -> Condition:
    """A ConditionExpression or a FilterExpression; `names`: ExpressionAttributeNames."""
    parser = _Parser(text, dict(names))
    check = parser.any_of()
    parser.expect_end()
    return Condition(check, frozenset(parser.placeholders))


@lru_cache(maxsize=4096)
def update(text: str) -> Update:
    """An UpdateExpression."""
    parser = _Parser(text, {})
    changes: list[Change] = []
    while not parser.at_end():
        changes += parser.clause()

    def change(item: Item, values: Values) -> None:
        for each in changes:
            each(item, values)

    return Update(change, frozenset(parser.placeholders))


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """A KeyConditionExpression: a partition, and what its sort key is held against."""

    partition: tuple[str, str]
    sort: str | None
    comparison: str
    values: tuple[str, ...]

    @property
    def placeholders(self) -> frozenset[str]:
        """Which placeholders it names."""
        return frozenset({self.partition[1], *self.values})


_KEY_CONDITION = re.compile(
    r"(\w+) = (:\w+)(?: AND (?:(begins_with)\((\w+), (:\w+)\)|(\w+) (BETWEEN) (:\w+) AND (:\w+)|(\w+) (>) (:\w+)))?"
)


@cache
def key_condition(text: str) -> KeyCondition:
    """A KeyConditionExpression."""
    match = _KEY_CONDITION.fullmatch(text)
    if match is None:
        raise NotSentError(text)
    name, value, *more = match.groups()
    words = [each for each in more if each is not None]
    if not words:
        return KeyCondition((name, value), None, "", ())
    comparison = next(word for word in words if word in {"begins_with", "BETWEEN", ">"})
    sort = next(word for word in words if word != comparison and not word.startswith(":"))
    return KeyCondition((name, value), sort, comparison, tuple(word for word in words if word.startswith(":")))


def plain(value: Value) -> tuple[str, Any]:
    """A value as it is compared: numbers as numbers, sets without an order."""
    [(kind, raw)] = value.items()
    if kind == "N":
        return kind, Decimal(raw)
    if kind == "SS":
        return kind, frozenset(raw)
    if kind in {"S", "BOOL"}:
        return kind, raw
    raise NotSentError(f"a value of type {kind}")


class _Parser:
    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self.text = text
        self.names = names
        self.tokens = _TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r"\s", "", text):
            raise NotSentError(text)
        self.place = 0
        self.placeholders: set[str] = set()

    def at_end(self) -> bool:
        return self.place == len(self.tokens)

    def expect_end(self) -> None:
        if not self.at_end():
            raise NotSentError(self.text)

    def next(self, expected: str | None = None) -> str:
        token: str = "" if self.at_end() else self.tokens[self.place]
        if not token or (expected is not None and token != expected):
            raise NotSentError(self.text)
        self.place += 1
        return token

    def found(self, token: str) -> bool:
        """Whether that comes next; if so, it is behind us."""
        there = not self.at_end() and self.tokens[self.place] == token
        self.place += there
        return there

    def path(self) -> str:
        token = self.next()
        if token.startswith("#"):
            self.placeholders.add(token)
            return self.names[token]
        if not token.isidentifier() or token in _WORDS:
            raise NotSentError(self.text)
        return token

    def value(self) -> str:
        token = self.next()
        if not token.startswith(":"):
            raise NotSentError(self.text)
        self.placeholders.add(token)
        return token

    def any_of(self) -> Check:
        checks = [self.all_of()]
        while self.found("OR"):
            checks.append(self.all_of())
        return checks[0] if len(checks) == 1 else lambda item, values: any(each(item, values) for each in checks)

    def all_of(self) -> Check:
        checks = [self.term()]
        while self.found("AND"):
            checks.append(self.term())
        return checks[0] if len(checks) == 1 else lambda item, values: all(each(item, values) for each in checks)

    def term(self) -> Check:
        if self.found("("):
            check = self.any_of()
            self.next(")")
            return check
        following = self.tokens[self.place + 1 : self.place + 2]
        return self.function(self.next()) if following == ["("] else self.comparison(self.path())

    def function(self, name: str) -> Check:
        self.next("(")
        path = self.path()
        if name == "begins_with":
            self.next(",")
            prefix = self.value()
            self.next(")")
            return lambda item, values: path in item and item[path].get("S", "").startswith(values[prefix]["S"])
        self.next(")")
        if name == "attribute_exists":
            return lambda item, _: path in item
        if name == "attribute_not_exists":
            return lambda item, _: path not in item
        if name == "size":
            compare, most = _COMPARISONS[self.next()], self.value()
            return lambda item, values: path in item and compare(_size(item[path]), int(values[most]["N"]))
        raise NotSentError(self.text)

    def comparison(self, path: str) -> Check:
        word = self.next()
        if word == "IN":
            self.next("(")
            listed = [self.value()]
            while self.found(","):
                listed.append(self.value())
            self.next(")")
            return lambda item, values: path in item and any(_equal(item[path], values[each]) for each in listed)
        if word not in _COMPARISONS:
            raise NotSentError(self.text)
        wanted, compare = self.value(), _COMPARISONS[word]
        if word == "=":
            return lambda item, values: path in item and _equal(item[path], values[wanted])
        return lambda item, values: path in item and _ordered(compare, item[path], values[wanted])

    def clause(self) -> list[Change]:
        """SET, REMOVE, ADD or DELETE, with all that it names."""
        make = {"SET": self.set, "REMOVE": self.remove, "ADD": self.add, "DELETE": self.delete}.get(self.next())
        if make is None:
            raise NotSentError(self.text)
        changes = [make(self.path())]
        while self.found(","):
            changes.append(make(self.path()))
        return changes

    def set(self, path: str) -> Change:
        self.next("=")
        new = self.value()

        def change(item: Item, values: Values) -> None:
            item[path] = values[new]

        return change

    def remove(self, path: str) -> Change:
        def change(item: Item, _: Values) -> None:
            item.pop(path, None)

        return change

    def add(self, path: str) -> Change:
        more = self.value()

        def change(item: Item, values: Values) -> None:
            there, added = item.get(path), values[more]
            item[path] = _sum(there, added) if there is not None else added

        return change

    def delete(self, path: str) -> Change:
        gone = self.value()

        def change(item: Item, values: Values) -> None:
            left = set(item.get(path, {"SS": ()})["SS"]) - set(values[gone]["SS"])
            item.pop(path, None)
            if left:
                item[path] = {"SS": sorted(left)}

        return change


def _equal(one: Value, other: Value) -> bool:
    return one == other or plain(one) == plain(other)


def _ordered(compare: Callable[[Any, Any], bool], one: Value, other: Value) -> bool:
    (kind, there), (wanted_kind, wanted) = plain(one), plain(other)
    return kind == wanted_kind and kind in {"S", "N"} and compare(there, wanted)


def _size(value: Value) -> int:
    return len(value["SS"])


def _sum(there: Value, added: Value) -> Value:
    (kind, before), (_, more) = plain(there), plain(added)
    return {"N": str(before + more)} if kind == "N" else {"SS": sorted(before | more)}
