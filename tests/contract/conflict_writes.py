"""Contract: conflicts, what a requester has pending, who waits for an address, and the event log."""

from datetime import timedelta

from rightful.domain.conflicts.conflict import ConflictStatus, Pointer
from rightful.domain.conflicts.due import LOOK_AGAIN_AFTER
from rightful.domain.conflicts.explanation import OutcomeCode, explained
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.conflicts import AppendLog, EndPending, EndWaiter, PutConflict, PutPending, PutWaiter
from tests.contract.committing import Committing, given
from tests.support.builders import NOW, a_conflict, a_row
from tests.support.names import Names


class ConflictWrites:
    """Conflicts are versioned; a requester has one pending change; waiters come and go unconditionally."""

    def test_a_new_conflict_is_written_where_there_is_none(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        conflict = a_conflict(names.organization, names.conflict)
        committing.done(PutConflict(conflict, None))
        assert store.conflict(Pointer(names.organization, names.conflict)) == conflict
        assert store.conflict(Pointer(names.other_organization, names.conflict)) is None

    def test_a_new_conflict_is_refused_where_there_is_one_and_that_one_is_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = a_conflict(names.organization, names.conflict, occurrences=7)
        given(store, PutConflict(there, None))
        assert committing.refused(PutConflict(a_conflict(names.organization, names.conflict), None)) == there
        assert store.conflict(Pointer(names.organization, names.conflict)) == there

    def test_a_conflict_is_replaced_at_its_expected_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(
            store,
            PutConflict(
                a_conflict(
                    names.organization, names.conflict, explanation=explained(OutcomeCode.REASON, reason="first")
                ),
                None,
            ),
        )
        changed = a_conflict(names.organization, names.conflict, version=2, status=ConflictStatus.APPLIED)
        committing.done(PutConflict(changed, 1))
        assert store.conflict(Pointer(names.organization, names.conflict)) == changed

    def test_a_change_of_a_conflict_at_another_version_is_refused(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        changed = a_conflict(names.organization, names.conflict, version=2)
        assert committing.refused(PutConflict(changed, 1)) is None
        there = a_conflict(names.organization, names.conflict, version=3)
        given(store, PutConflict(there, None))
        assert committing.refused(PutConflict(changed, 1)) == there

    def test_a_note_that_the_pointer_was_sent_does_not_change_the_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        pointer = Pointer(names.organization, names.conflict)
        given(store, PutConflict(a_conflict(names.organization, names.conflict), None))
        store.mark_sent(pointer, now=NOW, again_at=NOW + LOOK_AGAIN_AFTER)
        assert store.conflict(pointer) == a_conflict(names.organization, names.conflict, sent=True)
        committing.done(PutConflict(a_conflict(names.organization, names.conflict, version=2), 1))

    def test_a_note_that_a_pointer_to_nothing_was_sent_makes_no_conflict(
        self, store: IdentityStore, names: Names
    ) -> None:
        store.mark_sent(Pointer(names.organization, names.conflict), now=NOW, again_at=NOW)
        assert store.conflict(Pointer(names.organization, names.conflict)) is None
        assert store.conflicts(names.organization, limit=10).conflicts == ()

    def test_a_requester_gets_its_one_pending_change(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(PutPending(names.requester, names.conflict, names.address))
        assert store.pending_conflicts([names.requester, "account:nobody"]) == {names.requester: names.conflict}
        assert store.pending_conflicts([]) == {}

    def test_the_same_pending_change_may_be_written_again(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutPending(names.requester, names.conflict, names.address))
        committing.done(PutPending(names.requester, names.conflict, names.address))
        committing.done(PutPending(names.requester, names.conflict, names.address, replaces=names.other_conflict))
        assert store.pending_conflicts([names.requester]) == {names.requester: names.conflict}

    def test_a_second_pending_change_is_refused_and_the_first_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutPending(names.requester, names.conflict, names.address))
        assert committing.refused(PutPending(names.requester, names.other_conflict, names.address)) == names.conflict
        assert store.pending_conflicts([names.requester]) == {names.requester: names.conflict}

    def test_a_pending_change_takes_the_place_of_the_one_it_names(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutPending(names.requester, names.conflict, names.address))
        committing.done(PutPending(names.requester, names.other_conflict, names.address, replaces=names.conflict))
        assert store.pending_conflicts([names.requester]) == {names.requester: names.other_conflict}

    def test_a_pending_change_does_not_take_the_place_of_another_than_it_names(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        write = PutPending(names.requester, names.other_conflict, names.address, replaces="con-unknown")
        assert committing.refused(write) is None
        given(store, PutPending(names.requester, names.conflict, names.address))
        assert committing.refused(write) == names.conflict

    def test_a_pending_change_is_ended_by_its_conflict_and_again_without_harm(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutPending(names.requester, names.conflict, names.address))
        committing.done(EndPending(names.requester, names.conflict))
        committing.done(EndPending(names.requester, names.conflict))
        assert store.pending_conflicts([names.requester]) == {}

    def test_a_pending_change_is_not_ended_by_another_conflict(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutPending(names.requester, names.conflict, names.address))
        assert committing.refused(EndPending(names.requester, names.other_conflict)) == names.conflict
        assert store.pending_conflicts([names.requester]) == {names.requester: names.conflict}

    def test_who_waits_for_an_address_is_found_oldest_first(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(
            store,
            PutWaiter(names.address, f"{names.conflict}-b", names.organization),
            PutWaiter(names.address, f"{names.conflict}-a", names.other_organization),
        )
        committing.done(PutWaiter(names.address, f"{names.conflict}-c", names.organization))
        committing.done(PutWaiter(names.address, f"{names.conflict}-c", names.organization))
        assert store.waiters(names.address) == (
            Pointer(names.other_organization, f"{names.conflict}-a"),
            Pointer(names.organization, f"{names.conflict}-b"),
            Pointer(names.organization, f"{names.conflict}-c"),
        )
        assert store.waiters(f"free-{names.address}") == ()

    def test_a_waiter_is_no_holder(self, store: IdentityStore, names: Names) -> None:
        given(store, PutWaiter(names.address, names.conflict, names.organization))
        assert store.holds([names.address]) == {}

    def test_a_conflict_that_waits_no_more_is_not_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutWaiter(names.address, names.conflict, names.organization))
        committing.done(EndWaiter(names.address, names.conflict))
        committing.done(EndWaiter(names.address, names.conflict))
        assert store.waiters(names.address) == ()

    def test_a_row_written_again_is_the_same_row(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, AppendLog(a_row(names.organization, "1")))
        committing.done(AppendLog(a_row(names.organization, "1")))
        store.log_entry(a_row(names.organization, "1"))
        store.log_entry(a_row(names.organization, "2"))
        rows = store.log(names.organization, limit=10).entries
        assert [row.id for row in rows] == ["2", "1"]

    def test_a_tally_counts_each_name_once_a_call(self, store: IdentityStore, names: Names) -> None:
        until = NOW + timedelta(hours=1)
        first, second = names.organization, names.other_organization
        assert store.tally([first], until=until, most=9) == {first: 1}
        assert store.tally([first, second, first], until=until, most=9) == {first: 2, second: 1}

    def test_a_tally_is_read_without_counting(self, store: IdentityStore, names: Names) -> None:
        store.tally([names.organization], until=NOW + timedelta(hours=1), most=9, times=3)
        for _ in range(2):
            assert store.tallied([names.organization, names.other_conflict]) == {names.organization: 3}
        assert store.tallied([]) == {}

    def test_what_a_tally_counted_is_given_back(self, store: IdentityStore, names: Names) -> None:
        name, until = names.organization, NOW + timedelta(hours=1)
        store.tally([name], until=until, most=4, times=4)
        store.tally([name], until=until, most=4, times=-3)
        assert store.tallied([name]) == {name: 1}

    def test_a_tally_that_would_pass_its_most_counts_nothing(self, store: IdentityStore, names: Names) -> None:
        until, name = NOW + timedelta(hours=1), names.organization
        assert store.tally([name], until=until, most=4, times=5) == {name: 5}
        assert store.tally([name], until=until, most=4, times=3) == {name: 3}
        assert store.tally([name], until=until, most=4, times=2) == {name: 5}
        assert store.tally([name], until=until, most=4) == {name: 4}
