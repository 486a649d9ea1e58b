"""What logs hold instead of an address: a hash that only who has the stack's key can make from an address."""

import hmac

_DIGITS = 24
"""96 bits: no two addresses of one stack share a hash, and a log line stays readable."""


def address_hash(canonical: str, key: str) -> str:
    """The keyed hash (HMAC-SHA-256, RFC 2104) of an address' canonical form; "" without a key.

    Keyed, because addresses can be guessed: a plain hash would be an address to anybody with a list of names.
    """
    if not key:
        return ""
    return hmac.digest(key.encode(), canonical.encode("utf-8", "surrogatepass"), "sha256").hex()[:_DIGITS]
