"""Rotations and chains of many people, and what does not fit into one transaction."""

import random
from itertools import pairwise

import pytest

from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.policy import Brakes
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.transaction import Write
from tests.scenarios.invariants import check_invariants
from tests.scenarios.world import World


def _people(world: World, number: int) -> list[str]:
    world.found_organizations()
    names = [f"person{index}" for index in range(number)]
    for name in names:
        world.add(world.user(name))
    return names


def _statuses(world: World, conflicts: list[Conflict]) -> set[str]:
    return {world.conflict(conflict).status.value for conflict in conflicts}


def _holders(world: World, names: list[str]) -> list[str]:
    holds = world.store.holds([f"{name}@example.com" for name in names])
    return [holds[f"{name}@example.com"].account_id or "" for name in names]


@pytest.mark.parametrize("user_names", [False, True], ids=["addresses only", "with their userNames"])
@pytest.mark.parametrize("number", [2, 3, 20, 24])
def test_a_rotation_is_applied_whole(number: int, user_names: bool) -> None:
    world = World()
    names = _people(world, number)
    asked = []
    for name, following in zip(names, names[1:] + names[:1], strict=True):
        user_name = following if user_names else None
        asked.append(world.ask(name, f"{following}@example.com", user_name=user_name))
    world.deliver()
    assert _statuses(world, asked) == {"applied"}
    assert _holders(world, names) == names[-1:] + names[:-1]
    check_invariants(world.store)
    assert not world.store.pending_conflicts([f"account:{name}" for name in names])
    assert not [pointer for name in names for pointer in world.store.waiters(f"{name}@example.com")]
    assert (
        len([row for row in world.store.log("ours", limit=1000).entries if row.action == "conflict.applied"]) == number
    )


def test_a_rotation_that_does_not_fit_into_one_transaction_is_handed_to_a_person_whole() -> None:
    world = World()
    names = _people(world, 34)
    asked = [
        world.ask(name, f"{following}@example.com")
        for name, following in zip(names, names[1:] + names[:1], strict=True)
    ]
    world.deliver()
    assert _statuses(world, asked) == {"refused"}
    assert _holders(world, names) == names
    last = world.conflict(asked[-1])
    assert "34 people" in last.explanation.sentence
    assert last.next_step is not None
    assert last.next_step.who == "identity provider administrator"


def test_a_rotation_that_was_too_long_goes_on_once_one_person_has_stepped_aside() -> None:
    world = World()
    names = _people(world, 34)
    asked = [
        world.ask(name, f"{following}@example.com")
        for name, following in zip(names, names[1:] + names[:1], strict=True)
    ]
    world.deliver()
    # What the next step told: one of them takes another address for a moment.
    world.rename("person0", "free@example.com")
    world.deliver()
    assert _statuses(world, asked[1:]) == {"applied"}
    check_invariants(world.store)


@pytest.mark.parametrize("order", ["from the free end", "from the blocked end", "shuffled"])
def test_a_chain_of_fifty_resolves_by_itself_once_its_end_is_free(order: str) -> None:
    world = World()
    names = _people(world, 51)
    pairs = list(pairwise(names))
    if order == "from the free end":
        pairs.reverse()
    elif order == "shuffled":
        random.Random(7).shuffle(pairs)
    asked = []
    for name, following in pairs:
        asked.append(world.ask(name, f"{following}@example.com"))
        world.deliver()
    assert _statuses(world, asked) <= {"refused", "open"}
    world.rename(names[-1], "free@example.com")
    world.deliver()
    assert _statuses(world, asked) == {"applied"}
    assert _holders(world, names[1:]) == names[:-1]
    check_invariants(world.store)


def test_caps_stop_a_rotation_whole() -> None:
    world = World(brakes=Brakes(per_account_day=0))
    names = _people(world, 4)
    asked = [
        world.ask(name, f"{following}@example.com")
        for name, following in zip(names, names[1:] + names[:1], strict=True)
    ]
    world.deliver()
    assert _statuses(world, asked) == {"waiting_approval"}
    assert _holders(world, names) == names


def test_a_leg_that_is_superseded_while_the_rotation_is_applied_stops_all_of_it() -> None:
    """Between the remediator's reading and its transaction another change of one leg is recorded."""
    world = World()
    names = _people(world, 3)
    asked = [
        world.ask(name, f"{following}@example.com")
        for name, following in zip(names, names[1:] + names[:1], strict=True)
    ]
    commit = world.store.commit
    interfered = False

    def interfering(writes: list[Write], **more: object) -> None:
        nonlocal interfered
        if not interfered and sum(isinstance(write, PutAccount) for write in writes) == 3:
            interfered = True
            world.add(world.user("third"))
            asked.append(world.ask(names[1], "third@example.com"))
        commit(writes, **more)  # type: ignore[arg-type]

    world.store.commit = interfering  # type: ignore[method-assign, assignment]
    world.deliver()
    assert interfered
    assert _holders(world, names) == names
    assert world.conflict(asked[1]).status is ConflictStatus.SUPERSEDED
    assert ConflictStatus.APPLIED not in {world.conflict(conflict).status for conflict in asked}
    check_invariants(world.store)
