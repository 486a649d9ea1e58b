"""What no answer shows (RFC 7643 section 7: `returned` never, or request), where values are replaced: whoever
read the resource and writes it back cannot send it, and must not remove it by that."""

from rightful.scim.declared import fits
from rightful.scim.schemas.attributes import Attribute, Schema
from rightful.scim.schemas.values import identity

_UNSEEN = frozenset({"never", "request"})
Container = dict[str, object]


def keep_unseen(made: Container, held: Container, extension: Schema, body: Container) -> None:
    """Carry over into `made` what of an extension the stored one (`held`) has and no answer shows, except what `body`
    mentions: null removes it."""
    hiding = [each for each in extension.attributes if each.has_unseen and fits(each, held.get(each.name))]
    said = _mentioned(body, extension) if hiding else set()
    for attribute in hiding:
        name, stored, new = attribute.name, held[attribute.name], made.get(attribute.name)
        if new is not None and attribute.returned not in _UNSEEN:
            made[name] = _with_unseen_parts(attribute, new, stored)
        elif new is None and name.lower() not in said and _is_unseen(attribute, stored):
            made[name] = stored


def _is_unseen(attribute: Attribute, stored: object) -> bool:
    """Whether nothing of a value is shown."""
    values = stored if isinstance(stored, list) else [stored]
    return attribute.returned in _UNSEEN or all(_unseen_parts(attribute, each) == each for each in values)


def _unseen_parts(attribute: Attribute, stored: object) -> Container:
    if not isinstance(stored, dict):
        return {}
    return {sub.name: stored[sub.name] for sub in attribute.sub_attributes if sub.has_unseen and sub.name in stored}


def _with_unseen_parts(attribute: Attribute, new: object, stored: object) -> object:
    if isinstance(new, list):
        return with_unseen_parts(attribute, new, stored)
    return _unseen_parts(attribute, stored) | new if isinstance(new, dict) else new


def with_unseen_parts(attribute: Attribute, new: list[object], stored: object) -> list[object]:
    """Values as they were sent, each with the parts of the same stored one that are not shown, and those stored of
    which nothing is shown."""
    known: dict[object, Container] = {}
    alone: list[object] = []
    for each in stored if isinstance(stored, list) else ():
        parts = _unseen_parts(attribute, each)
        shown = {name: item for name, item in each.items() if name not in parts} if isinstance(each, dict) else each
        if shown == {}:
            alone.append(each)
        else:
            known[identity(attribute, shown)] = parts
    sent = [known.get(identity(attribute, each), {}) | each if isinstance(each, dict) else each for each in new]
    return [*sent, *alone]


def _mentioned(body: Container, extension: Schema) -> set[str]:
    """The names of the extension's attributes that a body speaks of, in lower case."""
    urn = extension.id.lower()
    found: set[str] = set()
    for key, value in body.items():
        name = key.lower()
        if name == urn:
            parts = value if isinstance(value, dict) else extension.by_name
            found |= {part.lower().partition(".")[0] for part in parts}
        elif name.startswith(f"{urn}:"):
            found.add(name[len(urn) + 1 :].partition(".")[0])
    return found
