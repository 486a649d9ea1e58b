"""The identity table's change stream (DynamoDB Streams, NEW_AND_OLD_IMAGES) as typed changes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar, cast

from rightful.aws.dynamodb.items.accounts import read_account, read_hold
from rightful.aws.dynamodb.items.conflicts import read_conflict
from rightful.aws.dynamodb.items.demands import read_demand
from rightful.aws.dynamodb.items.settings import read_directory, read_organization, read_token
from rightful.aws.dynamodb.keys import base as keys
from rightful.domain.events.change import (
    AccountChange,
    Change,
    ConflictChange,
    DemandChange,
    DirectoryChange,
    HoldChange,
    OrganizationChange,
    TokenChange,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Image = Mapping[str, AttributeValueTypeDef]

Kind = TypeVar("Kind")


class UnreadableChangeError(Exception):
    """A record does not have the shape that this version of the service writes or reads."""


def read_change(record: Mapping[str, object]) -> Change | None:
    """One record of a Lambda stream event; None for an item that nobody hears of.

    Raises:
        UnreadableChangeError: the record cannot be read.
    """
    try:
        return _read(cast("Mapping[str, Mapping[str, object]]", record)["dynamodb"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableChangeError(type(error).__name__) from error


def sequence_number(record: Mapping[str, object]) -> str:
    """By what a record is named in a partial batch response."""
    change = cast("Mapping[str, Mapping[str, object]]", record)["dynamodb"]
    return str(change["SequenceNumber"])


_MADE_OF: "Mapping[str, tuple[Callable[..., Change], Callable[[Image], object]]]" = {
    "ACCOUNT": (AccountChange, read_account),
    "EMAIL": (HoldChange, read_hold),
    "ORG": (OrganizationChange, read_organization),
    "TOKEN": (TokenChange, read_token),
    keys.DIRECTORY_PREFIX: (DirectoryChange, read_directory),
    keys.DEMAND_PREFIX: (DemandChange, read_demand),
    keys.CONFLICT_PREFIX: (ConflictChange, read_conflict),
}
"""What events are made of: a sort key, or how it begins (with "#" at its end) -> its change, and how it is read. The
template lets the stream call the publisher for these and no others; a test compares."""

HEARD_OF = tuple(_MADE_OF)


def _read(change: Mapping[str, object]) -> Change | None:
    sort_key = cast("Mapping[str, Mapping[str, str]]", change["Keys"])["sk"]["S"]
    at = datetime.fromtimestamp(float(cast("float", change["ApproximateCreationDateTime"])), UTC)
    kind = "".join(sort_key.partition("#")[:2])
    if kind not in _MADE_OF:
        return None
    made, read = _MADE_OF[kind]
    return made(*_images(change, read), at)


def _images(change: Mapping[str, object], read: "Callable[[Image], Kind]") -> tuple[Kind | None, Kind | None]:
    old, new = (cast("Image | None", change.get(name)) for name in ("OldImage", "NewImage"))
    return read(old) if old else None, read(new) if new else None
