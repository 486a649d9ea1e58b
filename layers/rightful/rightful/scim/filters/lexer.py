"""Tokens of filters and PATCH paths (RFC 7644 sections 3.4.2.2 and 3.5.2).

One pass over the text, no regular expression, no backtracking: the time is linear in the length.
A word is everything between blanks, quotes and brackets, so that URNs (with their dots and
colons), numbers and dates without quotes are one token each; the parser decides what it is.
"""

import json
from dataclasses import dataclass

WORD, STRING = "word", "string"
_BLANK = " \t\r\n"
_BRACKETS = "()[]"
_ENDS_WORD = frozenset(_BLANK + _BRACKETS + '"')


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is WORD, STRING or the bracket itself; `text` is as written, quotes included."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Split `text`; a string without its closing quote raises ValueError."""
    found: list[Token] = []
    position, length = 0, len(text)
    while position < length:
        character = text[position]
        if character in _BLANK:
            position += 1
            continue
        if character in _BRACKETS:
            end, kind = position + 1, character
        elif character == '"':
            end, kind = _string_end(text, position), STRING
        else:
            end, kind = position + 1, WORD
            while end < length and text[end] not in _ENDS_WORD:
                end += 1
        found.append(Token(kind, text[position:end], position, end))
        position = end
    return found


def _string_end(text: str, start: int) -> int:
    position, length = start + 1, len(text)
    while position < length:
        character = text[position]
        if character == '"':
            return position + 1
        position += 2 if character == "\\" else 1
    raise ValueError(f"the string that starts at character {start + 1} has no closing quote")


def string_value(token: Token) -> str:
    """Return what a STRING token stands for; ValueError for what JSON or Unicode does not allow."""
    inner = token.text[1:-1]
    if "\\" not in inner and inner.isprintable():
        return inner
    value = json.loads(token.text)
    if not isinstance(value, str):
        raise ValueError(f"{token.text[:64]} is not a JSON string")
    if not value.isascii():
        value.encode()
    return value


def number_value(text: str) -> int | float | None:
    """Return the JSON number that `text` is, or None if it is none."""
    digits = text.removeprefix("-")
    if not digits[:1].isdigit() or not text.isascii() or len(text) > 64:
        return None
    try:
        number = json.loads(text)
    except ValueError:
        return None
    return number if isinstance(number, (int, float)) and number - number == 0 else None
