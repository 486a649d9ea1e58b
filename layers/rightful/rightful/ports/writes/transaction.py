"""What use cases ask of the store: the conditional writes, as plain data.

A use case hands `IdentityStore.commit` a sequence of these; all of them happen, or none. Each carries its own
condition, so a plan *is* its evidence: if any condition no longer holds, nothing is written and the store says
which one, with what it found there.
"""

from dataclasses import dataclass

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.group import Group
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    DeleteAccount,
    EndErased,
    EndReservation,
    ListSecondaryEmail,
    NoteErased,
    NoteLogin,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    RequireAccount,
    RequireDomain,
    ReserveAddress,
    SourceWrite,
    TransferAddress,
    TransferUserName,
)
from rightful.ports.writes.conflicts import (
    AppendLog,
    EndPending,
    EndWaiter,
    PutConflict,
    PutDemand,
    PutPending,
    PutWaiter,
)
from rightful.ports.writes.counts import AddCounts, MarkCounted
from rightful.ports.writes.groups import GroupWrite
from rightful.ports.writes.settings import SettingsWrite

Write = (
    PutAccount
    | DeleteAccount
    | RequireAccount
    | NoteLogin
    | NoteErased
    | EndErased
    | ClaimAddress
    | ReleaseAddress
    | TransferAddress
    | ReserveAddress
    | EndReservation
    | ClaimUserName
    | ReleaseUserName
    | TransferUserName
    | ListSecondaryEmail
    | RequireDomain
    | PutConflict
    | PutPending
    | EndPending
    | PutWaiter
    | PutDemand
    | EndWaiter
    | AppendLog
    | MarkCounted
    | AddCounts
    | CountUsers
    | SettingsWrite
    | SourceWrite
    | GroupWrite
)


TRANSACTION_LIMIT = 100
"""DynamoDB's limit of actions in one TransactWriteItems."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A write whose condition did not hold, and what the store found in its place (None: nothing)."""

    write: Write
    found: Account | Hold | Conflict | Group | str | None = None
    """The account, hold, conflict or group that is there; for other items the id that stands in the way."""


class RefusedError(Exception):
    """A commit wrote nothing, because these conditions did not hold."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(", ".join(type(refusal.write).__name__ for refusal in refusals))
        self.refusals = refusals


class ContendedError(Exception):
    """A commit kept meeting other transactions on the same items until its time ran out. Nothing was written."""
