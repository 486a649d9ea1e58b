"""Values that name other resources: the members of a group, a manager.

A value that names nobody is refused, and not left out: what is left of the list would be taken for all that there is to
be, and a group would lose its members by a request that could not be read.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from rightful.scim.errors import ScimError, invalid_value
from rightful.scim.schemas.attributes import Attribute, ResourceType

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


def agree(resource: dict[str, object], before: dict[str, object], rt: ResourceType) -> None:
    """Take out of `resource` each `$ref` that does not lead to whom `value` names: a manager's would else lead to the
    former one.

    A URL of a user or group leads to the id at its end. Any other one is the client's, and goes where it stayed while
    the `value` was changed or removed. What is as it was before is left alone. The resource is changed, and what is in
    it is replaced.
    """
    for extension, attribute in rt.references:
        container = resource if extension is None else resource.get(extension.id)
        former = before if extension is None else before.get(extension.id)
        held = container.get(attribute.name) if isinstance(container, dict) else None
        old = former.get(attribute.name) if isinstance(former, dict) else None
        if not isinstance(container, dict) or held is None or held == old:
            continue
        made = _agreeing(attribute, old, held)
        if made == held:
            continue
        changed = container if extension is None else dict(container)
        if made:
            changed[attribute.name] = made
        else:
            del changed[attribute.name]
        if extension is not None:
            resource[extension.id] = changed
            if not changed:
                del resource[extension.id]


def _agreeing(attribute: Attribute, old: object, held: object) -> object:
    """Return the attribute's value without the `$ref` that leads elsewhere; several values without those that do."""
    olds = [each for each in (old if isinstance(old, list) else [old]) if isinstance(each, dict)]
    if isinstance(held, list):
        left = [_without_stray(attribute, olds, each) if isinstance(each, dict) else each for each in held]
        return [each for each in left if each != {}]
    return _without_stray(attribute, olds, held) if isinstance(held, dict) else held


def _without_stray(
    attribute: Attribute, olds: Sequence[dict[str, object]], held: dict[str, object]
) -> dict[str, object]:
    reference_name, value_name = attribute.by_name["$ref"].name, attribute.by_name["value"].name
    url, value = held.get(reference_name), held.get(value_name)
    if not isinstance(url, str):
        return held
    leads_to = id_in_reference(url)
    if leads_to is not None and isinstance(value, str):
        stray = leads_to != value
    else:
        former = [each.get(value_name) for each in olds if each.get(reference_name) == url]
        stray = bool(former) and value not in former and not _ends_with(url, value)
    return {name: item for name, item in held.items() if name != reference_name} if stray else held


def _ends_with(url: str, value: object) -> bool:
    path = url.strip().partition("?")[0].partition("#")[0].rstrip("/")
    return unquote(path.rpartition("/")[2]) == value


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
