"""Every value in a request, visited with the attribute it belongs to.

Workarounds about values say what becomes of one value; where values are (in a resource, in an
extension, behind a PATCH path, in a path-less PATCH) is known here alone.
"""

from collections.abc import Callable, Mapping

from rightful.scim.errors import ScimError
from rightful.scim.filters.paths import Path, Target, locate, parse_path
from rightful.scim.profiles.request import ScimRequest, Types, is_write, operations_of, with_operations
from rightful.scim.schemas.attributes import Attribute, ResourceType

ChangeValue = Callable[[Attribute, object, bool], object]
"""(attribute, value, whole) -> value. `whole` is True where the value stands for all values of a
multi-valued attribute, False for one value. None as result means unassigned."""


def rewrite_values(request: ScimRequest, types: Types, change: ChangeValue) -> ScimRequest:
    """Return the request with every value of a known attribute replaced by what `change` makes of it."""
    rt = types.of(request)
    if rt is None or request.body is None:
        return request
    if is_write(request):
        return request.with_body(_rewrite_keys(request.body, rt, change))
    operations = operations_of(request)
    if operations is None:
        return request
    return with_operations(request, [_rewrite_operation(operation, rt, change) for operation in operations])


def target_of(text: object, rt: ResourceType) -> tuple[Path, Target, Attribute | None] | None:
    """Return (path, target, the attribute that a value at the path is for); None for no path of `rt`."""
    if not isinstance(text, str) or not text:
        return None
    try:
        path = parse_path(text)
    except ScimError:
        return None
    target = locate(path.attribute, rt)
    if target is None:
        return None
    leaf = target.sub or target.attribute
    if path.sub_attribute is not None and leaf is not None:
        leaf = leaf.by_name.get(path.sub_attribute.lower())
        if leaf is None:
            return None
    return path, target, leaf


def _rewrite_operation(operation: dict[str, object], rt: ResourceType, change: ChangeValue) -> dict[str, object]:
    value = operation.get("value")
    if value is None:
        return operation
    if not operation.get("path"):
        return {**operation, "value": _rewrite_keys(value, rt, change)} if isinstance(value, dict) else operation
    found = target_of(operation["path"], rt)
    if found is None:
        return operation
    return {**operation, "value": _rewrite_at(found, value, rt, change)}


def _rewrite_keys(body: Mapping[str, object], rt: ResourceType, change: ChangeValue) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in body.items():
        found = target_of(key, rt)
        made[key] = value if found is None or value is None else _rewrite_at(found, value, rt, change)
    return made


def _rewrite_at(
    found: tuple[Path, Target, Attribute | None], value: object, rt: ResourceType, change: ChangeValue
) -> object:
    path, target, leaf = found
    if leaf is None:
        if not isinstance(value, dict):
            return value
        schema = target.extension
        if schema is None:
            return _rewrite_keys(value, rt, change)
        return {
            key: _visit(attribute, item, change, whole=attribute.multi_valued)
            if (attribute := schema.by_name.get(key.lower())) is not None and item is not None
            else item
            for key, item in value.items()
        }
    one = path.filter is not None and path.sub_attribute is None
    return _visit(leaf, value, change, whole=leaf.multi_valued and not one)


def _visit(attribute: Attribute, value: object, change: ChangeValue, *, whole: bool) -> object:
    made = change(attribute, value, whole)
    if whole and isinstance(made, list):
        items = [_visit(attribute, item, change, whole=False) for item in made]
        if attribute.names_others or all(item is None for item in made):
            return items  # Of nulls alone nothing can be read: the engine refuses them.
        return [item for item in items if item is not None]
    if isinstance(made, dict) and attribute.sub_attributes:
        return {
            key: _visit(sub, item, change, whole=sub.multi_valued)
            if (sub := attribute.by_name.get(key.lower())) is not None and item is not None
            else item
            for key, item in made.items()
        }
    return made
