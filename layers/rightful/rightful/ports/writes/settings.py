"""The conditional writes of settings: organizations, directories, domains and keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization


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
class ConfirmToken:
    """Write a key anew that a second administrator has confirmed. Condition: it was not revoked."""

    token: Token


@dataclass(frozen=True, slots=True)
class NoteReminded:
    """Note that people are reminded of a key's end, so many days before it; by its hash, or in its list. Condition: it
    is there, and they were not yet, nor nearer to its end."""

    token: Token
    days: int
    listed: bool = False


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


@dataclass(frozen=True, slots=True)
class NoteRevoked:
    """Remember for a while that a key was revoked, and when: who revokes it again is told so. Unconditional."""

    token_id: str
    at: datetime


COUNTERS = 8
"""A directory's number of users is the sum of this many counters, so that creations do not contend for one."""


@dataclass(frozen=True, slots=True)
class CloseCounter:
    """Close one of a directory's counters of users or groups: nobody is counted in there any more, which ends all
    creating, linking and importing, whoever is half-way through it. Unconditional. `until`: when it may be forgotten,
    because nothing that began before can still be going on; None: not yet."""

    kind: Literal["users", "groups"]
    directory_id: str
    shard: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoveDirectory:
    """Remove a directory's settings. Condition: their stored version."""

    organization_id: str
    directory_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class RemoveOrganization:
    """Remove an organization's settings. Condition: their stored version."""

    organization_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class RemoveConflict:
    """Remove a conflict, whatever it has come to. Condition: its stored version is `expected_version`; None, its
    organization is offboarded: none."""

    organization_id: str
    conflict_id: str
    expected_version: int | None = None


SettingsWrite = (
    PutOrganization
    | PutDirectory
    | ClaimDomain
    | ReleaseDomain
    | PutToken
    | ConfirmToken
    | NoteReminded
    | DeleteToken
    | ListToken
    | UnlistToken
    | NoteRevoked
    | CloseCounter
    | RemoveDirectory
    | RemoveOrganization
    | RemoveConflict
)
