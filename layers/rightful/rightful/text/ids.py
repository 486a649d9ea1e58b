"""What ids and times look like. Ids are all made by the server; what a client sends in an id's place is checked before
it becomes part of a key, which DynamoDB refuses from 1,024 octets on."""

import re
from datetime import UTC, datetime

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


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: a SCIM dateTime (RFC 7643 section 2.3.5), and what the other APIs and the
    events have, too."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
