"""The email index's items: who holds an address, or for whom it is reserved."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import indexes as index_keys
from rightful.domain.address import Hold

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


_HOLD = Codec(
    Hold,
    names={"requester_key": "reserved_for", "until": "reserved_until", "conflict_id": "reserved_by"},
    spread={"reservation": ""},
)


def hold_item(hold: Hold) -> Item:
    """An email index item."""
    values = _HOLD.values(hold)
    if hold.reservation:
        values["due_key"] = index_keys.due("reservation", hold.canonical)
        values["due_sort"] = index_keys.due_sort(hold.reservation.until)
    return write_item(keys.hold(hold.canonical), values)


def read_hold(item: Mapping[str, "AttributeValueTypeDef"]) -> Hold:
    """The inverse of `hold_item`."""
    return _HOLD.read(item)
