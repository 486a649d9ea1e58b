"""The janitor's round. Every part can be repeated, and two rounds at once do nothing twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rightful.core.administration.directory_deletion import delete_due
from rightful.core.administration.forget import forget_erased
from rightful.core.groups.leave import finish_deletions
from rightful.core.integrity.repair import Checked
from rightful.core.integrity.scan import check_indexes
from rightful.core.upkeep.due import end_reservations, erase_all_due, remind_of_keys, send_due
from rightful.domain.conflicts.conflict import UNDECIDED
from rightful.domain.conflicts.due import DEACTIVATED_WITHIN
from rightful.domain.key import REMINDED_BEFORE, Token
from rightful.ports.context import QueueContext
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.upkeep import UNREADABLE

_MOST_COUNTED = 100_000
_MOST_READ = 2_000
_WARNED_BEFORE = timedelta(days=max(REMINDED_BEFORE))


@dataclass(slots=True)
class Round:
    """What a round did, how things stand after it, and which of its parts failed, by name."""

    conflicts_sent: int = 0
    reservations_ended: int = 0
    accounts_erased: int = 0
    people_forgotten: int = 0
    groups_cleaned: int = 0
    directories_deleted: int = 0
    keys_reminded: int = 0
    checked: Checked = field(default_factory=Checked)
    stand: "Backlog | None" = None
    failures: list[tuple[str, Exception]] = field(default_factory=list)

    @property
    def expiring_keys(self) -> tuple[Token, ...]:
        """The keys that expire soon, if they could be counted."""
        return self.stand.expiring_keys if self.stand is not None else ()


@dataclass(frozen=True, slots=True)
class Backlog:
    """How things stand, over all organizations.

    Attributes:
        oldest_undecided: how long the oldest conflict that is open or waits for an approval has been there.
        expiring_keys: the keys that expire within the next 30 days.
        blocked_deactivations: the conflicts whose deactivation has waited too long.
    """

    open_conflicts: int
    oldest_undecided: timedelta
    blocked_deactivations: int
    paused_organizations: int
    expiring_keys: tuple[Token, ...] = ()


def make_round(context: QueueContext) -> Round:
    """Do what is due, most urgent first; what there is no time for is the next round's. A part that fails does not keep
    the others from being done."""
    done = Round()
    with _part(done, "send_due"):
        done.conflicts_sent = send_due(context)
    with _part(done, "end_reservations"):
        done.reservations_ended = end_reservations(context)
    with _part(done, "erase_accounts"):
        done.accounts_erased = erase_all_due(context)
    with _part(done, "forget_erased"):
        done.people_forgotten = forget_erased(context)
    with _part(done, "clean_groups"):
        done.groups_cleaned = finish_deletions(context)
    with _part(done, "delete_directories"):
        done.directories_deleted = delete_due(context)
    with _part(done, "check_indexes"):
        done.checked = check_indexes(context)
    with _part(done, "backlog"):
        done.stand = backlog(context.store, context.now)
    with _part(done, "remind_of_keys"):
        done.keys_reminded = remind_of_keys(context, done.expiring_keys)
    return done


@contextmanager
def _part(done: Round, name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is: the caller raises it when everything else is done
        done.failures.append((name, error))


def backlog(store: IdentityStore, now: datetime) -> Backlog:
    """Count what is open. Conflict ids begin with the time they were made, so few have to be read."""
    deactivations = store.unfinished_deactivations(limit=_MOST_READ)
    waited = [now - conflict.created_at for conflict in deactivations if conflict.status in UNDECIDED]
    for pointer in store.undecided_conflicts(most=_MOST_COUNTED):
        try:
            conflict = store.conflict(pointer)
        except UNREADABLE:
            continue  # the remediator fails on it, and its message is set aside
        if conflict is not None and conflict.status in UNDECIDED:
            waited.append(now - conflict.created_at)
            break
    return Backlog(
        open_conflicts=store.number_of_open_conflicts(most=_MOST_COUNTED),
        oldest_undecided=max(waited, default=timedelta(0)),
        blocked_deactivations=sum(now - each.updated_at > DEACTIVATED_WITHIN for each in deactivations),
        paused_organizations=store.paused_organizations(limit=1_000),
        expiring_keys=store.keys_that_expire(now, now + _WARNED_BEFORE, limit=_MOST_READ),
    )
