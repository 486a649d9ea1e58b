"""What was found and is told about a conflict as documents of its item, and back. Each has the version of its format.

The sentences are not stored: they are made anew from codes and parameters.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TypeVar, get_args, get_type_hints

from rightful.domain.evidence import Evidence, ProofKind
from rightful.domain.explanation import Code, Explanation, ExplanationCode, FindingCode, OutcomeCode, Statement
from rightful.domain.next_step import Effect, NextStep, Role, StepCode

_FORMAT = 1

_Kind = TypeVar("_Kind")

CODED: Mapping[str, type[Code]] = {"effect": Effect, "instead": Effect, "proof": ProofKind}
"""The parameters whose values are codes themselves."""

_EXPLANATIONS: Mapping[str, ExplanationCode] = {code.value: code for code in (*FindingCode, *OutcomeCode)}


def finding_text(found: Evidence | Explanation | NextStep) -> str:
    """Evidence, an explanation or a next step: what is set, by the names of its fields."""
    document = {name: value for name, value in asdict(found).items() if value}
    return json.dumps({"format": _FORMAT, **document}, ensure_ascii=False, separators=(",", ":"), default=str)


def read_explanation(document: Mapping[str, object]) -> Explanation:
    """The inverse of `finding_text`; nothing said of an empty document."""
    return Explanation(tuple(Statement(_EXPLANATIONS[code], named) for code, named in _statements(document)))


def read_next_step(document: Mapping[str, object]) -> NextStep:
    """The inverse of `finding_text`."""
    statements = tuple(Statement(StepCode(code), named) for code, named in _statements(document))
    return NextStep(Role(str(document["who"])), statements)


def read_evidence(document: Mapping[str, object]) -> Evidence:
    """The inverse of `finding_text`."""
    return _built(Evidence, {name: value for name, value in document.items() if name != "format"})


def _statements(document: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, str]]]:
    found = document.get("statements")
    for each in found if isinstance(found, list) else []:
        yield each["code"], {name: CODED.get(name, str)(value) for name, value in each["parameters"].items()}


def _built(kind: Callable[..., _Kind], document: Mapping[str, object]) -> _Kind:
    """A dataclass, each of its fields by its type."""
    kinds = _kinds(kind)
    return kind(**{name: _value(get_args(kinds[name]) or (kinds[name],), each) for name, each in document.items()})


@cache
def _kinds(kind: Callable[..., object]) -> Mapping[str, type]:
    return get_type_hints(kind)


def _value(kinds: Sequence[type], value: object) -> object:
    """A value of JSON as the first of these types that it can be."""
    if isinstance(value, list):
        return tuple(_value(kinds, each) for each in value)
    for kind in kinds:
        if isinstance(value, dict) and is_dataclass(kind):
            return _built(kind, value)
        if isinstance(value, str) and issubclass(kind, StrEnum):
            return kind(value)
        if isinstance(value, str) and issubclass(kind, date):
            return kind.fromisoformat(value)
    return value
