"""Verifying a domain without the operator: the organization asks, puts a record into DNS, and has it looked up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from rightful.core.organizations.domains import add_domain, domain_name
from rightful.core.organizations.registry import change_organization
from rightful.domain.organization import DomainChallenge, Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context

LONGEST_NAME = 253
"""Characters of a name in DNS (RFC 1035 section 2.3.4)."""

_LABEL = "_rightful-challenge"


class ProofUnavailableError(Exception):
    """DNS did not answer, so that nobody knows whether the record is there."""


class DomainProof(Protocol):
    """Looks into DNS."""

    def has_txt(self, name: str, value: str) -> bool:
        """Whether a name has a TXT record of exactly that value.

        Raises:
            ProofUnavailableError: it could not be looked up.
        """
        ...


def record_name(domain: str) -> str:
    """Where the record has to be: at a name of its own (RFC 8552), not among the domain's other TXT records."""
    return f"{_LABEL}.{domain}"


def record_value(secret: str) -> str:
    """What has to stand in it."""
    return f"rightful-verification={secret}"


MOST_CHALLENGES = 50
CHALLENGE_LIFETIME = timedelta(days=30)
"""A record that was forgotten in DNS is not the owner's consent for ever."""


def has_expired(challenge: DomainChallenge, now: datetime) -> bool:
    """Whether a challenge cannot be met any more."""
    return now >= challenge.asked_at + CHALLENGE_LIFETIME


def ask_for_domain(context: Context, organization: Organization, domain: str, *, by: str | None = None) -> Organization:
    """Give an organization a challenge for a domain. Asking again gives the same one until it has expired.

    Says nothing about who else has the domain: that is for somebody to know who has proved to own it.

    Raises:
        RequestError: it is no domain name, too many are waiting, or somebody else changed the settings meanwhile.
    """
    name = domain_name(domain)
    waiting = {other: each for other, each in organization.challenges.items() if not has_expired(each, context.now)}
    if name in organization.domains or name in waiting:
        return organization
    if len(record_name(name)) > LONGEST_NAME:
        message = f"domain: DNS has no room for the record {record_name(name)}. The operator of the service can add it."
        raise RequestError("invalid_value", message, "domain")
    if len(waiting) >= MOST_CHALLENGES:
        message = f"domain: {MOST_CHALLENGES} domains wait to be verified. Verify or remove one of them first."
        raise RequestError("conflict", message, "domain")
    challenge = DomainChallenge(context.invocation.new_id(), context.now)
    asked = replace(organization, challenges={**waiting, name: challenge})
    sentence = f"Verification of the domain {name} was begun."
    return change_organization(context, asked, sentence, by=by, subject=name)


def verify_domain(
    context: Context,
    organization: Organization,
    domain: str,
    proof: DomainProof,
    *,
    by: str | None = None,
) -> Organization:
    """Look for the record in DNS, and make the domain the organization's own if it is there. Doing so again changes
    nothing.

    Raises:
        RequestError: not_found, it was not asked for; not_proven, the record is not there or the challenge has
            expired; conflict, another organization has verified it.
        ProofUnavailableError: DNS did not answer.
    """
    name = domain_name(domain)
    if name in organization.domains:
        return organization
    challenge = organization.challenges.get(name)
    if challenge is None:
        raise RequestError("not_found", f"Nobody asked to verify {name}. Add the domain first.", "domain")
    if has_expired(challenge, context.now):
        message = (
            f"The record for {name} was good for {CHALLENGE_LIFETIME.days} days. Add the domain again for a new one."
        )
        raise RequestError("not_proven", message, "domain")
    place, value = record_name(name), record_value(challenge.secret)
    if not proof.has_txt(place, value):
        message = (
            f"DNS has no TXT record at {place} with the value {value}. Make it, and ask again: a new record can take "
            "some minutes, a changed one as long as its time to live."
        )
        raise RequestError("not_proven", message, "domain")
    return add_domain(context, organization, name, by=by)
