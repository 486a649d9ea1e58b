"""Workarounds about names: URNs of old drafts, missing schemas, attributes without their URN."""

from collections.abc import Callable
from dataclasses import replace

from rightful.scim.declared import removes_by_urn
from rightful.scim.errors import ScimError
from rightful.scim.filters.paths import Path, Target, locate, parse_path
from rightful.scim.patch.patch import PATCH_SCHEMA
from rightful.scim.profiles.request import Operation, ScimRequest, Types, is_patch, is_write, key_of
from rightful.scim.schemas.attributes import Attribute, ResourceType

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_OLD_ENTERPRISE = frozenset(
    {
        "urn:scim:schemas:extension:enterprise:1.0",
        "urn:scim:schemas:extension:enterprise:2.0",
        "urn:scim:schemas:extension:enterprise:1.0:user",
        "urn:scim:schemas:extension:enterprise:2.0:user",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0",
    }
)
_OLD_CORE = frozenset(
    {
        "urn:scim:schemas:core:1.0",
        "urn:scim:schemas:core:2.0",
        "urn:scim:schemas:core:2.0:user",
        "urn:scim:schemas:core:2.0:group",
        "urn:ietf:params:scim:schemas:core:2.0",
    }
)


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


def legacy_urns(operation: Operation, rt: ResourceType) -> Operation:
    """`"schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"]`.

    URNs of SCIM 1.1 and of drafts of 2.0, in `schemas`, as keys and in PATCH paths. Source:
    OneLogin "SCIM v2 Enterprise" connector (goauthentik/authentik issue 11249).
    """
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str):
        return {**operation, "path": current_urn(path, rt)}
    return {**operation, "value": current_urns(value, rt)} if isinstance(value, dict) else operation


def current_urns(body: dict[str, object], rt: ResourceType) -> dict[str, object]:
    """Return a resource with the URNs of today, as keys and in `schemas`: see `legacy_urns`."""
    made = {current_urn(key, rt): value for key, value in body.items()}
    schemas = made.get("schemas")
    if isinstance(schemas, list):
        made["schemas"] = [current_urn(urn, rt) if isinstance(urn, str) else urn for urn in schemas]
    return made


def current_urn(text: str, rt: ResourceType) -> str:
    """`urn:scim:schemas:core:1.0:userName eq "bob"`: return `text` with the URN that the schema has today.

    Source: as `legacy_urns`, for which it does the renaming, and in filters.
    """
    lower = text.lower()
    if not lower.startswith("urn:") or lower.startswith(tuple(rt.schemas_by_urn)):
        return text
    for old, new in ((_OLD_ENTERPRISE, _ENTERPRISE), (_OLD_CORE, rt.schema.id)):
        for urn in sorted(old, key=len, reverse=True):
            if lower == urn or lower.startswith(urn + ":"):
                return new + text[len(urn) :]
    return text


def supply_schemas(request: ScimRequest, types: Types) -> ScimRequest:
    """A body without `schemas`, or whose `schemas` leave the core schema out.

    What is meant follows from the endpoint. Source: none published; custom connectors leave
    `schemas` to whoever writes the body.
    """
    rt, body = types.of(request), request.body
    if rt is None or body is None or not (is_write(request) or is_patch(request)):
        return request
    wanted = PATCH_SCHEMA if is_patch(request) else rt.schema.id
    key = key_of(body, "schemas") or "schemas"
    sent = body.get(key)
    listed: list[object] = sent if isinstance(sent, list) else [sent] if isinstance(sent, str) else []
    if any(isinstance(urn, str) and urn.lower() == wanted.lower() for urn in listed):
        return request if listed is sent else replace(request, body={**body, key: listed})
    return replace(request, body={**body, key: [wanted, *listed]})


def dot_after_urn(operation: Operation, rt: ResourceType) -> Operation | None:
    """`"path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department"`.

    A dot where RFC 7644 section 3.10 wants a colon. Source: none published; target attributes of
    custom mappings are typed by hand.
    """
    return renamed(operation, rt, _colon_after_urn)


def _colon_after_urn(text: str, rt: ResourceType) -> str:
    lower = text.lower()
    if locate(text.partition("[")[0], rt) is not None:
        return text  # `urn:x:ext:more.tag` is the `tag` in `more` of `urn:x:ext`, whatever else `urn:x:ext:more` is.
    for urn, schema in rt.schemas_by_urn.items():
        if lower.startswith(urn + "."):
            return f"{schema.id}:{text[len(urn) + 1 :]}"
    return text


def unqualified_extension_names(operation: Operation, rt: ResourceType) -> Operation | None:
    """`"path": "manager"`, `"path": "department"`: an extension's attribute without the URN.

    Taken for the extension's where the core schema has no such attribute and one extension has.
    Source: Entra's reference check `filter=id eq "..." and manager eq "..."` (Microsoft Learn,
    "Develop and plan provisioning for a SCIM endpoint"). Filters: `expressions.QUALIFIED_NAMES`.
    """
    return renamed(operation, rt, qualified)


