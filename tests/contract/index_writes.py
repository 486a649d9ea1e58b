"""Contract: who holds an address, a userName, a domain."""

from datetime import timedelta

from rightful.domain.address import Hold, Reservation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    EndReservation,
    ReleaseAddress,
    ReleaseUserName,
    RequireDomain,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
)
from rightful.ports.writes.settings import ClaimDomain, ReleaseDomain
from tests.contract.committing import Committing, given
from tests.support.builders import NOW
from tests.support.names import Names

LATER = NOW + timedelta(days=1)


def _reservation(names: Names, *, until_hours: int = 24, conflict: str | None = None) -> Reservation:
    return Reservation(
        names.requester, conflict or names.conflict, names.organization, NOW + timedelta(hours=until_hours)
    )


class AddressWrites:
    """An address has one holder, or is reserved for one user to be created, or is free."""

    def test_a_free_address_is_claimed(self, store: IdentityStore, committing: Committing, names: Names) -> None:
        committing.done(ClaimAddress(names.address, names.mine, NOW))
        assert store.holds([names.address]) == {names.address: Hold(names.address, names.mine)}

    def test_a_claim_of_ones_own_address_is_done(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW))
        committing.done(ClaimAddress(names.address, names.mine, LATER))
        assert store.holds([names.address])[names.address].account_id == names.mine

    def test_a_claim_of_an_address_that_another_holds_is_refused_and_the_holder_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.other, NOW))
        found = committing.refused(ClaimAddress(names.address, names.mine, NOW, names.requester))
        assert found == Hold(names.address, names.other)
        assert store.holds([names.address])[names.address].account_id == names.other

    def test_a_reserved_address_is_claimed_by_whom_it_is_reserved_for_and_the_reservation_is_gone(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        committing.done(ClaimAddress(names.address, names.mine, NOW, names.requester))
        assert store.holds([names.address]) == {names.address: Hold(names.address, names.mine)}

    def test_a_reserved_address_is_refused_to_anybody_else_and_the_reservation_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        reserved = Hold(names.address, None, _reservation(names))
        assert committing.refused(ClaimAddress(names.address, names.mine, NOW)) == reserved
        assert committing.refused(ClaimAddress(names.address, names.mine, NOW, "account:somebody")) == reserved
        assert store.holds([names.address]) == {names.address: reserved}

    def test_an_address_whose_reservation_ended_is_claimed_by_anybody_at_the_very_moment_it_ends(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        just_before = _reservation(names).until - timedelta(microseconds=1)
        committing.refused(ClaimAddress(names.address, names.mine, just_before))
        committing.done(ClaimAddress(names.address, names.mine, _reservation(names).until))
        assert store.holds([names.address])[names.address].account_id == names.mine

    def test_a_held_address_is_released(self, store: IdentityStore, committing: Committing, names: Names) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW))
        committing.done(ReleaseAddress(names.address, names.mine))
        assert store.holds([names.address]) == {}

    def test_a_release_of_what_another_holds_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.other, NOW))
        assert committing.refused(ReleaseAddress(names.address, names.mine)) == Hold(names.address, names.other)
        assert names.address in store.holds([names.address])

    def test_a_release_of_what_nobody_holds_is_refused(self, committing: Committing, names: Names) -> None:
        assert committing.refused(ReleaseAddress(names.address, names.mine)) is None

    def test_a_release_of_a_reservation_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        assert committing.refused(ReleaseAddress(names.address, names.mine)) == Hold(
            names.address, None, _reservation(names)
        )

    def test_an_address_moves_from_its_holder_to_another(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW))
        committing.done(TransferAddress(names.address, names.mine, names.other))
        assert store.holds([names.address]) == {names.address: Hold(names.address, names.other)}

    def test_a_move_from_somebody_who_does_not_hold_the_address_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert committing.refused(TransferAddress(names.address, names.mine, names.other)) is None
        given(store, ClaimAddress(names.address, names.third, NOW))
        found = committing.refused(TransferAddress(names.address, names.mine, names.other))
        assert found == Hold(names.address, names.third)

    def test_a_free_address_is_reserved(self, store: IdentityStore, committing: Committing, names: Names) -> None:
        committing.done(ReserveAddress(names.address, None, _reservation(names), NOW))
        assert store.holds([names.address]) == {names.address: Hold(names.address, None, _reservation(names))}

    def test_a_held_address_is_reserved_in_the_place_of_its_holder(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW))
        committing.done(ReserveAddress(names.address, names.mine, _reservation(names), NOW))
        assert store.holds([names.address]) == {names.address: Hold(names.address, None, _reservation(names))}

    def test_a_reservation_of_what_another_than_named_holds_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.other, NOW))
        held = Hold(names.address, names.other)
        assert committing.refused(ReserveAddress(names.address, names.mine, _reservation(names), NOW)) == held
        assert committing.refused(ReserveAddress(names.address, None, _reservation(names), NOW)) == held

    def test_a_reservation_from_a_holder_of_what_is_free_is_refused(self, committing: Committing, names: Names) -> None:
        assert committing.refused(ReserveAddress(names.address, names.mine, _reservation(names), NOW)) is None

    def test_a_reservation_is_renewed_by_its_own_conflict(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        renewed = _reservation(names, until_hours=48)
        committing.done(ReserveAddress(names.address, None, renewed, NOW))
        assert store.holds([names.address]) == {names.address: Hold(names.address, None, renewed)}

    def test_a_reservation_gives_way_to_the_conflict_that_names_it(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        other = _reservation(names, until_hours=72, conflict=names.other_conflict)
        refused = ReserveAddress(names.address, None, other, NOW, replaces="another")
        assert committing.refused(refused) == Hold(names.address, None, _reservation(names))
        committing.done(ReserveAddress(names.address, None, other, NOW, replaces=names.conflict))
        assert store.holds([names.address]) == {names.address: Hold(names.address, None, other)}

    def test_a_reservation_of_another_conflict_is_respected_until_it_ends(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        other = _reservation(names, until_hours=72, conflict=names.other_conflict)
        assert committing.refused(ReserveAddress(names.address, None, other, NOW)) == Hold(
            names.address, None, _reservation(names)
        )
        committing.done(ReserveAddress(names.address, None, other, LATER))
        assert store.holds([names.address]) == {names.address: Hold(names.address, None, other)}

    def test_a_reservation_is_ended_by_its_own_conflict(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        committing.done(EndReservation(names.address, names.conflict, LATER))
        assert store.holds([names.address]) == {}

    def test_a_reservation_that_is_not_wanted_any_more_is_ended_at_any_time_by_its_own_conflict_only(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        reserved = Hold(names.address, None, _reservation(names))
        assert committing.refused(EndReservation(names.address, names.other_conflict)) == reserved
        committing.done(EndReservation(names.address, names.conflict))
        assert store.holds([names.address]) == {}
        assert committing.refused(EndReservation(names.address, names.conflict)) is None

    def test_the_end_of_a_reservation_that_is_not_that_conflicts_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert committing.refused(EndReservation(names.address, names.conflict, LATER)) is None
        given(store, ReserveAddress(names.address, None, _reservation(names), NOW))
        assert committing.refused(EndReservation(names.address, names.other_conflict, LATER)) == Hold(
            names.address, None, _reservation(names)
        )

    def test_a_reservation_is_not_ended_before_its_time(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        reservation = _reservation(names)
        given(store, ReserveAddress(names.address, None, reservation, NOW))
        too_early = LATER - timedelta(microseconds=1)
        assert committing.refused(EndReservation(names.address, names.conflict, too_early)) == Hold(
            names.address, None, reservation
        )

    def test_the_end_of_a_reservation_of_what_is_held_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW))
        assert committing.refused(EndReservation(names.address, names.conflict, LATER)) == Hold(
            names.address, names.mine
        )

    def test_holds_are_read_at_once_and_free_addresses_are_absent(self, store: IdentityStore, names: Names) -> None:
        given(store, ClaimAddress(names.address, names.mine, NOW))
        wanted = [names.address, f"free-{names.address}", names.address]
        assert store.holds(wanted) == {names.address: Hold(names.address, names.mine)}
        assert store.holds([]) == {}


class UserNameWrites:
    """A userName has one holder in its directory."""

    def test_a_free_user_name_is_claimed_in_its_directory_only(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(ClaimUserName(names.directory, names.user_name, names.mine, "scim"))
        assert store.account_id_of_user_name(names.directory, names.user_name) == names.mine
        assert store.account_id_of_user_name(names.other_directory, names.user_name) is None
        committing.done(ClaimUserName(names.other_directory, names.user_name, names.other, "scim"))

    def test_a_claim_of_ones_own_user_name_is_done(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimUserName(names.directory, names.user_name, names.mine, "scim-1"))
        committing.done(ClaimUserName(names.directory, names.user_name, names.mine, "scim-2"))
        assert store.account_id_of_user_name(names.directory, names.user_name) == names.mine

    def test_a_claim_of_a_user_name_that_another_has_is_refused_and_the_holder_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimUserName(names.directory, names.user_name, names.other, "scim"))
        found = committing.refused(ClaimUserName(names.directory, names.user_name, names.mine, "scim"))
        assert found == names.other
        assert store.account_id_of_user_name(names.directory, names.user_name) == names.other

    def test_a_user_name_is_released_by_its_holder(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimUserName(names.directory, names.user_name, names.mine, "scim"))
        committing.done(ReleaseUserName(names.directory, names.user_name, names.mine))
        assert store.account_id_of_user_name(names.directory, names.user_name) is None

    def test_a_release_of_a_user_name_by_somebody_else_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert committing.refused(ReleaseUserName(names.directory, names.user_name, names.mine)) is None
        given(store, ClaimUserName(names.directory, names.user_name, names.other, "scim"))
        assert committing.refused(ReleaseUserName(names.directory, names.user_name, names.mine)) == names.other

    def test_a_user_name_moves_from_its_holder_to_another(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimUserName(names.directory, names.user_name, names.mine, "scim"))
        committing.done(TransferUserName(names.directory, names.user_name, names.mine, names.other, "scim"))
        assert store.account_id_of_user_name(names.directory, names.user_name) == names.other

    def test_a_move_of_a_user_name_from_somebody_else_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        move = TransferUserName(names.directory, names.user_name, names.mine, names.other, "scim")
        assert committing.refused(move) is None
        given(store, ClaimUserName(names.directory, names.user_name, names.third, "scim"))
        assert committing.refused(move) == names.third


class DomainWrites:
    """A domain is verified by one organization."""

    def test_a_domain_that_nobody_has_is_verified(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(ClaimDomain(names.domain, names.organization, NOW))
        assert store.organization_of_domain(names.domain) == names.organization

    def test_an_organization_may_verify_its_own_domain_again(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimDomain(names.domain, names.organization, NOW))
        committing.done(ClaimDomain(names.domain, names.organization, LATER))
        assert store.organization_of_domain(names.domain) == names.organization

    def test_a_domain_of_another_organization_is_refused_and_that_organization_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimDomain(names.domain, names.other_organization, NOW))
        found = committing.refused(ClaimDomain(names.domain, names.organization, NOW))
        assert found == names.other_organization
        assert store.organization_of_domain(names.domain) == names.other_organization

    def test_a_domain_is_given_up_by_the_organization_that_has_it(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, ClaimDomain(names.domain, names.organization, NOW))
        committing.done(ReleaseDomain(names.domain, names.organization))
        assert store.organization_of_domain(names.domain) is None

    def test_a_domain_is_not_given_up_by_another_organization(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert committing.refused(ReleaseDomain(names.domain, names.organization)) is None
        given(store, ClaimDomain(names.domain, names.other_organization, NOW))
        assert committing.refused(ReleaseDomain(names.domain, names.organization)) == names.other_organization
        assert store.organization_of_domain(names.domain) == names.other_organization

    def test_a_required_domain_lets_the_commit_go_on_only_for_the_organization_that_has_it(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert committing.refused(RequireDomain(names.organization, names.domain)) is None
        given(store, ClaimDomain(names.domain, names.organization, NOW))
        committing.done(RequireDomain(names.organization, names.domain))
        assert committing.refused(RequireDomain(names.other_organization, names.domain)) == names.organization
        assert store.organization_of_domain(names.domain) == names.organization

    def test_a_domain_that_may_be_nobodys_must_not_be_anothers(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(RequireDomain(names.organization, names.domain, or_nobody=True))
        given(store, ClaimDomain(names.domain, names.organization, NOW))
        committing.done(RequireDomain(names.organization, names.domain, or_nobody=True))
        refused = committing.refused(RequireDomain(names.other_organization, names.domain, or_nobody=True))
        assert refused == names.organization
