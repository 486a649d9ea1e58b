"""Random provisioning, sign-ups, conflicts, decisions, deliveries twice and out of order, clocks that move: after every
step the invariants of the product hold, and in the end nothing is left waiting for an address that is free."""

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant

from rightful.domain.account import AccountStatus
from rightful.domain.address import Hold
from tests.properties.happenings import Happenings
from tests.properties.machine import NAMES, POLICIES
from tests.properties.proofs import BLANKS, FILLERS, Seen
from tests.scenarios.invariants import check_invariants
from tests.scenarios.world import ELSEWHERE, HERE


class Life(Happenings):
    """What must hold, whatever happens."""

    def __init__(self) -> None:
        self.seen = Seen()
        super().__init__()

    @invariant()
    def every_address_has_one_holder(self) -> None:
        check_invariants(self.world.store)

    @invariant()
    def every_promise_is_its_user_s_pending_change(self) -> None:
        """So that whatever ends the wish finds what is kept for it."""
        store = self.world.store
        promised = [(hold.reservation.requester_key, hold.canonical) for hold in store.all_of(Hold) if hold.reservation]
        promised += [(each.awaited.requester_key, "") for each in self._accounts() if each.awaited]
        for key, canonical in promised:
            pending = store.pending_conflicts([key])
            conflict = next((each for each in self._conflicts() if each.id == pending.get(key)), None)
            assert conflict is not None, f"{canonical} is kept for nobody"
            assert conflict.prepared
            assert canonical in {conflict.request.wanted.canonical, ""}

    @invariant()
    def nobody_gets_an_account_without_a_proof(self) -> None:
        self.seen.check(self._accounts(), self._conflicts())

    @invariant()
    def the_last_word_on_somebody_s_state_holds(self) -> None:
        owed = {each.request.requester.scim_id for each in self._conflicts() if each.deactivation_pending}
        for account in self._accounts():
            if self.said.get(account.id) is False:
                scim_id = account.link.scim_id if account.link else ""
                assert not account.active or scim_id in owed, f"{account.id} is in again"
            elif self.said.get(account.id) and account.link:
                assert account.status is not AccountStatus.DEACTIVATED, f"{account.id} was put out"

    @invariant()
    def the_answer_is_the_same_for_every_holder(self) -> None:
        assert len(self.refusals) <= len(NAMES)

    def teardown(self) -> None:
        """Nothing waits for ever: once everything is allowed again, the queue gets empty, and no conflict is left
        whose address nobody holds."""
        self.the_settings_change(POLICIES[2], False, True)
        for _ in range(10):
            # A user that is created in one round can have the userName that another wish of the round before needs.
            before = self.world.store.snapshot()
            self.world.queue.messages += [conflict.pointer for conflict in self._conflicts()]
            self._drain()
            if self.world.store.snapshot() == before:
                break
        else:
            raise AssertionError("it never gets quiet")
        for conflict in self._conflicts():
            if conflict.live and conflict.request.address is not None:
                hold = self.world.store.holds([conflict.request.wanted.canonical])
                taken = conflict.finding.conflict_class == "other_key"
                assert hold or taken or conflict.finding.rule == "approval", f"{conflict.id} waits for nobody"
        check_invariants(self.world.store)
        self._deliver_again()


def test_an_undo_and_a_retry_put_nobody_out_whom_the_directory_let_in() -> None:
    """Six steps that random ones find once in thousands."""
    life = Life()
    life.a_directory_changes_an_address(who=25, name="n2", active=False, renames=True)
    life.somebody_signs_up(name="n5", verified=True)
    life.something_happens_while_a_message_is_worked_on(which=27, who=0, name="n4", what="address")
    life.a_directory_changes_an_address(who=29, name="n5", active=True, renames=False, also="n1")
    life.a_message_is_delivered(which=1, again=False)
    life.an_administrator_has_it_undone_and_tried_again(which=23)
    life.the_last_word_on_somebody_s_state_holds()
    assert {account.holds: account.active for account in life._linked()}["n5@example.com"]
    life.teardown()


@pytest.mark.parametrize("person", BLANKS)
@pytest.mark.parametrize("called", ["n4", "n6"])
def test_a_blank_is_nobody_s_id(called: str, person: str) -> None:
    life = Life()
    life.a_directory_creates_a_user(HERE, "n5", None, None, "her", person)
    life.a_directory_removes_a_user(len(life._linked()) - 1)
    life.nobody_gets_an_account_without_a_proof()
    life.a_directory_creates_somebody_who_left(1, None, person, None, called)
    life.nobody_gets_an_account_without_a_proof()
    life.teardown()


@pytest.mark.parametrize("number", [*FILLERS, *BLANKS, "1", "her own, elsewhere"])
@pytest.mark.parametrize("person", ["another", None])
def test_a_number_that_others_have_or_that_is_none_is_nobody_s_id(person: str | None, number: str) -> None:
    life = Life()
    life.a_directory_creates_a_user(ELSEWHERE, "n4", "1")
    elsewhere = number == "her own, elsewhere"
    number = "her own" if elsewhere else number
    life.a_directory_creates_a_user(HERE, "n5", number, None, None, None if person else "one")
    life.a_directory_removes_a_user(len(life._linked()) - 1)
    life.nobody_gets_an_account_without_a_proof()
    life.a_directory_creates_somebody_who_left(1, ELSEWHERE if elsewhere else None, person, number, "n6")
    life.nobody_gets_an_account_without_a_proof()
    life._drain()
    life.nobody_gets_an_account_without_a_proof()
    life.teardown()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
