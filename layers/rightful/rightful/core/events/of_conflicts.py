"""From a conflict before and after one write to the event that it means. Pure."""

from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.document import outline
from rightful.domain.change import ConflictChange
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.event import Event, EventType

_TYPES = {
    ConflictStatus.WAITING_APPROVAL: EventType.CONFLICT_NEEDS_APPROVAL,
    ConflictStatus.REFUSED: EventType.CONFLICT_REFUSED,
    ConflictStatus.APPLIED: EventType.CONFLICT_APPLIED,
    ConflictStatus.REJECTED: EventType.CONFLICT_REJECTED,
    ConflictStatus.UNDONE: EventType.CONFLICT_UNDONE,
    ConflictStatus.FAILED: EventType.CONFLICT_FAILED,
    ConflictStatus.SUPERSEDED: EventType.CONFLICT_ENDED,
    ConflictStatus.EXPIRED: EventType.CONFLICT_ENDED,
}


def conflict_events(change: ConflictChange) -> tuple[Event, ...]:
    """The event of a change of a conflict; none where it says nothing new to a person (a repeat by the identity
    provider, one of two approvals)."""
    old, new = change.old, change.new
    if new is None:
        return ()
    if old is None:
        return (_event(EventType.CONFLICT_OPENED, new),)
    if new.status is ConflictStatus.OPEN:
        return () if old.live else (_event(EventType.CONFLICT_REOPENED, new),)
    if old.status is new.status and not new.live:
        # It is over, and the first of two people wants it undone; or what follows an undo was noted.
        asks = len(new.outcome.undo_approvals) > len(old.outcome.undo_approvals)
        return (_event(EventType.CONFLICT_NEEDS_APPROVAL, new),) if asks else ()
    told = (old.status, old.finding.conflict_class, old.next_step) == (
        new.status,
        new.finding.conflict_class,
        new.next_step,
    )
    if new.status is ConflictStatus.WAITING_APPROVAL:
        told = told and version_of(old) == version_of(new)  # who decides by the former event hears that it has changed
    return () if told else (_event(_TYPES[new.status], new),)


def _event(event_type: EventType, conflict: Conflict) -> Event:
    own_holder = conflict.finding.holder_organization_id == conflict.request.organization_id
    document = {
        **outline(conflict),
        "revision": conflict.version,
        "version": version_of(conflict),
        # An organization's own holder only: events are routed to organizations.
        "holderAccountId": conflict.finding.holder_account_id if own_holder else None,
        "approvedBy": [approval.owner for approval in conflict.approvals],
        "touchedAccountIds": list(conflict.outcome.touched_account_ids),
    }
    return Event(
        id=f"{event_type.value}/{conflict.id}/{conflict.version}",
        type=event_type,
        at=conflict.updated_at,
        organization_id=conflict.request.organization_id,
        members={"conflict": document},
    )
