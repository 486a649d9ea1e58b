"""The queue of conflicts, and the event bus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rightful.domain.conflicts.conflict import Pointer

if TYPE_CHECKING:
    from rightful.domain.events.event import Event


@dataclass(frozen=True, slots=True)
class ReexamineAll:
    """All live conflicts of an organization, from the one after `after` on: what the queue carries when what all of
    them rest on has changed."""

    organization_id: str
    after: str | None = None


class ConflictQueue(Protocol):
    """Where a recorded conflict is announced to the remediator."""

    def send(self, pointer: Pointer, *, correlation_id: str) -> None:
        """Send a pointer.

        Raises:
            QueueUnavailableError: it did not go out. The conflict is in the table: the janitor sends it later.
        """
        ...

    def send_all(self, pointers: Sequence[Pointer], *, correlation_id: str) -> None:
        """Send pointers, in batches.

        Raises:
            QueueUnavailableError: some did not go out; sending all of them again does no harm.
        """
        ...

    def send_reexamine_all(self, reexamine_all: ReexamineAll, *, correlation_id: str) -> None:
        """Send word that an organization's live conflicts have to be examined again.

        Raises:
            QueueUnavailableError: it did not go out.
        """
        ...


class QueueUnavailableError(Exception):
    """The queue did not take the message."""


class EventBus(Protocol):
    """Where domain events go."""

    def publish(self, events: Sequence["Event"]) -> tuple[int, ...]:
        """Put events on the bus and return the positions of those that it did not take."""
        ...
