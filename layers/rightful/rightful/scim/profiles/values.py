"""Workarounds about single values: each one says what a value was meant to be.

Where values are (in a resource, in an extension, behind a PATCH path, in a path-less PATCH) is known to
`ValueWorkarounds` alone, which visits every one with the attribute that it belongs to.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rightful.scim.filters.paths import Path, Target
from rightful.scim.profiles.names import target_of
from rightful.scim.profiles.request import EachOperation, Operation, ScimRequest, Types
from rightful.scim.schemas.attributes import Attribute, ResourceType

ChangeValue = Callable[[Attribute, object, bool], object]
"""(attribute, value, whole) -> value. `whole` is True where the value stands for all values of a
multi-valued attribute, False for one value. None as result means unassigned."""


@dataclass(frozen=True, slots=True)
class ValueWorkarounds:
    """Workarounds that replace values one by one, in one walk through the request."""

    changes: tuple[ChangeValue, ...]

    def __call__(self, request: ScimRequest, types: Types) -> ScimRequest:
        walk = EachOperation(
            lambda operation, rt: _rewrite_operation(operation, rt, self._change),
            lambda body, rt: _rewrite_keys(body, rt, self._change),
        )
        return walk(request, types)

    def _change(self, attribute: Attribute, value: object, whole: bool) -> object:
        for change in self.changes:
            value = change(attribute, value, whole)
            if value is None:
                return None
        return value


def _rewrite_operation(operation: Operation, rt: ResourceType, change: ChangeValue) -> Operation:
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


_BOOLEANS = {"true": True, "false": False}


def booleans_as_text(attribute: Attribute, value: object, _whole: bool) -> object:
    """`"active": "False"`, `"primary": "True"`.

    Source: Microsoft Entra without the aadOptscim062020 flag (Microsoft Learn, "Known issues and
    resolutions with SCIM 2.0 protocol compliance of the Microsoft Entra user provisioning service").
    """
    if attribute.type == "boolean" and isinstance(value, str):
        return _BOOLEANS.get(value.strip().lower(), value)
    return value


def numbers_as_text(attribute: Attribute, value: object, _whole: bool) -> object:
    """`"employeeNumber": 701984`: a number for a string attribute, a digit string for a number.

    Source: none published; mappings from HR systems keep the type that the value has there.
    """
    if attribute.type == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if attribute.type == "integer" and isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
        return int(value) if len(value) < 20 else value
    return value


def text_for_complex(attribute: Attribute, value: object, whole: bool) -> object:
    """`"manager": "2819c223"`, `"emails": ["a@example.com"]`, `"emails": {"value": ...}`.

    A complex attribute written as its `value`, a list as its one value. Source: Microsoft Learn,
    "Develop and plan provisioning for a SCIM endpoint" (manager as a plain string in the schema
    sample and in PATCH); indigo-iam/iam issue 934 (`members` as a list of ids).
    """
    if not attribute.sub_attributes or value is None:
        return value
    if whole:
        return value if isinstance(value, list) else [value]
    if isinstance(value, (str, int)) and not isinstance(value, bool) and "value" in attribute.by_name:
        return {"value": str(value)} if value != "" or attribute.names_others else None
    return value


def wrapped_single_value(attribute: Attribute, value: object, whole: bool) -> object:
    """`"path": "displayName", "value": [{"$ref": null, "value": "New name"}]`.

    A simple value in an object with nothing but `value`, a single one in a list. Source: Entra
    before the aadOptscim062020 flag (AzureAD/SCIMReferenceCode); for custom multi-valued
    attributes it still sends `[{"value": "1"}]` (Microsoft Q&A 1693075).
    """
    if whole or value is None:
        return value
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if attribute.type != "complex" and isinstance(value, dict) and "value" in value:
        rest = {key: item for key, item in value.items() if key != "value" and item is not None}
        return value["value"] if not rest else value
    return value


def json_in_value(attribute: Attribute, value: object, whole: bool) -> object:
    r"""`"roles": [{"value": "{\"id\":\"827f..\",\"value\":\"Admin\",\"displayName\":\"Administrator\"}"}]`.

    A JSON document as text where an app role was meant. Source: Entra's AppRoleAssignmentsComplex
    mapping (Microsoft Learn, "Tutorial: Customize user provisioning attribute-mappings").
    """
    if whole or attribute.name != "roles" or not isinstance(value, dict):
        return value
    text = value.get("value")
    if not isinstance(text, str) or not text.startswith("{") or len(text) > 4096:
        return value
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return value
    if not isinstance(document, dict) or not isinstance(document.get("value"), str):
        return value
    display = document.get("displayName")
    role = {**value, "value": document["value"]}
    return {**role, "display": display} if isinstance(display, str) else role


def empty_text(attribute: Attribute, value: object, whole: bool) -> object:
    """`"manager": ""`, `"title": ""`, `{"type": "work", "value": ""}`, or null there: nothing is meant.

    Source: Entra removes a manager with an empty string (Microsoft Learn, "Develop and plan
    provisioning for a SCIM endpoint"). A required attribute keeps the empty string, and is refused for it; so is a
    member without its id: left out, it would not be among those who stay.
    """
    if value == "" and not attribute.required:
        return None
    if attribute.names_others:
        return value
    if not whole and isinstance(value, dict) and "value" in attribute.by_name and _is_empty(value):
        return None
    return value


def _is_empty(value: dict[str, object]) -> bool:
    return any(key.lower() == "value" and (item is None or item == "") for key, item in value.items())


def missing_value(operation: Operation, rt: ResourceType) -> Operation | None:
    """`{"op": "replace", "path": "title"}`: a replace without `value`, by nothing: a removal.

    Not of a whole list: nobody loses all addresses, and no group all members, by what a request leaves out. Source:
    none published; serializers that leave out what is null.
    """
    path = operation.get("path")
    if "value" in operation or str(operation.get("op")).lower() != "replace":
        return operation
    found = target_of(path, rt)
    if found is None or found[2] is None or (found[2].multi_valued and found[0].filter is None):
        return operation
    return {"op": "remove", "path": path}


def empty_value_behind_filter(operation: Operation, rt: ResourceType) -> Operation | None:
    r"""`{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": ""}`, or null: remove that value.

    Also `manager.value`, and `{"op": "Remove", "path": "phoneNumbers[type eq \\"mobile\\"].value"}`: without its
    `value` the rest of such a value would say nothing. Source: as `empty_text`, for a mapping whose source attribute
    was cleared; none published for the remove.
    """
    path = operation.get("path")
    if not isinstance(path, str) or not path.lower().endswith(".value") or not _clears(operation, path):
        return operation
    found = target_of(path, rt)
    leaf = found[2] if found is not None else None
    if found is None or leaf is None or leaf.name != "value" or _names_others(found[1]):
        return operation
    return {"op": "remove", "path": path.rpartition(".")[0]}


def _names_others(target: Target) -> bool:
    """Tell whether it is the id of a group's member: nobody leaves a group by an id that is empty."""
    return target.attribute is not None and target.attribute.names_others


def _clears(operation: dict[str, object], path: str) -> bool:
    op, value = str(operation.get("op")).lower(), operation.get("value")
    if op == "remove":
        return path.lower().endswith("].value")
    return value == "" or (op == "replace" and value is None and "value" in operation)
