"""Versions as weak entity tags, and the conditions on them: RFC 7644 section 3.14, RFC 9110 section 13.1.

All comparisons are weak. RFC 9110 wants a strong one for If-Match, under which the weak tags that
SCIM prescribes could never match; RFC 7644 shows If-Match with weak tags.
"""

from rightful.scim.errors import precondition_failed


def etag(version: int | str) -> str:
    """Return the entity tag of a version, as in `ETag:` and `meta.version`."""
    return f'W/"{version}"'


def require_match(if_match: str | None, current: str) -> None:
    """Let a change pass if there is no If-Match, or if it names `current` (an entity tag) or `*`.

    Raises:
        ScimError: 412.
    """
    if if_match is not None and if_match.strip() and not _names(if_match, current):
        raise precondition_failed()


def require_none_match(if_none_match: str | None, current: str) -> None:
    """Let a change pass unless If-None-Match names `current`, or `*` (RFC 9110 section 13.1.2).

    Raises:
        ScimError: 412.
    """
    if not_modified(if_none_match, current):
        raise precondition_failed("The resource has the version that If-None-Match rules out: leave the header out.")


def not_modified(if_none_match: str | None, current: str) -> bool:
    """Tell whether a GET is to be answered 304: If-None-Match names `current`, or `*`."""
    return if_none_match is not None and _names(if_none_match, current)


def _names(header: str, current: str) -> bool:
    if header.strip() == "*":
        return True
    return _opaque(current) in {_opaque(tag) for tag in _split(header)}


def _split(header: str) -> list[str]:
    """Split at the commas outside quotes; a tag may hold a comma."""
    tags, start, quoted = [], 0, False
    for place, character in enumerate(header):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            tags.append(header[start:place])
            start = place + 1
    tags.append(header[start:])
    return [tag.strip() for tag in tags if tag.strip()]


def _opaque(tag: str) -> str:
    """Return the tag without its weakness; clients that drop the quotes are understood, too."""
    return tag.removeprefix("W/").removeprefix("w/").strip('"')
