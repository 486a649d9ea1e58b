"""Keyed hashes: what logs hold instead of an address, and the key that cursors are signed with."""

import hmac
from hashlib import sha256

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
