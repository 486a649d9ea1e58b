"""Text that shows what it is: names and keys that people compare by eye."""

import re
import unicodedata

_DECEIVING = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters (C0, DEL, C1), and those that turn the direction of writing, so that one name looks like another
(Unicode Technical Report 36, "Bidirectional Text Spoofing")."""


_BREAKING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's control, format and surrogate characters and its line ends."""

_LONGEST_NAME = 200
"""Characters of a name that a row of the log shows: it is for recognising somebody, not a place to store things."""


def one_line(name: str) -> str:
    """A name as a row of the event log shows it: short, and without what would break the line."""
    return without_breaks(name[:_LONGEST_NAME])


def without_breaks(text: str) -> str:
    """A text without what would break the line or turn it."""
    return "".join(character for character in text if unicodedata.category(character) not in _BREAKING)


def is_plain(text: str) -> bool:
    """Whether a text has no control characters and none that turn the direction of writing."""
    return _DECEIVING.search(text) is None
