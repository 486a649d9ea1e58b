"""The change stream of a store: what DynamoDB Streams would tell the publisher, commit by commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.demand import Demand
from rightful.domain.events.change import (
    AccountChange,
    Change,
    ConflictChange,
    DemandChange,
    DirectoryChange,
    HoldChange,
    OrganizationChange,
    TokenChange,
)
from rightful.domain.events.event import Event
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.ports.store.contract import Remaining
from rightful.ports.writes.transaction import Write
from tests.support.dynamodb.store import Items, TestedStore

_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class StreamingStore(TestedStore):
    """A store that remembers every change of an account, a hold or a conflict, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[Change] = []

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        before = self.snapshot()
        super().commit(writes, remaining=remaining)
        self._note(before)

    def mark_sent(self, pointer: Pointer, **how: object) -> None:
        before = self.snapshot()
        super().mark_sent(pointer, **how)  # type: ignore[arg-type]
        self._note(before)

    def _note(self, before: dict[tuple[str, ...], object]) -> None:
        self.changes += changes_between(before, self.snapshot())

    def take(self) -> list[Change]:
        """What has changed since it was last asked."""
        changes, self.changes = self.changes, []
        return changes


def changes_between(before: Items, after: Items) -> list[Change]:
    """What a stream tells of all that was written in between, an item at a time."""
    changes: list[Change] = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        in_a_list = key[0] == "TOKENS"  # a key's second item, of which nobody hears
        if old is not new and old != new and not in_a_list:
            changes += _change(old, new)
    return changes


def _change(old: object, new: object) -> list[Change]:
    kind = type(new if new is not None else old)
    if kind is Account:
        return [AccountChange(old, new, _AT)]  # type: ignore[arg-type]
    if kind is Hold:
        return [HoldChange(old, new, _AT)]  # type: ignore[arg-type]
    if kind is Organization:
        return [OrganizationChange(old, new, _AT)]  # type: ignore[arg-type]
    if kind is Directory:
        return [DirectoryChange(old, new, _AT)]  # type: ignore[arg-type]
    if kind is Demand:
        return [DemandChange(old, new, _AT)]  # type: ignore[arg-type]
    if kind is Token:
        return [TokenChange(old, new, _AT)]  # type: ignore[arg-type]
    if kind is Conflict:
        return [ConflictChange(old, new, _AT)]  # type: ignore[arg-type]
    return []


@dataclass
class RecordingBus:
    """A bus that keeps what it takes; `refuses` says which events it does not."""

    events: list[Event] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()

    def publish(self, events: Sequence[Event]) -> tuple[int, ...]:
        refused = tuple(position for position, event in enumerate(events) if event.type.value in self.refuses)
        self.events += [event for position, event in enumerate(events) if position not in refused]
        return refused
