"""Contract: what is written is read back, whatever it is."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightful.domain.account import BeforeImage
from rightful.domain.address import Hold, Reservation
from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import PutAccount, ReserveAddress
from rightful.ports.writes.conflicts import AppendLog, PutConflict
from rightful.ports.writes.settings import PutDirectory, PutOrganization, PutToken
from tests.contract.committing import plenty
from tests.support import strategies
from tests.support.builders import NOW, an_account
from tests.support.names import Names

few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture],
)


class RoundTrips:
    """Unicode, empty texts, microseconds, other time zones and absent values come back as they were."""

    @few
    @given(data=st.data())
    def test_an_account_comes_back_as_it_was(self, store: IdentityStore, data: st.DataObject) -> None:
        names = Names()
        account = data.draw(strategies.accounts(names.mine))
        store.commit([PutAccount(account, None)], remaining=plenty)
        assert store.account(names.mine) == account

    @few
    @given(image=strategies.before_images)
    def test_a_before_image_comes_back_as_it_was(self, store: IdentityStore, image: BeforeImage) -> None:
        names = Names()
        account = an_account(names.mine, before_image=image)
        store.commit([PutAccount(account, None)], remaining=plenty)
        assert store.account(names.mine) == account

    @few
    @given(data=st.data())
    def test_a_conflict_comes_back_as_it_was(self, store: IdentityStore, data: st.DataObject) -> None:
        names = Names()
        conflict = data.draw(strategies.conflicts(names.organization, names.conflict))
        store.commit([PutConflict(conflict, None)], remaining=plenty)
        assert store.conflict(Pointer(names.organization, names.conflict)) == conflict
        assert store.conflicts(names.organization, limit=10).conflicts == (conflict,)

    @few
    @given(data=st.data())
    def test_a_row_of_the_event_log_comes_back_as_it_was(self, store: IdentityStore, data: st.DataObject) -> None:
        names = Names()
        row = data.draw(strategies.rows(names.organization, "row"))
        store.commit([AppendLog(row)], remaining=plenty)
        assert store.log(names.organization, limit=10).entries == (row,)

    @few
    @given(data=st.data())
    def test_an_organization_comes_back_as_it_was(self, store: IdentityStore, data: st.DataObject) -> None:
        names = Names()
        organization = data.draw(strategies.organizations(names.organization))
        store.commit([PutOrganization(organization, None)], remaining=plenty)
        assert store.organization(names.organization) == organization

    @few
    @given(data=st.data())
    def test_a_directory_comes_back_as_it_was(self, store: IdentityStore, data: st.DataObject) -> None:
        names = Names()
        directory = data.draw(strategies.directories(names.organization, names.directory))
        store.commit([PutDirectory(directory, None)], remaining=plenty)
        assert store.directories(names.organization) == (directory,)

    @few
    @given(data=st.data())
    def test_a_key_comes_back_as_it_was(self, store: IdentityStore, data: st.DataObject) -> None:
        names = Names()
        token = data.draw(strategies.tokens(names.sha256))
        store.commit([PutToken(token)], remaining=plenty)
        assert store.token(names.sha256) == token

    @few
    @given(requester_key=strategies.texts.map("create:{}".format), until=strategies.moments)
    def test_a_reservation_comes_back_as_it_was(self, store: IdentityStore, requester_key: str, until: object) -> None:
        names = Names()
        reservation = Reservation(requester_key, names.conflict, names.organization, until)  # type: ignore[arg-type]
        store.commit([ReserveAddress(names.address, None, reservation, NOW)], remaining=plenty)
        assert store.holds([names.address]) == {names.address: Hold(names.address, None, reservation)}
