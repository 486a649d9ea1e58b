"""A directory's own schema extensions, as an administrator sends them. Pure."""

import json
from collections.abc import Mapping, Sequence

from rightful.organizations.settings_error import SettingsError
from rightful.scim.errors import ScimError
from rightful.scim.schema import schema_from_dict

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
        SettingsError: invalid_value; `field` is extensions.N, or extensions where they are too large together.
    """
    seen: set[str] = set()
    for number, extension in enumerate(extensions):
        where = f"extensions.{number}"
        try:
            urn = schema_from_dict(extension).id
        except ScimError as error:
            raise SettingsError("invalid_value", f"{where}: {error.detail}", where) from error
        if urn.lower().startswith(_RESERVED):
            message = f"{where}: {urn} is a standard schema, which every directory has. Use a URN of your own."
            raise SettingsError("invalid_value", message, where)
        if urn.lower() in seen:
            raise SettingsError("invalid_value", f"{where}: {urn} occurs twice (case does not count).", where)
        seen.add(urn.lower())
    octets = len(json.dumps(extensions, ensure_ascii=False).encode())
    if octets > MOST_EXTENSIONS_OCTETS:
        message = f"extensions: {octets} bytes together, of {MOST_EXTENSIONS_OCTETS}. Shorten their descriptions."
        raise SettingsError("invalid_value", message, "extensions")
