"""On which domains an organization may claim addresses, as far as that depends on other organizations."""

from rightful.organizations.organization import FOR_EXAMPLES, Organization
from rightful.storage.contract import IdentityStore


def may_claim(store: IdentityStore, organization: Organization, domain: str) -> bool:
    """Whether its directories may claim addresses on that canonical domain, as things are.

    A domain policy of "any" takes every domain but those that another organization has verified; only then is the store
    asked.
    """
    if domain in organization.domains or not organization.may_claim_on(domain):
        return domain in organization.domains
    return domain in FOR_EXAMPLES or store.organization_of_domain(domain) in {None, organization.id}
