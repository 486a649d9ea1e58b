"""What an organization has: counted, and its accounts page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rightful.core.organizations.keys import keys_of
from rightful.domain.account import Account, Flag
from rightful.domain.organization import Organization
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import every_page

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Belongings:
    """What an organization has, counted: what offboarding it would end."""

    keys: int
    domains: int
    users: Mapping[str, int]
    groups: int
    accounts: int
    on_legal_hold: tuple[str, ...]
    conflicts: int


def belongings(store: IdentityStore, organization: Organization) -> Belongings:
    """Count what an organization has. Reads all its accounts and conflicts."""
    directories = store.directories(organization.id)
    accounts, held = 0, []
    for page in pages_of_accounts(store, organization.id):
        accounts += len(page)
        held += [account.id for account in page if Flag.LEGAL_HOLD in account.flags]
    conflicts = every_page(lambda at: store.conflicts(organization.id, limit=_PAGE, position=at))
    return Belongings(
        keys=len(keys_of(store, organization.id)),
        domains=len(organization.domains),
        users={directory.id: store.number_of_users(directory.id) for directory in directories},
        groups=sum(store.number_of_groups(directory.id) for directory in directories),
        accounts=accounts,
        on_legal_hold=tuple(held),
        conflicts=sum(len(page.conflicts) for page in conflicts),
    )


def pages_of_accounts(store: IdentityStore, organization_id: str) -> Iterator[tuple[Account, ...]]:
    """The accounts that the organization manages; no page is empty."""
    for page in every_page(lambda at: store.managed_accounts(organization_id, limit=_PAGE, position=at)):
        if page.accounts:
            yield page.accounts
