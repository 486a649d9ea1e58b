"""Reading what a preview rests on: two rounds of batches, whatever the number of changes."""

from collections.abc import Sequence

from rightful.invocation import Invocation
from rightful.organizations.organization import Organization
from rightful.preview.asked import Facts, Read, addresses_of
from rightful.storage.contract import IdentityStore


def gather_facts(
    store: IdentityStore, invocation: Invocation, organization: Organization, pairs: Sequence[Read]
) -> Facts:
    """Who holds the addresses of all pairs, and those accounts."""
    holds = store.holds(set(addresses_of(pairs)))
    accounts = store.accounts({hold.account_id for hold in holds.values() if hold.account_id is not None})
    return Facts(invocation.now, organization, holds, accounts)
