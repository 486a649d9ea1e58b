"""Publisher: what was committed to the identity table becomes events on the bus, and wakes who waited for it."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.aws.dynamodb.stream import UnreadableChangeError, read_change, sequence_number
from rightful.core.events.counting import count_changes
from rightful.core.events.publish import events_of, publish
from rightful.domain.events.change import ConflictChange
from rightful.domain.events.event import EventType
from rightful.ports.context import Context
from rightful.runtime.clients import (
    RemainingTime,
    conflict_queue,
    event_bus,
    identity_store,
    invocation_of,
    unpublished_queue,
)
from rightful.runtime.metrics import Metric
from rightful.runtime.observability import committed, count, failed, logger, observed, settings_unconfirmed

if TYPE_CHECKING:
    from rightful.domain.events.change import Change

_COUNTED_WITHIN = timedelta(minutes=15)
"""So long changes come again to be counted; then the figures go without them. Events never wait longer for figures."""


@observed
def handler(event: Mapping[str, Sequence[Mapping[str, object]]], context: RemainingTime) -> dict[str, object]:
    """Publish a batch of the stream, in order; names the first record that has to come again, with all after it."""
    changes: list[Change] = []
    numbers: list[str] = []
    for record in event["Records"]:
        try:
            change = read_change(record)
        except UnreadableChangeError as error:
            # Kept for a person; repeating it would only hold up everything that comes after it.
            failed("unreadable_change", error)
            unpublished_queue().keep(json.dumps(record, default=str))
            continue
        if change is not None:
            changes.append(change)
            numbers.append(sequence_number(record))
    done = publish(identity_store(), conflict_queue(), event_bus(), changes)
    logger.info("Published", extra={"records": len(changes), "events": done.events, "requeued": done.requeued})
    count(Metric.EVENTS_PUBLISHED, done.events)
    count(Metric.CONFLICTS_REQUEUED, done.requeued)
    first_failed = _uncounted(changes[: done.first_failed], context)
    if first_failed is None:
        first_failed = done.first_failed
    # What comes again is counted when it has gone out.
    for change in changes[:first_failed]:
        if isinstance(change, ConflictChange):
            committed(change)
        for told in events_of(change):
            if told.type is EventType.SETTINGS_UNCONFIRMED:
                settings_unconfirmed(told.organization_id or "")
    if first_failed is None:
        return {"batchItemFailures": []}
    count(Metric.PUBLISHING_FAILURES)
    return {"batchItemFailures": [{"itemIdentifier": numbers[first_failed]}]}


def _uncounted(changes: "Sequence[Change]", context: RemainingTime) -> int | None:
    """Add what was published to the figures of days. The position of the first change that has to come again for that;
    None: none."""
    invocation = invocation_of(context, "")
    try:
        position = count_changes(Context(identity_store(), invocation), changes)
    except (ClientError, BotoCoreError) as error:
        failed("uncounted", error)
        position = 0
    if position is None or changes[position].at < invocation.now - _COUNTED_WITHIN:
        return None
    return position
