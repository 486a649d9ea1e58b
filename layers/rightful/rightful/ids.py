"""What ids look like. They are all made by the server; what a client sends in an id's place is checked before it
becomes part of a key, which DynamoDB refuses from 1,024 octets on."""

import re

ID_PATTERN = r"[0-9A-Za-z_-]{1,64}"

_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """Whether there can be anything of that id."""
    return _ID.fullmatch(text) is not None
