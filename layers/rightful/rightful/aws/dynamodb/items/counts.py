"""Figures of a day as DynamoDB items, and back. They are in the table of the event log: that has no stream, which would
tell of each addition, and nothing that looks at all of its items."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Reader, text_of, write_item, write_key
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.table import NEW, Action, Tables, values_of
from rightful.domain.events.counts import FIGURES, KEPT_FOR, Counts, DayCounts

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.ports.writes.counts import AddCounts, MarkCounted

_NONE_LATER = "attribute_not_exists(last_push_at) OR last_push_at <= :at"


def marking(write: "MarkCounted", tables: Tables) -> Action:
    """The action that notes an occasion."""
    item = write_item(keys.counted(write.occasion), {"expires_at": int(write.until.timestamp())})
    return Action("Put", tables.event_log, item, NEW)


def adding(write: "AddCounts", tables: Tables) -> Action:
    """The action that adds figures."""
    figures = {name: times for name, times in write.added.figures.items() if times}
    pushed, until = write.added.last_push_at, write.day.toordinal() - _EPOCH + KEPT_FOR.days
    change = "SET expires_at = :until" + (", last_push_at = :at" if pushed else "")
    if figures:
        change += " ADD " + ", ".join(f"{name} :{name}" for name in figures)
    return Action(
        "Update",
        tables.event_log,
        write_key(keys.counts(write.organization_id, write.day.isoformat(), write.directory_id)),
        _NONE_LATER if pushed else None,
        values_of(**figures, until=until * 86_400, at=text_of(pushed) if pushed else None),
        change,
    )


_EPOCH = date(1970, 1, 1).toordinal()


def read_counts(item: Mapping[str, "AttributeValueTypeDef"]) -> DayCounts:
    """The figures that `adding` made."""
    read = Reader(item)
    day, _, directory_id = read.text("sk").partition("#")
    figures = {name: read.number(name) for name in sorted(FIGURES & item.keys())}
    last = read.moment("last_push_at") if "last_push_at" in item else None
    return DayCounts(directory_id, date.fromisoformat(day), Counts(figures, last))
