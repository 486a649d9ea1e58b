"""Workarounds about names: URNs of old drafts, missing schemas, attributes without their URN."""

from collections.abc import Callable

from rightful.scim.declared import removes_by_urn
from rightful.scim.errors import ScimError
from rightful.scim.filters.paths import locate, parse_path
from rightful.scim.patch.patch import PATCH_SCHEMA
from rightful.scim.profiles.request import (
    EachOperation,
    ScimRequest,
    Types,
    is_patch,
    is_write,
    key_of,
    operations_of,
    with_operations,
)
from rightful.scim.profiles.traversal import target_of
from rightful.scim.schemas.attributes import ResourceType

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


class LegacyUrns:
    """`"schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"]`.

    URNs of SCIM 1.1 and of drafts of 2.0, in `schemas`, as keys and in PATCH paths. Source:
    OneLogin "SCIM v2 Enterprise" connector (goauthentik/authentik issue 11249).
    """

    def applies(self, request: ScimRequest, types: Types) -> bool:
        return types.of(request) is not None and (is_write(request) or is_patch(request))

    def rewrite(self, request: ScimRequest, types: Types) -> ScimRequest:
        rt = types.of(request)
        if rt is None or request.body is None:
            return request
        if is_write(request):
            return request.with_body(self._keys(request.body, rt))
        operations = operations_of(request)
        if operations is None:
            return request
        return with_operations(request, [self._operation(operation, rt) for operation in operations])

    def _operation(self, operation: dict[str, object], rt: ResourceType) -> dict[str, object]:
        path, value = operation.get("path"), operation.get("value")
        made = dict(operation)
        if isinstance(path, str):
            made["path"] = current_urn(path, rt)
        elif isinstance(value, dict):
            made["value"] = self._keys(value, rt)
        return made

    def _keys(self, body: dict[str, object], rt: ResourceType) -> dict[str, object]:
        made = {current_urn(key, rt): value for key, value in body.items()}
        schemas = made.get("schemas")
        if isinstance(schemas, list):
            made["schemas"] = [current_urn(urn, rt) if isinstance(urn, str) else urn for urn in schemas]
        return made


def current_urn(text: str, rt: ResourceType) -> str:
    """`urn:scim:schemas:core:1.0:userName eq "bob"`: return `text` with the URN that the schema has today.

    Source: as `LegacyUrns`, for which it does the renaming, and in filters.
    """
    lower = text.lower()
    if not lower.startswith("urn:") or lower.startswith(tuple(rt.schemas_by_urn)):
        return text
    for old, new in ((_OLD_ENTERPRISE, _ENTERPRISE), (_OLD_CORE, rt.schema.id)):
        for urn in sorted(old, key=len, reverse=True):
            if lower == urn or lower.startswith(urn + ":"):
                return new + text[len(urn) :]
    return text


class SupplySchemas:
    """A body without `schemas`, or whose `schemas` leave the core schema out.

    What is meant follows from the endpoint. Source: none published; custom connectors leave
    `schemas` to whoever writes the body.
    """

    def applies(self, request: ScimRequest, types: Types) -> bool:
        return types.of(request) is not None and (is_write(request) or is_patch(request))

    def rewrite(self, request: ScimRequest, types: Types) -> ScimRequest:
        rt, body = types.of(request), request.body
        if rt is None or body is None:
            return request
        wanted = PATCH_SCHEMA if is_patch(request) else rt.schema.id
        key = key_of(body, "schemas") or "schemas"
        sent = body.get(key)
        listed: list[object] = sent if isinstance(sent, list) else [sent] if isinstance(sent, str) else []
        if any(isinstance(urn, str) and urn.lower() == wanted.lower() for urn in listed):
            return request if listed is sent else request.with_body({**body, key: listed})
        return request.with_body({**body, key: [wanted, *listed]})


class DotAfterUrn(EachOperation):
    """`"path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department"`.

    A dot where RFC 7644 section 3.10 wants a colon. Source: none published; target attributes of
    custom mappings are typed by hand.
    """

    def operation(self, operation: dict[str, object], rt: ResourceType) -> dict[str, object] | None:
        return renamed(operation, rt, _colon_after_urn)


def _colon_after_urn(text: str, rt: ResourceType) -> str:
    lower = text.lower()
    if locate(text.partition("[")[0], rt) is not None:
        return text  # `urn:x:ext:more.tag` is the `tag` in `more` of `urn:x:ext`, whatever else `urn:x:ext:more` is.
    for urn, schema in rt.schemas_by_urn.items():
        if lower.startswith(urn + "."):
            return f"{schema.id}:{text[len(urn) + 1 :]}"
    return text


