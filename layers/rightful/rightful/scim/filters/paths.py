"""Attribute paths: `userName`, `name.givenName`, `emails[type eq "work"].value`, `urn:...:User:manager`.

Parsing a path needs no schema; finding out what it names does, because only the schema knows
where a URN with dots and colons ends (RFC 7644 section 3.10).
"""

from dataclasses import dataclass
from functools import lru_cache

from rightful.scim.errors import ScimError, invalid_path
from rightful.scim.filters.expressions import MAX_LENGTH, Filter, Parser
from rightful.scim.filters.lexer import WORD
from rightful.scim.schemas.attributes import Attribute, ResourceType, Schema


@dataclass(frozen=True, slots=True)
class Path:
    """A PATCH path as written (RFC 7644 section 3.5.2, figure 7).

    `attribute` may carry a URN and a sub-attribute. `filter` and `sub_attribute` are those of
    `attribute[filter].sub_attribute`.
    """

    text: str
    attribute: str
    filter: Filter | None = None
    sub_attribute: str | None = None


@lru_cache(maxsize=1024)
def parse_path(text: str) -> Path:
    """Return the path that `text` is.

    Raises:
        ScimError: 400 invalidPath for anything that is no path, invalidFilter or tooMany for what is wrong within the
            brackets.
    """
    if len(text) > MAX_LENGTH:
        raise invalid_path(f"'path' is longer than {MAX_LENGTH} characters: send a shorter one.")
    if '"' not in text and not any(c in text for c in " \t\r\n()[]") and text:
        return Path(text, text)
    parser = Parser(text)
    name = parser.peek()
    if name is None or name.kind != WORD:
        raise _not_a_path(text)
    parser.position += 1
    bracket = parser.peek()
    if bracket is None:
        return Path(text, name.text)
    if bracket.kind != "[" or bracket.start != name.end:
        raise _not_a_path(text)
    parser.position += 1
    try:
        value_filter = parser.value_filter()
    except ScimError as error:
        raise ScimError(error.status, error.scim_type, f"{text[:128]!r}: {error.detail}") from None
    sub_attribute = parser.sub_attribute()
    if parser.peek() is not None:
        raise _not_a_path(text)
    return Path(text, name.text, value_filter, sub_attribute)


def _not_a_path(text: str) -> ScimError:
    return invalid_path(
        f"{text[:128]!r} is not a path: write attribute, attribute.sub, attribute[filter] or attribute[filter].sub."
    )


@dataclass(frozen=True, eq=False, slots=True)
class Target:
    """What an attribute path names in one resource type.

    `extension` is the extension that the attribute lives in, None for core and common attributes.
    `attribute` is None when the path is a URN alone: the whole extension, or the whole resource.
    """

    extension: Schema | None
    attribute: Attribute | None
    sub: Attribute | None
    name: str
    """The canonical spelling of the path."""


@lru_cache(maxsize=4096)
def locate(name: str, rt: ResourceType) -> Target | None:
    """Return what `name` (any case, with or without URN) names in `rt`, or None if it names nothing."""
    extension: Schema | None = None
    known = rt.attributes
    rest, prefix = name.lower(), ""
    if rest.startswith("urn:"):
        found = _longest_urn(rest, rt)
        if found is None:
            return None
        extension = found if found is not rt.schema else None
        if len(found.id) == len(rest):
            return Target(extension, None, None, found.id)
        rest = rest[len(found.id) + 1 :]
        if extension is not None:
            known, prefix = extension.by_name, extension.id + ":"
    main, dot, sub_name = rest.partition(".")
    attribute = known.get(main)
    if attribute is None:
        return None
    if not dot:
        return Target(extension, attribute, None, prefix + attribute.name)
    sub = attribute.by_name.get(sub_name)
    if sub is None:
        return None
    return Target(extension, attribute, sub, f"{prefix}{attribute.name}.{sub.name}")


def _longest_urn(text: str, rt: ResourceType) -> Schema | None:
    fitting = [urn for urn in rt.schemas_by_urn if text == urn or text.startswith(urn + ":")]
    return rt.schemas_by_urn[max(fitting, key=len)] if fitting else None
