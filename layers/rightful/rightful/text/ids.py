"""What ids, times and keyed hashes look like. Ids are all made by the server; what a client sends in an
id's place is checked before it becomes part of a key, which DynamoDB refuses from 1,024 octets on."""

import hmac
import re
from datetime import UTC, datetime
from hashlib import sha256

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


_DIGITS = 24
"""96 bits: no two addresses of one stack share a hash, and a log line stays readable."""


def address_hash(canonical: str, key: str) -> str:
    """The keyed hash (HMAC-SHA-256, RFC 2104) of an address' canonical form; "" without a key.

    Keyed, because addresses can be guessed: a plain hash would be an address to anybody with a list of names.
    """
    if not key:
        return ""
    return hmac.digest(key.encode(), canonical.encode("utf-8", "surrogatepass"), "sha256").hex()[:_DIGITS]


def cursor_key_of(setting: str) -> bytes:
    """The key that cursors of a deployment are signed with. The setting (the identity table's name, which AWS makes)
    is not public, and need be no more than that: a forged cursor would open nothing."""
    return sha256(b"rightful cursors\x00" + setting.encode()).digest()
