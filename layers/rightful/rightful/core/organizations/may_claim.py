"""On which domains an organization may claim addresses, as far as that depends on other organizations."""

from collections.abc import Sequence

from rightful.domain.address import Address
from rightful.domain.organization import FOR_EXAMPLES, DomainPolicy, Organization
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import RequireDomain
from rightful.ports.writes.transaction import Write


def may_claim(store: IdentityStore, organization: Organization, domain: str) -> bool:
    """Whether its directories may claim addresses on that canonical domain, as things are.

    A domain policy of "any" takes every domain but those that another organization has verified; only then is the store
    asked.
    """
    if domain in organization.domains or not organization.may_claim_on(domain):
        return domain in organization.domains
    return domain in FOR_EXAMPLES or store.organization_of_domain(domain) in {None, organization.id}


def required_domains(
    organization: Organization | None, emails: Sequence[Address | None], *, own: bool = False
) -> tuple[Write, ...]:
    """That the organization still has the domains of these addresses, or may use what nobody has: no claim outlives a
    domain. `own`: they have to be its own, whatever its domain policy is."""
    if organization is None:
        return ()
    or_nobody = organization.domain_policy is DomainPolicy.ANY and not own
    domains = dict.fromkeys(email.domain for email in emails if email is not None and not email.is_placeholder)
    return tuple(
        RequireDomain(organization.id, domain, or_nobody)
        for domain in domains
        if not (or_nobody and domain in FOR_EXAMPLES)
    )
