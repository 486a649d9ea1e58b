"""The writes of conflicts, of what waits for them, and of the log."""

from dataclasses import dataclass

from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.demand import Demand
from rightful.domain.events.event_log import LogEntry


@dataclass(frozen=True, slots=True)
class PutConflict:
    """Write a conflict whole. Condition: its stored version; None: there is none yet."""

    conflict: Conflict
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class PutPending:
    """Make a conflict the requester's one pending change. Condition: the pending change is `replaces` (a conflict's
    id; None: there is none)."""

    requester_key: str
    conflict_id: str
    canonical: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class EndPending:
    """End a requester's pending change. Condition: it is that conflict, or there is none."""

    requester_key: str
    conflict_id: str


@dataclass(frozen=True, slots=True)
class PutWaiter:
    """Let an address know that a conflict waits for it. Unconditional: the same item each time."""

    canonical: str
    conflict_id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class EndWaiter:
    """The conflict waits no more. Unconditional."""

    canonical: str
    conflict_id: str


@dataclass(frozen=True, slots=True)
class PutDemand:
    """Let another organization know that an address of its account is wanted. Unconditional: the same item each
    time."""

    demand: Demand


@dataclass(frozen=True, slots=True)
class AppendLog:
    """Append a row to the event log. Unconditional: its id makes a repeat the same row."""

    entry: LogEntry
