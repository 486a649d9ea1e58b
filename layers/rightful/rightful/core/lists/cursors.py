"""Cursors (RFC 9865): where a list goes on, as an opaque text that only this service can have made.

A cursor is bound to what it was given for (directory, endpoint, filter, order) and ends after an hour. It is no secret
and opens nothing: whatever position it names, only the caller's own directory is read.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

from rightful.scim.errors import expired_cursor, invalid_cursor
from rightful.scim.filters.sorting import SortKey

Rank = tuple[SortKey, int, str, str]
"""Key, collection, position, id."""

_MOST_CHARACTERS = 200
"""Of a text that count for its place: a rank is part of a cursor, and that of a URL."""


def rank(key: SortKey, collection: int, position: str, resource_id: str) -> Rank:
    """The place of a resource."""
    if len(key) == 2 and isinstance(key[1], str):
        key = (key[0], key[1][:_MOST_CHARACTERS])
    return key, collection, position, resource_id


def as_rank(document: object) -> Rank:
    """The inverse of what JSON makes of a rank: tuples again."""
    return cast("Rank", _tuples(document))


def _tuples(document: object) -> object:
    return tuple(map(_tuples, document)) if isinstance(document, list) else document


LIFETIME = timedelta(hours=1)
_MAC_OCTETS = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: in which collection, after which position; or, for results that are put in order as a whole,
    after which rank. Never after how many: what is shown may be gone by then."""

    collection: int = 0
    position: str | None = None
    rank: Rank | None = None


@dataclass(frozen=True, slots=True)
class Cursors:
    """Gives out cursors and takes them back.

    Attributes:
        key: what they are signed with.
        scope: what they are good for; the same list asked for again has the same scope.
        now: the moment of the request.
    """

    key: bytes
    scope: str
    now: datetime

    def give(self, place: Place) -> str:
        """A cursor for that place."""
        ends = int((self.now + LIFETIME).timestamp())
        payload = json.dumps([ends, place.collection, place.position, place.rank]).encode()
        return urlsafe_b64encode(self._mac(payload) + payload).decode().rstrip("=")

    def take(self, cursor: str) -> Place:
        """The place that a cursor names.

        Raises:
            ScimError: 400 invalidCursor, it was not given out for this list; 400 expiredCursor.
        """
        try:
            octets = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise invalid_cursor() from None
        mac, payload = octets[:_MAC_OCTETS], octets[_MAC_OCTETS:]
        if not hmac.compare_digest(mac, self._mac(payload)):
            raise invalid_cursor()
        ends, collection, position, rank = json.loads(payload)
        if ends <= self.now.timestamp():
            raise expired_cursor()
        return Place(collection, position, as_rank(rank) if rank is not None else None)

    def _mac(self, payload: bytes) -> bytes:
        message = payload + b"\x00" + self.scope.encode("utf-8", "surrogatepass")
        return hmac.new(self.key, message, sha256).digest()[:_MAC_OCTETS]
