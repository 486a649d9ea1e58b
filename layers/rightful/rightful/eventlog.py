"""The event log: what administrators read as "Troubleshooting log". One row per provisioning event, append-only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What happened, or was asked for."""

    USER_CREATED = "user.created"
    USER_LINKED = "user.linked"
    EMAIL_CHANGED = "user.email_changed"
    USER_NAME_CHANGED = "user.user_name_changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    USER_UNLINKED = "user.unlinked"
    USER_ERASED = "user.erased"
    CLAIM_REFUSED = "claim.refused"
    CONFLICT_DECIDED = "conflict.decided"
    CONFLICT_APPROVED = "conflict.approved"
    CONFLICT_REJECTED = "conflict.rejected"
    CONFLICT_APPLIED = "conflict.applied"
    CONFLICT_UNDONE = "conflict.undone"
    CONFLICT_ENDED = "conflict.ended"
    ACCOUNT_CHANGED = "account.changed"
    SETTINGS_CHANGED = "settings.changed"


class Result(StrEnum):
    """How it went."""

    DONE = "done"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One row.

    `id` decides the row's place and identity: writing the same id again writes the same row. `holder` is a text that
    the organization may read: for an account of another organization it is only "an account outside your
    organization".
    """

    id: str
    organization_id: str
    at: datetime
    action: Action
    result: Result
    directory_id: str | None = None
    account_id: str | None = None
    subject: str = ""
    scim_id: str | None = None
    external_id: str | None = None
    old_email: str | None = None
    requested_email: str | None = None
    holder: str | None = None
    conflict_id: str | None = None
    conflict_class: str | None = None
    explanation: str = ""
    next_step_who: str = ""
    next_step_what: str = ""
    retried_by_idp: bool | None = None
    approver: str | None = None
    correlation_id: str = ""
