"""Event log rows as DynamoDB items, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Reader, Scalar, write_item
from rightful.aws.dynamodb.keys import base as keys
from rightful.domain.event_log import Action, LogEntry, LogFilter, Result, first_id_at

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_TYPED = frozenset({"id", "at", "action", "result", "organization_id", "retried_by_idp"})
_TEXTS = tuple(field.name for field in fields(LogEntry) if field.name not in _TYPED)
_NEVER_NONE = frozenset({"subject", "explanation", "next_step_who", "next_step_what", "correlation_id"})


def log_item(entry: LogEntry, retention: timedelta) -> Item:
    """A row, which DynamoDB removes after the retention."""
    values: dict[str, Scalar] = {name: getattr(entry, name) for name in _TEXTS}
    values |= {name: values[name] or None for name in _NEVER_NONE}
    values |= {
        "entry_id": entry.id,
        "organization_id": entry.organization_id,
        "at": entry.at,
        "action": entry.action.value,
        "result": entry.result.value,
        "retried_by_idp": entry.retried_by_idp,
        "expires_at": int((entry.at + retention).timestamp()),
    }
    return write_item(keys.log(entry.organization_id, entry.id), values)


def read_log_entry(item: Mapping[str, "AttributeValueTypeDef"]) -> LogEntry:
    """The inverse of `log_item`."""
    read = Reader(item)
    texts = {name: read.optional_text(name) for name in _TEXTS}
    texts |= {name: texts[name] or "" for name in _NEVER_NONE}
    return LogEntry(
        id=read.text("entry_id"),
        organization_id=read.text("organization_id"),
        at=read.moment("at"),
        action=Action(read.text("action")),
        result=Result(read.text("result")),
        retried_by_idp=read.flag("retried_by_idp") if "retried_by_idp" in item else None,
        **texts,  # type: ignore[arg-type]  # every remaining field is text, or text or None
    )


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
