"""How a PATCH operation changes one complex value: RFC 7644 sections 3.5.2.1 to 3.5.2.3.

Values are shared with the stored resource: they are replaced, never changed.
"""

from dataclasses import dataclass

from rightful.scim.errors import ScimError, invalid_value, mutability
from rightful.scim.filters.paths import Path
from rightful.scim.schemas.attributes import Attribute
from rightful.scim.schemas.references import agreeing
from rightful.scim.schemas.values import merge, read_sub_attributes, read_value

Container = dict[str, object]


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """What is asked for: operation, path, value, and whether a filter without a match creates the value."""

    op: str
    path: Path
    value: object
    create_on_miss: bool = False


def immutable(path: Path) -> ScimError:
    """400 mutability for a value that is set already."""
    return mutability(f"{path.text[:128]!r} cannot be changed once it is set: leave it out.")


def merged(attribute: Attribute, held: object, value: object, wanted: AttributeChange) -> Container:
    """Return a complex value after an add or replace: what the client leaves out stays as it is.

    Section 3.5.2.3: the sub-attributes in `value` replace "any existing values or adds where an
    attribute did not previously exist". In a replace, null unassigns a sub-attribute.
    """
    if not isinstance(value, dict):
        raise invalid_value(f"{wanted.path.text[:128]!r} must be an object with sub-attributes.")
    before: Container = held if isinstance(held, dict) else {}
    sent = read_sub_attributes(attribute, value, wanted.path.text)
    made = {**before, **sent}
    if wanted.op == "replace":
        for key, item in value.items():
            sub = attribute.by_name.get(key.lower())
            if sub is not None and not sub.read_only and (item is None or item == []):
                made.pop(sub.name, None)
    for sub in attribute.sub_attributes:
        name = sub.name
        if sub.mutability == "immutable" and name in before and made.get(name) != before[name]:
            raise immutable(wanted.path)
        if sub.required and made and name not in made:
            raise invalid_value(f"'{wanted.path.text[:128]}.{name}' is required: send a value.")
    return agreeing(before, made) if "$ref" in made and "$ref" not in sent else made


def with_sub(held: Container, sub: Attribute, wanted: AttributeChange) -> Container:
    """Return the complex value `held` with its sub-attribute changed."""
    value = None if wanted.op == "remove" else read_value(sub, wanted.value, wanted.path.text)
    before = held.get(sub.name)
    if value is None and wanted.op == "add":
        return held
    if sub.multi_valued and wanted.op == "add" and isinstance(before, list) and isinstance(value, list):
        value = merge(sub, before, value)
    if value == before:
        return held
    if sub.mutability == "immutable" and before is not None:
        raise immutable(wanted.path)
    if value is not None:
        made = {**held, sub.name: value}
        return agreeing(held, made) if "$ref" in made else made
    if sub.required:
        raise mutability(f"{wanted.path.text[:128]!r} is required and cannot be removed: replace it instead.")
    left = {name: item for name, item in held.items() if name != sub.name}
    return agreeing(held, left) if "$ref" in left else left
