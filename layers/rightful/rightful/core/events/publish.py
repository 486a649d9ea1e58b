"""Publishing: what was committed becomes events on the bus, and wakes the conflicts that waited for it.

Works on the table's change stream: nothing is published that was not committed, and what was committed is published at
least once. Everything is derived from the images alone, so that doing it again does the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rightful.core.conflicts.lifecycle.requeue import requeue, requeue_pending
from rightful.core.events.of_accounts import account_events
from rightful.core.events.of_conflicts import conflict_events
from rightful.core.events.of_settings import settings_events
from rightful.core.events.requeues import asker_changed_by, requeued_by, swept_by
from rightful.domain.change import (
    AccountChange,
    Change,
    ConflictChange,
    DirectoryChange,
    OrganizationChange,
    TokenChange,
)
from rightful.domain.event import Event
from rightful.ports.queue import ConflictQueue, EventBus, QueueUnavailableError, ReexamineAll
from rightful.ports.store.contract import IdentityStore


@dataclass(frozen=True, slots=True)
class Published:
    """How it went: what reached the bus, how many conflicts were woken, and the position of the first change that has
    to be published again, with everything after it (None: all went well)."""

    events: int
    requeued: int
    first_failed: int | None


def events_of(change: Change) -> tuple[Event, ...]:
    """The events of one change. Pure."""
    if isinstance(change, AccountChange):
        return account_events(change)
    if isinstance(change, ConflictChange):
        return conflict_events(change)
    if isinstance(change, OrganizationChange | DirectoryChange | TokenChange):
        return settings_events(change)
    return ()


def publish(store: IdentityStore, queue: ConflictQueue, bus: EventBus, changes: Sequence[Change]) -> Published:
    """Wake who waits, then publish; what of it failed is told by its position, not raised."""
    failed: list[int] = []
    requeued = 0
    done: set[str] = set()
    for position, change in enumerate(changes):
        canonicals = [canonical for canonical in requeued_by(change) if canonical not in done]
        try:
            requeued += len(requeue(store, queue, canonicals, correlation_id=_correlation_id(change)))
            done.update(canonicals)
            asker = asker_changed_by(change)
            if asker is not None:
                requeued += len(requeue_pending(store, queue, asker, correlation_id=_correlation_id(change)))
            organization_id = swept_by(change)
            if organization_id is not None:
                queue.send_reexamine_all(ReexamineAll(organization_id), correlation_id=_correlation_id(change))
        except QueueUnavailableError:
            failed.append(position)
    numbered = [(position, event) for position, change in enumerate(changes) for event in events_of(change)]
    refused = bus.publish([event for _, event in numbered])
    failed += [numbered[index][0] for index in refused]
    return Published(len(numbered) - len(refused), requeued, min(failed, default=None))


def _correlation_id(change: Change) -> str:
    return f"woken-{change.at:%Y%m%dT%H%M%S}"
