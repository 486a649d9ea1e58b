"""The event bus on EventBridge."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.domain.events.event import Event

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "rightful"
"""EventBridge rules select by it: {"source": ["rightful"], "detail-type": ["account.sessions.revoke"]}."""

_ENTRIES_PER_CALL = 10
_OCTETS_PER_CALL = 200_000
"""Below PutEvents' limits: ten entries, and 256 KB in all. A rotation of thirty people is a long event."""


class EventBridgeBus:
    """`ports.queue.EventBus` on one EventBridge bus."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        """Args: the low-level client, and the bus's name or ARN."""
        self._client = client
        self._name = name

    def publish(self, events: Sequence[Event]) -> tuple[int, ...]:
        failed: list[int] = []
        start = 0
        for batch in _batches([self._entry(event) for event in events]):
            failed += [start + position for position in self._put(batch)]
            start += len(batch)
        return tuple(failed)

    def _put(self, entries: "Sequence[PutEventsRequestEntryTypeDef]") -> list[int]:
        """PutEvents is not all or nothing: an entry with an ErrorCode was not taken, and has to be sent again."""
        try:
            answer = self._client.put_events(Entries=entries)
        except (ClientError, BotoCoreError):
            return list(range(len(entries)))
        if not answer.get("FailedEntryCount"):
            return []
        return [position for position, entry in enumerate(answer["Entries"]) if entry.get("ErrorCode")]

    def _entry(self, event: Event) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.type.value,
            "Time": event.at,
            "Detail": json.dumps(event.detail(), ensure_ascii=False),
        }


def _batches(entries: "Sequence[PutEventsRequestEntryTypeDef]") -> "Iterator[list[PutEventsRequestEntryTypeDef]]":
    """In order, each as large as one call may be."""
    batch: list[PutEventsRequestEntryTypeDef] = []
    octets = 0
    for entry in entries:
        size = len(entry["Detail"].encode())
        if batch and (len(batch) == _ENTRIES_PER_CALL or octets + size > _OCTETS_PER_CALL):
            yield batch
            batch, octets = [], 0
        batch.append(entry)
        octets += size
    if batch:
        yield batch
