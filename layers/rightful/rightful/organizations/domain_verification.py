"""Verifying a domain without the operator: the organization asks, puts a record into DNS, and has it looked up."""

from dataclasses import replace

from rightful.invocation import Invocation
from rightful.organizations.domain_proof import DomainProof, record_name, record_value
from rightful.organizations.organization import DomainChallenge, Organization
from rightful.organizations.registry import add_domain, change_organization, domain_name
from rightful.organizations.settings_error import SettingsError
from rightful.organizations.settings_log import settings_row
from rightful.storage.contract import IdentityStore

MOST_CHALLENGES = 50


def ask_for_domain(
    store: IdentityStore, invocation: Invocation, organization: Organization, domain: str, *, by: str | None = None
) -> Organization:
    """Give an organization a challenge for a domain. Asking again gives the same one.

    Says nothing about who else has the domain: that is for somebody to know who has proved to own it.

    Raises:
        SettingsError: it is no domain name, too many are waiting, or somebody else changed the settings meanwhile.
    """
    name = domain_name(domain)
    if name in organization.domains or name in organization.challenges:
        return organization
    if len(organization.challenges) >= MOST_CHALLENGES:
        message = f"domain: {MOST_CHALLENGES} domains wait to be verified. Verify or remove one of them first."
        raise SettingsError("conflict", message, "domain")
    challenge = DomainChallenge(invocation.new_id(), invocation.now)
    asked = replace(organization, challenges={**organization.challenges, name: challenge})
    sentence = f"Verification of the domain {name} was begun."
    return change_organization(
        store, invocation, asked, log=settings_row(organization.id, by, name, sentence, invocation)
    )


def verify_domain(
    store: IdentityStore,
    invocation: Invocation,
    organization: Organization,
    domain: str,
    proof: DomainProof,
    *,
    by: str | None = None,
) -> Organization:
    """Look for the record in DNS, and make the domain the organization's own if it is there. Doing so again changes
    nothing.

    Raises:
        SettingsError: not_found, it was not asked for; not_proven, the record is not there; conflict, another
            organization has verified it.
        ProofUnavailableError: DNS did not answer.
    """
    name = domain_name(domain)
    if name in organization.domains:
        return organization
    challenge = organization.challenges.get(name)
    if challenge is None:
        raise SettingsError("not_found", f"Nobody asked to verify {name}. Add the domain first.", "domain")
    place, value = record_name(name), record_value(challenge.secret)
    if not proof.has_txt(place, value):
        message = (
            f"DNS has no TXT record at {place} with the value {value}. Make it, and ask again: a new record can take "
            "some minutes, a changed one as long as its time to live."
        )
        raise SettingsError("not_proven", message, "domain")
    return add_domain(store, invocation, organization, name, by=by)
