"""PATCH: RFC 7644 section 3.5.2.

`read_patch` turns a body into operations, `apply_patch` applies them to a resource. It works on a
copy that shares every part that no operation touches, so it is atomic, never changes its input,
and is cheap however large the resource is; treat what it returns as read-only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rightful.scim.declared import fits, forget, removes_by_urn
from rightful.scim.errors import (
    invalid_path,
    invalid_syntax,
    invalid_value,
    mutability,
    no_target,
    payload_too_large,
    too_many,
)
from rightful.scim.filters.expressions import number_of_clauses
from rightful.scim.filters.paths import Path, Target, locate, parse_path
from rightful.scim.patch.changes import change
from rightful.scim.patch.values import AttributeChange, restates
from rightful.scim.resources import check_extension, schemas_of
from rightful.scim.schemas.attributes import ResourceType, Schema
from rightful.scim.schemas.references import agree
from rightful.scim.schemas.standard import ENTERPRISE_USER

PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS = 1000
MAX_WORK = 500_000
"""Comparisons that one PATCH may take: about half a second. Real ones take some hundred."""
MAX_PATHS = 256 * 1024
"""Characters that all paths of one PATCH may have: to read them takes as long."""
_OPS = frozenset({"add", "replace", "remove"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `op` in lower case, `path` None for a path-less one."""

    op: str
    path: Path | None
    value: object = None


@dataclass(frozen=True, slots=True)
class PatchRules:
    """Where an identity provider expects something else than the RFC says.

    create_on_miss: an add or replace through `emails[type eq "work"]` that matches no value makes
        the value that the filter describes, instead of noTarget.
    allow_empty: no operations at all is a change of nothing, instead of invalidSyntax.
    ignore_unknown: a remove of what neither a schema declares nor the resource has is a change of nothing, instead of
        invalidPath.
    """

    create_on_miss: bool = False
    allow_empty: bool = False
    ignore_unknown: bool = False


RFC_RULES = PatchRules()


def read_patch(body: dict[str, object], rules: PatchRules = RFC_RULES) -> tuple[Operation, ...]:
    """Return the operations of a PatchOp message. `op` may be in any case: Entra sends "Replace".

    Raises:
        ScimError: 400 invalidSyntax for a body that is no PatchOp; 413 over MAX_OPERATIONS; 400 tooMany over MAX_PATHS;
            400 invalidPath or invalidFilter for a path; 400 noTarget for a remove without path; 400 invalidValue for an
            add or replace without value.
    """
    schemas, listed = body.get("schemas"), body.get("Operations")
    if schemas is None or listed is None:
        by_name = {key.lower(): value for key, value in body.items()}
        schemas, listed = by_name.get("schemas"), by_name.get("operations")
    if not isinstance(schemas, list) or not _names_patch(schemas):
        raise invalid_syntax(f"'schemas' must be a list with {PATCH_SCHEMA}.")
    if not isinstance(listed, list) or not (listed or rules.allow_empty):
        raise invalid_syntax("'Operations' must be a list of one operation or more: send what to change.")
    if len(listed) > MAX_OPERATIONS:
        raise payload_too_large(f"A PATCH may have {MAX_OPERATIONS} operations at most: send several requests.")
    if sum(map(_length_of_paths, listed)) > MAX_PATHS:
        raise too_many(f"The paths of 'Operations' have more than {MAX_PATHS} characters: send several requests.")
    return tuple([_read_operation(item, place) for place, item in enumerate(listed, 1)])


def _length_of_paths(item: object) -> int:
    """How long an operation's path is, or the keys of its value where it has none. What is malformed has none."""
    if not isinstance(item, dict):
        return 0
    for key, path in item.items():
        if isinstance(path, str) and key.lower() == "path":
            return len(path)
    return sum(len(key) for value in item.values() if isinstance(value, dict) for key in value)


def _names_patch(schemas: list[object]) -> bool:
    return PATCH_SCHEMA in schemas or any(isinstance(s, str) and s.lower() == PATCH_SCHEMA.lower() for s in schemas)


