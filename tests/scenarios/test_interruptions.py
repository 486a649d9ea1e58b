"""What a plan rests on changes between the remediator's reading and its transaction: nothing of it happens then; what
happens afterwards is what is right now."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.undoing.undo import undo
from rightful.core.conflicts.word import Word
from rightful.domain.account import AccountStatus
from rightful.domain.address import parse_address
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.policy import Brakes
from rightful.domain.key import Scope
from rightful.domain.request_error import RequestError
from rightful.ports.writes.accounts import ClaimAddress, PutAccount, ReleaseAddress
from rightful.ports.writes.settings import ReleaseDomain
from rightful.ports.writes.transaction import Write
from tests.scenarios.invariants import check_invariants
from tests.scenarios.words import HOLDER_WORDS
from tests.scenarios.world import NOW, OURS, World, attributes
from tests.support.builders import a_token

Interruption = Callable[[World], object]


def _interrupted(world: World, interruption: Interruption) -> list[bool]:
    """Before the first transaction from now on, something else happens."""
    commit = world.store.commit
    happened: list[bool] = []

    def commits(writes: Sequence[Write], **more: object) -> None:
        if not happened:
            happened.append(True)
            interruption(world)
        commit(writes, **more)  # type: ignore[arg-type]

    world.store.commit = commits  # type: ignore[method-assign, assignment]
    return happened


def _domain_lost(world: World) -> None:
    world.commit(ReleaseDomain("example.com", OURS))
    world.change_organization(domains={})


def _bob_reactivated(world: World) -> None:
    world.write("bob", status=AccountStatus.ACTIVE, deactivated_at=None)


def _bob_to_theirs(world: World) -> None:
    world.write("bob", organization_id="theirs")


def _ada_renamed(world: World) -> None:
    world.rename("ada", "newer@example.com")


def _world(*bob: str) -> World:
    world = World()
    world.found_organizations()
    world.add(world.user("ada"))
    holder = world.user("bob")
    for word in bob:
        holder = HOLDER_WORDS[word](world, holder)
    world.add(holder)
    return world


RELEASE = ("unlinked", "deactivated 30 days ago")


@pytest.mark.parametrize(
    ("interruption", "status"),
    [
        (_domain_lost, "refused"),
        (_bob_reactivated, "waiting_approval"),
        (_bob_to_theirs, "refused"),
        (_ada_renamed, "superseded"),
    ],
)
def test_a_release_that_was_overtaken_does_not_happen(interruption: Interruption, status: str) -> None:
    world = _world(*RELEASE)
    conflict = world.ask("ada", "bob@example.com")
    happened = _interrupted(world, interruption)
    world.deliver()
    assert happened
    assert world.conflict(conflict).status == status
    assert world.account("bob").holds == "bob@example.com"
    check_invariants(world.store)


def test_a_swap_that_was_overtaken_by_the_loss_of_the_domain_does_not_happen() -> None:
    world = _world()
    asked = [world.ask("ada", "bob@example.com"), world.ask("bob", "ada@example.com")]
    happened = _interrupted(world, _domain_lost)
    world.deliver()
    assert happened
    assert {world.conflict(conflict).status for conflict in asked} == {ConflictStatus.REFUSED}
    assert world.account("ada").holds == "ada@example.com"


def test_an_address_is_not_kept_for_a_create_on_a_domain_that_was_lost_meanwhile() -> None:
    world = _world(*RELEASE)
    conflict = world.ask_to_create("eve", "bob@example.com")
    happened = _interrupted(world, _domain_lost)
    world.deliver()
    assert happened
    assert world.conflict(conflict).status is ConflictStatus.REFUSED
    assert world.account("bob").holds == "bob@example.com"


def _takes_it_back(world: World) -> None:
    """The account that the index names wrongly comes to hold the address in truth."""
    bob = world.account("bob")
    wanted = parse_address("bob@example.com")
    after = replace(bob, version=bob.version + 1, email=wanted, attributes=attributes("bob", wanted.value))
    assert bob.holds
    world.commit(
        PutAccount(after, bob.version),
        ClaimAddress(wanted.canonical, "bob", NOW),
        ReleaseAddress(bob.holds, "bob"),
    )


@pytest.mark.parametrize("asks", ["a change", "a create"])
def test_a_wrong_index_item_that_became_right_is_not_repaired(asks: str) -> None:
    world = _world()
    bob = world.account("bob")
    other = parse_address("other@example.com")
    moved = replace(bob, version=2, email=other, attributes=attributes("bob", other.value))
    world.commit(PutAccount(moved, 1), ClaimAddress(other.canonical, "bob", NOW))
    if asks == "a change":
        conflict: Conflict = world.ask("ada", "bob@example.com")
    else:
        conflict = world.ask_to_create("eve", "bob@example.com")
    happened = _interrupted(world, _takes_it_back)
    world.deliver()
    assert happened
    assert world.conflict(conflict).status is ConflictStatus.REFUSED
    assert world.account("bob").holds == "bob@example.com"
    check_invariants(world.store)


@pytest.mark.parametrize("interruption", [_domain_lost, _ada_renamed])
def test_an_undo_that_was_overtaken_does_not_happen(interruption: Interruption) -> None:
    world = _world(*RELEASE)
    conflict = world.ask("ada", "bob@example.com")
    world.deliver()
    _interrupted(world, interruption)
    key = a_token("ines", id="ines", scope=Scope.ADMIN, owner="Ines", organization_id=OURS)
    with pytest.raises(RequestError) as error:
        undo(world.context(), conflict.pointer, Word(key, "Back.", version_of(world.conflict(conflict))))
    assert error.value.code == "not_undoable"
    assert world.account("bob").email != parse_address("bob@example.com")
    assert world.conflict(conflict).status is ConflictStatus.APPLIED


def test_a_pause_stops_automation_within_one_message() -> None:
    world = _world(*RELEASE)
    for name in ("cy", "di"):
        world.add(HOLDER_WORDS["deactivated 30 days ago"](world, HOLDER_WORDS["unlinked"](world, world.user(name))))
    world.add(world.user("eve"))
    first, second = world.ask("ada", "cy@example.com"), world.ask("eve", "di@example.com")
    world.remediate(first)
    world.change_organization(brakes=Brakes(paused=True))
    world.deliver()
    assert world.conflict(first).status is ConflictStatus.APPLIED
    assert world.conflict(second).status is ConflictStatus.WAITING_APPROVAL
    assert world.account("di").holds == "di@example.com"
