"""From a Lambda context to an `Invocation`."""

from datetime import UTC, datetime
from typing import Protocol

from rightful.ports.context import Invocation


class RemainingTime(Protocol):
    """The part of a Lambda context that use cases care about."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...


def invocation_of(context: RemainingTime, correlation_id: str) -> Invocation:
    """This invocation's moment, time limit and correlation id."""
    return Invocation(
        now=datetime.now(UTC),
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
        correlation_id=correlation_id,
    )
