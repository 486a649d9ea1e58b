"""The event bus on EventBridge."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.domain.event import Event

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "rightful"
"""EventBridge rules select by it: {"source": ["rightful"], "detail-type": ["account.sessions.revoke"]}."""

_ENTRIES_PER_CALL = 10
"""PutEvents' limit; ten of our events stay far below its limit of 256 KB."""


class EventBridgeBus:
    """`ports.queue.EventBus` on one EventBridge bus."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        """Args: the low-level client, and the bus's name or ARN."""
        self._client = client
        self._name = name

    def publish(self, events: Sequence[Event]) -> tuple[int, ...]:
        failed: list[int] = []
        for start in range(0, len(events), _ENTRIES_PER_CALL):
            batch = events[start : start + _ENTRIES_PER_CALL]
            failed += [start + position for position in self._put(batch)]
        return tuple(failed)

    def _put(self, events: Sequence[Event]) -> list[int]:
        """PutEvents is not all or nothing: an entry with an ErrorCode was not taken, and has to be sent again."""
        try:
            answer = self._client.put_events(Entries=[self._entry(event) for event in events])
        except (ClientError, BotoCoreError):
            return list(range(len(events)))
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
