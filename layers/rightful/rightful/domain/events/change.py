"""What happened to one item of the identity table: its image before and after one committed write. Plain data."""

from dataclasses import dataclass
from datetime import datetime

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.demand import Demand
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account was made (`old` None), changed, or erased (`new` None)."""

    old: Account | None
    new: Account | None
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldChange:
    """An address was claimed (`old` None), went to another holder, or became free (`new` None)."""

    old: Hold | None
    new: Hold | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ConflictChange:
    """A conflict was recorded (`old` None) or went on."""

    old: Conflict | None
    new: Conflict | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OrganizationChange:
    """An organization's settings were made (`old` None) or changed."""

    old: Organization | None
    new: Organization | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DirectoryChange:
    """A directory's settings were made (`old` None), changed, or removed (`new` None)."""

    old: Directory | None
    new: Directory | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TokenChange:
    """A key was issued (`old` None), confirmed, or revoked (`new` None)."""

    old: Token | None
    new: Token | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DemandChange:
    """Another organization came to want an address (`old` None), or that was forgotten (`new` None)."""

    old: Demand | None
    new: Demand | None
    at: datetime


Change = DemandChange | AccountChange | HoldChange | ConflictChange | OrganizationChange | DirectoryChange | TokenChange
