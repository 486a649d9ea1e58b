"""Very many conflicts and rows, of which each is cheap: an item is made once, and then only what tells it apart."""

from collections.abc import Mapping
from datetime import timedelta

from rightful.aws.dynamodb.items.conflicts import conflict_item, log_item
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.events.event_log import LogEntry, first_id_at
from tests.support.dynamodb.expressions import Item
from tests.support.dynamodb.schema import EVENT_LOG, IDENTITY, RETENTION
from tests.support.dynamodb.store import TestedStore


def conflicts_like(store: TestedStore, pattern: Conflict, number: int, **changed: str) -> None:
    """So many conflicts, each a second after the one before, the first of them a second after the pattern was made."""
    item = {**conflict_item(pattern, RETENTION), **_texts(changed)}
    for each in range(number):
        conflict_id = f"{first_id_at(pattern.created_at + timedelta(seconds=each + 1))}{each:020x}"
        _put(store, IDENTITY, {**item, **_texts({"sk": f"CONFLICT#{conflict_id}", "conflict_id": conflict_id})})


def rows_like(store: TestedStore, pattern: LogEntry, number: int, **changed: str) -> None:
    """So many rows of the event log, as `conflicts_like`."""
    item = {**log_item(pattern, RETENTION), **_texts(changed)}
    for each in range(number):
        row_id = f"{first_id_at(pattern.at + timedelta(seconds=each + 1))}{each:020x}"
        _put(store, EVENT_LOG, {**item, **_texts({"sk": row_id, "entry_id": row_id})})


def _texts(values: Mapping[str, str]) -> Item:
    return {name: {"S": value} for name, value in values.items()}


def _put(store: TestedStore, table: str, item: Item) -> None:
    store.tables_of_test[table].put((item["pk"]["S"], item["sk"]["S"]), item)
