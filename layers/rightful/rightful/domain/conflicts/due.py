"""When the janitor has to see to a conflict, and as what; and what people are told then, once each. Pure.

Nothing is told by the clock alone: the conflict is examined when it is due, and what it still is then is told in the
write that says so (`Conflict.told`). So a message that comes twice tells nothing twice, and what was settled in between
is not told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from rightful.domain.conflicts.conflict import OVER, UNDECIDED, Conflict, ConflictStatus, Notice

DueConflict = Literal["deactivation", "undecided", "refused", "ended"]
"""Another look at a conflict: one whose deactivation waits, one that is not decided, one that is refused, one whose
change is not wanted any more (it failed, or waits for a user that is to be created). Most urgent first; kept apart,
because the janitor counts the first ones, however many there are of the last."""


LOOK_AGAIN_AFTER = timedelta(days=1)
"""How long a conflict that waits may stay unexamined: some classes change with time alone (`deactivated` after 14
days), and a change nobody wants any more ends after 28."""


UNSENT_FOR = timedelta(minutes=1)
"""How long a pointer may be on its way before it counts as not sent."""


DEACTIVATED_WITHIN = timedelta(minutes=5)
"""How long a person's deactivation may wait with a refused address."""


def due_at(conflict: Conflict) -> datetime | None:
    """When the janitor has to see to a conflict as it is written; None: never again."""
    if conflict.status is ConflictStatus.FAILED and not conflict.deactivation_pending:
        return conflict.expires_at
    if not (conflict.live or conflict.deactivation_pending or conflict.prepared):
        return None
    if not conflict.sent:
        return conflict.updated_at + UNSENT_FOR
    return look_again_at(conflict, conflict.updated_at)


def resting_from(conflict: Conflict) -> datetime | None:
    """From when on it is kept for as long as the rows of the log that tell of it; None: it goes on. One that people
    settled counts retries until its change is not wanted any more."""
    if conflict.deactivation_pending or conflict.prepared:
        return None
    if conflict.status in OVER:
        return conflict.updated_at
    return max(conflict.updated_at, conflict.expires_at) if conflict.settled_by_people else None


def due_as(conflict: Conflict) -> DueConflict:
    """As what a conflict is due."""
    if conflict.deactivation_pending:
        return "deactivation"
    if conflict.status in UNDECIDED:
        return "undecided"
    return "refused" if conflict.live else "ended"


def look_again_at(conflict: Conflict, now: datetime) -> datetime:
    """When a conflict whose pointer was sent now is due again, if nothing happens."""
    if conflict.deactivation_pending:
        return now + DEACTIVATED_WITHIN
    appointment = next_appointment(conflict) or conflict.expires_at
    return max(now + UNSENT_FOR, min(now + LOOK_AGAIN_AFTER, appointment, conflict.expires_at))


SETTLES_WITHIN = timedelta(minutes=15)
"""How long a refusal may yet resolve itself: the identity provider's next request, or another change of the same run,
often does it within minutes."""

EXPIRY_IS_TOLD = timedelta(days=7)
"""How long before its end."""


_AFTER: Mapping[ConflictStatus, Mapping[Notice, timedelta]] = {
    ConflictStatus.REFUSED: {Notice.REFUSED: SETTLES_WITHIN},
    ConflictStatus.WAITING_APPROVAL: {
        Notice.WAITS_A_DAY: timedelta(days=1),
        Notice.WAITS_THREE_DAYS: timedelta(days=3),
    },
}
"""How long it has to stand as it is. Only in these states anything is told."""


_LASTING = frozenset({Notice.EXPIRES_SOON, Notice.OWNER_TOLD})
"""Told once, however often the conflict changes its state."""


def next_appointment(conflict: Conflict) -> datetime | None:
    """When something has to be told, an approval ends, or it resolves itself; None: never, as it is."""
    if not conflict.live:
        return min(_moments(conflict).values(), default=None)
    by_itself = [conflict.finding.automatic_at] if conflict.finding.automatic_at is not None else []
    ends = [approval.ends_at for approval in conflict.approvals]
    return min([*_moments(conflict).values(), *ends, *by_itself], default=None)


def reminded(prepared: Conflict, now: datetime) -> Conflict | None:
    """A conflict that waits for its user to be created, with what has to be told of it by now noted as told; None:
    nothing has to."""
    due = {notice for notice, moment in _moments(prepared).items() if moment <= now}
    return replace(prepared, told=prepared.told | due) if due else None


def told_now(before: Conflict, after: Conflict, now: datetime) -> Conflict:
    """The conflict as an examination leaves it, with what has to be told of it by that time noted as told."""
    lasting = before.told & _LASTING
    if after.status not in _AFTER:
        return replace(after, stands_since=None, told=lasting)
    same = before.stands_since is not None and _stand(before) == _stand(after)
    stands = replace(after, stands_since=before.stands_since if same else now, told=before.told if same else lasting)
    due = {notice for notice, moment in _moments(stands).items() if moment <= now}
    return replace(stands, told=stands.told | due)


def to_tell(before: Conflict, after: Conflict) -> tuple[Notice, ...]:
    """What was noted between two states. Of two reminders at once, the later says it all."""
    new = after.told - before.told if after.status in _AFTER or after.prepared else frozenset()
    if Notice.WAITS_THREE_DAYS in new:
        new -= {Notice.WAITS_A_DAY}
    return tuple(sorted(new))


def _moments(conflict: Conflict) -> Mapping[Notice, datetime]:
    """When what was not told yet is to be told. Of what is kept for a user who is to be created: that nobody came."""
    if conflict.prepared:
        since, moment = conflict.outcome.resolved_at, conflict.expires_at - EXPIRY_IS_TOLD
        told = Notice.EXPIRES_SOON in conflict.told or since is None or moment <= since
        return {} if told else {Notice.EXPIRES_SOON: moment}
    after = _AFTER.get(conflict.status)
    if after is None or conflict.stands_since is None:
        return {}
    moments = {notice: conflict.stands_since + time for notice, time in after.items()}
    moments[Notice.EXPIRES_SOON] = conflict.expires_at - EXPIRY_IS_TOLD
    return {notice: moment for notice, moment in moments.items() if notice not in conflict.told}


def _stand(conflict: Conflict) -> tuple[object, ...]:
    """What has to stay the same. Who waits for an approval waits for one, whatever for; a refusal with another reason
    is another one."""
    if conflict.status is not ConflictStatus.REFUSED:
        return (conflict.status,)
    return conflict.status, conflict.finding.conflict_class, conflict.next_step
