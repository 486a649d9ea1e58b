"""Contract: what ids are called."""

from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.names import Asked
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.settings import PutDirectory
from tests.contract.committing import given
from tests.support.builders import a_conflict, a_directory, an_account
from tests.support.names import Names


class NamesOfIds:
    """Everything is found at once, by whose it is."""

    def test_accounts_directories_and_conflicts_are_found_by_id(self, store: IdentityStore, names: Names) -> None:
        org, directory, account, conflict = names.organization, names.directory, names.mine, names.conflict
        ada, wanted = an_account(account), a_conflict(org, conflict)
        given(store, PutAccount(ada, None))
        given(store, PutDirectory(a_directory(org, directory, name="Staff"), None))
        given(store, PutConflict(wanted, None))
        named = store.named(
            Asked(
                frozenset({account, names.other}),
                frozenset({(org, directory), (names.other_organization, directory)}),
                frozenset({Pointer(org, conflict), Pointer(names.other_organization, conflict)}),
            )
        )
        assert dict(named.accounts) == {account: ada}
        assert dict(named.directories) == {directory: "Staff"}
        assert dict(named.conflicts) == {conflict: wanted}
