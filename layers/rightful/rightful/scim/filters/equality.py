"""Which of a filter's comparisons an index can answer."""

from dataclasses import replace

from rightful.scim.filters.expressions import And, Comparison, Filter, ValuePath

_INDEXED = ("id", "userName", "externalId", "emails.value", "displayName", "members.value")
_RANKS = {name.lower(): rank for rank, name in enumerate(_INDEXED)}
_CORE_URNS = ("urn:ietf:params:scim:schemas:core:2.0:user:", "urn:ietf:params:scim:schemas:core:2.0:group:")


def equality(parsed: Filter) -> tuple[str, str] | None:
    """Return (canonical attribute name, value) of an equality that an index can answer, or None.

    It is found when the filter is, or as a top-level `and` contains, an `eq` on id, userName,
    externalId, emails.value (also written `emails[type eq "work"].value`, with the equality before
    or within the brackets), displayName or members.value; of several, the first in that order.
    The index gives candidates only: whether one is a result is for the filter to say.
    """
    clauses = parsed.clauses if isinstance(parsed, And) else (parsed,)
    found = [ranked for clause in clauses if (ranked := _ranked(clause)) is not None]
    if not found:
        return None
    rank, value = min(found, key=lambda pair: pair[0])
    return _INDEXED[rank], value


def _ranked(clause: Filter) -> tuple[int, str] | None:
    match clause:
        case Comparison(path, "eq", str() as value):
            return _rank(path, value)
        case ValuePath(path, _, Comparison(sub, "eq", str() as value)):
            return _rank(f"{path}.{sub}", value)
        case ValuePath(path, inner, _):
            inside = inner.clauses if isinstance(inner, And) else (inner,)
            for part in inside:
                if isinstance(part, Comparison) and (ranked := _ranked(replace(part, path=f"{path}.{part.path}"))):
                    return ranked
    return None


def _rank(path: str, value: str) -> tuple[int, str] | None:
    name = path.lower()
    for urn in _CORE_URNS:
        name = name.removeprefix(urn)
    if name in {"emails", "members"}:
        name += ".value"
    return (_RANKS[name], value) if name in _RANKS else None
