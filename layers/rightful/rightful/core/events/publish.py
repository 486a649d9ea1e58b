"""Publishing: what was committed becomes events on the bus, and wakes the conflicts that waited for it.

Works on the table's change stream: nothing is published that was not committed, and what was committed is published at
least once. Everything is derived from the images alone, so that doing it again does the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rightful.core.conflicts import demands
from rightful.core.conflicts.lifecycle.requeue import requeue, requeue_pending
from rightful.core.conflicts.reading.people import legs_asked, names_asked
from rightful.core.events.of_accounts import account_events
from rightful.core.events.of_conflicts import conflict_events
from rightful.core.events.of_demands import demand_events
from rightful.core.events.of_keys import directories_asked, key_events
from rightful.core.events.of_settings import settings_events
from rightful.core.events.removals import end_what_is_left
from rightful.core.events.requeues import asker_changed_by, requeued_by, swept_by
from rightful.domain.events.change import (
    AccountChange,
    Change,
    ConflictChange,
    DemandChange,
    DirectoryChange,
    OrganizationChange,
    TokenChange,
)
from rightful.domain.events.event import Event
from rightful.ports.context import Context, Invocation, jittered_pause
from rightful.ports.queue import ConflictQueue, EventBus, QueueUnavailableError, ReexamineAll
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.names import NOBODY, Asked, Named, all_asked
from rightful.ports.store.names import named as named_by
from rightful.ports.writes.transaction import ContendedError


@dataclass(frozen=True, slots=True)
class Published:
    """How it went: what reached the bus, how many conflicts were woken, and the position of the first change that has
    to be published again, with everything after it (None: all went well)."""

    events: int
    requeued: int
    first_failed: int | None


def events_of(change: Change, named: Named = NOBODY) -> tuple[Event, ...]:
    """The events of one change, with the names of those they are about. Pure."""
    if isinstance(change, AccountChange):
        return account_events(change, named)
    if isinstance(change, ConflictChange):
        return conflict_events(change, named)
    if isinstance(change, DemandChange):
        return demand_events(change, named)
    if isinstance(change, TokenChange):
        return (*key_events(change, named), *settings_events(change))
    if isinstance(change, OrganizationChange | DirectoryChange):
        return settings_events(change)
    return ()


def publish(
    store: IdentityStore,
    queue: ConflictQueue,
    bus: EventBus,
    changes: Sequence[Change],
    pause: Callable[[int], None] = jittered_pause,
) -> Published:
    """Wake who waits, then publish; what of it failed is told by its position, not raised.

    Args:
        pause: waits before the n-th further attempt at something that others were faster with.
    """
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
            end_what_is_left(Context(store, Invocation(pause=pause)), change)
        except (QueueUnavailableError, ContendedError):
            failed.append(position)
    named = names_for(store, changes)
    numbered = [(position, event) for position, change in enumerate(changes) for event in events_of(change, named)]
    refused = bus.publish([event for _, event in numbered])
    failed += [numbered[index][0] for index in refused]
    return Published(len(numbered) - len(refused), requeued, min(failed, default=None))


def names_for(store: IdentityStore, changes: Sequence[Change]) -> Named:
    """What is known of everybody that the events of these changes are about: names are read when it is told, so that
    nothing has to keep them. One call for each hundred, and as many again where there are swaps; none where no event
    needs it."""
    told = [change for change in changes if events_of(change)]
    conflicts = [change.new for change in told if isinstance(change, ConflictChange) and change.new is not None]
    legs = named_by(store, all_asked(map(legs_asked, conflicts)))
    directories = [_directory_of(change) for change in told if isinstance(change, AccountChange)]
    directories += [directories_asked(change) for change in told if isinstance(change, TokenChange)]
    wanted = [change.new for change in changes if isinstance(change, DemandChange) and change.new is not None]
    people = map(names_asked, (*conflicts, *legs.conflicts.values()))
    named = named_by(store, all_asked([*people, *directories, *map(demands.names_asked, wanted)]))
    return replace(named, conflicts={**legs.conflicts, **named.conflicts})


def _directory_of(change: AccountChange) -> Asked:
    """The directories that an account is, or was, in."""
    found = (image for image in (change.old, change.new) if image is not None and image.link is not None)
    return Asked(
        directories=frozenset(
            (image.organization_id, image.link.directory_id) for image in found if image.organization_id and image.link
        )
    )


def _correlation_id(change: Change) -> str:
    return f"woken-{change.at:%Y%m%dT%H%M%S}"
