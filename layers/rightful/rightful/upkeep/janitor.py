"""The janitor's round. Every part can be repeated, and two rounds at once do nothing twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rightful.conflicts.conflict import ConflictStatus
from rightful.groups.cleaning import finish_deletions
from rightful.invocation import Invocation
from rightful.storage.contract import ConflictQueue, IdentityStore
from rightful.storage.upkeep_contract import DEACTIVATED_WITHIN, UNREADABLE
from rightful.upkeep.deletions import erase_all_due
from rightful.upkeep.integrity import Checked, check_indexes
from rightful.upkeep.reservations import end_reservations
from rightful.upkeep.waiting import send_due

_MOST_OPEN = 10_000
_MOST_LOOKED_AT = 200
_UNDECIDED = frozenset({ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL})


@dataclass(slots=True)
class Round:
    """What a round did, and which of its parts failed."""

    conflicts_sent: int = 0
    reservations_ended: int = 0
    accounts_erased: int = 0
    groups_cleaned: int = 0
    checked: Checked = field(default_factory=Checked)
    failures: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand, over all organizations.

    Attributes:
        oldest_undecided: how long the oldest conflict that is open or waits for an approval has been there.
        blocked_deactivations: of the oldest conflicts, those whose deactivation has waited too long.
    """

    open_conflicts: int
    oldest_undecided: timedelta
    blocked_deactivations: int
    paused_organizations: int


def make_round(store: IdentityStore, queue: ConflictQueue, invocation: Invocation) -> Round:
    """Do what is due, most urgent first; what there is no time for is the next round's. A part that fails does not keep
    the others from being done."""
    done = Round()
    with _part(done):
        done.conflicts_sent = send_due(store, queue, invocation)
    with _part(done):
        done.reservations_ended = end_reservations(store, invocation)
    with _part(done):
        done.accounts_erased = erase_all_due(store, invocation)
    with _part(done):
        done.groups_cleaned = finish_deletions(store, invocation)
    with _part(done):
        done.checked = check_indexes(store, invocation)
    return done


@contextmanager
def _part(done: Round) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is: the caller raises it when everything else is done
        done.failures.append(error)


def standing(store: IdentityStore, now: datetime) -> Standing:
    """Count what is open. Conflict ids begin with the time they were made, so few have to be read."""
    pointers = store.open_pointers(limit=_MOST_OPEN)
    oldest: timedelta | None = None
    blocked = 0
    for pointer in pointers[:_MOST_LOOKED_AT]:
        try:
            conflict = store.conflict(pointer)
        except UNREADABLE:
            continue  # the scan tells of it
        if conflict is None:
            continue
        if oldest is None and conflict.status in _UNDECIDED:
            oldest = now - conflict.created_at
        if conflict.deactivation_pending and now - conflict.updated_at > DEACTIVATED_WITHIN:
            blocked += 1
    return Standing(
        open_conflicts=len(pointers),
        oldest_undecided=oldest or timedelta(0),
        blocked_deactivations=blocked,
        paused_organizations=store.paused_organizations(limit=1_000),
    )
