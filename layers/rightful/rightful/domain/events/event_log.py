"""The event log: what administrators read as "Troubleshooting log". One row per provisioning event, append-only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from rightful.domain.address import InvalidAddressError, parse_address


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
    GROUP_CREATED = "group.created"
    GROUP_RENAMED = "group.renamed"
    GROUP_DELETED = "group.deleted"
    MEMBER_ADDED = "group.member_added"
    MEMBER_REMOVED = "group.member_removed"
    MEMBERS_CHANGED = "group.members_changed"
    ADDRESS_WANTED = "address.wanted"
    CLAIM_REFUSED = "claim.refused"
    CONFLICT_DECIDED = "conflict.decided"
    CONFLICT_APPROVED = "conflict.approved"
    CONFLICT_REJECTED = "conflict.rejected"
    CONFLICT_PREPARED = "conflict.prepared"
    CONFLICT_APPLIED = "conflict.applied"
    CONFLICT_UNDONE = "conflict.undone"
    CONFLICT_ENDED = "conflict.ended"
    ACCOUNT_CHANGED = "account.changed"
    SETTINGS_CHANGED = "settings.changed"
    SIGNED_IN = "console.signed_in"
    SIGNED_OUT = "console.signed_out"


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
    explanation_code: str = ""
    next_step_who: str = ""
    next_step_what: str = ""
    next_step_code: str = ""
    retried_by_idp: bool | None = None
    approver: str | None = None
    correlation_id: str = ""

    @property
    def requested_address(self) -> str | None:
        """The canonical address that was asked for, or given; None: none, or none that anybody could have."""
        return _canonical(self.requested_email)

    @property
    def old_address(self) -> str | None:
        """The one before, where it is another."""
        old = _canonical(self.old_email)
        return old if old != self.requested_address else None


def _canonical(text: str | None) -> str | None:
    try:
        address = parse_address(text) if text else None
    except InvalidAddressError:
        return None
    return address.canonical if address is not None and not address.is_placeholder else None


def first_id_at(moment: datetime) -> str:
    """What the ids of rows at that moment begin with: 48 bits of milliseconds, in hexadecimal digits."""
    return f"{int(moment.timestamp() * 1000):012x}"


def moment_of(row_or_conflict_id: str) -> datetime | None:
    """The moment with which an id begins: the inverse of `first_id_at`. None: with none."""
    try:
        return datetime.fromtimestamp(int(row_or_conflict_id[:12], 16) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which rows are wanted; what is None or empty does not matter. `since` is included, `until` is not; both count to
    the millisecond. `address` is canonical: the old one of a row, or the requested one."""

    account_id: str | None = None
    address: str | None = None
    conflict_id: str | None = None
    directory_id: str | None = None
    conflict_class: str | None = None
    result: Result | None = None
    actions: frozenset[Action] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def wants(self, entry: LogEntry) -> bool:
        """Whether a row is wanted."""
        same = ("account_id", "conflict_id", "directory_id", "conflict_class", "result")
        return (
            all(getattr(self, name) in {None, getattr(entry, name)} for name in same)
            and (not self.actions or entry.action in self.actions)
            and (self.address is None or self.address in {entry.old_address, entry.requested_address})
            and (self.since is None or self.since <= entry.at)
            and (self.until is None or entry.at < self.until)
        )


EVERYTHING = LogFilter()


def row_id(moment: datetime, unique: str) -> str:
    """A row's id: sorts by time as server-made ids and the rows of conflicts do (48 bits of milliseconds first), and
    the same `unique` at the same moment is the same row."""
    return f"{first_id_at(moment)}{unique[-20:]}"
