"""sortBy and sortOrder: RFC 7644 section 3.4.2.3."""

from collections.abc import Callable

from rightful.scim.errors import invalid_value
from rightful.scim.filters.paths import Target, locate
from rightful.scim.schemas.attributes import Attribute, ResourceType
from rightful.scim.schemas.dates import instant
from rightful.text.folding import fold

# (0, key) sorts before (1,): resources without a value come last in ascending order.
SortKey = tuple[int, object] | tuple[int]


def sort_key(sort_by: str, rt: ResourceType) -> Callable[[dict[str, object]], SortKey]:
    """Return the function that gives a resource's place in the order of `sort_by`.

    A multi-valued attribute is ordered by its primary value, else by its first. Strings count in
    the case that the schema gives them, dates as instants.

    Raises:
        ScimError: 400 invalidValue for an attribute that is unknown, complex without a `value`, binary or writeOnly.
    """
    target = locate(sort_by, rt)
    if target is None or target.attribute is None:
        raise invalid_value(
            f"'sortBy': {sort_by[:128]!r} is not an attribute of {rt.name}: see /Schemas for its attributes."
        )
    attribute = target.attribute
    leaf = target.sub or attribute
    if leaf.type == "complex":
        value = leaf.by_name.get("value")
        if value is None or not leaf.multi_valued:
            raise invalid_value(f"'sortBy': {sort_by[:128]!r} has sub-attributes: name the one to sort by.")
        leaf = value
    if leaf.type == "binary" or "writeOnly" in {leaf.mutability, attribute.mutability}:
        raise invalid_value(f"'sortBy': {sort_by[:128]!r} has no order: name another attribute.")
    return lambda resource: _key(_value(resource, target, leaf), leaf)


def _value(resource: dict[str, object], target: Target, leaf: Attribute) -> object:
    container: object = resource if target.extension is None else resource.get(target.extension.id)
    if not isinstance(container, dict) or target.attribute is None:
        return None
    value = container.get(target.attribute.name)
    if isinstance(value, list):
        primary = [item for item in value if isinstance(item, dict) and item.get("primary") is True]
        value = (primary or value or [None])[0]
    if leaf is not target.attribute:
        value = value.get(leaf.name) if isinstance(value, dict) else None
    return value[0] if isinstance(value, list) and value else value


def _key(value: object, leaf: Attribute) -> SortKey:
    if value is None or value == []:
        return (1,)
    if isinstance(value, str):
        if leaf.type == "dateTime":
            return (0, instant(value) or (0, ""))
        return (0, value if leaf.case_exact else fold(value))
    return (0, value)
