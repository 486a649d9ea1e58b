"""Filters evaluated: RFC 7644 section 3.4.2.2, table 3, with the schema deciding how values compare.

A filter is turned into a function once, which finds unknown attributes and impossible comparisons
before the first resource is read, and is then called for each resource.

A comparison on a multi-valued attribute holds when it holds for one of the values; `ne` holds when
`eq` does not, so it is for those who do not have the value at all, and also for an attribute that is
absent. `eq null` means absent: null and unassigned are the same (RFC 7643 section 2.5).
"""

from collections.abc import Callable, Sequence
from operator import eq, ge, gt, le, lt
from typing import Any

from rightful.scim.errors import invalid_filter, sensitive
from rightful.scim.filters.expressions import And, Comparison, Filter, Literal, Not, Or, Present, ValuePath
from rightful.scim.filters.paths import Target, locate
from rightful.scim.schemas.attributes import Attribute, ResourceType
from rightful.scim.schemas.dates import instant
from rightful.text.folding import fold, fold_within
from rightful.text.identity import trimmed
from rightful.text.mailboxes import comparable

Predicate = Callable[[dict[str, object]], bool]
_Read = Callable[[dict[str, object]], "list[object]"]
_Test = Callable[[object], bool]
_Find = Callable[[str], "tuple[_Read, Attribute | None]"]

# Any: both sides are of one type that is known only when the filter is compiled.
_ORDER: dict[str, Callable[[Any, Any], bool]] = {"gt": gt, "ge": ge, "lt": lt, "le": le}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"eq": eq, **_ORDER}
_WITHIN: dict[str, Callable[[str, str], bool]] = {
    "co": str.__contains__,
    "sw": str.startswith,
    "ew": str.endswith,
}


def compile_filter(parsed: Filter, rt: ResourceType, *, beside: Sequence[ResourceType] = ()) -> Predicate:
    """Return the function that tells whether a resource of type `rt` meets the filter.

    `beside` are the other types that a search is over: an attribute that one of them has and this
    one does not counts as unassigned (RFC 7644 section 3.4.2.1).

    Raises:
        ScimError: 400 invalidFilter that names the attribute: unknown, or compared with what it cannot be compared with
            (order of booleans and binaries; a number with a string; no date). 400 sensitive for a filter on a writeOnly
            attribute.
    """

    def find(path: str) -> tuple[_Read, Attribute | None]:
        target = locate(path, rt)
        if target is None:
            if any(locate(path, other) is not None for other in beside):
                return _nothing, None
            raise invalid_filter(f"{path[:128]!r} is not an attribute of {rt.name}: see /Schemas for what can be used.")
        return _reader(target), target.sub or target.attribute

    return _build(parsed, find, blanks=False)


def compile_value_filter(parsed: Filter, attribute: Attribute, *, blanks: bool = True) -> Predicate:
    """Return the function that tells whether one value of a multi-valued attribute meets the filter.

    A simple value (a string in a list) is passed as {"value": it}. `blanks`: whether a blank value can be meant, as
    where it is to be removed; whoever looks for somebody does not mean those who have one.
    """

    def find(path: str) -> tuple[_Read, Attribute | None]:
        sub = attribute.by_name.get(path.lower())
        if sub is None and not attribute.sub_attributes and path.lower() == "value":
            sub = attribute
        if sub is None:
            raise invalid_filter(
                f"{path[:128]!r} is not a sub-attribute of {attribute.name!r}: see /Schemas for what can be used."
            )
        name = sub.name if sub is not attribute else "value"
        return _listed(name), sub

    return _build(parsed, find, blanks=blanks)


def _nothing(_resource: dict[str, object]) -> list[object]:
    return []


def _build(parsed: Filter, find: _Find, *, blanks: bool) -> Predicate:
    match parsed:
        case And(clauses):
            parts = [_build(clause, find, blanks=blanks) for clause in clauses]
            return lambda resource: all(part(resource) for part in parts)
        case Or(clauses):
            parts = [_build(clause, find, blanks=blanks) for clause in clauses]
            return lambda resource: any(part(resource) for part in parts)
        case Not(clause):
            part = _build(clause, find, blanks=blanks)
            return lambda resource: not part(resource)
        case Present(path):
            read, _ = find(path)
            return lambda resource: any(map(_is_assigned, read(resource)))
        case ValuePath():
            return _value_path(parsed, find, blanks=blanks)
        case Comparison():
            return _comparison(parsed, find, blanks=blanks)


def _value_path(parsed: ValuePath, find: _Find, *, blanks: bool) -> Predicate:
    read, attribute = find(parsed.path)
    if attribute is None:
        _refuse_schema(parsed.path, read)
        return lambda _resource: False
    if not attribute.multi_valued and attribute.type != "complex":
        raise invalid_filter(f"{parsed.path[:128]!r} has one simple value: compare it without square brackets.")
    inner = compile_value_filter(parsed.filter, attribute, blanks=blanks)
    if parsed.then is None:
        return lambda resource: any(inner(_as_object(value)) for value in read(resource))
    then = compile_value_filter(parsed.then, attribute, blanks=blanks)
    return lambda resource: any(inner(made) and then(made) for made in map(_as_object, read(resource)))


def _refuse_schema(path: str, read: _Read) -> None:
    """Refuse to compare what is there and yet no attribute: a schema's URN alone."""
    if read is not _nothing:
        raise invalid_filter(f"{path[:128]!r} is a schema: name the attribute to compare, or use 'pr'.")


