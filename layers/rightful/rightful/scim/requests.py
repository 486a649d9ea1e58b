"""From the text of a request to plain data, and versions as weak entity tags (RFC 7644 section 3.14): what comes before
any SCIM rule."""

import json

from rightful.scim.errors import (
    ScimError,
    invalid_syntax,
    payload_too_large,
    precondition_failed,
    unsupported_media_type,
)
from rightful.text.utf8 import is_intact

MEDIA_TYPE = "application/scim+json"
MAX_DEPTH = 32
"""Objects and lists within each other. A SCIM message needs fewer than ten."""

_MOST_DIGITS = 309
"""As many as the largest finite number with a fraction can have: neither kind goes further than the other."""

_ACCEPTED = frozenset({MEDIA_TYPE, "application/json"})
_CHARSETS = frozenset({"utf-8", "utf8"})


def parse_body(raw: str | None, content_type: str | None, *, limit_bytes: int) -> dict[str, object]:
    """Return the JSON object in a request body.

    A missing Content-Type is taken as JSON; some clients forget it, and nothing else is possible.

    Raises:
        ScimError: 415 for another media type or charset; 413 over `limit_bytes`; 400 invalidSyntax for an empty body,
            what is not UTF-8,
            broken JSON, NaN and infinities, one key twice in whatever case (attribute names are case-insensitive, RFC
            7643 section 2.1, so the second would silently win), nesting over MAX_DEPTH, unpaired surrogates, or
            anything but an object.
    """
    if content_type:
        _check_media_type(content_type)
    if not raw or raw.isspace():
        raise invalid_syntax("The body is empty: send a JSON object.")
    if not is_intact(raw):
        raise invalid_syntax("The body is not UTF-8, or letters of it were lost on the way (U+FFFD): send UTF-8.")
    if len(raw) > limit_bytes or (len(raw) * 4 > limit_bytes and _size(raw) > limit_bytes):
        raise payload_too_large(f"The body is larger than {limit_bytes} bytes: send less in one request.")
    try:
        # RFC 8259 section 8.1: a byte order mark may be ignored.
        body = _DECODER.decode(raw.removeprefix("\ufeff"))
    except RecursionError:
        raise _too_deep() from None
    except ValueError as broken:
        raise invalid_syntax(f"The body is not valid JSON: {broken}.") from None
    if not isinstance(body, dict):
        raise invalid_syntax("The body must be a JSON object.")
    if raw.count("{") + raw.count("[") > MAX_DEPTH:
        _check_depth(body)
    if not raw.isascii() or "\\u" in raw:
        _check_surrogates(body)
    return body


def _check_media_type(content_type: str) -> None:
    media_type, *parameters = content_type.lower().split(";")
    if media_type.strip() not in _ACCEPTED:
        raise unsupported_media_type(content_type)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in _CHARSETS:
            raise unsupported_media_type(content_type)


def _size(raw: str) -> int:
    return len(raw.encode("utf-8", "surrogatepass"))


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len({key.lower() for key in made}) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key.lower() in seen:
                raise ValueError(f"the key {key[:64]!r} occurs twice (case does not count)")
            seen.add(key.lower())
    return made


def _no_constant(text: str) -> object:
    raise ValueError(f"{text} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError(f"the number {text[:32]} is too large")
    return number


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"the number {text[:32]}... is too large")
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole
)


def _too_deep() -> ScimError:
    return invalid_syntax(
        f"The body has more than {MAX_DEPTH} objects and lists within each other: send a flatter one."
    )


def _check_depth(body: dict[str, object]) -> None:
    level: list[object] = [body]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise _too_deep()


def _check_surrogates(body: dict[str, object]) -> None:
    """An unpaired surrogate is legal JSON but no Unicode text: nothing could store or send it."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise invalid_syntax(
            "The body has an unpaired surrogate (\\ud800 to \\udfff) in a string: send Unicode text."
        ) from None


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
