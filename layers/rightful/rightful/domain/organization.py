"""Organizations and their directories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import STANDARD, Brakes, Policy, at_least_two
from rightful.domain.one_word import OneWord
from rightful.domain.sign_in import SignIn

FOR_EXAMPLES = frozenset({"example.com", "example.net", "example.org"})
"""Reserved for documentation (RFC 2606 section 3): nobody owns them, nobody can prove to, and test tools invent
people there. An organization that has one added for a trial does not take it from a domain policy of "any"."""


class DomainPolicy(StrEnum):
    """On which domains a directory may claim addresses."""

    VERIFIED_ONLY = "verified_only"
    ANY = "any"


class OnDelete(StrEnum):
    """What SCIM DELETE does to the account."""

    DEACTIVATE = "deactivate"
    """Unlink and deactivate: the account keeps its address."""
    ERASE = "erase"
    """Remove the account: its address is free at once."""


class AccountsAtEnd(StrEnum):
    """What becomes of an organization's accounts when it is offboarded."""

    ERASE = "erase"
    """They are removed, and what they hold is free."""
    RELEASE = "release"
    """They become personal accounts: the person keeps login and address, and what the organization wrote is gone."""


@dataclass(frozen=True, slots=True)
class Closing:
    """An organization that is being offboarded: since when, and what becomes of its accounts."""

    asked_at: datetime
    accounts: AccountsAtEnd


@dataclass(frozen=True, slots=True)
class DirectoryDeletion:
    """A directory that is being deleted: since when, and who asked for it. `keeps_active`: whether its people stay as
    they are, because their accounts become their own; else they are deactivated."""

    asked_at: datetime
    by: str
    keeps_active: bool = False


@dataclass(frozen=True, slots=True)
class DomainChallenge:
    """What an organization has to put into DNS to prove that a domain is its own, and since when."""

    secret: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Organization:
    """Owner of verified domains, directories and policy.

    Attributes:
        domains: a verified domain -> when it was verified.
        challenges: a domain that waits to be verified -> how.
        closing: set while it is being offboarded.
        policy: as it was written last; `policy_at` says what counts.
        lowered: a rule that took two people, or that nobody could approve -> who lowered it.
        sign_in: how its people sign in to the console; None: they do not.
    """

    id: str
    version: int
    name: str
    created_at: datetime
    domain_policy: DomainPolicy = DomainPolicy.VERIFIED_ONLY
    domains: Mapping[str, datetime] = field(default_factory=dict)
    policy: Policy = STANDARD
    brakes: Brakes = field(default_factory=Brakes)
    challenges: Mapping[str, DomainChallenge] = field(default_factory=dict)
    closing: Closing | None = None
    lowered: Mapping[ConflictClass, OneWord] = field(default_factory=dict)
    sign_in: SignIn | None = None

    def may_claim_on(self, domain: str) -> bool:
        """Whether its directories may claim addresses on that canonical domain."""
        return self.domain_policy is DomainPolicy.ANY or domain in self.domains

    def policy_at(self, now: datetime) -> Policy:
        """The policy that counts at a moment: a rule that one person lowered still takes two."""
        return at_least_two(self.policy, {each for each, word in self.lowered.items() if word.stands_alone(now)})


@dataclass(frozen=True, slots=True)
class Directory:
    """One IdP connection of an organization.

    `profile` names the IdP's dialect (rightful.scim.profiles); `extensions` are custom schema extensions as SCIM
    schema documents. `deleting` is set once it is to go: nobody comes into it any more.
    `erasing` is who let it erase, where an administrator did.
    """

    id: str
    version: int
    organization_id: str
    name: str
    created_at: datetime
    profile: str = "generic"
    on_delete: OnDelete = OnDelete.DEACTIVATE
    extensions: tuple[Mapping[str, object], ...] = ()
    deleting: DirectoryDeletion | None = None
    erasing: OneWord | None = None
