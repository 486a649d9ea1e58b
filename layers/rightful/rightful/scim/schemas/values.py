"""Values as clients send them, checked against the schema: RFC 7643 section 2.

Every function returns the value in canonical form (canonical attribute names, nothing unassigned)
or raises 400 invalidValue with the attribute's name and the way out. None, an empty list and an
object without any value all mean "not assigned" (section 2.5), which is None here.

Sub-attributes that the schema does not know, and readOnly ones, are left out: "the server is free
to alter and/or ignore" what it is sent (RFC 7644 section 3.3).
"""

from rightful.scim.errors import ScimError, invalid_value
from rightful.scim.schemas.attributes import Attribute
from rightful.scim.schemas.dates import instant
from rightful.scim.schemas.references import described, named, unnamed
from rightful.text.folding import fold
from rightful.text.mailboxes import comparable

_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_LARGEST_INTEGER = 2**63 - 1
_DECIMAL_RANGE = (1e-120, 1e120)

_KINDS = {
    "string": "a string",
    "reference": "a string with a URI",
    "boolean": "true or false, without quotes",
    "integer": "a whole number of at most 64 bits",
    "decimal": "a number, 0 or from 1e-120 to 1e120",
    "dateTime": "a date such as 2026-01-31T12:00:00Z",
    "binary": "base64 text",
    "complex": "an object",
}
_READ_FURTHER = frozenset({"dateTime", "binary", "integer", "decimal"})


def read_value(attribute: Attribute, value: object, where: str) -> object:
    """Return the canonical value of an attribute, None when it is unassigned."""
    if value is None:
        if attribute.names_others:
            raise unnamed(where)
        return None
    if not attribute.multi_valued:
        return read_single(attribute, value, where)
    if not isinstance(value, list):
        raise invalid_value(f"{where!r} has several values: send a list.")
    return read_list(attribute, value, where) or None


def read_single(attribute: Attribute, value: object, where: str) -> object:
    """Return one value of the attribute in canonical form; an object without values is None."""
    kind = attribute.type
    if kind in {"string", "reference"}:
        if isinstance(value, str):
            if attribute.required and not value.strip():
                raise invalid_value(f"{where!r} is required and cannot be empty: send a value.")
            return value
    elif kind == "boolean":
        if isinstance(value, bool):
            return value
    elif kind == "complex":
        if isinstance(value, dict):
            return _read_complex(attribute, value, where) or None
    elif _fits(kind, value):
        return value
    # Text that is no date, or a number that is too large: of the right kind in JSON, so that there is no "not".
    is_of_kind = isinstance(value, str) if kind in {"dateTime", "binary"} else described(value) == "a number"
    instead = "" if is_of_kind and kind in _READ_FURTHER else f", not {described(value)}"
    raise invalid_value(f"{where!r} must be {_KINDS[kind]}{instead}.")


def _fits(kind: str, value: object) -> bool:
    if kind == "dateTime":
        return isinstance(value, str) and instant(value) is not None
    if kind == "binary":
        return isinstance(value, str) and _BASE64.issuperset(value.rstrip("="))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if kind == "integer":
        return isinstance(value, int) and abs(value) <= _LARGEST_INTEGER
    return value == 0 or _DECIMAL_RANGE[0] < abs(value) < _DECIMAL_RANGE[1]


def _read_complex(attribute: Attribute, value: dict[str, object], where: str) -> dict[str, object]:
    made = read_sub_attributes(attribute, value, where)
    for sub in attribute.sub_attributes:
        if sub.required and sub.name not in made and made and not sub.read_only:
            raise invalid_value(f"'{where}.{sub.name}' is required where {where!r} is given: send a value.")
    return made


