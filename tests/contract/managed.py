"""Contract: an organization's accounts and open conflicts, and what is due."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.address import Hold, Reservation
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Pointer
from rightful.domain.conflicts.due import DEACTIVATED_WITHIN, LOOK_AGAIN_AFTER, UNSENT_FOR
from rightful.domain.conflicts.policy import Brakes
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.emails import SecondaryEmailList
from rightful.ports.store.lists import STILL_WANTED, AccountPage
from rightful.ports.store.upkeep import Piece, UserNameHold
from rightful.ports.writes.accounts import ClaimAddress, ClaimUserName, ListSecondaryEmail, PutAccount, ReserveAddress
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.settings import ListToken, PutOrganization, UnlistToken
from tests.contract.committing import given
from tests.support.builders import NOW, a_conflict, a_link, a_token, an_account, an_organization
from tests.support.names import Names

LATER = NOW + timedelta(days=60)
MANY = 100_000


def _ids(page: AccountPage) -> list[str]:
    return [account.id for account in page.accounts]


def _due(store: IdentityStore, names: Names, at: object) -> bool:
    pointers = store.due_conflicts(at, limit=MANY)  # type: ignore[arg-type]
    return Pointer(names.organization, names.conflict) in pointers


class Managed:
    """What administrators and the janitor find without a directory's listing."""

    def _account(self, store: IdentityStore, account_id: str, **values: object) -> Account:
        account = an_account(account_id, **values)
        given(store, PutAccount(account, None))
        return account

    def test_an_organizations_accounts_are_listed_linked_ones_first(self, store: IdentityStore, names: Names) -> None:
        ours: dict[str, object] = {"organization_id": names.organization, "claimed": True}
        for number in (3, 1, 2):
            self._account(store, f"{names.mine}-{number}", **ours)
        linked = f"{names.mine}-4"
        self._account(store, linked, **ours, link=a_link(linked, names.directory))
        self._account(store, names.other, organization_id=names.other_organization)

        unlinked = [f"{names.mine}-{number}" for number in (1, 2, 3)]
        found: list[str] = []
        position = None
        while True:
            page = store.managed_accounts(names.organization, limit=2, position=position)
            found += _ids(page)
            position = page.next_position
            if position is None:
                break
        assert found == [linked, *unlinked]
        assert _ids(store.managed_accounts(names.organization, limit=50, linked=False)) == unlinked
        assert _ids(store.managed_accounts(names.organization, limit=50, linked=True)) == [linked]
        assert store.number_of_unlinked(names.organization, most=1000) == 3

    def test_the_unmanaged_accounts_on_a_domain_are_listed_until_they_are_claimed_or_leave(
        self, store: IdentityStore, names: Names
    ) -> None:
        mine = self._account(store, names.mine, email=f"a@{names.domain}")
        other = self._account(store, names.other, email=f"b@{names.domain}")
        self._account(store, names.third, email=f"a@sub.{names.domain}")
        assert _ids(store.unmanaged_accounts(names.domain, limit=50)) == [names.mine, names.other]

        given(store, PutAccount(replace(mine, version=2, organization_id=names.organization, claimed=True), 1))
        given(store, PutAccount(replace(other, version=2, email=None), 1))
        assert _ids(store.unmanaged_accounts(names.domain, limit=50)) == []
        assert _ids(store.managed_accounts(names.organization, limit=50)) == [names.mine]

    def test_open_conflicts_are_listed_oldest_first_and_only_while_they_are_open(
        self, store: IdentityStore, names: Names
    ) -> None:
        conflicts = [a_conflict(names.organization, f"{names.conflict}-{number}") for number in range(4)]
        given(store, *(PutConflict(conflict, None) for conflict in conflicts))
        given(store, PutConflict(replace(conflicts[1], version=2, status=ConflictStatus.APPLIED), 1))

        found: list[Conflict] = []
        position = None
        while True:
            page = store.conflicts(names.organization, limit=2, position=position, wanted=STILL_WANTED)
            found += page.conflicts
            position = page.next_position
            if position is None:
                break
        assert found == [conflicts[0], conflicts[2], conflicts[3]]

    def test_a_conflict_is_due_in_a_minute_until_it_is_sent_and_then_in_a_day(
        self, store: IdentityStore, names: Names
    ) -> None:
        conflict = a_conflict(names.organization, names.conflict)
        given(store, PutConflict(conflict, None))
        assert _due(store, names, NOW + UNSENT_FOR)
        assert not _due(store, names, NOW + UNSENT_FOR - timedelta(microseconds=1))

        pointer = Pointer(names.organization, names.conflict)
        store.mark_sent(pointer, now=NOW, again_at=NOW + timedelta(hours=5))
        assert not _due(store, names, NOW + timedelta(hours=4))
        assert _due(store, names, NOW + timedelta(hours=5))

        given(store, PutConflict(replace(conflict, version=2, sent=True), 1))
        assert not _due(store, names, NOW + LOOK_AGAIN_AFTER - timedelta(microseconds=1))
        assert _due(store, names, NOW + LOOK_AGAIN_AFTER)

        store.look_again(pointer, NOW + timedelta(days=3))
        assert not _due(store, names, NOW + timedelta(days=2))
        assert _due(store, names, NOW + timedelta(days=3))

    def test_a_conflict_that_has_ended_is_never_due_unless_a_deactivation_is_still_to_be_done(
        self, store: IdentityStore, names: Names
    ) -> None:
        ended = a_conflict(names.organization, names.conflict, status=ConflictStatus.REJECTED)
        given(store, PutConflict(ended, None))
        store.look_again(Pointer(names.organization, names.conflict), NOW)
        store.mark_sent(Pointer(names.organization, names.conflict), now=NOW, again_at=NOW)
        store.look_again(Pointer(names.organization, names.other_conflict), NOW)
        assert not _due(store, names, LATER)
        given(store, PutConflict(replace(ended, version=2, deactivation_pending=True), 1))
        assert _due(store, names, LATER)

    def test_a_failed_conflict_is_due_when_its_change_ends(self, store: IdentityStore, names: Names) -> None:
        ends = NOW + timedelta(days=28)
        failed = a_conflict(names.organization, names.conflict, status=ConflictStatus.FAILED, expires_at=ends)
        given(store, PutConflict(failed, None))
        assert not _due(store, names, ends - timedelta(microseconds=1))
        assert _due(store, names, ends)

    def test_a_conflict_is_due_when_its_change_ends_and_soon_while_a_deactivation_waits(
        self, store: IdentityStore, names: Names
    ) -> None:
        ends = NOW + timedelta(hours=2)
        ending = a_conflict(names.organization, names.conflict, sent=True, expires_at=ends)
        given(store, PutConflict(ending, None))
        assert not _due(store, names, ends - timedelta(microseconds=1))
        assert _due(store, names, ends)
        given(store, PutConflict(replace(ending, version=2, deactivation_pending=True), 1))
        assert not _due(store, names, NOW + DEACTIVATED_WITHIN - timedelta(microseconds=1))
        assert _due(store, names, NOW + DEACTIVATED_WITHIN)

    def test_the_undecided_conflicts_of_all_organizations_come_oldest_first(
        self, store: IdentityStore, names: Names
    ) -> None:
        mine = a_conflict(names.organization, names.conflict)
        other = a_conflict(
            names.other_organization, names.other_conflict, status=ConflictStatus.WAITING_APPROVAL, sent=True
        )
        refused = a_conflict(names.organization, f"{names.conflict}-refused", status=ConflictStatus.REFUSED)
        ended = a_conflict(names.organization, f"{names.conflict}-ended", status=ConflictStatus.APPLIED)
        given(store, *(PutConflict(each, None) for each in (other, mine, refused, ended)))
        pointers = list(store.undecided_conflicts(most=MANY))
        assert pointers == sorted(pointers, key=lambda pointer: pointer.conflict_id)
        assert {mine.pointer, other.pointer} <= set(pointers)
        assert not {ended.pointer, refused.pointer} & set(pointers)
        given(store, PutConflict(replace(mine, version=2, status=ConflictStatus.REFUSED), 1))
        assert mine.pointer not in store.undecided_conflicts(most=MANY)

    def test_of_many_undecided_conflicts_no_more_are_listed_than_were_asked_for(
        self, store: IdentityStore, names: Names
    ) -> None:
        many = [a_conflict(names.organization, f"{names.conflict}-{number:03}") for number in range(40)]
        given(store, *(PutConflict(each, None) for each in many))
        assert len(store.undecided_conflicts(most=8)) <= 8
        listed = store.undecided_conflicts(most=MANY)
        assert {each.pointer for each in many} <= set(listed)
        assert set(store.undecided_conflicts(most=8)) <= set(listed)

    def test_conflicts_whose_change_is_still_wanted_are_counted(self, store: IdentityStore, names: Names) -> None:
        before = store.number_of_open_conflicts(most=MANY)
        refused = a_conflict(names.organization, names.conflict, status=ConflictStatus.REFUSED)
        given(
            store, PutConflict(refused, None), PutConflict(a_conflict(names.organization, names.other_conflict), None)
        )
        assert store.number_of_open_conflicts(most=MANY) == before + 2
        given(store, PutConflict(replace(refused, version=2, status=ConflictStatus.APPLIED), 1))
        assert store.number_of_open_conflicts(most=MANY) == before + 1
        assert store.number_of_open_conflicts(most=1) >= 1

    def test_a_deactivation_that_waits_is_found_whatever_its_conflict_came_to_until_it_is_done(
        self, store: IdentityStore, names: Names
    ) -> None:
        waits = a_conflict(names.organization, names.conflict, status=ConflictStatus.REFUSED, deactivation_pending=True)
        given(store, PutConflict(waits, None), PutConflict(a_conflict(names.organization, names.other_conflict), None))
        assert waits in store.unfinished_deactivations(limit=MANY)
        store.mark_sent(waits.pointer, now=NOW, again_at=LATER)
        found = {conflict.id for conflict in store.unfinished_deactivations(limit=MANY)}
        assert names.conflict in found
        assert names.other_conflict not in found
        given(store, PutConflict(replace(waits, version=2, deactivation_pending=False), 1))
        assert names.conflict not in {conflict.id for conflict in store.unfinished_deactivations(limit=MANY)}

    def test_organizations_that_stopped_automation_are_counted(self, store: IdentityStore, names: Names) -> None:
        before = store.paused_organizations(limit=MANY)
        running = an_organization(names.organization)
        given(store, PutOrganization(running, None))
        assert store.paused_organizations(limit=MANY) == before
        given(store, PutOrganization(replace(running, version=2, brakes=Brakes(paused=True)), 1))
        assert store.paused_organizations(limit=MANY) == before + 1

    def test_listed_keys_that_expire_are_found_by_when_until_they_are_removed(
        self, store: IdentityStore, names: Names
    ) -> None:
        mine: dict[str, Any] = {"organization_id": names.organization, "directory_id": names.directory}
        soon = a_token("a" * 64, id=f"{names.sha256}-soon", expires_at=NOW + timedelta(days=3), **mine)
        late = a_token("b" * 64, id=f"{names.sha256}-late", expires_at=NOW + timedelta(days=31), **mine)
        over = a_token("c" * 64, id=f"{names.sha256}-over", expires_at=NOW - timedelta(days=1), **mine)
        endless = a_token("d" * 64, id=f"{names.sha256}-endless", **mine)
        given(store, *map(ListToken, (soon, late, over, endless)))

        def found() -> "set[str]":
            tokens = store.keys_that_expire(NOW, NOW + timedelta(days=30), limit=MANY)
            return {token.id for token in tokens if token.organization_id == names.organization}

        assert found() == {soon.id}
        given(store, UnlistToken(soon))
        assert found() == set()

    def test_several_user_names_are_read_at_once_and_free_ones_are_absent(
        self, store: IdentityStore, names: Names
    ) -> None:
        given(store, ClaimUserName(names.directory, names.user_name, names.mine, f"{names.mine}-1"))
        mine, free = (names.directory, names.user_name), (names.other_directory, names.user_name)
        assert store.user_names([mine, free]) == {mine: names.mine}
        assert store.user_names([]) == {}

    def test_a_deletion_on_legal_hold_is_not_due(self, store: IdentityStore, names: Names) -> None:
        self._account(
            store,
            names.mine,
            status=AccountStatus.PENDING_DELETION,
            deletion_date=NOW,
            flags=frozenset({Flag.LEGAL_HOLD}),
        )
        assert names.mine not in store.due_deletions(LATER, limit=MANY)

    def test_a_deletion_is_due_on_its_date_and_not_any_more_once_it_is_cancelled(
        self, store: IdentityStore, names: Names
    ) -> None:
        date = NOW + timedelta(days=14)
        account = self._account(store, names.mine, status=AccountStatus.PENDING_DELETION, deletion_date=date)
        assert names.mine not in store.due_deletions(date - timedelta(seconds=1), limit=MANY)
        assert names.mine in store.due_deletions(date, limit=MANY)
        active = replace(account, version=2, status=AccountStatus.ACTIVE, deletion_date=None)
        given(store, PutAccount(active, 1))
        assert names.mine not in store.due_deletions(LATER, limit=MANY)

    def test_a_reservation_is_found_once_it_has_ended_and_not_once_it_is_used(
        self, store: IdentityStore, names: Names
    ) -> None:
        until = NOW + timedelta(days=28)
        reservation = Reservation("create:dir:ada", names.conflict, names.organization, until)
        given(store, ReserveAddress(names.address, None, reservation, NOW))
        reserved = Hold(names.address, None, reservation)
        assert reserved not in store.ended_reservations(until - timedelta(seconds=1), limit=MANY)
        assert reserved in store.ended_reservations(until, limit=MANY)
        given(store, ClaimAddress(names.address, names.mine, until))
        assert names.address not in {hold.canonical for hold in store.ended_reservations(LATER, limit=MANY)}

    def test_the_pieces_of_all_segments_are_the_whole_table_each_item_once(
        self, store: IdentityStore, names: Names
    ) -> None:
        account = self._account(store, names.mine, email=names.address)
        given(store, ClaimAddress(names.address, names.mine, NOW))
        given(store, ClaimUserName(names.directory, names.user_name, names.mine, f"{names.mine}-1"))
        given(store, ListSecondaryEmail(names.directory, names.address, frozenset({names.other})))

        pieces: list[Piece] = []
        for segment in range(3):
            position = None
            while True:
                piece = store.piece(segment, 3, position, limit=7)
                pieces.append(piece)
                store.put_scan_position(segment, piece.next_position)
                position = store.scan_position(segment)
                assert position == piece.next_position
                if position is None:
                    break

        assert [each for piece in pieces for each in piece.accounts].count(account) == 1
        assert [each for piece in pieces for each in piece.holds].count(Hold(names.address, names.mine)) == 1
        user_name = UserNameHold(names.directory, names.user_name, names.mine)
        assert [each for piece in pieces for each in piece.user_names].count(user_name) == 1
        secondary = SecondaryEmailList(names.directory, names.address, frozenset({names.other}))
        assert [each for piece in pieces for each in piece.secondary_email_lists].count(secondary) == 1
