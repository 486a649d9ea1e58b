"""The conditional writes of settings: organizations, directories, domains and keys."""

from dataclasses import dataclass
from datetime import datetime

from rightful.organizations.organization import Directory, Organization
from rightful.organizations.tokens import Token


@dataclass(frozen=True, slots=True)
class PutOrganization:
    """Write an organization's settings. Condition: their stored version; None: there are none yet."""

    organization: Organization
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class PutDirectory:
    """Write a directory's settings. Condition: their stored version; None: there are none yet."""

    directory: Directory
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ClaimDomain:
    """Verify a domain for an organization. Condition: no other organization has it."""

    domain: str
    organization_id: str
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseDomain:
    """Give a domain up. Condition: that organization has it."""

    domain: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class PutToken:
    """Let a key open what it opens. Condition: its hash is new."""

    token: Token


@dataclass(frozen=True, slots=True)
class DeleteToken:
    """End a key. Unconditional."""

    sha256: str


@dataclass(frozen=True, slots=True)
class ListToken:
    """Show a key in the list of its directory or organization. Unconditional."""

    token: Token


@dataclass(frozen=True, slots=True)
class UnlistToken:
    """Take a key off that list. Unconditional."""

    token: Token


SettingsWrite = (
    PutOrganization | PutDirectory | ClaimDomain | ReleaseDomain | PutToken | DeleteToken | ListToken | UnlistToken
)
