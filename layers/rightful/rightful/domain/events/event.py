"""A domain event, as it goes to the bus."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rightful.text.ids import time_text

SCHEMA_VERSION = 1
"""Raised only when a member changes its meaning or goes; new members come without notice."""


class EventType(StrEnum):
    """What happened. The documentation is docs/events.md, the schema docs/events.schema.json."""

    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CLAIMED = "account.claimed"
    ACCOUNT_UNCLAIMED = "account.unclaimed"
    ACCOUNT_LINKED = "account.linked"
    ACCOUNT_UNLINKED = "account.unlinked"
    EMAIL_WANTED = "account.email.wanted"
    EMAIL_CHANGED = "account.email.changed"
    EMAIL_RELEASED = "account.email.released"
    WITHOUT_ADDRESS = "account.without_address"
    ACCOUNT_DEACTIVATED = "account.deactivated"
    ACCOUNT_REACTIVATED = "account.reactivated"
    DELETION_SCHEDULED = "account.deletion.scheduled"
    DELETION_CANCELLED = "account.deletion.cancelled"
    ACCOUNT_DELETED = "account.deleted"
    SESSIONS_REVOKE = "account.sessions.revoke"
    CONFLICT_OPENED = "conflict.opened"
    CONFLICT_NEEDS_APPROVAL = "conflict.needs_approval"
    CONFLICT_APPROVAL_GIVEN = "conflict.approval_given"
    CONFLICT_APPROVAL_ENDED = "conflict.approval_ended"
    CONFLICT_STILL_WAITING = "conflict.still_waiting"
    CONFLICT_EXPIRES_SOON = "conflict.expires_soon"
    CONFLICT_REFUSED = "conflict.refused"
    CONFLICT_PREPARED = "conflict.prepared"
    CONFLICT_APPLIED = "conflict.applied"
    CONFLICT_REJECTED = "conflict.rejected"
    CONFLICT_UNDONE = "conflict.undone"
    CONFLICT_FAILED = "conflict.failed"
    CONFLICT_REOPENED = "conflict.reopened"
    CONFLICT_ENDED = "conflict.ended"
    KEY_ISSUED = "key.issued"
    KEY_REVOKED = "key.revoked"
    KEY_EXPIRES_SOON = "key.expires_soon"
    SETTINGS_UNCONFIRMED = "settings.unconfirmed"
    SETTINGS_CONFIRMED = "settings.confirmed"


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        id: the same each time the event is delivered: type, item and the item's version after the write.
        at: when it was committed.
        members: what is particular to the type.
    """

    id: str
    type: EventType
    at: datetime
    organization_id: str | None
    members: Mapping[str, object]

    def detail(self) -> dict[str, object]:
        """The event's JSON document: EventBridge's `detail`."""
        return {
            "id": self.id,
            "type": self.type.value,
            "schemaVersion": SCHEMA_VERSION,
            "occurredAt": time_text(self.at),
            "organizationId": self.organization_id,
            **self.members,
        }
