"""Recording: one pending change per requester; retries are counted; a later write ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.conflicts.approve import approve
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.lifecycle.end import ending_writes
from rightful.core.conflicts.lifecycle.record import needs_remediation
from rightful.core.conflicts.word import Word
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import parse_address
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictClass, ConflictStatus, Resolution
from rightful.domain.conflicts.policy import Brakes
from rightful.domain.conflicts.refused_request import ExplicitIntent, RefusedRequest
from rightful.domain.key import Scope
from rightful.ports.writes.accounts import PutAccount, ReleaseUserName
from rightful.ports.writes.conflicts import EndPending, EndWaiter, PutConflict
from rightful.ports.writes.settings import ListToken
from rightful.ports.writes.transaction import ContendedError, RefusedError
from tests.scenarios.world import World, attributes
from tests.support.builders import a_token


@pytest.fixture
def world() -> World:
    world = World()
    world.found_organizations()
    for name in ("ada", "bob", "cy"):
        world.add(world.user(name))
    return world


def _pending(world: World) -> str | None:
    return world.store.pending_conflicts(["account:ada"]).get("account:ada")


def test_a_refused_claim_is_in_the_table_with_its_place_among_the_waiting(world: World) -> None:
    conflict = world.ask("ada", "bob@example.com")
    assert world.conflict(conflict).status is ConflictStatus.OPEN
    assert _pending(world) == conflict.id
    assert [pointer.conflict_id for pointer in world.store.waiters("bob@example.com")] == [conflict.id]
    assert conflict.expires_at - conflict.created_at == timedelta(days=28)
    [row] = world.store.log("ours", limit=9).entries
    assert (row.action, row.result, row.requested_email) == ("claim.refused", "refused", "bob@example.com")


def test_a_retry_is_the_same_conflict_counted_with_the_change_as_it_was_sent_last(world: World) -> None:
    first = world.ask("ada", "bob@example.com")
    again = world.ask("ada", "BOB@example.com", title="Dr")
    assert again.id == first.id
    assert again.occurrences == 2
    assert again.request.change.after["title"] == "Dr"
    assert again.request.wanted.value == "BOB@example.com"
    assert len(world.store.all_of(Conflict)) == 1
    assert len(world.store.log("ours", limit=9).entries) == 1


def test_another_address_takes_the_place_of_the_former_one(world: World) -> None:
    first = world.ask("ada", "bob@example.com")
    second = world.ask("ada", "cy@example.com")
    assert world.conflict(first).status is ConflictStatus.SUPERSEDED
    assert world.conflict(second).status is ConflictStatus.OPEN
    assert _pending(world) == second.id
    assert world.store.waiters("bob@example.com") == ()


def test_a_deactivation_that_was_asked_for_survives_being_overtaken(world: World) -> None:
    world.ask("ada", "bob@example.com", active=False)
    second = world.ask("ada", "cy@example.com")
    assert second.deactivation_pending
    assert second.request.change.active is False
    taken_back = world.ask("ada", "cy@example.com", active=True)
    assert not taken_back.deactivation_pending


def test_what_an_administrator_settled_is_counted_and_nobody_is_asked_again(world: World) -> None:
    first = world.ask("ada", "bob@example.com")
    rejected = replace(first, version=2, status=ConflictStatus.REJECTED)
    world.commit(PutConflict(rejected, 1), EndWaiter("bob@example.com", first.id))
    again = world.ask("ada", "bob@example.com")
    assert (again.id, again.status, again.occurrences) == (first.id, ConflictStatus.REJECTED, 2)
    assert not needs_remediation(again)
    assert needs_remediation(world.ask("ada", "bob@example.com", active=False))
    assert world.store.waiters("bob@example.com") == ()


def test_after_28_days_a_retry_is_a_new_conflict(world: World) -> None:
    first = world.ask("ada", "bob@example.com")
    world.now += timedelta(days=28)
    second = world.ask("ada", "bob@example.com")
    assert second.id != first.id
    assert world.conflict(first).status is ConflictStatus.EXPIRED
    assert [pointer.conflict_id for pointer in world.store.waiters("bob@example.com")] == [second.id]


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [
        (("Eve", None), ("eve", None), True),
        (("eve", None), ("eve2", None), False),
        (("eve", "e1"), ("eve.l", "e1"), True),
        (("eve", "e1"), ("eve", "e2"), False),
        (("eve", "e1"), ("eve", "E1"), False),
        (("eve", "e1"), ("eve", None), False),
        (("eve", None), ("eve", "e1"), False),
        (("eve", ""), ("EVE", None), True),
        (("externalId:e1", None), ("eve", "e1"), False),
    ],
    ids=[
        "without externalIds the userName is who it is, whatever its case",
        "another userName is somebody else",
        "the externalId is who it is, whatever it is called by now",
        "two externalIds are two people, whatever their userName",
        "an externalId is compared exactly",
        "who had an externalId is nobody without it",
        "who had none is not known to be the one who has",
        "an empty externalId is none",
        "a userName is never taken for an externalId",
    ],
)
def test_who_is_to_be_created(
    world: World, first: tuple[str, str | None], again: tuple[str, str | None], same: bool
) -> None:
    one, other = (
        world.ask_to_create(user_name, "bob@example.com", externalId=external_id)
        for user_name, external_id in (first, again)
    )
    assert (one.id == other.id) is same
    assert other.occurrences == (2 if same else 1)
    assert world.conflict(one).live


def test_another_person_under_the_same_user_name_opens_a_conflict_of_its_own_without_the_first_one_s_approval(
    world: World,
) -> None:
    first = world.ask_to_create("eve", "bob@example.com", externalId="e1")
    yes = Approval("key", "Ines", "I know her.", world.now)
    world.commit(PutConflict(replace(first, version=2, approvals=(yes,)), 1))
    other = world.ask_to_create("eve", "bob@example.com", externalId="e2")
    assert other.approvals == ()
    again = world.ask_to_create("eve.l", "bob@example.com", externalId="e1")
    assert (again.id, again.request.requester.user_name) == (first.id, "eve.l")
    assert len(world.store.waiters("bob@example.com")) == 2


def _once_more(world: World, conflict: Conflict) -> Conflict:
    """The identity provider's next try: refused before the conflict was applied, and recorded after that."""
    return world.record(
        RefusedRequest(
            organization_id=conflict.request.organization_id,
            directory_id=conflict.request.directory_id,
            operation=conflict.request.operation,
            requester=conflict.request.requester,
            wanted=conflict.request.wanted,
            old_email=conflict.request.old_email,
            change=conflict.request.change,
        )
    )


