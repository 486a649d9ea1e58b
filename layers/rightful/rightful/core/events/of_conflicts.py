"""From a conflict before and after one write to the events that it means. Pure.

The people of a swap or rotation have a conflict each, and what becomes of the circle is told once: by the one with the
smallest id, which each record can decide alone.
"""

from collections.abc import Iterator
from dataclasses import replace

from rightful.core.conflicts.decision.ended_approvals import ended_approvals
from rightful.core.conflicts.reading.standing import missing
from rightful.core.events.conflict_state import conflict_state
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictStatus, Notice
from rightful.domain.conflicts.due import to_tell
from rightful.domain.events.change import ConflictChange
from rightful.domain.events.event import Event, EventType
from rightful.ports.store.names import NOBODY, Named
from rightful.text.ids import time_text

_Told = tuple[EventType, dict[str, object]]
"""An event's type, and what it has besides the conflict."""

_ENDS = {
    ConflictStatus.PREPARED: EventType.CONFLICT_PREPARED,
    ConflictStatus.APPLIED: EventType.CONFLICT_APPLIED,
    ConflictStatus.REJECTED: EventType.CONFLICT_REJECTED,
    ConflictStatus.UNDONE: EventType.CONFLICT_UNDONE,
    ConflictStatus.FAILED: EventType.CONFLICT_FAILED,
    ConflictStatus.SUPERSEDED: EventType.CONFLICT_ENDED,
    ConflictStatus.EXPIRED: EventType.CONFLICT_ENDED,
}

_LEAVES_ITS_CIRCLE = frozenset({ConflictStatus.REJECTED, ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED})
"""What ends one conflict of a swap or rotation alone: what was approved was all of it, and is nothing any more."""

_NOTICES: dict[Notice, _Told] = {
    Notice.REFUSED: (EventType.CONFLICT_REFUSED, {}),
    Notice.WAITS_A_DAY: (EventType.CONFLICT_STILL_WAITING, {"days": 1}),
    Notice.WAITS_THREE_DAYS: (EventType.CONFLICT_STILL_WAITING, {"days": 3}),
    Notice.EXPIRES_SOON: (EventType.CONFLICT_EXPIRES_SOON, {}),
}


def conflict_events(change: ConflictChange, named: Named = NOBODY) -> tuple[Event, ...]:
    """The events of a change of a conflict; none where it says nothing new to a person, as a repeat by the identity
    provider.

    Args:
        named: what is known of those it is about.
    """
    new = change.new
    if new is None:
        return ()
    return tuple(
        Event(
            id=f"{event_type.value}/{new.id}/{new.version}",
            type=event_type,
            at=new.updated_at,
            organization_id=new.request.organization_id,
            members={"conflict": conflict_state(new, named), **members},
        )
        for event_type, members in _told(change.old, new)
    )


def _told(old: Conflict | None, new: Conflict) -> Iterator[_Told]:
    if old is None:
        yield EventType.CONFLICT_OPENED, {}
    elif new.status in {ConflictStatus.WAITING_APPROVAL, ConflictStatus.REFUSED}:
        yield from _while_it_waits(old, new)
    elif new.status is ConflictStatus.OPEN:
        if not old.live:
            yield EventType.CONFLICT_REOPENED, {}
    elif old.status is new.status:
        # It is over, and the first of two people wants it undone; or what follows an undo was noted; or the user that
        # it was prepared for has not come.
        if set(new.outcome.undo_approvals) - set(old.outcome.undo_approvals):
            yield EventType.CONFLICT_NEEDS_APPROVAL, {}
        yield from (_NOTICES[notice] for notice in to_tell(old, new) if notice in _NOTICES)
    elif _speaks(new, new.outcome.participant_ids):
        yield _ENDS[new.status], {}
        if old.finding.circle_ids and new.status in _LEAVES_ITS_CIRCLE:
            yield from _ended(old, replace(new, approvals=()))


def _while_it_waits(old: Conflict, new: Conflict) -> Iterator[_Told]:
    speaks = _speaks(new, new.finding.circle_ids)
    if speaks and new.status is ConflictStatus.WAITING_APPROVAL and _asked(old) != _asked(new):
        yield EventType.CONFLICT_NEEDS_APPROVAL, {}
    still = missing(new, new.approvals)
    for approval in new.approvals:
        if speaks and still and approval not in old.approvals:
            yield EventType.CONFLICT_APPROVAL_GIVEN, {"approval": _approval(approval), "missing": still}
    yield from _ended(old, new)
    if speaks:
        yield from (_NOTICES[notice] for notice in to_tell(old, new) if notice in _NOTICES)


def _ended(old: Conflict, new: Conflict) -> Iterator[_Told]:
    """The approvals that ended were given to what it was before: to the circle that it was part of then."""
    ended = ended_approvals(old, new)
    if ended and _speaks(old, old.finding.circle_ids):
        whose = [{**_approval(each.approval), "why": each.why.value} for each in ended]
        yield EventType.CONFLICT_APPROVAL_ENDED, {"ended": whose}


def _asked(conflict: Conflict) -> tuple[object, ...]:
    """What administrators were asked: who decides by a former event has to hear that it is another question. What a
    repeat changed is asked once it was examined."""
    return conflict.status, conflict.finding.conflict_class, conflict.finding.asked


def _speaks(conflict: Conflict, others: tuple[str, ...]) -> bool:
    """Whether it is the one that tells for its circle; alone it is."""
    return all(conflict.id < other for other in others)


def _approval(approval: Approval) -> dict[str, object]:
    return {
        "by": approval.owner,
        "reason": approval.reason,
        "at": time_text(approval.given_at),
        "until": time_text(approval.ends_at),
        "resolution": approval.resolution.value if approval.resolution else None,
    }
