"""Lists: what a client asks for (RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865) and how the answer looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rightful.scim.errors import invalid_cursor, invalid_filter, invalid_syntax, invalid_value
from rightful.scim.filters.expressions import Filter, parse_filter

LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
DEFAULT_COUNT = 100
MAX_COUNT = 200
MAX_NAMES = 200
"""Names that `attributes` or `excludedAttributes` may list."""
_MOST_DIGITS = 18
_CURSOR_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TEXTS = ("filter", "cursor", "sortBy", "sortOrder")
_NUMBERS = ("startIndex", "count")
_LISTS = ("attributes", "excludedAttributes")
_NAMES = {name.lower(): name for name in (*_TEXTS, *_NUMBERS, *_LISTS)}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list or search asks for.

    `start_index` is 1 or more, `count` from 0 to the largest page. `cursor` is None for index
    paging, "" for the first page by cursor, else a cursor given out before; with a cursor
    `start_index` says nothing. `filter_text` is the filter as sent: what a cursor must repeat.
    """

    start_index: int = 1
    count: int = DEFAULT_COUNT
    cursor: str | None = None
    filter: Filter | None = None
    filter_text: str | None = None
    sort_by: str | None = None
    descending: bool = False
    attributes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def read_list_query(
    parameters: Mapping[str, Sequence[str]],
    *,
    default_count: int = DEFAULT_COUNT,
    max_count: int = MAX_COUNT,
    blank_is_none: bool = False,
) -> ListQuery:
    """Return the query in decoded URL parameters (name -> all its values).

    Names are taken in any case, unknown ones ignored. An empty `sortBy` or number counts as not
    sent, and an empty `filter` where `blank_is_none`: templates of custom connectors leave it in.
    Else it is refused: who lost what it was to ask for would be given everybody.

    Raises:
        ScimError: 400: invalidFilter, tooMany; invalidValue for a number that is none, for both kinds of attribute
            lists at once, for one parameter twice with different values; invalidCursor.
    """
    sent: dict[str, object] = {}
    for key, values in parameters.items():
        name = _NAMES.get(key.lower())
        if name is None or not values:
            continue
        if name in _LISTS:
            sent[name] = [part for value in values for part in value.split(",")]
        elif len(set(values)) > 1:
            raise invalid_value(f"{name!r} is sent twice with different values: send it once.")
        else:
            sent[name] = values[0]
    return _query(sent, default_count, max_count, blank_is_none=blank_is_none)


def read_search(
    body: Mapping[str, object],
    *,
    default_count: int = DEFAULT_COUNT,
    max_count: int = MAX_COUNT,
    blank_is_none: bool = False,
) -> ListQuery:
    """Return the query in the body of a `.search` (RFC 7644 section 3.4.3).

    Raises:
        ScimError: 400: invalidSyntax for a body that is no SearchRequest, else as `read_list_query`.
    """
    sent = {_NAMES[key.lower()]: value for key, value in body.items() if key.lower() in _NAMES and value is not None}
    schemas = next((value for key, value in body.items() if key.lower() == "schemas"), None)
    if not isinstance(schemas, list) or SEARCH_SCHEMA.lower() not in {str(urn).lower() for urn in schemas}:
        raise invalid_syntax(f"'schemas' must be a list with {SEARCH_SCHEMA}.")
    return _query(sent, default_count, max_count, blank_is_none=blank_is_none)


def _query(sent: Mapping[str, object], default_count: int, max_count: int, *, blank_is_none: bool) -> ListQuery:
    text = _text(sent, "filter")
    if text == "" and not blank_is_none:
        raise invalid_filter("'filter' is empty: write a comparison, or leave it out to get everything.")
    sort_order = _text(sent, "sortOrder") or "ascending"
    if sort_order.lower() not in {"ascending", "descending"}:
        raise invalid_value("'sortOrder' must be ascending or descending.")
    attributes, excluded = _names(sent, "attributes"), _names(sent, "excludedAttributes")
    if attributes and excluded:
        raise invalid_value("Send either 'attributes' or 'excludedAttributes', not both.")
    return ListQuery(
        start_index=max(1, _number(sent, "startIndex", 1)),
        count=min(max_count, max(0, _number(sent, "count", default_count))),
        cursor=_cursor(sent),
        filter=parse_filter(text) if text else None,
        filter_text=text or None,
        sort_by=_text(sent, "sortBy") or None,
        descending=sort_order.lower() == "descending",
        attributes=attributes,
        excluded=excluded,
    )


def _text(sent: Mapping[str, object], name: str) -> str | None:
    value = sent.get(name)
    if value is not None and not isinstance(value, str):
        if name == "filter":
            raise invalid_filter("'filter' must be a string.")
        raise invalid_value(f"{name!r} must be a string.")
    return value if value is None or name == "cursor" else value.strip()


def _cursor(sent: Mapping[str, object]) -> str | None:
    cursor = _text(sent, "cursor")
    if cursor and not _CURSOR_CHARACTERS.issuperset(cursor):
        raise invalid_cursor()
    return cursor


def _number(sent: Mapping[str, object], name: str, default: int) -> int:
    value = sent.get(name)
    if value in (None, ""):
        return default
    whole = isinstance(value, int) and not isinstance(value, bool)
    text = str(value).strip() if whole or isinstance(value, str) else ""
    if not text.removeprefix("-").isdigit() or not text.isascii() or len(text) > _MOST_DIGITS:
        raise invalid_value(f"{name!r} must be a whole number of at most {_MOST_DIGITS} digits.")
    return int(text)


def _names(sent: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = sent.get(name, [])
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid_value(f"{name!r} must be a list of attribute names.")
    return attribute_names(name, value)


def attribute_names(name: str, listed: Sequence[str]) -> tuple[str, ...]:
    """Return the names listed in `attributes` or `excludedAttributes` (`name` says which).

    Raises:
        ScimError: 400 invalidValue, there are too many.
    """
    if len(listed) > MAX_NAMES:
        raise invalid_value(f"{name!r} must be a list of at most {MAX_NAMES} attribute names: send fewer.")
    return tuple(stripped for item in listed if (stripped := item.strip()))


def list_response(
    resources: Sequence[Mapping[str, object]],
    *,
    total: int | None,
    start_index: int | None = 1,
    next_cursor: str | None = None,
) -> dict[str, object]:
    """Return a ListResponse (RFC 7644 section 3.4.2, RFC 9865 section 2).

    `total` and `start_index` may be None when paging by cursor; `next_cursor` None means that this
    is the last page.
    """
    made: dict[str, object] = {
        "schemas": [LIST_SCHEMA],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "nextCursor": next_cursor,
        "Resources": list(resources),
    }
    return {name: value for name, value in made.items() if value is not None}