class UnqualifiedExtensionNames(EachOperation):
    """`"path": "manager"`, `"path": "department"`: an extension's attribute without the URN.

    Taken for the extension's where the core schema has no such attribute and one extension has.
    Source: Entra's reference check `filter=id eq "..." and manager eq "..."` (Microsoft Learn,
    "Develop and plan provisioning for a SCIM endpoint"). Filters: `expressions.QUALIFIED_NAMES`.
    """

    def operation(self, operation: dict[str, object], rt: ResourceType) -> dict[str, object] | None:
        return renamed(operation, rt, qualified)


def qualified(text: str, rt: ResourceType) -> str:
    """`manager eq "2819c223"`: return `text` with the URN of the one extension that has the attribute.

    Source: Entra's reference check, see `UnqualifiedExtensionNames`.
    """
    if not text or text[:4].lower() == "urn:":
        return text
    name = text.partition(".")[0].partition("[")[0].lower()
    if name in rt.attributes:
        return text
    owners = [extension for extension in rt.extensions if name in extension.by_name]
    return f"{owners[0].id}:{text}" if len(owners) == 1 else text


def renamed(
    operation: dict[str, object], rt: ResourceType, rename: Callable[[str, ResourceType], str]
) -> dict[str, object]:
    """Return the operation with its path, or the keys of its path-less value, renamed."""
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str) and path:
        return {**operation, "path": rename(path, rt)}
    if isinstance(value, dict):
        return {**operation, "value": {rename(key, rt): item for key, item in value.items()}}
    return operation


class DottedKeys:
    """`{"userName": "bob", "name.givenName": "Bob"}` in a POST or PUT: paths as keys.

    Source: Entra sends such keys in path-less PATCH bodies (AzureAD/SCIMReferenceCode), where the
    engine takes them anyway; this is the same shape in a whole resource.
    """

    def applies(self, request: ScimRequest, _types: Types) -> bool:
        body = request.body
        return is_write(request) and body is not None and any("." in key and ":" not in key for key in body)

    def rewrite(self, request: ScimRequest, types: Types) -> ScimRequest:
        rt, body = types.of(request), request.body
        if rt is None or body is None:
            return request
        made: dict[str, object] = {}
        nested: list[tuple[str, str, object]] = []
        for key, value in body.items():
            target = locate(key, rt) if "." in key and ":" not in key else None
            if target is None or target.attribute is None or target.sub is None or target.attribute.multi_valued:
                made[key] = value
            else:
                nested.append((target.attribute.name, target.sub.name, value))
        for name, sub, value in nested:
            key = key_of(made, name) or name
            held = made.get(key)
            made[key] = {**(held if isinstance(held, dict) else {}), sub: value}
        return request.with_body(made)


class UnknownAttributes(EachOperation):
    """`{"op": "replace", "path": "shoeSize", "value": 43}`: a mapping for an attribute nobody has here.

    Also `addresses[type eq "work"].building`, a sub-attribute that nobody has.
    The operation is left out, as unknown attributes in a POST or PUT are ignored anyway. Refused,
    it would take the whole PATCH with it: the person's deactivation behind a custom attribute.
    Source: Microsoft Learn, "Tutorial: Customize user provisioning attribute-mappings" (an
    administrator may add any target attribute). What a remove names by a URN stays: the user may still have it from a
    time when it was defined (`PatchRules.ignore_unknown`).
    """

    def operation(self, operation: dict[str, object], rt: ResourceType) -> dict[str, object] | None:
        path, value, op = operation.get("path"), operation.get("value"), str(operation.get("op")).lower()
        if isinstance(path, str) and path:
            removes = removes_by_urn(op, path, value) and (op == "remove" or "value" in operation)
            return None if _names_nothing(path, rt) and not removes else operation
        if not isinstance(value, dict):
            return operation
        kept = {
            key: item for key, item in value.items() if not _names_nothing(key, rt) or removes_by_urn(op, key, item)
        }
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


class ReadOnlyInPathless(EachOperation):
    """`{"op": "replace", "value": {"id": "...", "displayName": "New name"}}`.

    What only the server sets is left out of path-less values, whether it is right or not. Source:
    Okta's group rename (Okta developer documentation, "SCIM 2.0 protocol reference").
    """

    def operation(self, operation: dict[str, object], rt: ResourceType) -> dict[str, object] | None:
        value = operation.get("value")
        if operation.get("path") or not isinstance(value, dict):
            return operation
        return {**operation, "value": {key: item for key, item in value.items() if not _is_read_only(key, rt)}}


def _is_read_only(key: str, rt: ResourceType) -> bool:
    found = target_of(key, rt)
    attribute = found[1].attribute if found is not None else None
    return attribute is not None and attribute.read_only
