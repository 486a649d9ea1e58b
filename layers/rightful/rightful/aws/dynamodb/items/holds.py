"""The email index's items: who holds an address, or for whom it is reserved."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Reader, Scalar, write_item
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import indexes as index_keys
from rightful.domain.hold import Hold, Reservation

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


def hold_item(hold: Hold) -> Item:
    """An email index item."""
    values: dict[str, Scalar] = {"account_id": hold.account_id, "canonical": hold.canonical}
    if hold.reservation:
        values |= {
            "reserved_for": hold.reservation.requester_key,
            "reserved_until": hold.reservation.until,
            "reserved_by": hold.reservation.conflict_id,
            "organization_id": hold.reservation.organization_id,
            "due_key": index_keys.due("reservation", hold.canonical),
            "due_sort": index_keys.due_sort(hold.reservation.until),
        }
    return write_item(keys.hold(hold.canonical), values)


def read_hold(item: Mapping[str, "AttributeValueTypeDef"]) -> Hold:
    """The inverse of `hold_item`."""
    read = Reader(item)
    reserved_for = read.optional_text("reserved_for")
    return Hold(
        canonical=read.text("canonical"),
        account_id=read.optional_text("account_id"),
        reservation=Reservation(
            requester_key=reserved_for,
            conflict_id=read.text("reserved_by"),
            organization_id=read.text("organization_id"),
            until=read.moment("reserved_until"),
        )
        if reserved_for is not None
        else None,
    )
