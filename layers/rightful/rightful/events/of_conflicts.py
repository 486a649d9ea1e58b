"""From a conflict before and after one write to the event that it means. Pure."""

from rightful.conflicts.conflict import Collision, Conflict, ConflictStatus
from rightful.events.change import ConflictChange
from rightful.events.event import Event, EventType, time_text

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
    told = (old.status, old.conflict_class, old.next_step) == (new.status, new.conflict_class, new.next_step)
    return () if told else (_event(_TYPES[new.status], new),)


def _event(event_type: EventType, conflict: Conflict) -> Event:
    requester, step = conflict.requester, conflict.next_step
    own_holder = conflict.holder_organization_id == conflict.organization_id
    document = {
        "id": conflict.id,
        "version": conflict.version,
        "status": conflict.status.value,
        "class": conflict.conflict_class.value if conflict.conflict_class else None,
        "decision": conflict.decision,
        "directoryId": conflict.directory_id,
        "operation": conflict.operation.value,
        "collision": conflict.collision.value,
        "requester": {
            "accountId": requester.account_id,
            "scimId": requester.scim_id,
            "userName": requester.user_name,
            "externalId": requester.external_id,
        },
        "wantedEmail": conflict.wanted.value if conflict.collision is Collision.EMAIL else None,
        "oldEmail": conflict.old_email.value if conflict.old_email else None,
        # An organization's own holder only: events are routed to organizations.
        "holderAccountId": conflict.holder_account_id if own_holder else None,
        "explanation": conflict.explanation,
        "nextStep": {"who": step.who, "what": step.what} if step else None,
        "approvedBy": [approval.holder for approval in conflict.approvals],
        "touchedAccountIds": list(conflict.touched_account_ids),
        "createdAt": time_text(conflict.created_at),
        "correlationId": conflict.correlation_id,
    }
    return Event(
        id=f"{event_type.value}/{conflict.id}/{conflict.version}",
        type=event_type,
        at=conflict.updated_at,
        organization_id=conflict.organization_id,
        members={"conflict": document},
    )
