"""Event log rows as DynamoDB items, and back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import base as keys
from rightful.domain.event_log import LogEntry, LogFilter, first_id_at

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_ENTRY = Codec(LogEntry, names={"id": "entry_id"})


def log_item(entry: LogEntry, retention: timedelta) -> Item:
    """A row, which DynamoDB removes after the retention."""
    values = {**_ENTRY.values(entry), "expires_at": int((entry.at + retention).timestamp())}
    return write_item(keys.log(entry.organization_id, entry.id), values)


def read_log_entry(item: Mapping[str, "AttributeValueTypeDef"]) -> LogEntry:
    """The inverse of `log_item`."""
    return _ENTRY.read(item)


def log_filters(wanted: LogFilter) -> Mapping[str, Sequence[str]]:
    """What a row's attributes have to be."""
    single = {
        "account_id": wanted.account_id,
        "conflict_id": wanted.conflict_id,
        "directory_id": wanted.directory_id,
        "conflict_class": wanted.conflict_class,
        "result": wanted.result.value if wanted.result else None,
    }
    filters: dict[str, Sequence[str]] = {name: (value,) for name, value in single.items() if value}
    if wanted.actions:
        filters["action"] = sorted(action.value for action in wanted.actions)
    return filters


def log_range(wanted: LogFilter) -> tuple[str, str] | None:
    """Between which sort keys the rows are: they begin with the time, and go on after it."""
    if wanted.since is None and wanted.until is None:
        return None
    return first_id_at(wanted.since) if wanted.since else "0", first_id_at(wanted.until) if wanted.until else "g"
