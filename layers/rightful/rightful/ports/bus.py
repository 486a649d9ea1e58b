"""The event bus."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rightful.domain.event import Event


class EventBus(Protocol):
    """Where domain events go."""

    def publish(self, events: Sequence["Event"]) -> tuple[int, ...]:
        """Put events on the bus and return the positions of those that it did not take."""
        ...
