"""What `ports.store.contract.IdentityStore` promises, as tests. A subclass gives the fixture `store`; the store may be
one that other tests use at the same time, because every test has names of its own."""

import pytest

from rightful.ports.store.contract import IdentityStore
from tests.contract.account_writes import AccountWrites
from tests.contract.commits import WholeCommits
from tests.contract.committing import Committing
from tests.contract.conflict_lists import ConflictLists
from tests.contract.conflict_writes import ConflictWrites
from tests.contract.counts import FiguresOfDays
from tests.contract.demands import Demands
from tests.contract.erased_people import ErasedPeople
from tests.contract.group_writes import GroupWrites
from tests.contract.index_writes import AddressWrites, DomainWrites, UserNameWrites
from tests.contract.listings import Listings
from tests.contract.managed import Managed
from tests.contract.names_of_ids import NamesOfIds
from tests.contract.offboarding_writes import OffboardingWrites
from tests.contract.pages import Pages
from tests.contract.round_trips import RoundTrips
from tests.contract.secondary_emails import SecondaryEmails
from tests.contract.settings_writes import KeyWrites, SettingsWrites
from tests.contract.source_writes import SourceWrites
from tests.support.names import Names


class IdentityStoreContract(
    AccountWrites,
    AddressWrites,
    UserNameWrites,
    DomainWrites,
    SecondaryEmails,
    ConflictWrites,
    Demands,
    FiguresOfDays,
    ErasedPeople,
    SettingsWrites,
    KeyWrites,
    NamesOfIds,
    OffboardingWrites,
    GroupWrites,
    SourceWrites,
    WholeCommits,
    Pages,
    Listings,
    Managed,
    ConflictLists,
    RoundTrips,
):
    """The whole contract."""

    @pytest.fixture
    def names(self) -> Names:
        """Names of this test's own."""
        return Names()

    @pytest.fixture(params=["alone", "together"])
    def committing(self, store: IdentityStore, request: pytest.FixtureRequest) -> Committing:
        """Commits a write on its own, and as part of a larger commit."""
        return Committing(store, together=request.param == "together")
