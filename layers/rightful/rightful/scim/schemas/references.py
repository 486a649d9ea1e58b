"""Values that name other resources: the members of a group.

A value that names nobody is refused, and not left out: what is left of the list would be taken for all that there is to
be, and a group would lose its members by a request that could not be read.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from rightful.scim.errors import ScimError, invalid_value
from rightful.scim.schemas.attributes import Attribute

_REFERENCE = re.compile(r"(?:.*/)?(?:Users|Groups)/([^/?#]+)", re.IGNORECASE)
_SHOWN = 64


def named(attribute: Attribute, values: Sequence[object], where: str) -> Iterator[object]:
    """Yield the values, each with the id that it names in `value`, which may be read from its `$ref`.

    Raises:
        ScimError: 400 invalidValue that says which one (from 0) names nobody: it is null or no object, or its `value`
            is missing, blank or no string.
    """
    for place, value in enumerate(values):
        if isinstance(value, dict) and isinstance(sent := value.get("value"), str) and sent.strip():
            yield value
        else:
            yield _with_id(attribute, value, where, f"{where}[{place}]")


def _with_id(attribute: Attribute, value: object, where: str, entry: str) -> object:
    if not isinstance(value, dict):
        raise invalid_value(
            f"{where!r} must be objects with an id in 'value', and {entry} is {described(value)}: nothing was changed."
        )
    said = {
        attribute.by_name[name].name: item for key, item in value.items() if (name := key.lower()) in attribute.by_name
    }
    sent = said.get("value")
    if isinstance(sent, str) and sent.strip():
        return value
    if sent is not None and not isinstance(sent, str):
        raise invalid_value(
            f"'{where}.value' must be a string, and in {entry} is {described(sent)}: nothing was changed."
        )
    found = id_in_reference(said.get("$ref"))
    if found is not None:
        return {**said, "value": found}
    display = said.get("display")
    who = f" (display {display[:_SHOWN]!r})" if isinstance(display, str) and display.strip() else ""
    raise invalid_value(
        f"'{where}.value' is required, and {entry}{who} has none: send the id, or leave the entry out. "
        "Nothing was changed."
    )


def id_in_reference(reference: object) -> str | None:
    """Return the id at the end of a URL of a user or group, absolute or relative, None if it is no such URL."""
    found = _REFERENCE.fullmatch(reference.strip()) if isinstance(reference, str) else None
    if found is None:
        return None
    return unquote(found.group(1)).strip() or None


def agreeing(before: dict[str, object], made: dict[str, object]) -> dict[str, object]:
    """Return a complex value without a `$ref` that stayed while its `value` was changed or removed.

    A manager's `$ref` would else still lead to the former one. A `$ref` that is sent anew is the client's.
    """
    reference, value = made.get("$ref"), made.get("value")
    if not isinstance(reference, str) or reference != before.get("$ref") or value == before.get("value"):
        return made
    path = reference.strip().partition("?")[0].partition("#")[0].rstrip("/")
    if unquote(path.rpartition("/")[2]) == value:
        return made
    return {name: item for name, item in made.items() if name != "$ref"}


def unnamed(where: str) -> ScimError:
    """400 invalidValue for null where a list of references was to be: it empties nothing."""
    return invalid_value(f"{where!r} is null: send [] for none, or leave it out. Nothing was changed.")


def described(value: object) -> str:
    """Return what kind of JSON value it is, in words."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return "a string" if isinstance(value, str) else "a number"