def _read_operation(item: object, place: int) -> Operation:
    if not isinstance(item, dict):
        raise invalid_syntax(f"Operation {place} must be an object with 'op', 'path' and 'value'.")
    op, path, value = item.get("op"), item.get("path"), item.get("value")
    if op is None or (path is None and value is None):
        item = {key.lower(): inner for key, inner in item.items()}
        op, path, value = item.get("op"), item.get("path"), item.get("value")
    if isinstance(op, str):
        op = op.lower()
    if not isinstance(op, str) or op not in _OPS:
        raise invalid_syntax(f"Operation {place}: 'op' must be add, replace or remove.")
    if path is not None and not isinstance(path, str):
        raise invalid_path(f"Operation {place}: 'path' must be a string.")
    if op == "remove":
        if not path:
            raise no_target(f"Operation {place}: a remove needs a 'path' that names what to remove.")
    elif "value" not in item and not any(key.lower() == "value" for key in item):
        raise invalid_value(f"Operation {place}: {op} needs a 'value'.")
    return Operation(op, parse_path(path) if path else None, value)


def apply_patch(
    resource: dict[str, object],
    operations: Sequence[Operation],
    rt: ResourceType,
    rules: PatchRules = RFC_RULES,
) -> dict[str, object]:
    """Return the resource after all operations in their order; equal to the input if nothing changes.

    A path-less value is one change per key, and a key may be whatever a path may be: an attribute,
    an extension URN, `urn:...:User:department`, `name.givenName`. A readOnly attribute of the core
    schema in it is passed over where it repeats what the resource has, and refused where it differs;
    one of an extension that is sent as an object is passed over. What no schema declares can be removed where the
    resource has it: its definition was there once.

    Raises:
        ScimError: 400: invalidPath for a path that names nothing, noTarget for an add or replace whose filter matches
            nothing and for a remove of the resource itself, mutability, invalidValue (also for an extension that is
            left without what is required in it), invalidFilter, tooMany for more work than MAX_WORK.
    """
    result = dict(resource)
    work = 0
    for operation in operations:
        for wanted, target in _changes(result, operation, rt, rules):
            work += _work(result, wanted, target)
            if work > MAX_WORK:
                raise too_many("'Operations' look at too many values: send fewer at once, or simpler filters.")
            _apply(result, wanted, target, rt)
    agree(result, resource, rt)
    for extension in rt.extensions:
        if result.get(extension.id) is not resource.get(extension.id):
            check_extension(result, extension)
    if any((e.id in result) is not (e.id in resource) for e in rt.extensions) or "schemas" not in resource:
        result["schemas"] = schemas_of(result, rt)
    return result


def _target(path: Path, rt: ResourceType) -> Target:
    target = locate(path.attribute, rt)
    if target is None or (target.sub is not None and path.filter is not None):
        raise invalid_path(f"{path.text[:128]!r} is not an attribute of {rt.name}: see /Schemas for its attributes.")
    return target


def _changes(
    result: dict[str, object], operation: Operation, rt: ResourceType, rules: PatchRules
) -> Iterator[tuple[AttributeChange, Target]]:
    """The changes that an operation is made of: one, or one for each key of a path-less value."""
    if operation.path is not None:
        known = operation.op != "remove" and operation.value is not None
        if known or not _forgotten(result, operation.op, operation.path, rt, rules):
            yield from _change(
                result, AttributeChange(operation.op, operation.path, operation.value, rules.create_on_miss), rt
            )
        return
    if not isinstance(operation.value, dict):
        raise invalid_value(f"Without a 'path', {operation.op} needs an object of attributes as 'value'.")
    for key, value in operation.value.items():
        path = parse_path(key)
        if value is None and _forgotten(result, operation.op, path, rt, rules):
            continue
        target = _target(path, rt)
        attribute = target.attribute
        if attribute is not None and attribute.read_only and target.extension is None:
            if not restates(result.get(attribute.name), value):
                raise mutability(f"{attribute.name!r} is readOnly: leave it out.")
            continue
        yield from _change(result, AttributeChange(operation.op, path, value, rules.create_on_miss), rt)


def _forgotten(result: dict[str, object], op: str, path: Path, rt: ResourceType, rules: PatchRules) -> bool:
    """Remove what is asked to be removed and no schema declares any more; tell whether that is all there is to do."""
    if not removes_by_urn(op, path.attribute, None) or locate(path.attribute, rt) is not None:
        return False
    return forget(result, path) or (rules.ignore_unknown and path.filter is None)


