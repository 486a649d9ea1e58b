"""Text that shows what it is: names and keys that people compare by eye."""

import re

_DECEIVING = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters (C0, DEL, C1), and those that turn the direction of writing, so that one name looks like another
(Unicode Technical Report 36, "Bidirectional Text Spoofing")."""


def is_plain(text: str) -> bool:
    """Whether a text has no control characters and none that turn the direction of writing."""
    return _DECEIVING.search(text) is None
