"""What counts as a leg: only what the holder's own directory recorded, and what still holds."""

from dataclasses import replace

import pytest

from rightful.core.conflicts.diagnosis.gather import gather
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.conflicts import PutConflict, PutPending
from tests.scenarios.world import HERE, World


def _world() -> World:
    world = World()
    world.found_organizations()
    for name in ("ada", "bob"):
        world.add(world.user(name))
    return world


def test_a_swap_is_read_as_one() -> None:
    world = _world()
    ada, bob = world.ask("ada", "bob@example.com"), world.ask("bob", "ada@example.com")
    snapshot = gather(world.context(), world.conflict(ada))
    assert snapshot.cyclic
    assert [participant.conflict.id for participant in snapshot.following] == [bob.id]


@pytest.mark.parametrize(
    "change",
    [
        {"organization_id": "theirs"},
        {"directory_id": "elsewhere"},
        {"requester": None},
        {"status": ConflictStatus.REJECTED},
        {"old_email": None},
        {"expires": True},
        {"key_id": "revoked"},
    ],
    ids=str,
)
def test_a_leg_that_the_holder_s_directory_did_not_record_or_that_ended_is_none(change: dict[str, object]) -> None:
    world = _world()
    ada, bob = world.ask("ada", "bob@example.com"), world.ask("bob", "ada@example.com")
    if "requester" in change:
        change = {"requester": replace(bob.request.requester, scim_id="bob-2")}
    if "expires" in change:
        change = {"expires_at": world.now}
    if {"status", "expires_at"} & change.keys():
        forged = replace(bob, version=bob.version + 1, **change)  # type: ignore[arg-type]
    else:
        forged = replace(bob, version=bob.version + 1, request=replace(bob.request, **change))  # type: ignore[arg-type]
    if forged.request.organization_id == bob.request.organization_id:
        world.commit(PutConflict(forged, bob.version))
    else:
        world.commit(PutConflict(replace(forged, id="forged"), None), PutPending("account:bob", "forged", "x", bob.id))
    snapshot = gather(world.context(), world.conflict(ada))
    assert snapshot.following == ()
    assert not snapshot.cyclic


def test_a_holder_that_is_not_ours_has_no_legs() -> None:
    world = _world()
    ada = world.ask("ada", "bob@example.com")
    world.ask("bob", "ada@example.com")
    bob = world.account("bob")
    world.commit(PutAccount(replace(bob, version=2, organization_id="theirs"), 1))
    assert gather(world.context(), world.conflict(ada)).following == ()


def test_a_circle_that_the_requester_is_not_part_of_is_not_followed_for_ever() -> None:
    world = _world()
    world.add(world.user("cy"))
    cy = world.ask("cy", "ada@example.com")
    world.ask("ada", "bob@example.com")
    world.ask("bob", "ada@example.com")
    snapshot = gather(world.context(), world.conflict(cy))
    assert not snapshot.cyclic
    assert len(snapshot.following) == 2


def test_the_user_name_that_the_change_asks_for_is_looked_up_in_the_requester_s_directory() -> None:
    world = _world()
    conflict = world.ask("ada", "bob@example.com", user_name="BOB")
    assert gather(world.context(), conflict).participant.user_name_holder_id == "bob"
    assert conflict.pointer.organization_id == "ours"
    assert conflict.request.directory_id == HERE


def test_a_holder_that_wants_another_user_name_is_not_about_to_leave() -> None:
    world = _world()
    ada = world.ask("ada", "bob@example.com")
    world.ask_for_user_name("bob", "cleo@example.com")
    assert gather(world.context(), world.conflict(ada)).following == ()
