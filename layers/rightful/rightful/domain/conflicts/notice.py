"""What people are told of a conflict because time has passed, once each. Pure.

Nothing of it is told by the clock alone: the conflict is examined when it is due, and what it still is then is told in
the write that says so (`Conflict.told`). So a message that comes twice tells nothing twice, and what was settled in
between is not told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from rightful.domain.conflicts.conflict import Conflict, ConflictStatus

SETTLES_WITHIN = timedelta(minutes=15)
"""How long a refusal may yet resolve itself: the identity provider's next request, or another change of the same run,
often does it within minutes."""

EXPIRY_IS_TOLD = timedelta(days=7)
"""How long before its end."""


class Notice(StrEnum):
    """What was told."""

    REFUSED = "refused"
    """Nothing can be done, and that has settled."""
    WAITS_A_DAY = "waits_a_day"
    WAITS_THREE_DAYS = "waits_three_days"
    EXPIRES_SOON = "expires_soon"


_AFTER: Mapping[ConflictStatus, Mapping[Notice, timedelta]] = {
    ConflictStatus.REFUSED: {Notice.REFUSED: SETTLES_WITHIN},
    ConflictStatus.WAITING_APPROVAL: {
        Notice.WAITS_A_DAY: timedelta(days=1),
        Notice.WAITS_THREE_DAYS: timedelta(days=3),
    },
}
"""How long it has to stand as it is. Only in these states anything is told."""


def next_appointment(conflict: Conflict) -> datetime | None:
    """When something has to be told, or an approval ends; None: never, as it is."""
    ends = [approval.ends_at for approval in conflict.approvals] if conflict.live else []
    return min([*_moments(conflict).values(), *ends], default=None)


def told_now(before: Conflict, after: Conflict, now: datetime) -> Conflict:
    """The conflict as an examination leaves it, with what has to be told of it by that time noted as told."""
    lasting = before.told & {Notice.EXPIRES_SOON}
    if after.status not in _AFTER:
        return replace(after, stands_since=None, told=lasting)
    same = before.stands_since is not None and _stand(before) == _stand(after)
    stands = replace(after, stands_since=before.stands_since if same else now, told=before.told if same else lasting)
    due = {notice for notice, moment in _moments(stands).items() if moment <= now}
    return replace(stands, told=stands.told | due)


def to_tell(before: Conflict, after: Conflict) -> tuple[Notice, ...]:
    """What was noted between two states. Of two reminders at once, the later says it all."""
    new = after.told - before.told if after.status in _AFTER else frozenset()
    if Notice.WAITS_THREE_DAYS in new:
        new -= {Notice.WAITS_A_DAY}
    return tuple(sorted(new))


def _moments(conflict: Conflict) -> Mapping[Notice, datetime]:
    """When what was not told yet is to be told."""
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