def read_sub_attributes(attribute: Attribute, value: dict[str, object], where: str) -> dict[str, object]:
    """Return the assigned, writable sub-attributes in `value`, without asking for the required ones."""
    by_name = attribute.by_name
    made: dict[str, object] = {}
    for key, item in value.items():
        sub = by_name.get(key.lower())
        if sub is None or sub.read_only or item is None or sub.mutability == "writeOnly":
            continue
        if item.__class__ is str and sub.type == "string" and not sub.multi_valued and not sub.required:
            made[sub.name] = item
            continue
        read = read_value(sub, item, f"{where}.{sub.name}")
        if read is not None:
            made[sub.name] = read
    return made


def read_list(attribute: Attribute, values: list[object], where: str) -> list[object]:
    """Return the values of a multi-valued attribute: equal ones once, at most one primary."""
    made: list[object] = []
    for value in named(attribute, values, where) if attribute.names_others else values:
        read = read_single(attribute, value, where)
        if read is not None:
            made.append(read)
    merged = merge(attribute, [], made) if len(made) > 1 else made
    if attribute.has_primary and primaries(merged) > 1:
        raise invalid_value(f"{where!r} has more than one value with primary true: mark one at most.")
    return merged


def primaries(values: list[object]) -> int:
    """Count the values that are marked primary."""
    return sum(isinstance(value, dict) and value.get("primary") is True for value in values)


def identity(attribute: Attribute, value: object) -> object:
    """Return what makes `value` the same value as another one of the attribute.

    Strings count in the case that the schema gives them: `A@x.org` and `a@x.org` are one email. Whether it is the
    primary one makes it no other value: an address that has no `value` is the same one with the mark and without.
    """
    if not isinstance(value, dict):
        return _folded(attribute, value)
    key = attribute.key
    if key and key[0] in value:
        return tuple(_folded(attribute.by_name[name], value.get(name)) for name in key)
    return repr(sorted(item for item in value.items() if item[0] != "primary" or not attribute.has_primary))


def _folded(attribute: Attribute, value: object) -> object:
    if not isinstance(value, str) or attribute.case_exact:
        return value
    return comparable(value) if attribute.identifies else fold(value)


def merge(attribute: Attribute, existing: list[object], added: list[object]) -> list[object]:
    """Return `existing` and those of `added` that are not there yet; neither list is changed.

    A value that is there already takes over what the added one says besides (display, primary)
    and keeps its place and its spelling: adding it again changes nothing (RFC 7644 section 3.5.2.1).
    """
    result = list(existing)
    places: dict[object, int] = {}
    for place, value in enumerate(result):
        places.setdefault(identity(attribute, value), place)
    for value in added:
        place = places.setdefault(identity(attribute, value), len(result))
        if place == len(result):
            result.append(value)
            continue
        held = result[place]
        if isinstance(held, dict) and isinstance(value, dict) and held != value:
            news = {name: item for name, item in value.items() if name not in attribute.key or name not in held}
            result[place] = {**held, **_changeable(attribute, held, news)}
    return result


def distinct(attribute: Attribute, values: list[object]) -> list[object]:
    """Return `values` without what a change made equal (RFC 7643 section 2.4: no value twice).

    The first one stays, in its place, with what only the others say; it is primary if any of them is.
    """
    found: dict[object, object] = {}
    for value in values:
        held = found.setdefault(identity(attribute, value), value)
        if held is not value and isinstance(held, dict) and isinstance(value, dict):
            primary = {"primary": True} if value.get("primary") is True else {}
            found[identity(attribute, value)] = {**value, **held, **primary}
    return list(found.values())


def _changeable(attribute: Attribute, held: dict[str, object], news: dict[str, object]) -> dict[str, object]:
    """Leave out what is immutable and already set: the added value names a value that exists."""
    return {
        name: item
        for name, item in news.items()
        if name not in held or attribute.by_name[name.lower()].mutability != "immutable"
    }


def missing(where: str) -> ScimError:
    """400 invalidValue for a required attribute that is not there."""
    return invalid_value(f"{where!r} is required: send a value.")
