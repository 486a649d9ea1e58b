"""The resource types that this service has, and custom schemas read from data.

What an attribute is stands in attributes.py, the schemas of users and groups in standard.py.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from rightful.scim.errors import invalid_value
from rightful.scim.schemas.attributes import MUTABILITIES, RETURNED, TYPES, UNIQUENESS, Attribute, ResourceType, Schema
from rightful.scim.schemas.standard import CORE_GROUP, CORE_USER, ENTERPRISE_USER

MAX_ATTRIBUTES = 200
"""Attributes and sub-attributes that a custom schema may have."""

GROUP = ResourceType("Group", "/Groups", "Group", CORE_GROUP)


@lru_cache(maxsize=256)
def _user_type(extensions: tuple[Schema, ...]) -> ResourceType:
    standard = {CORE_USER.id.lower(), ENTERPRISE_USER.id.lower()}
    own = tuple(extension for extension in extensions if extension.id.lower() not in standard)
    return ResourceType("User", "/Users", "User Account", CORE_USER, (ENTERPRISE_USER, *own))


def user_type(extensions: Iterable[Schema] = ()) -> ResourceType:
    """Return the User resource type of a directory that has `extensions` of its own.

    The enterprise extension is always there. The same Schema objects give the same ResourceType,
    so keep them between requests.
    """
    return _user_type(tuple(extensions))


USER = user_type()

_CHOICES = {"type": TYPES, "mutability": MUTABILITIES, "returned": RETURNED, "uniqueness": UNIQUENESS}
_FLAGS = ("multiValued", "required", "caseExact")
_TEXT_LISTS = ("canonicalValues", "referenceTypes")


def schema_from_dict(data: Mapping[str, object]) -> Schema:
    """Return the schema that `data` describes in the JSON form of RFC 7643 section 7.

    Raises:
        ScimError: 400 invalidValue that names the attribute: the URN is not `urn:...`, a name is not an attribute name
            (RFC 7643 section 2.1) or occurs twice, a characteristic is unknown, complex attributes are nested, or there
            are more than MAX_ATTRIBUTES.
    """
    urn = data.get("id")
    if not isinstance(urn, str) or not _is_urn(urn):
        raise invalid_value("A schema needs an 'id' of the form urn:<namespace>:<name>, without spaces.")
    name, description = data.get("name", urn.rsplit(":", 1)[-1]), data.get("description", "")
    if not isinstance(name, str) or not isinstance(description, str):
        raise invalid_value(f"Schema {urn}: 'name' and 'description' must be strings.")
    attributes = _attributes(data.get("attributes"), urn, nested=False)
    if sum(1 + len(attribute.sub_attributes) for attribute in attributes) > MAX_ATTRIBUTES:
        raise invalid_value(f"Schema {urn}: at most {MAX_ATTRIBUTES} attributes are taken.")
    return Schema(urn, name, description, attributes)


def _is_urn(text: str) -> bool:
    parts = text.split(":")
    legal = all(part and all(c.isalnum() or c in "-._" for c in part) for part in parts)
    return text.isascii() and len(text) <= 255 and len(parts) >= 3 and parts[0].lower() == "urn" and legal


def _attributes(data: object, where: str, *, nested: bool) -> tuple[Attribute, ...]:
    if not isinstance(data, list) or not data:
        raise invalid_value(f"Schema {where}: it must list one attribute or more.")
    attributes = tuple(_attribute(item, where, nested=nested) for item in data)
    names = {attribute.name.lower() for attribute in attributes}
    if len(names) != len(attributes):
        raise invalid_value(f"Schema {where}: an attribute name occurs twice (case does not count).")
    return attributes


def _attribute(data: object, where: str, *, nested: bool) -> Attribute:
    name = data.get("name") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(name, str) or not _is_attribute_name(name):
        raise invalid_value(f"Schema {where}: an attribute needs a 'name' of letters, digits, '-', '_' and '$'.")
    where = f"{where}:{name}"
    for key, allowed in _CHOICES.items():
        if key in data and (not isinstance(data[key], str) or data[key] not in allowed):
            raise invalid_value(f"Schema {where}: '{key}' must be one of {', '.join(sorted(allowed))}.")
    for key in _FLAGS:
        if not isinstance(data.get(key, False), bool):
            raise invalid_value(f"Schema {where}: '{key}' must be true or false.")
    for key in _TEXT_LISTS:
        if not isinstance(texts := data.get(key, []), list) or not all(isinstance(text, str) for text in texts):
            raise invalid_value(f"Schema {where}: '{key}' must be a list of strings.")
    if not isinstance(data.get("description", ""), str):
        raise invalid_value(f"Schema {where}: 'description' must be a string.")
    kind = data.get("type", "string")
    subs: tuple[Attribute, ...] = ()
    if kind == "complex":
        if nested:
            raise invalid_value(f"Schema {where}: a complex attribute cannot hold another one (RFC 7643 2.3.8).")
        subs = _attributes(data.get("subAttributes"), where, nested=True)
    elif data.get("subAttributes"):
        raise invalid_value(f"Schema {where}: only a complex attribute has 'subAttributes'.")
    return Attribute(
        name=name,
        type=kind,
        multi_valued=data.get("multiValued", False),
        description=data.get("description", ""),
        required=data.get("required", False),
        canonical_values=tuple(data.get("canonicalValues", ())),
        case_exact=data.get("caseExact", kind in {"binary", "reference"}),
        mutability=data.get("mutability", "readWrite"),
        returned=data.get("returned", "default"),
        uniqueness=data.get("uniqueness", "none"),
        reference_types=tuple(data.get("referenceTypes", ())),
        sub_attributes=subs,
    )


def _is_attribute_name(text: str) -> bool:
    """ATTRNAME of RFC 7643 section 2.1, and the leading `$` that `$ref` has."""
    body = text.removeprefix("$")
    return text.isascii() and body[:1].isalpha() and len(text) <= 64 and all(c.isalnum() or c in "-_" for c in body)
