"""Publisher: what was committed to the identity table becomes events on the bus, and wakes who waited for it."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.stream import UnreadableChangeError, read_change, sequence_number
from rightful.core.events.publish import events_of, publish
from rightful.domain.events.change import ConflictChange
from rightful.domain.events.event import EventType
from rightful.runtime.clients import conflict_queue, event_bus, identity_store, unpublished_queue
from rightful.runtime.metrics import Metric
from rightful.runtime.observability import committed, count, failed, logger, observed, settings_unconfirmed

if TYPE_CHECKING:
    from rightful.domain.events.change import Change


@observed
def handler(event: Mapping[str, Sequence[Mapping[str, object]]], _context: object) -> dict[str, object]:
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
    # What comes again is counted when it has gone out.
    for change in changes[: done.first_failed]:
        if isinstance(change, ConflictChange):
            committed(change)
        for told in events_of(change):
            if told.type is EventType.SETTINGS_UNCONFIRMED:
                settings_unconfirmed(told.organization_id or "")
    if done.first_failed is None:
        return {"batchItemFailures": []}
    count(Metric.PUBLISHING_FAILURES)
    return {"batchItemFailures": [{"itemIdentifier": numbers[done.first_failed]}]}
