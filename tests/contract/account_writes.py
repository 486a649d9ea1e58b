"""Contract: accounts, and the number of users of a directory."""

from dataclasses import replace
from datetime import timedelta

from rightful.domain.account import AccountStatus
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import CountUsers, DeleteAccount, NoteLogin, PutAccount, RequireAccount
from tests.contract.committing import Committing, given
from tests.support.builders import NOW, an_account
from tests.support.names import Names


class AccountWrites:
    """Each write of an account is conditional on its version."""

    def test_a_new_account_is_written_where_there_is_none(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        account = an_account(names.mine)
        committing.done(PutAccount(account, None))
        assert store.account(names.mine) == account

    def test_a_new_account_is_refused_where_there_is_one_and_that_one_is_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, claimed=True)
        given(store, PutAccount(there, None))
        assert committing.refused(PutAccount(an_account(names.mine), None)) == there
        assert store.account(names.mine) == there

    def test_an_account_is_replaced_whole_at_its_expected_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutAccount(an_account(names.mine, attributes={"title": "Dr"}, last_login_at=NOW), None))
        changed = an_account(names.mine, version=2)
        committing.done(PutAccount(changed, 1))
        assert store.account(names.mine) == changed

    def test_a_change_of_an_account_that_has_another_version_is_refused_and_the_account_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, version=3, email=names.address)
        given(store, PutAccount(there, None))
        assert committing.refused(PutAccount(an_account(names.mine, version=3), 2)) == there
        assert store.account(names.mine) == there

    def test_a_change_of_an_account_that_is_gone_is_refused_and_nothing_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert committing.refused(PutAccount(an_account(names.mine, version=2), 1)) is None
        assert store.account(names.mine) is None

    def test_an_account_is_deleted_at_its_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutAccount(an_account(names.mine, version=4), None))
        committing.done(DeleteAccount(names.mine, 4))
        assert store.account(names.mine) is None

    def test_a_deletion_at_another_version_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, version=5)
        given(store, PutAccount(there, None))
        assert committing.refused(DeleteAccount(names.mine, 4)) == there
        assert store.account(names.mine) == there

    def test_a_deletion_of_an_account_that_is_gone_is_refused(self, committing: Committing, names: Names) -> None:
        assert committing.refused(DeleteAccount(names.mine, 1)) is None

    def test_a_required_account_at_its_version_lets_the_commit_go_on_and_stays_as_it_is(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, version=2)
        given(store, PutAccount(there, None))
        committing.done(RequireAccount(names.mine, 2))
        assert store.account(names.mine) == there

    def test_a_required_account_at_another_version_refuses_the_commit(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, version=3)
        given(store, PutAccount(there, None))
        assert committing.refused(RequireAccount(names.mine, 2)) == there

    def test_a_required_account_that_is_gone_refuses_the_commit(self, committing: Committing, names: Names) -> None:
        assert committing.refused(RequireAccount(names.mine, 1)) is None

    def test_a_later_login_is_noted_without_a_new_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, version=2, last_login_at=NOW)
        given(store, PutAccount(there, None))
        later = NOW + timedelta(minutes=1)
        committing.done(NoteLogin(names.mine, later, unless_since=NOW))
        assert store.account(names.mine) == replace(there, last_login_at=later)

    def test_a_login_is_not_noted_where_one_was_noted_since_or_none_ever(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        recent, never = an_account(names.mine, last_login_at=NOW), an_account(names.other)
        given(store, PutAccount(recent, None), PutAccount(never, None))
        before = NOW - timedelta(microseconds=1)
        assert committing.refused(NoteLogin(names.mine, NOW, unless_since=before)) == recent
        assert committing.refused(NoteLogin(names.other, NOW, unless_since=NOW)) == never

    def test_a_login_of_somebody_deactivated_is_noted_only_where_that_is_said(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        gone = an_account(names.mine, last_login_at=NOW, deactivated_at=NOW, status=AccountStatus.DEACTIVATED)
        given(store, PutAccount(gone, None))
        later = NOW + timedelta(minutes=1)
        assert committing.refused(NoteLogin(names.mine, later, unless_since=NOW)) == gone
        committing.done(NoteLogin(names.mine, later, unless_since=NOW, deactivated=True))
        assert store.account(names.mine) == replace(gone, last_login_at=later)

    def test_a_login_is_not_noted_where_there_is_no_account(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert committing.refused(NoteLogin(names.mine, NOW, unless_since=NOW)) is None
        assert store.account(names.mine) is None

    def test_users_are_counted_up_and_down_each_directory_for_itself(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert store.number_of_users(names.directory) == 0
        given(store, *(CountUsers(names.directory, f"{names.mine}-{number}", 1) for number in range(20)))
        committing.done(CountUsers(names.directory, names.mine, 1))
        committing.done(CountUsers(names.directory, names.other, -1))
        assert store.number_of_users(names.directory) == 20
        assert store.number_of_users(names.other_directory) == 0

    def test_several_accounts_are_read_at_once_and_those_that_are_not_there_are_absent(
        self, store: IdentityStore, names: Names
    ) -> None:
        mine, other = an_account(names.mine), an_account(names.other)
        given(store, PutAccount(mine, None), PutAccount(other, None))
        wanted = [names.mine, names.third, names.other, names.mine]
        assert store.accounts(wanted) == {names.mine: mine, names.other: other}
        assert store.accounts([]) == {}

    def test_more_accounts_than_one_call_of_dynamodb_returns_are_all_read(
        self, store: IdentityStore, names: Names
    ) -> None:
        there = [an_account(f"{names.mine}-{number}") for number in range(130)]
        given(store, *(PutAccount(account, None) for account in there))
        found = store.accounts(account.id for account in there)
        assert found == {account.id: account for account in there}

    def test_a_moment_is_kept_to_the_microsecond(self, store: IdentityStore, names: Names) -> None:
        there = replace(an_account(names.mine), last_login_at=NOW + timedelta(microseconds=1))
        given(store, PutAccount(there, None))
        assert store.account(names.mine) == there