@pytest.mark.parametrize("brakes", [Brakes(), Brakes(paused=True), Brakes(dry_run=True)])
def test_a_change_that_is_recorded_after_it_was_applied_asks_nobody_and_changes_nothing(
    world: World, brakes: Brakes
) -> None:
    bob = world.account("bob")
    gone = replace(bob, version=2, status=AccountStatus.DEACTIVATED, deactivated_at=world.now - timedelta(days=30))
    world.commit(PutAccount(gone, 1))
    first = world.ask("ada", "bob@example.com", title="Dr")
    world.deliver()
    assert world.conflict(first).status is ConflictStatus.APPLIED
    world.change_organization(brakes=brakes)
    ada, bob = world.account("ada"), world.account("bob")
    late = _once_more(world, first)
    assert late.id != first.id
    world.deliver()
    after = world.conflict(late)
    assert (after.status, after.finding.conflict_class, after.approvals) == (
        ConflictStatus.APPLIED,
        ConflictClass.SELF,
        (),
    )
    assert after.next_step is None
    assert (world.account("ada"), world.account("bob")) == (ada, bob)
    assert _pending(world) is None
    assert world.store.waiters("bob@example.com") == ()


def test_a_change_that_is_recorded_after_the_person_got_another_address_is_superseded(world: World) -> None:
    first = world.ask("ada", "bob@example.com")
    world.rename("ada", "new@example.com")
    late = _once_more(world, first)
    world.deliver()
    assert world.conflict(late).status is ConflictStatus.SUPERSEDED
    assert world.account("ada").holds == "new@example.com"