def _as_object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {"value": value}


def _comparison(parsed: Comparison, find: _Find, *, blanks: bool) -> Predicate:
    read, attribute = find(parsed.path)
    if attribute is not None and attribute.type == "complex":
        value = attribute.by_name.get("value")
        if parsed.value is not None and value is None:
            raise invalid_filter(f"{parsed.path[:128]!r} has sub-attributes: name the one to compare, or use 'pr'.")
        if value is not None and parsed.value is not None:
            # RFC 7644 section 3.4.2.2, figure 2: `emails co "x"` means `emails.value co "x"`.
            read, attribute = _inner(read, value.name), value
    if attribute is not None and attribute.mutability == "writeOnly":
        raise sensitive(f"{parsed.path[:128]!r} is kept secret and cannot be asked for.")
    if parsed.value is None:
        return _null_comparison(parsed, read)
    if attribute is None:
        _refuse_schema(parsed.path, read)
        absent = parsed.op == "ne"
        return lambda _resource: absent
    if not blanks and _means_nobody(parsed, attribute):
        everybody = parsed.op == "ne"
        return lambda _resource: everybody
    if parsed.op == "ne":
        same = _test(attribute, "eq", parsed.value, parsed.path)
        return lambda resource: not any(map(same, read(resource)))
    test = _test(attribute, parsed.op, parsed.value, parsed.path)
    return lambda resource: any(map(test, read(resource)))


def _null_comparison(parsed: Comparison, read: _Read) -> Predicate:
    if parsed.op not in {"eq", "ne"}:
        raise invalid_filter(f"{parsed.path[:128]!r}: null can only be compared by eq and ne.")
    wanted = parsed.op == "ne"
    return lambda resource: any(map(_is_assigned, read(resource))) is wanted


def _means_nobody(parsed: Comparison, attribute: Attribute) -> bool:
    blank = isinstance(parsed.value, str) and not trimmed(parsed.value)
    return blank and attribute.identifies and parsed.op in {"eq", "ne"}


def _inner(read: _Read, name: str) -> _Read:
    inner = _listed(name)
    return lambda resource: [found for value in read(resource) if isinstance(value, dict) for found in inner(value)]


def _is_assigned(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_is_assigned, value.values()))
    return value not in (None, "", [])


def _reader(target: Target) -> _Read:
    """Return the function that lists the values a target has in a resource."""
    extension, attribute, sub = target.extension, target.attribute, target.sub
    if attribute is None:
        return (lambda resource: [resource]) if extension is None else _listed(extension.id)
    read = _listed(attribute.name)
    if extension is not None:
        read = _inner(_listed(extension.id), attribute.name)
    return read if sub is None else _inner(read, sub.name)


def _listed(name: str) -> _Read:
    def read(resource: dict[str, object]) -> list[object]:
        value = resource.get(name)
        if isinstance(value, list):
            return value
        return [] if value is None else [value]

    return read


def _test(attribute: Attribute, op: str, literal: Literal, path: str) -> _Test:
    """Return the function that compares one value of `attribute` with the literal; `ne` is the negation of `eq`."""
    kind = attribute.type
    if kind == "boolean":
        return _boolean_test(op, literal, path)
    if kind in {"integer", "decimal"}:
        return _number_test(op, literal, path)
    if not isinstance(literal, str):
        raise invalid_filter(f"{path[:128]!r} holds text: write the value in double quotes.")
    if kind == "dateTime" and op not in _WITHIN:
        return _date_test(op, literal, path)
    if kind == "binary" and op in _ORDER:
        raise invalid_filter(f"{path[:128]!r} is binary and has no order: use eq or ne.")
    return _text_test(op, literal, attribute)


def _boolean_test(op: str, literal: Literal, path: str) -> _Test:
    if op != "eq":
        raise invalid_filter(f"{path[:128]!r} is true or false: use eq or ne.")
    if not isinstance(literal, bool):
        raise invalid_filter(f"{path[:128]!r} is true or false: write {path[:64]} eq true, without quotes.")
    return lambda value: value is literal


def _number_test(op: str, literal: Literal, path: str) -> _Test:
    if isinstance(literal, (bool, str)) or literal is None:
        raise invalid_filter(f"{path[:128]!r} is a number: write the value without quotes.")
    if op in _WITHIN:
        raise invalid_filter(f"{path[:128]!r} is a number: use eq, ne, gt, ge, lt or le.")
    compare = _COMPARE[op]
    return lambda value: isinstance(value, (int, float)) and compare(value, literal)


def _date_test(op: str, literal: str, path: str) -> _Test:
    wanted, compare = instant(literal), _COMPARE[op]
    if wanted is None:
        raise invalid_filter(f"{path[:128]!r} is a date: write it as 2026-01-31T12:00:00Z.")

    def test(value: object) -> bool:
        found = instant(value) if isinstance(value, str) else None
        return found is not None and compare(found, wanted)

    return test


def _text_test(op: str, literal: str, attribute: Attribute) -> _Test:
    compare: Callable[[str, str], bool] = _WITHIN.get(op) or _COMPARE[op]
    form = _form(op, attribute)
    wanted = form(literal)
    return lambda value: isinstance(value, str) and compare(form(value), wanted)


def _form(op: str, attribute: Attribute) -> Callable[[str], str]:
    """How values are written to be compared."""
    if attribute.case_exact:
        return str
    if op in _WITHIN:
        return fold_within
    return comparable if attribute.identifies else fold
