"""Whole resources as they come in: POST (RFC 7644 section 3.3) and PUT (section 3.5.1).

What is ignored, and why:
- readOnly attributes (`id`, `meta`, `groups`): sections 3.3 and 3.5.1 say so.
- Attributes and extensions that no schema of the resource type defines: "the server is free to
  alter and/or ignore" what is posted (section 3.3), and refusing them would break every client
  that is mapped for more than one service. (A PATCH *path* that names nothing is another matter:
  there the client asked for one thing, and it cannot be done.)
- writeOnly attributes, that is `password`: this service keeps no secrets of people.
"""

from rightful.scim.declared import fits
from rightful.scim.errors import ScimError, invalid_value, mutability
from rightful.scim.filters.paths import Target, locate
from rightful.scim.schemas.attributes import Attribute, ResourceType, Schema
from rightful.scim.schemas.references import agree
from rightful.scim.schemas.values import missing, read_value
from rightful.scim.unseen import keep_unseen

Resource = dict[str, object]


def read_create(body: dict[str, object], rt: ResourceType) -> dict[str, object]:
    """Return the new resource that a POST body describes, without what only the server can give.

    Raises:
        ScimError: 400 invalidValue that names the attribute: `schemas` missing or without the core schema, a required
            attribute missing, a value of the wrong type, two primary values.
    """
    check_schemas(body, rt)
    resource = _read_attributes(body, rt)
    agree(resource, {}, rt)
    _check_required(resource, rt)
    for extension in rt.extensions:
        check_extension(resource, extension)
    return {"schemas": schemas_of(resource, rt), **resource}


def read_replace(body: dict[str, object], current: dict[str, object], rt: ResourceType) -> dict[str, object]:
    """Return what the resource is after a PUT of `body` over `current`; neither is changed.

    An attribute that the body leaves out is cleared, as section 3.5.1 allows, with two exceptions:
    readOnly and immutable values stay, and so do `emails`. A forgotten address must not take a
    person's login away; to remove it, send `"emails": []` or null. What no answer shows (`returned` never or request)
    stays, too: whoever read the resource could not send it. Null removes it.

    Raises:
        ScimError: 400 invalidValue as `read_create`; 400 mutability for an immutable attribute with another value than
            the current one.
    """
    check_schemas(body, rt)
    resource = _read_attributes(body, rt)
    _check_required(resource, rt)
    made: dict[str, object] = {
        name: value
        for name, value in current.items()
        if (attribute := rt.attributes.get(name.lower())) is not None and attribute.read_only
    }
    made.update(resource)
    if "emails" in current and "emails" not in made and not _mentions(body, "emails", rt):
        made["emails"] = current["emails"]
    _keep_protected(made, current, rt.schema)
    for extension in rt.extensions:
        held = current.get(extension.id)
        if isinstance(held, dict):
            inner = made.get(extension.id)
            kept = dict(inner) if isinstance(inner, dict) else {}
            _keep_protected(kept, held, extension)
            keep_unseen(kept, held, extension, body)
            if kept:
                made[extension.id] = kept
    agree(made, current, rt)
    for extension in rt.extensions:
        check_extension(made, extension)
    return {"schemas": schemas_of(made, rt), **made}


def schemas_of(resource: dict[str, object], rt: ResourceType) -> list[str]:
    """Return the URNs of the schemas whose attributes the resource has (RFC 7643 section 3.1)."""
    return [rt.schema.id, *(extension.id for extension in rt.extensions if resource.get(extension.id))]


def check_schemas(body: dict[str, object], rt: ResourceType) -> None:
    """Refuse a body that does not say that it is of this type (RFC 7643 section 3).

    Further URNs are no harm, known or not: what is stored follows from the content.
    """
    named = body.get("schemas")
    if named is None:
        named = next((value for key, value in body.items() if key.lower() == "schemas"), None)
    if not isinstance(named, list) or not all(isinstance(urn, str) for urn in named):
        raise invalid_value(f"'schemas' is required: send a list with {rt.schema.id}.")
    core = rt.schema.id
    if core not in named and core.lower() not in {urn.lower() for urn in named}:
        raise invalid_value(f"'schemas' must have {core} for a {rt.name}.")


def _read_attributes(body: dict[str, object], rt: ResourceType) -> dict[str, object]:
    resource: dict[str, object] = {}
    attributes, extensions = rt.attributes, rt.extension_by_urn
    parts: dict[tuple[Schema | None, Attribute], dict[str, object]] = {}
    for key, value in body.items():
        lower = key.lower()
        attribute = attributes.get(lower)
        if attribute is not None:
            _read_into(resource, attribute, value, attribute.name)
        elif (extension := extensions.get(lower)) is not None:
            _read_extension(resource, extension, value)
            for part, item in value.items() if isinstance(value, dict) else ():
                target = locate(f"{extension.id}:{part}", rt) if "." in part else None
                if target is not None and target.attribute is not None and target.sub is not None:
                    _check_part(f"{extension.id}:{part}", target.attribute)
                    parts.setdefault((extension, target.attribute), {})[target.sub.name] = item
        elif (lower.startswith("urn:") or "." in key) and (target := locate(key, rt)) is not None:
            if target.attribute is not None and target.sub is not None:
                _check_part(key, target.attribute)
                parts.setdefault((target.extension, target.attribute), {})[target.sub.name] = value
            else:
                _read_qualified(resource, target, value)
    for (owner, whole), values in parts.items():
        _read_parts(resource, owner, whole, values)
    return resource


