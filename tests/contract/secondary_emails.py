"""Contract: who is found by an address besides the one that the account holds."""

import pytest

from rightful.ports.store import emails as emails_contract
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.emails import SecondaryEmailList
from rightful.ports.writes.accounts import ClaimAddress, ListSecondaryEmail
from tests.contract.committing import Committing, given
from tests.support.builders import NOW
from tests.support.names import Names


def a_list(names: Names, *account_ids: str, unnamed: int = 0) -> SecondaryEmailList:
    return SecondaryEmailList(names.directory, names.address, frozenset(account_ids), unnamed)


def there(store: IdentityStore, names: Names) -> SecondaryEmailList | None:
    return store.secondary_email_lists([(names.directory, names.address)]).get((names.directory, names.address))


def listing(names: Names, added: str = "", removed: str = "") -> ListSecondaryEmail:
    return ListSecondaryEmail(names.directory, names.address, frozenset(added.split()), frozenset(removed.split()))


class SecondaryEmails:
    """Lists change with the accounts they name, and never stand in the way of a commit."""

    def test_accounts_join_and_leave_a_list_in_any_order(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(listing(names, "a"))
        assert there(store, names) == a_list(names, "a")
        committing.done(listing(names, "b c"))
        assert there(store, names) == a_list(names, "a", "b", "c")
        committing.done(listing(names, removed="b"))
        committing.done(listing(names, added="d", removed="a"))
        assert there(store, names) == a_list(names, "c", "d")
        committing.done(listing(names, removed="c d"))
        assert there(store, names) is None

    def test_a_repeat_changes_nothing(self, store: IdentityStore, committing: Committing, names: Names) -> None:
        for _ in range(2):
            committing.done(listing(names, "a"))
            assert there(store, names) == a_list(names, "a")
        committing.done(listing(names, removed="b"))
        assert there(store, names) == a_list(names, "a")
        for _ in range(2):
            committing.done(listing(names, removed="a"))
            assert there(store, names) is None

    def test_who_does_not_fit_into_a_list_is_counted_until_there_is_nobody_else(
        self, store: IdentityStore, committing: Committing, names: Names, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(emails_contract, "MOST_LISTED", 2)
        for each in "abcd":
            committing.done(listing(names, each))
        assert there(store, names) == a_list(names, "a", "b", unnamed=2)
        assert store.account_ids_of_address(names.directory, [names.address], None) is None
        committing.done(listing(names, removed="a"))
        committing.done(listing(names, removed="b"))
        assert there(store, names) == a_list(names, unnamed=2)
        committing.done(listing(names, "e"))
        committing.done(listing(names, removed="c"))
        assert store.account_ids_of_address(names.directory, [names.address], None) is None
        committing.done(listing(names, removed="d"))
        assert store.account_ids_of_address(names.directory, [names.address], None) == ("e",)
        committing.done(listing(names, removed="e"))
        assert there(store, names) is None

    def test_an_address_leads_to_its_holder_and_to_who_is_listed_in_that_directory_alone(
        self, store: IdentityStore, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW), listing(names, names.other))
        both = tuple(sorted({names.mine, names.other}))
        assert store.account_ids_of_address(names.directory, [names.address, ""], names.address) == both
        assert store.account_ids_of_address(names.directory, [names.address], None) == (names.other,)
        assert store.account_ids_of_address(names.other_directory, [names.address], names.address) == (names.mine,)
        assert store.account_ids_of_address(names.other_directory, [names.address], None) == ()

    def test_a_refused_commit_changes_no_list(self, store: IdentityStore, names: Names) -> None:
        from rightful.ports.writes.accounts import RequireAccount
        from rightful.ports.writes.transaction import RefusedError

        given(store, listing(names, "a"))
        nobody = RequireAccount(names.other, 1)
        with pytest.raises(RefusedError) as refused:
            store.commit([listing(names, "b"), nobody], remaining=lambda: 60.0)
        assert [refusal.write for refusal in refused.value.refusals] == [nobody]
        assert there(store, names) == a_list(names, "a")
