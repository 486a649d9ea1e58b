"""What ids look like. They are all made by the server; what a client sends in an id's place is checked before it
becomes part of a key, which DynamoDB refuses from 1,024 octets on."""

import re

ID_PATTERN = r"[0-9A-Za-z_-]{1,64}"

_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """Whether there can be anything of that id."""
    return _ID.fullmatch(text) is not None


MAX_KEY_OCTETS = 512
"""For userName (folded, which can make it longer) and externalId, which are part of keys: DynamoDB's are at most 2048
octets."""


def fits_key(text: str, octets: int = MAX_KEY_OCTETS) -> bool:
    """Whether a text that a client chose is short enough to be part of a key."""
    return len(text.encode("utf-8", "surrogatepass")) <= octets
