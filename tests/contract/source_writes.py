"""Contract: which account was imported for which account of an existing system."""

from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import ClaimSource, ReleaseSource
from tests.contract.committing import Committing, given
from tests.support.names import Names


class SourceWrites:
    """A source has one account, until that is gone."""

    def test_a_source_that_nobody_has_is_claimed_and_claimed_again(self, committing: Committing, names: Names) -> None:
        committing.done(ClaimSource(names.sha256, names.mine))
        committing.done(ClaimSource(names.sha256, names.mine))

    def test_a_source_that_another_account_was_imported_for_is_refused_and_that_account_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimSource(names.sha256, names.other))
        assert store.account_id_of_source(names.sha256) == names.other
        assert committing.refused(ClaimSource(names.sha256, names.mine)) == names.other
        assert committing.refused(ClaimSource(names.sha256, names.mine, instead_of=names.third)) == names.other
        assert committing.refused(ReleaseSource(names.sha256, names.mine)) == names.other

    def test_a_source_is_claimed_instead_of_an_account_that_is_gone(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimSource(names.sha256, names.other))
        committing.done(ClaimSource(names.sha256, names.mine, instead_of=names.other))
        assert committing.refused(ClaimSource(names.sha256, names.other)) == names.mine

    def test_a_released_source_is_free_and_releasing_what_nobody_has_is_done(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(ReleaseSource(names.sha256, names.mine))
        given(store, ClaimSource(names.sha256, names.mine))
        committing.done(ReleaseSource(names.sha256, names.mine))
        assert store.account_id_of_source(names.sha256) is None
        committing.done(ClaimSource(names.sha256, names.other))