@pytest.mark.parametrize("links", [False, True], ids=["the address is kept", "the account is to be linked"])
def test_a_create_that_is_recorded_after_it_was_prepared_is_counted_and_changes_nothing(
    world: World, links: bool
) -> None:
    bob = world.account("bob")
    gone = replace(bob, version=2, link=None, status=AccountStatus.DEACTIVATED, deactivated_at=world.now)
    world.commit(PutAccount(gone, 1), ReleaseUserName("here", "bob", "bob"))
    key = a_token("hash", id="key", scope=Scope.ADMIN, owner="Ines", organization_id="ours")
    world.commit(ListToken(key))
    first = world.ask_to_create("eve", "bob@example.com")
    world.deliver()
    resolution = Resolution.RELINK if links else None
    approve(world.context(), first.pointer, Word(key, "yes", version_of(world.conflict(first)), resolution))
    world.deliver()
    hold, bob = world.store.holds(["bob@example.com"]), world.account("bob")
    late = _once_more(world, first)
    world.deliver()
    after = world.conflict(first)
    assert late.id == first.id
    assert (after.status, after.occurrences) == (ConflictStatus.PREPARED, 2)
    assert [approval.owner for approval in after.approvals] == ["Ines"]
    assert (world.store.holds(["bob@example.com"]), world.account("bob")) == (hold, bob)
    eve = world.create("eve", "bob@example.com", "external-eve")
    assert (eve.id == "bob") is links
    assert not world.conflict(first).prepared
    assert world.store.pending_conflicts([first.request.requester_key]) == {}


def test_two_recorders_at_once_make_one_conflict(world: World) -> None:
    commit = world.store.commit
    raced = False

    def racing(writes: object, **more: object) -> None:
        nonlocal raced
        if not raced:
            raced = True
            world.ask("ada", "bob@example.com")
        commit(writes, **more)  # type: ignore[arg-type]

    world.store.commit = racing  # type: ignore[method-assign, assignment]
    conflict = world.ask("ada", "bob@example.com")
    assert raced
    assert len(world.store.all_of(Conflict)) == 1
    assert world.conflict(conflict).occurrences == 2


def test_a_recorder_that_never_gets_through_says_so(world: World) -> None:
    def refusing(writes: object, **more: object) -> None:
        raise RefusedError(())

    world.store.commit = refusing  # type: ignore[method-assign, assignment]
    with pytest.raises(ContendedError):
        world.ask("ada", "bob@example.com")


def _after(account: Account, email: str | None = None, **changed: object) -> Account:
    if email:
        changed |= {"email": parse_address(email), "attributes": attributes(account.id, email)}
    return replace(account, version=account.version + 1, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("gets the address", ConflictStatus.APPLIED),
        ("gets another address", ConflictStatus.SUPERSEDED),
        ("keeps the address by saying so", ConflictStatus.SUPERSEDED),
        ("is deactivated", ConflictStatus.SUPERSEDED),
        ("is unlinked", ConflictStatus.SUPERSEDED),
        ("is removed", ConflictStatus.SUPERSEDED),
        ("gets a title", None),
    ],
)
def test_a_later_write_to_the_requester_ends_the_pending_change(
    world: World, what: str, status: ConflictStatus | None
) -> None:
    conflict = world.ask("ada", "bob@example.com")
    ada = world.account("ada")
    after = {
        "gets the address": _after(ada, "Bob@example.com"),
        "gets another address": _after(ada, "new@example.com"),
        "keeps the address by saying so": _after(ada),
        "is deactivated": _after(ada, status=AccountStatus.DEACTIVATED, deactivated_at=world.now),
        "is unlinked": _after(ada, link=None),
        "is removed": None,
        "gets a title": _after(ada, attributes={**ada.attributes, "title": "Dr"}),
    }[what]
    says_so = what == "keeps the address by saying so"
    writes = ending_writes(conflict, world.now, ada, after, ExplicitIntent(address=says_so))
    if status is None:
        assert writes == ()
        return
    world.commit(*writes)
    ended = world.conflict(conflict)
    assert ended.status is status
    assert ended.next_step is None
    assert _pending(world) is None
    assert world.store.waiters("bob@example.com") == ()


def test_a_conflict_that_ended_is_not_ended_again(world: World) -> None:
    conflict = replace(world.ask("ada", "bob@example.com"), status=ConflictStatus.APPLIED)
    ada = world.account("ada")
    assert ending_writes(conflict, world.now, ada, None) == ()
    assert ending_writes(None, world.now, ada, None) == ()


def test_what_was_rejected_stays_rejected_when_the_person_goes_on(world: World) -> None:
    conflict = replace(world.ask("ada", "bob@example.com"), status=ConflictStatus.REJECTED)
    ada = world.account("ada")
    writes = ending_writes(conflict, world.now, ada, _after(ada, "new@example.com"))
    assert set(writes) == {EndPending("account:ada", conflict.id), EndWaiter("bob@example.com", conflict.id)}
