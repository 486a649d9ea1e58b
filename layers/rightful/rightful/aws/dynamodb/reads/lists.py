"""Positions in listings, on the identity table."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Reader, json_text, write_item
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.ports.key import ItemKey
from rightful.ports.store.lists import Landmarks, Listing
from rightful.ports.writes.settings import COUNTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightful.aws.dynamodb.table import StoredItem, Table


class ListingReads:
    """`ports.store.lists.ListingStore` on the identity table."""

    identities: "Table"

    def skip(self, listing: Listing, number: int, position: str | None) -> str | None:
        entries, _ = listed_entries(self.identities, listing, limit=1, position=position, skip=number - 1)
        return place_of(entries[0]) if entries else None

    def landmarks(self, listing: Listing, *, now: datetime) -> Landmarks:
        there = keys.landmarks(listing.kind, listing.directory_id)
        items = self.identities.get_items([there, *counters(listing)])
        item = items.pop(there, None)
        shifts = sum(Reader(counter).number("shifts") for counter in items.values())
        read = Reader(item or {})
        if item is None or read.number("shifts") != shifts or read.number("expires_at") <= now.timestamp():
            return Landmarks(shifts)
        return Landmarks(shifts, tuple(json.loads(read.text("positions"))))

    def put_landmarks(self, listing: Listing, landmarks: Landmarks, *, until: datetime) -> None:
        item = write_item(
            keys.landmarks(listing.kind, listing.directory_id),
            {
                "shifts": landmarks.shifts,
                "positions": json_text(landmarks.positions),
                "expires_at": int(until.timestamp()),
            },
        )
        self.identities.client.put_item(TableName=self.identities.name, Item=item)


def listed_entries(
    table: "Table", listing: Listing, *, limit: int, position: str | None, skip: int
) -> "tuple[list[StoredItem], str | None]":
    """Entries of a listing after `position` and `skip` more, and where to go on if there may be others. The index
    holds keys alone: a call gives some thousand entries."""
    entries: list[StoredItem] = []
    start = _index_key(listing, position) if position is not None else None
    while True:
        more, start = table.index(
            "by_directory", "directory_key", _listing_key(listing), limit=skip + limit - len(entries), start=start
        )
        entries += more
        if start is None or len(entries) == skip + limit:
            return entries[skip:], place_of(start) if start else None


def place_of(entry: "StoredItem") -> str:
    """The position of an entry."""
    return entry["directory_sort"]["S"]


def counters(listing: Listing) -> list[ItemKey]:
    """The counters whose sum is the number of entries, and whose `shifts` count what left."""
    counter = keys.counter if listing.kind == "users" else group_keys.counter
    return [counter(listing.directory_id, shard) for shard in range(COUNTERS)]


def counted_in(table: "Table", listing: Listing) -> int:
    """How many entries there are."""
    return total_of(listing, table.get_items(counters(listing)))


def total_of(listing: Listing, items: "Mapping[ItemKey, StoredItem]") -> int:
    """How many entries there are by the counters among these items."""
    number = "user_count" if listing.kind == "users" else "group_count"
    return sum(Reader(items[key]).number(number) for key in counters(listing) if key in items)


def _listing_key(listing: Listing) -> str:
    if listing.kind == "users":
        return keys.of_directory(listing.directory_id)
    return group_keys.groups_of_directory(listing.directory_id)


def _index_key(listing: Listing, position: str) -> "StoredItem":
    if listing.kind == "users":
        return keys.listing_start(listing.directory_id, position)
    return group_keys.listing_start(listing.directory_id, position)