def qualified(text: str, rt: ResourceType) -> str:
    """`manager eq "2819c223"`: return `text` with the URN of the one extension that has the attribute.

    Source: Entra's reference check, see `unqualified_extension_names`.
    """
    if not text or text[:4].lower() == "urn:":
        return text
    name = text.partition(".")[0].partition("[")[0].lower()
    if name in rt.attributes:
        return text
    owners = [extension for extension in rt.extensions if name in extension.by_name]
    return f"{owners[0].id}:{text}" if len(owners) == 1 else text


def renamed(operation: Operation, rt: ResourceType, rename: Callable[[str, ResourceType], str]) -> Operation:
    """Return the operation with its path, or the keys of its path-less value, renamed."""
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str) and path:
        return {**operation, "path": rename(path, rt)}
    if isinstance(value, dict):
        return {**operation, "value": {rename(key, rt): item for key, item in value.items()}}
    return operation


def dotted_keys(request: ScimRequest, types: Types) -> ScimRequest:
    """`{"userName": "bob", "name.givenName": "Bob"}` in a POST or PUT: paths as keys.

    Source: Entra sends such keys in path-less PATCH bodies (AzureAD/SCIMReferenceCode), where the
    engine takes them anyway; this is the same shape in a whole resource.
    """
    rt, body = types.of(request), request.body
    if rt is None or body is None or not is_write(request) or not any(map(_is_dotted, body)):
        return request
    made: dict[str, object] = {}
    nested: list[tuple[str, str, object]] = []
    for key, value in body.items():
        target = locate(key, rt) if _is_dotted(key) else None
        if target is None or target.attribute is None or target.sub is None or target.attribute.multi_valued:
            made[key] = value
        else:
            nested.append((target.attribute.name, target.sub.name, value))
    for name, sub, value in nested:
        key = key_of(made, name) or name
        held = made.get(key)
        made[key] = {**(held if isinstance(held, dict) else {}), sub: value}
    return replace(request, body=made)


def _is_dotted(key: str) -> bool:
    return "." in key and ":" not in key


def unknown_attributes(operation: Operation, rt: ResourceType) -> Operation | None:
    """`{"op": "replace", "path": "shoeSize", "value": 43}`: a mapping for an attribute nobody has here.

    Also `addresses[type eq "work"].building`, a sub-attribute that nobody has.
    The operation is left out, as unknown attributes in a POST or PUT are ignored anyway. Refused,
    it would take the whole PATCH with it: the person's deactivation behind a custom attribute.
    Source: Microsoft Learn, "Tutorial: Customize user provisioning attribute-mappings" (an
    administrator may add any target attribute). What a remove names by a URN stays: the user may still have it from a
    time when it was defined (`PatchRules.ignore_unknown`).
    """
    path, value, op = operation.get("path"), operation.get("value"), str(operation.get("op")).lower()
    if isinstance(path, str) and path:
        removes = removes_by_urn(op, path, value) and (op == "remove" or "value" in operation)
        return None if _names_nothing(path, rt) and not removes else operation
    if not isinstance(value, dict):
        return operation
    kept = {key: item for key, item in value.items() if not _names_nothing(key, rt) or removes_by_urn(op, key, item)}
    return {**operation, "value": kept}


def _names_nothing(text: str, rt: ResourceType) -> bool:
    """Tell whether `text` is a well-formed path without an attribute; what is malformed stays an error."""
    if target_of(text, rt) is not None:
        return False
    name = text.partition("[")[0]
    well_formed = name.replace(".", "").replace(":", "").replace("-", "").replace("_", "").replace("$", "").isalnum()
    return well_formed and ("[" not in text or locate(name, rt) is None or _is_path(text))


def _is_path(text: str) -> bool:
    """Tell whether the grammar takes `text`: then all that is wrong is a sub-attribute that nobody has."""
    try:
        parse_path(text)
    except ScimError:
        return False
    return True


def read_only_in_pathless(operation: Operation, rt: ResourceType) -> Operation | None:
    """`{"op": "replace", "value": {"id": "...", "displayName": "New name"}}`.

    What only the server sets is left out of path-less values, whether it is right or not. Source:
    Okta's group rename (Okta developer documentation, "SCIM 2.0 protocol reference").
    """
    value = operation.get("value")
    if operation.get("path") or not isinstance(value, dict):
        return operation
    return {**operation, "value": {key: item for key, item in value.items() if not _is_read_only(key, rt)}}


def _is_read_only(key: str, rt: ResourceType) -> bool:
    found = target_of(key, rt)
    attribute = found[1].attribute if found is not None else None
    return attribute is not None and attribute.read_only
