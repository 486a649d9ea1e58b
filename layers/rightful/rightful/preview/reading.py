"""Reading what a preview rests on: two rounds of batches, whatever the number of changes. Where the domain policy is
"any", each new domain is looked up, too."""

from collections.abc import Sequence

from rightful.invocation import Invocation
from rightful.organizations.claimable_domains import may_claim
from rightful.organizations.organization import Organization
from rightful.preview.asked import Facts, Read, addresses_of
from rightful.storage.contract import IdentityStore


def gather_facts(
    store: IdentityStore, invocation: Invocation, organization: Organization, pairs: Sequence[Read]
) -> Facts:
    """Who holds the addresses of all pairs, those accounts, and under the domain policy "any" whose the domains are."""
    holds = store.holds(set(addresses_of(pairs)))
    accounts = store.accounts({hold.account_id for hold in holds.values() if hold.account_id is not None})
    domains = {pair.new.domain for pair in pairs if pair.new is not None}
    permitted = filter(organization.may_claim_on, domains)
    foreign = frozenset(domain for domain in permitted if not may_claim(store, organization, domain))
    return Facts(invocation.now, organization, holds, accounts, foreign)
