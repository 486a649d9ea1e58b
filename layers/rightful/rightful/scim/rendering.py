"""Resources as they go out: which attributes an answer has (RFC 7643 section 7 `returned`,
RFC 7644 sections 3.4.2.5 and 3.9)."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from rightful.scim.declared import declared
from rightful.scim.errors import invalid_value
from rightful.scim.filters.paths import Target, locate
from rightful.scim.schemas.attributes import Attribute, ResourceType

_Choice = dict[str, "frozenset[str] | None"]
"""Attribute name -> the sub-attributes meant, None for all of it."""
_Render = Callable[[dict[str, object]], dict[str, object]]


def render(
    resource: dict[str, object],
    rt: ResourceType,
    *,
    attributes: Iterable[str] = (),
    excluded: Iterable[str] = (),
) -> dict[str, object]:
    """Return the representation of `resource` that an answer carries, as a new dict.

    `attributes` and `excluded` are names as the client sent them: in any case, with
    sub-attributes, with URNs. Names that mean nothing are passed over, as unknown attributes
    are everywhere in a resource. What no schema of `rt` declares stays out. What is returned
    "always" stays in, what is returned "never" stays out, and what is returned on "request"
    comes only when it is named.

    Raises:
        ScimError: 400 invalidValue when both are given: they exclude each other (RFC 7644 section 3.9).
    """
    resource = declared(resource, rt)
    if not attributes and not excluded and not rt.has_hidden_parts:
        if rt.hidden.isdisjoint(resource):
            return dict(resource)
        return {name: value for name, value in resource.items() if name not in rt.hidden}
    return _renderer(rt, tuple(attributes), tuple(excluded))(resource)


@lru_cache(maxsize=256)
def _renderer(rt: ResourceType, attributes: tuple[str, ...], excluded: tuple[str, ...]) -> _Render:
    if attributes and excluded:
        raise invalid_value("Send either 'attributes' or 'excludedAttributes', not both.")
    named = [target for name in attributes or excluded if (target := locate(name.strip(), rt)) is not None]
    core = _Selection((a for a in rt.attributes.values()), [t for t in named if t.extension is None])
    extensions = {
        extension.id: _Selection(extension.attributes, [t for t in named if t.extension is extension])
        for extension in rt.extensions
    }
    only = bool(attributes)

    def rendered(resource: dict[str, object]) -> dict[str, object]:
        made = core.apply(resource, only=only)
        for urn, selection in extensions.items():
            held = resource.get(urn)
            if isinstance(held, dict) and (part := selection.apply(held, only=only)):
                made[urn] = part
        schemas = made.get("schemas")
        if isinstance(schemas, list):
            made["schemas"] = [urn for urn in schemas if urn not in extensions or urn in made]
        return made

    return rendered


class _Selection:
    """What of one schema's attributes an answer has, given the targets that the client named."""

    def __init__(self, attributes: Iterable[Attribute], named: list[Target]) -> None:
        self._attributes = {attribute.name: attribute for attribute in attributes}
        self._whole = any(target.attribute is None for target in named)
        self._named: _Choice = {}
        for target in named:
            if target.attribute is None:
                continue
            name, sub = target.attribute.name, target.sub
            if sub is None:
                self._named[name] = None
            elif (chosen := self._named.get(name, frozenset())) is not None:
                self._named[name] = chosen | {sub.name}

    def apply(self, container: dict[str, object], *, only: bool) -> dict[str, object]:
        made: dict[str, object] = {}
        for name, value in container.items():
            attribute = self._attributes.get(name)
            if attribute is None or attribute.returned == "never":
                continue
            part = self._chosen(attribute, value) if only else self._left(attribute, value)
            if part not in (None, [], {}):
                made[name] = part
        return made

    def _chosen(self, attribute: Attribute, value: object) -> object:
        """What `attributes=` leaves of a value."""
        name, returned = attribute.name, attribute.returned
        if name in self._named:
            return _parts(attribute, value, self._named[name], keep=True)
        if returned == "always" or (self._whole and returned == "default"):
            return _parts(attribute, value, None, keep=True)
        return None

    def _left(self, attribute: Attribute, value: object) -> object:
        """What `excludedAttributes=` leaves of a value."""
        name, returned = attribute.name, attribute.returned
        if returned == "always":
            return _parts(attribute, value, None, keep=True)
        if returned == "request" or self._whole:
            return None
        if name in self._named:
            subs = self._named[name]
            return None if subs is None else _parts(attribute, value, subs, keep=False)
        return _parts(attribute, value, None, keep=True)


def _parts(attribute: Attribute, value: object, subs: frozenset[str] | None, *, keep: bool) -> object:
    """Return `value` with (`keep`) or without the sub-attributes `subs`; None means no choice was made."""
    if not attribute.sub_attributes:
        return value
    names = set()
    for sub in attribute.sub_attributes:
        if sub.returned == "always":
            names.add(sub.name)
        elif sub.returned == "never":
            continue
        elif subs is None:
            if sub.returned == "default":
                names.add(sub.name)
        elif sub.name in subs if keep else sub.name not in subs and sub.returned == "default":
            names.add(sub.name)
    if isinstance(value, list):
        return [part for item in value if (part := _pick(item, names))]
    return _pick(value, names)


def _pick(value: object, names: set[str]) -> object:
    if not isinstance(value, dict):
        return value
    return {name: item for name, item in value.items() if name in names}


MOST_OCTETS = 5 * 1024 * 1024
"""Of resources in one answer; what is around them takes a few hundred."""


def response_size(resource: Mapping[str, object]) -> int:
    """The octets of a resource in a function's answer."""
    text = json.dumps(resource, ensure_ascii=False)
    octets = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return octets + text.count('"') + text.count("\\") + len(", ")
