"""Contract: a commit is one unit."""

import pytest

from rightful.domain.address import Hold
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    PutAccount,
    ReleaseAddress,
    RequireAccount,
    TransferAddress,
)
from rightful.ports.writes.conflicts import AppendLog, PutWaiter
from rightful.ports.writes.transaction import Refusal, RefusedError, Write
from tests.contract.committing import given, plenty
from tests.support.builders import NOW, a_row, an_account
from tests.support.names import Names


class WholeCommits:
    """All writes of a commit happen, or none."""

    def test_all_writes_of_a_commit_are_done(self, store: IdentityStore, names: Names) -> None:
        account = an_account(names.mine, email=names.address)
        writes: list[Write] = [
            PutAccount(account, None),
            ClaimAddress(names.address, names.mine, NOW),
            ClaimUserName(names.directory, names.user_name, names.mine, "scim"),
            CountUsers(names.directory, names.mine, 1),
            AppendLog(a_row(names.organization, "1")),
        ]
        store.commit(writes, remaining=plenty)
        assert store.account(names.mine) == account
        assert store.holds([names.address]) == {names.address: Hold(names.address, names.mine)}
        assert store.account_id_of_user_name(names.directory, names.user_name) == names.mine
        assert store.number_of_users(names.directory) == 1
        assert len(store.log(names.organization, limit=10).entries) == 1

    def test_every_write_whose_condition_does_not_hold_is_named_in_the_order_of_the_commit(
        self, store: IdentityStore, names: Names
    ) -> None:
        there = an_account(names.mine, version=7)
        given(store, PutAccount(there, None), ClaimAddress(names.address, names.other, NOW))
        given(store, ClaimUserName(names.directory, names.user_name, names.third, "scim"))
        stale = PutAccount(an_account(names.mine, version=6), 5)
        held = ClaimAddress(names.address, names.mine, NOW)
        fine = CountUsers(names.directory, names.mine, 1)
        taken = ClaimUserName(names.directory, names.user_name, names.mine, "scim")
        with pytest.raises(RefusedError) as refused:
            store.commit([stale, fine, held, taken], remaining=plenty)
        assert refused.value.refusals == (
            Refusal(stale, there),
            Refusal(held, Hold(names.address, names.other)),
            Refusal(taken, names.third),
        )
        assert store.account(names.mine) == there
        assert store.number_of_users(names.directory) == 0

    def test_two_accounts_swap_their_addresses_in_one_commit(self, store: IdentityStore, names: Names) -> None:
        other_address = f"other-{names.address}"
        given(store, ClaimAddress(names.address, names.mine, NOW), ClaimAddress(other_address, names.other, NOW))
        store.commit(
            [
                TransferAddress(names.address, names.mine, names.other),
                TransferAddress(other_address, names.other, names.mine),
            ],
            remaining=plenty,
        )
        holds = store.holds([names.address, other_address])
        assert holds[names.address].account_id == names.other
        assert holds[other_address].account_id == names.mine

    def test_a_commit_of_a_hundred_writes_is_done_and_refused_as_one(self, store: IdentityStore, names: Names) -> None:
        waiters = [PutWaiter(names.address, f"{number:03d}", names.organization) for number in range(99)]
        with pytest.raises(RefusedError):
            store.commit([*waiters, RequireAccount(names.mine, 1)], remaining=plenty)
        assert store.waiters(names.address) == ()
        store.commit([*waiters, PutAccount(an_account(names.mine), None)], remaining=plenty)
        assert len(store.waiters(names.address)) == 99

    def test_an_empty_commit_does_nothing(self, store: IdentityStore) -> None:
        store.commit([], remaining=plenty)

    def test_a_repeat_of_a_commit_is_refused_where_it_was_conditional(self, store: IdentityStore, names: Names) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW))
        release = ReleaseAddress(names.address, names.mine)
        store.commit([release, CountUsers(names.directory, names.mine, -1)], remaining=plenty)
        with pytest.raises(RefusedError):
            store.commit([release, CountUsers(names.directory, names.mine, -1)], remaining=plenty)
        assert store.number_of_users(names.directory) == -1
