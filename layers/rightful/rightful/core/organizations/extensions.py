"""A directory's own schema extensions, as an administrator sends them. Pure."""

import json
from collections.abc import Mapping, Sequence

from rightful.domain.request_error import RequestError
from rightful.scim.errors import ScimError
from rightful.scim.schemas.attributes import Schema
from rightful.scim.schemas.resource_types import schema_from_dict

MOST_EXTENSIONS_OCTETS = 64 * 1024
"""Of all of a directory's extensions as JSON: every request of the directory reads them."""

_RESERVED = (
    "urn:ietf:params:scim:api:",
    "urn:ietf:params:scim:schemas:core:",
    "urn:ietf:params:scim:schemas:extension:enterprise:",
)
"""What the URNs of RFC 7643 and 7644 begin with. Identity providers do put extensions of their own elsewhere below
urn:ietf:params:scim:schemas, so that is no reason to refuse one."""


def check_extensions(extensions: Sequence[Mapping[str, object]]) -> None:
    """Make sure that a directory can have these extensions together.

    Raises:
        RequestError: invalid_value; `field` is extensions.N, or extensions where they are too large together.
    """
    seen: set[str] = set()
    for number, extension in enumerate(extensions):
        where = f"extensions.{number}"
        try:
            schema = schema_from_dict(extension)
        except ScimError as error:
            raise RequestError("invalid_value", f"{where}: {error.detail}", where) from error
        urn = schema.id
        _refuse_what_is_not_kept(extension, schema, where)
        if urn.lower().startswith(_RESERVED):
            message = f"{where}: {urn} is a standard schema, which every directory has. Use a URN of your own."
            raise RequestError("invalid_value", message, where)
        if urn.lower() in seen:
            raise RequestError("invalid_value", f"{where}: {urn} occurs twice (case does not count).", where)
        seen.add(urn.lower())
    octets = len(json.dumps(extensions, ensure_ascii=False).encode())
    if octets > MOST_EXTENSIONS_OCTETS:
        message = f"extensions: {octets} bytes together, at most {MOST_EXTENSIONS_OCTETS}. Shorten their descriptions."
        raise RequestError("invalid_value", message, "extensions")


def _refuse_what_is_not_kept(extension: Mapping[str, object], schema: Schema, where: str) -> None:
    """Refuse what a schema may promise and this service would not keep."""
    if (kind := extension.get("resourceType", "User")) != "User":
        message = f"{where}: resourceType {kind!r} cannot be extended, only User can. Groups have the core attributes."
        raise RequestError("invalid_value", message, where)
    parts = ((a.name, sub) for a in schema.attributes for sub in (a, *a.sub_attributes))
    for name, part in parts:
        if part.uniqueness != "none":
            told = name if part.name == name else f"{name}.{part.name}"
            message = (
                f"{where}: {told} has uniqueness {part.uniqueness!r}, which is not enforced for an extension's "
                "attributes. Send 'none' or leave it out; unique are userName, and the account's address."
            )
            raise RequestError("invalid_value", message, where)
