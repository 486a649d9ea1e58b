"""Organizations and their directories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rightful.conflicts.policy import STANDARD, Brakes, Policy

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

    def may_claim_on(self, domain: str) -> bool:
        """Whether its directories may claim addresses on that canonical domain."""
        return self.domain_policy is DomainPolicy.ANY or domain in self.domains


@dataclass(frozen=True, slots=True)
class Directory:
    """One IdP connection of an organization.

    `profile` names the IdP's dialect (rightful.scim.profiles); `extensions` are custom schema extensions as SCIM
    schema documents.
    """

    id: str
    version: int
    organization_id: str
    name: str
    created_at: datetime
    profile: str = "generic"
    on_delete: OnDelete = OnDelete.DEACTIVATE
    extensions: tuple[Mapping[str, object], ...] = ()