def _read_into(container: dict[str, object], attribute: Attribute, value: object, where: str) -> None:
    if attribute.read_only or attribute.mutability == "writeOnly" or attribute.name == "schemas":
        return
    read = read_value(attribute, value, where)
    if read is not None:
        container[attribute.name] = read


def _read_extension(resource: dict[str, object], extension: Schema, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        raise invalid_value(f"{extension.id!r} must be an object with the attributes of the extension.")
    held = resource.get(extension.id)
    made: dict[str, object] = held if isinstance(held, dict) else {}
    for key, item in value.items():
        attribute = extension.by_name.get(key.lower())
        if attribute is not None:
            _read_into(made, attribute, item, f"{extension.id}:{attribute.name}")
    if made:
        resource[extension.id] = made


def _read_qualified(resource: dict[str, object], target: Target, value: object) -> None:
    """Read `urn:...:User:department` as a key of its own (RFC 7644 section 3.10)."""
    if target.attribute is None:
        if value:
            raise invalid_value(f"{target.name!r}: send the attributes of this schema as keys of the resource itself.")
        return
    if target.extension is None:
        _read_into(resource, target.attribute, value, target.name)
    else:
        _read_extension(resource, target.extension, {target.attribute.name: value})


def _check_part(key: str, attribute: Attribute) -> None:
    """Refuse `urn:...:User:emails.value` as a key: of several values nobody knows which one is meant.

    Without the URN it is no name of RFC 7644 section 3.10, and passed over like any that nobody knows; but not
    `members.value`, which a group would lose its members by.
    """
    if attribute.multi_valued and (attribute.names_others or key[:4].lower() == "urn:") and not attribute.read_only:
        raise invalid_value(f"{key[:128]!r} does not say which value is meant: send {attribute.name!r} as a list.")


def _read_parts(
    resource: dict[str, object], owner: Schema | None, attribute: Attribute, values: dict[str, object]
) -> None:
    """Read `urn:...:User:manager.value` or `name.givenName` as keys of their own: parts of what has one value.

    They are read after the attribute itself, and win.
    """
    if attribute.multi_valued:
        return
    container = resource.get(owner.id) if owner is not None else resource
    held = container.get(attribute.name) if isinstance(container, dict) else None
    whole = {**(held if isinstance(held, dict) else {}), **values}
    if owner is None:
        _read_into(resource, attribute, whole, attribute.name)
    else:
        _read_extension(resource, owner, {attribute.name: whole})


def _check_required(resource: dict[str, object], rt: ResourceType) -> None:
    for name in rt.required:
        if name not in resource:
            raise missing(name)
    for urn in rt.required_extensions:
        if urn not in resource:
            raise missing(urn)


def check_extension(resource: dict[str, object], extension: Schema) -> None:
    """Refuse an extension without what is required in it: whoever has any of it has all of that.

    Raises:
        ScimError: 400 invalidValue that names the attribute.
    """
    held = resource.get(extension.id)
    for name in extension.required:
        if isinstance(held, dict) and name not in held:
            raise missing(f"{extension.id}:{name}")


def _keep_protected(made: dict[str, object], current: dict[str, object], schema: Schema) -> None:
    """Carry readOnly and immutable values of `current` over into `made`."""
    for attribute in schema.attributes:
        name = attribute.name
        held = current.get(name)
        if held is None or not fits(attribute, held):
            continue
        if attribute.read_only:
            made[name] = held
        elif attribute.mutability == "immutable":
            if made.setdefault(name, held) != held:
                raise _fixed(name)
        elif attribute.type == "complex" and not attribute.multi_valued and isinstance(held, dict):
            new = made.get(name)
            kept = _with_protected_parts(attribute, new if isinstance(new, dict) else {}, held)
            if kept:
                made[name] = kept


def _with_protected_parts(attribute: Attribute, new: dict[str, object], held: dict[str, object]) -> dict[str, object]:
    """Keep immutable sub-attributes."""
    fixed = {s.name: held[s.name] for s in attribute.sub_attributes if s.mutability == "immutable" and s.name in held}
    for name, value in fixed.items():
        if new.get(name, value) != value:
            raise _fixed(f"{attribute.name}.{name}")
    return {**new, **fixed}


def _fixed(name: str) -> ScimError:
    return mutability(f"{name!r} cannot be changed once it is set: send its current value or leave it out.")


def _mentions(body: dict[str, object], name: str, rt: ResourceType) -> bool:
    qualified = f"{rt.schema.id}:{name}".lower()
    return any(key.lower() in {name, qualified} for key in body)
