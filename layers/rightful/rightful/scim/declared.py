"""What the schemas of a resource type declare of a stored resource, and what they do not.

A directory's extensions are data and may change: an attribute may be taken out, or become of another type, while
values of it are stored. Nobody can say any more whether such a value may be returned (RFC 7643 section 7: `returned`),
so it is not: what no schema declares does not go out. It stays stored, so that a definition that comes back finds its
values, until a PUT leaves it out or a PATCH removes it.
"""

from functools import lru_cache

from rightful.scim.filters.paths import Path
from rightful.scim.schemas.attributes import Attribute, ResourceType, Schema
from rightful.scim.schemas.standard import ENTERPRISE_USER

Resource = dict[str, object]

_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "decimal": (int, float),
    "complex": (dict,),
}


def declared(resource: Resource, rt: ResourceType) -> Resource:
    """Return what `rt` declares of a stored resource: the resource itself where that is all of it."""
    own = _own(rt)
    if not own:
        known = rt.known
        return resource if known.issuperset(resource) else {n: v for n, v in resource.items() if n in known}
    made = {name: value for name, value in resource.items() if name in rt.known}
    for extension in own:
        held = made.pop(extension.id, None)
        if isinstance(held, dict) and (part := _declared_in(extension.attributes, held)):
            made[extension.id] = part
    return made


@lru_cache(maxsize=256)
def _own(rt: ResourceType) -> tuple[Schema, ...]:
    """Return the extensions that can change: the standard's stand in the code."""
    return tuple(extension for extension in rt.extensions if extension is not ENTERPRISE_USER)


def _declared_in(attributes: tuple[Attribute, ...], held: Resource) -> Resource:
    made: Resource = {}
    for attribute in attributes:
        value = held.get(attribute.name)
        if value is not None and (part := _fitting(attribute, value)) is not None:
            made[attribute.name] = part
    return made


def fits(attribute: Attribute, value: object) -> bool:
    """Tell whether a stored value is one that the attribute, as it is declared now, can have."""
    return _fitting(attribute, value) is not None


def _fitting(attribute: Attribute, value: object) -> object:
    """Return what of a stored value the attribute declares, None if it is nothing."""
    if attribute.mutability == "writeOnly" or attribute.multi_valued is not isinstance(value, list):
        return None
    if isinstance(value, list):
        return [part for item in value if (part := _fitting_single(attribute, item)) is not None] or None
    return _fitting_single(attribute, value)


def _fitting_single(attribute: Attribute, value: object) -> object:
    if not isinstance(value, _TYPES.get(attribute.type, (str,))):
        return None
    if isinstance(value, bool) and attribute.type != "boolean":
        return None
    return _declared_in(attribute.sub_attributes, value) or None if isinstance(value, dict) else value


def forget(resource: Resource, path: Path) -> bool:
    """Remove what `path` names by a URN and no schema declares from `resource`; tell whether it was there.

    The resource may be changed, and what is in it is replaced. `path` names nothing in the resource's type.
    """
    name = path.attribute
    if path.filter is not None or name[:4].lower() != "urn:":
        return False
    for urn in [key for key in resource if key[:4].lower() == "urn:"]:
        if name.lower() == urn.lower():
            del resource[urn]
            return True
        if not name.lower().startswith(urn.lower() + ":"):
            continue
        held = resource[urn]
        left = _without(held, name[len(urn) + 1 :].split(".", 1)) if isinstance(held, dict) else held
        if left is held:
            continue
        if left:
            resource[urn] = left
        else:
            del resource[urn]
        return True
    return False


def removes_by_urn(op: str, path: str, value: object) -> bool:
    """Tell whether an operation takes away what it names by a URN."""
    return path[:4].lower() == "urn:" and "[" not in path and (op == "remove" or (op == "replace" and value is None))


def _without(held: Resource, names: list[str]) -> Resource:
    """Return `held` without what the names lead to; `held` itself where that is not there."""
    key = next((key for key in held if key.lower() == names[0].lower()), None)
    if key is None:
        return held
    rest = {name: value for name, value in held.items() if name != key}
    if len(names) == 1:
        return rest
    value = held[key]
    if isinstance(value, dict):
        left: object = _without(value, names[1:])
        if left is value:
            return held
    elif isinstance(value, list):
        parts = [_without(item, names[1:]) if isinstance(item, dict) else item for item in value]
        if all(part is item for part, item in zip(parts, value, strict=True)):
            return held
        left = [part for part in parts if part != {}]
    else:
        return held
    return {name: left if name == key else item for name, item in held.items()} if left else rest
