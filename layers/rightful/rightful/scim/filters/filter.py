"""Filters, as the rest of the product uses them: parse, match, and find an equality for an index."""

from rightful.scim.filters.expressions import And, Comparison, Filter, Not, Or, Present, ValuePath, parse_filter
from rightful.scim.filters.matching import Predicate, compile_filter, compile_value_filter
from rightful.scim.schemas.attributes import ResourceType
from rightful.text.folding import fold

__all__ = [
    "And",
    "Comparison",
    "Filter",
    "Not",
    "Or",
    "Predicate",
    "Present",
    "ValuePath",
    "compile_filter",
    "compile_value_filter",
    "equality",
    "fold",
    "matches",
    "parse_filter",
]


def matches(parsed: Filter, resource: dict[str, object], rt: ResourceType) -> bool:
    """Tell whether `resource` meets the filter. For many resources call `compile_filter` once.

    Raises:
        ScimError: 400 invalidFilter or sensitive, as `compile_filter` does.
    """
    return compile_filter(parsed, rt)(resource)


_INDEXED = ("id", "username", "externalid", "emails.value", "displayname", "members.value")
_CANONICAL = ("id", "userName", "externalId", "emails.value", "displayName", "members.value")
_CORE_URNS = ("urn:ietf:params:scim:schemas:core:2.0:user:", "urn:ietf:params:scim:schemas:core:2.0:group:")


def equality(parsed: Filter) -> tuple[str, str] | None:
    """Return (canonical attribute name, value) of an equality that an index can answer, or None.

    It is found when the filter is, or as a top-level `and` contains, an `eq` on id, userName,
    externalId, emails.value (also written `emails[type eq "work"].value`, with the equality before
    or within the brackets), displayName or members.value; of several, the first in that order.
    The index gives candidates only: whether one is a result is for `matches` to say.
    """
    clauses = parsed.clauses if isinstance(parsed, And) else (parsed,)
    found: list[tuple[int, str]] = []
    for clause in clauses:
        ranked = _ranked(clause)
        if ranked is not None:
            found.append(ranked)
    if not found:
        return None
    rank, value = min(found, key=lambda pair: pair[0])
    return _CANONICAL[rank], value


def _ranked(clause: Filter) -> tuple[int, str] | None:
    match clause:
        case Comparison(path, "eq", str() as value):
            return _rank(path, value)
        case ValuePath(path, _, Comparison(sub, "eq", str() as value)):
            return _rank(f"{path}.{sub}", value)
        case ValuePath(path, inner, _):
            inside = inner.clauses if isinstance(inner, And) else (inner,)
            for part in inside:
                if isinstance(part, Comparison) and part.op == "eq" and isinstance(part.value, str):
                    ranked = _rank(f"{path}.{part.path}", part.value)
                    if ranked is not None:
                        return ranked
    return None


def _rank(path: str, value: str) -> tuple[int, str] | None:
    name = path.lower()
    for urn in _CORE_URNS:
        name = name.removeprefix(urn)
    if name in {"emails", "members"}:
        name += ".value"
    return (_INDEXED.index(name), value) if name in _INDEXED else None
