"""The writes of accounts, and of the index items of their addresses and userNames."""

from dataclasses import dataclass
from datetime import datetime

from rightful.domain.account import Account
from rightful.domain.address import Reservation
from rightful.domain.erasure import ErasedPerson


@dataclass(frozen=True, slots=True)
class PutAccount:
    """Write an account whole. Condition: its stored version is `expected_version` and its groups are as they were when
    it was read; None: there is none yet."""

    account: Account
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Remove an account. Condition: its stored version, and it is in no group."""

    account_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class RequireAccount:
    """No write. Condition: the account's stored version."""

    account_id: str
    version: int


@dataclass(frozen=True, slots=True)
class NoteLogin:
    """Note that the person signed in. Condition: the account exists and has a last login, which is not after
    `unless_since`; and nobody deactivated it, unless `deactivated`. The account keeps its version: that somebody who
    has signed in before does so again is evidence of nothing. The first login is, and goes through PutAccount."""

    account_id: str
    at: datetime
    unless_since: datetime
    deactivated: bool = False


@dataclass(frozen=True, slots=True)
class ClaimAddress:
    """Hold an address. Condition: nobody holds it, or `account_id` does, or it is reserved for `requester_key`,
    or its reservation ended before `now`."""

    canonical: str
    account_id: str
    now: datetime
    requester_key: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseAddress:
    """Give an address up. Condition: `account_id` holds it."""

    canonical: str
    account_id: str


@dataclass(frozen=True, slots=True)
class TransferAddress:
    """Move an address from one account to another. Condition: `from_account_id` holds it."""

    canonical: str
    from_account_id: str
    to_account_id: str


@dataclass(frozen=True, slots=True)
class ReserveAddress:
    """Keep an address for a user to be created. Condition: `from_account_id` holds it, or None: nobody does, or a
    reservation of the same conflict or of the conflict `replaces`, or one that ended before `now`."""

    canonical: str
    from_account_id: str | None
    reservation: Reservation
    now: datetime
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class EndReservation:
    """Let a reserved address go. Condition: it is reserved by that conflict, and the reservation ended by `now`; None:
    whenever it would end, because it is not wanted any more."""

    canonical: str
    conflict_id: str
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimUserName:
    """Hold a userName in a directory. Condition: nobody does, or `account_id` does."""

    directory_id: str
    canonical_user_name: str
    account_id: str
    scim_id: str


@dataclass(frozen=True, slots=True)
class ReleaseUserName:
    """Give a userName up. Condition: `account_id` holds it."""

    directory_id: str
    canonical_user_name: str
    account_id: str


@dataclass(frozen=True, slots=True)
class TransferUserName:
    """Move a userName from one user of a directory to another. Condition: `from_account_id` holds it."""

    directory_id: str
    canonical_user_name: str
    from_account_id: str
    to_account_id: str
    scim_id: str


@dataclass(frozen=True, slots=True)
class ListSecondaryEmail:
    """Change who is listed under a key of a directory's index of secondary emails (`accounts.index_writes`).
    Unconditional: it is never refused. A list that names as many as it can counts the others."""

    directory_id: str
    key: str
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RequireDomain:
    """No write. Condition: the organization has verified that domain; `or_nobody`: or no organization has."""

    organization_id: str
    domain: str
    or_nobody: bool = False


@dataclass(frozen=True, slots=True)
class CountUsers:
    """Add to the number of users in a directory (one of several counters, chosen by `account_id`).

    `earlier`: who comes takes an earlier place in the list than the last one. Condition where somebody comes: the
    directory is not closed (`CloseCounter`).
    """

    directory_id: str
    account_id: str
    delta: int
    earlier: bool = False

    @property
    def comes(self) -> bool:
        """Whether somebody comes in."""
        return self.delta > 0 or self.earlier

    @property
    def shifts(self) -> bool:
        """Whether others move up or down in the list."""
        return self.delta < 0 or self.earlier


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """Remember for which account of an existing system an account was imported. Condition: none was yet, or this one,
    or `instead_of`, which is gone."""

    key: str
    account_id: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseSource:
    """Forget it. Condition: it is this account, or none."""

    key: str
    account_id: str


@dataclass(frozen=True, slots=True)
class NoteErased:
    """Remember who was erased until nothing is left of them with one organization. Condition: nobody has noted it yet;
    `again`: somebody has, and this is how far it has come."""

    person: ErasedPerson
    again: bool = False


@dataclass(frozen=True, slots=True)
class EndErased:
    """Nothing is left of them with that organization. Unconditional."""

    account_id: str
    organization_id: str


SourceWrite = ClaimSource | ReleaseSource