def _change(
    result: dict[str, object], wanted: AttributeChange, rt: ResourceType
) -> Iterator[tuple[AttributeChange, Target]]:
    """A change with its target; where that is the resource itself (the core schema's URN alone), all that is in it."""
    target = _target(wanted.path, rt)
    itself = target.attribute is None and target.extension is None
    if not itself or wanted.op == "remove" or wanted.path.filter is not None:
        yield wanted, target
        return
    rules = PatchRules(wanted.create_on_miss)
    yield from _changes(result, Operation(wanted.op, None, wanted.value), rt, rules)


def _work(result: dict[str, object], wanted: AttributeChange, target: Target) -> int:
    """About how many comparisons a change takes: the values that are there, for each clause of the path's filter, or
    for each value that a remove lists."""
    if target.attribute is None:
        return 1
    container = result if target.extension is None else result.get(target.extension.id)
    held = container.get(target.attribute.name) if isinstance(container, dict) else None
    listed = len(wanted.value) if wanted.op == "remove" and isinstance(wanted.value, list) else 0
    return (len(held) if isinstance(held, list) else 1) * (1 + listed + number_of_clauses(wanted.path.filter))


def _apply(result: dict[str, object], wanted: AttributeChange, target: Target, rt: ResourceType) -> None:
    attribute, extension = target.attribute, target.extension
    if attribute is None:
        _apply_to_schema(result, wanted, extension, rt)
    elif extension is None:
        if attribute.name == "schemas":
            _check_schemas_change(wanted)
        else:
            change(result, attribute, target.sub, wanted)
    else:
        held = result.get(extension.id)
        inner = dict(held) if isinstance(held, dict) else {}
        if extension is not ENTERPRISE_USER and attribute.name in inner and not fits(attribute, inner[attribute.name]):
            del inner[attribute.name]  # Of what it was before its definition changed.
        change(inner, attribute, target.sub, wanted)
        if inner:
            result[extension.id] = inner
        else:
            result.pop(extension.id, None)


def _check_schemas_change(wanted: AttributeChange) -> None:
    """`schemas` follows from the content: adding URNs is accepted and changes nothing."""
    if wanted.op == "remove" or wanted.value is None or wanted.value == []:
        raise mutability("'schemas' is required and follows from the attributes: remove those instead.")
    values = wanted.value if isinstance(wanted.value, list) else [wanted.value]
    if not all(isinstance(value, str) for value in values):
        raise invalid_value("'schemas' must be a list of URNs: leave it out, it follows from the attributes.")


def _apply_to_schema(
    result: dict[str, object], wanted: AttributeChange, extension: Schema | None, rt: ResourceType
) -> None:
    """Apply a change whose path is a URN alone: an extension as a whole, which goes where each attribute in it may."""
    if wanted.path.filter is not None:
        raise invalid_path(
            f"{wanted.path.text[:128]!r}: a schema has no values to be filtered: leave the square brackets out."
        )
    if extension is None:
        raise no_target("A resource is removed by DELETE, not by PATCH.")
    held = result.get(extension.id)
    if wanted.op == "remove" or (wanted.op == "replace" and wanted.value is None):
        if extension.id in rt.required_extensions:
            raise mutability(f"{extension.id!r} is required and cannot be removed: replace it instead.")
        left = dict(held) if isinstance(held, dict) else {}
        for part in extension.attributes:
            if part.name in left:
                change(
                    left, part, None, AttributeChange("remove", Path(f"{extension.id}:{part.name}", part.name), None)
                )
        result.pop(extension.id, None)
        return
    if wanted.value is None:
        return
    if not isinstance(wanted.value, dict):
        raise invalid_value(f"{extension.id!r} must be an object with the attributes of the extension.")
    inner = dict(held) if isinstance(held, dict) else {}
    for key, value in wanted.value.items():
        main, dot, part = key.partition(".")
        attribute = extension.by_name.get(main.lower())
        sub = attribute.by_name.get(part.lower()) if attribute is not None and dot else None
        if attribute is not None and not attribute.read_only and bool(dot) is (sub is not None):
            change(inner, attribute, sub, AttributeChange(wanted.op, Path(f"{extension.id}:{key}", key), value))
    if inner:
        result[extension.id] = inner
