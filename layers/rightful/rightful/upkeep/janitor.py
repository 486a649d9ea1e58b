"""The janitor's round. Every part can be repeated, and two rounds at once do nothing twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rightful.conflicts.conflict import ConflictStatus
from rightful.groups.cleaning import finish_deletions
from rightful.invocation import Invocation
from rightful.storage.contract import ConflictQueue, IdentityStore
from rightful.storage.upkeep_contract import DEACTIVATED_WITHIN
from rightful.upkeep.deletions import erase_all_due
from rightful.upkeep.integrity import Checked, check_indexes
from rightful.upkeep.reservations import end_reservations
from rightful.upkeep.waiting import send_due

_MOST_OPEN = 10_000
_MOST_LOOKED_AT = 200
_UNDECIDED = frozenset({ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL})


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did."""

    conflicts_sent: int
    reservations_ended: int
    accounts_erased: int
    groups_cleaned: int
    checked: Checked


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
    """Do what is due, most urgent first; what there is no time for is the next round's."""
    return Round(
        conflicts_sent=send_due(store, queue, invocation),
        reservations_ended=end_reservations(store, invocation),
        accounts_erased=erase_all_due(store, invocation),
        groups_cleaned=finish_deletions(store, invocation),
        checked=check_indexes(store, invocation),
    )


def standing(store: IdentityStore, now: datetime) -> Standing:
    """Count what is open. Conflict ids begin with the time they were made, so few have to be read."""
    pointers = store.open_pointers(limit=_MOST_OPEN)
    oldest: timedelta | None = None
    blocked = 0
    for pointer in pointers[:_MOST_LOOKED_AT]:
        conflict = store.conflict(pointer)
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
