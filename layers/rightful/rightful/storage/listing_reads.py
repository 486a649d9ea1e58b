"""Positions in listings, on the identity table."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightful.storage import group_keys, keys
from rightful.storage.items import Reader, write_item
from rightful.storage.listing_contract import Bookmark, Listing

if TYPE_CHECKING:
    from rightful.storage.table import StoredItem, Table


class ListingReads:
    """`storage.listing_contract.ListingStore` on the identity table."""

    identities: "Table"

    def skip(self, listing: Listing, number: int, position: str | None) -> tuple[int, str | None]:
        """See `ListingStore.skip`. An index that holds keys alone gives some thousand entries for each call."""
        skipped = 0
        start = _index_key(listing, position) if position is not None else None
        while skipped < number:
            entries, last = self.identities.index(
                "by_directory", "directory_key", _listing_key(listing), limit=number - skipped, start=start
            )
            skipped += len(entries)
            if last is None:
                return skipped, None
            start = last
        return skipped, start["directory_sort"]["S"] if start else None

    def bookmark(self, listing: Listing, start: int) -> Bookmark | None:
        """See `ListingStore.bookmark`."""
        answer = self.identities.client.query(
            TableName=self.identities.name,
            KeyConditionExpression="pk = :pk AND sk <= :start",
            ExpressionAttributeValues={
                ":pk": {"S": keys.bookmarks(listing.kind, listing.directory_id)},
                ":start": {"S": _sort_key(start)},
            },
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=1,
        )
        if not answer["Items"]:
            return None
        read = Reader(answer["Items"][0])
        until = datetime.fromtimestamp(read.number("expires_at"), UTC)
        return Bookmark(read.number("start"), read.text("position"), until)

    def put_bookmark(self, listing: Listing, bookmark: Bookmark) -> None:
        """See `ListingStore.put_bookmark`."""
        item = write_item(
            keys.Key(keys.bookmarks(listing.kind, listing.directory_id), _sort_key(bookmark.start)),
            {
                "start": bookmark.start,
                "position": bookmark.position,
                "expires_at": int(bookmark.until.timestamp()),
            },
        )
        self.identities.client.put_item(TableName=self.identities.name, Item=item)


def _sort_key(start: int) -> str:
    return f"{start:012d}"


def _listing_key(listing: Listing) -> str:
    if listing.kind == "users":
        return keys.of_directory(listing.directory_id)
    return group_keys.groups_of_directory(listing.directory_id)


def _index_key(listing: Listing, position: str) -> "StoredItem":
    if listing.kind == "users":
        return keys.listing_start(listing.directory_id, position)
    return group_keys.listing_start(listing.directory_id, position)
