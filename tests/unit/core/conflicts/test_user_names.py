"""A change that asks for an address and a userName at once, or for a userName that somebody else has."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.events.publish import publish
from rightful.domain.conflicts.conflict import Conflict
from tests.support.service import AT_ONCE, Service, patch, user
from tests.support.stream import RecordingBus, StreamingStore


def renamed(user_name: str) -> dict[str, object]:
    return patch({"op": "replace", "path": "userName", "value": user_name})


def moved(name: str, user_name: str) -> dict[str, object]:
    return patch(
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"{name}@example.com"},
        {"op": "replace", "path": "userName", "value": user_name},
    )


@dataclass
class Scene:
    """Ada asks for a leaver's address and for the userName that a third user has."""

    store: StreamingStore = field(default_factory=StreamingStore)
    service: Service = field(init=False)
    third: str = field(init=False)
    ada: str = field(init=False)

    def __post_init__(self) -> None:
        self.service = Service(store=self.store, policy=AT_ONCE)
        leaver = self.service.create_user("sales")
        self.third = str(self.service.create_user("third", userName="wanted")["id"])
        self.ada = str(self.service.create_user("ada", userName="ada")["id"])
        self.service.scim("DELETE", f"/Users/{leaver['id']}")
        self.settle()
        assert self.service.scim("PATCH", f"/Users/{self.ada}", moved("sales", "wanted")).status == 409
        self.settle()

    def settle(self) -> None:
        """What was committed wakes who waits for it, until nothing is left to do."""
        while changes := self.store.take():
            publish(self.store, self.service.queue, RecordingBus(), changes)
            self.service.remediate_all()

    @property
    def conflict(self) -> Conflict:
        return max(self.store.all_of(Conflict), key=lambda each: (each.created_at, each.version))

    def user(self, scim_id: str) -> dict[str, Any]:
        body: Any = self.service.scim("GET", f"/Users/{scim_id}").body
        found: dict[str, Any] = body
        return found

    @property
    def address(self) -> str:
        return str(self.user(self.ada)["emails"][0]["value"])


def test_who_got_another_user_name_meanwhile_gets_the_address_at_once() -> None:
    scene = Scene()
    assert (scene.conflict.status, scene.conflict.finding.conflict_class) == ("refused", "other_key")

    assert scene.service.scim("PATCH", f"/Users/{scene.ada}", renamed("ada2")).status == 200
    scene.settle()

    assert (scene.conflict.status, scene.conflict.finding.conflict_class) == ("applied", "deactivated")
    assert (scene.address, scene.user(scene.ada)["userName"]) == ("sales@example.com", "ada2")


def test_a_repeat_of_the_address_alone_does_not_ask_for_the_old_user_name_again() -> None:
    scene = Scene()
    scene.service.scim("PATCH", f"/Users/{scene.ada}", renamed("ada2"))
    scene.store.take()  # nobody is told of it: only the repeat has it examined

    assert scene.service.move(scene.ada, "sales").status == 409
    scene.service.remediate_all()

    assert (scene.conflict.status, scene.address) == ("applied", "sales@example.com")


def test_a_wish_for_a_user_name_ends_with_another_user_name() -> None:
    scene = Scene()
    bob = str(scene.service.create_user("bob", userName="bob")["id"])
    scene.service.pass_time(timedelta(minutes=1))
    assert scene.service.scim("PATCH", f"/Users/{bob}", renamed("wanted")).status == 409
    scene.settle()
    assert scene.conflict.status == "refused"

    assert scene.service.scim("PATCH", f"/Users/{bob}", renamed("bob2")).status == 200
    scene.settle()

    assert (scene.conflict.request.requester.user_name, scene.conflict.status) == ("bob", "superseded")
    assert scene.conflict.explanation.sentence == "A later change gave the person another userName."


@pytest.mark.parametrize("says", ["Bob", "BOB"])
def test_the_same_user_name_in_another_spelling_is_its_own(says: str) -> None:
    scene = Scene()
    bob = str(scene.service.create_user("bob", userName="bob")["id"])
    assert scene.service.scim("PATCH", f"/Users/{bob}", moved("sales", says)).status == 409
    scene.settle()

    assert scene.user(bob)["userName"] == says


@pytest.mark.parametrize("route", ["renamed", "deleted", "unlinked"])
def test_who_waits_for_a_user_name_beside_the_address_hears_that_it_is_free(route: str) -> None:
    scene = Scene()
    assert scene.conflict.explanation.sentence == (
        "Two values are taken: wanted, another user of the directory, has the userName wanted that the same change "
        "asks for, and "
        "somebody has the address. Once the userName is free, the address is decided on its own."
    )

    if route == "renamed":
        scene.service.scim("PATCH", f"/Users/{scene.third}", renamed("third2"))
    elif route == "deleted":
        scene.service.scim("DELETE", f"/Users/{scene.third}")
    else:
        parameters = {"id": scene.third.rpartition("-")[0]}
        scene.service.admin(
            "POST", "/accounts/{id}/actions", {"action": "unlink", "reason": "left"}, parameters=parameters
        )
    scene.settle()

    assert (scene.conflict.status, scene.address) == ("applied", "sales@example.com")
    assert scene.user(scene.ada)["userName"] == "wanted"
    assert [scene.store.waiters(canonical) for canonical in scene.conflict.request.waits_for] == [(), ()]


def test_a_user_name_that_an_undo_frees_wakes_who_waits_for_it() -> None:
    scene = Scene()
    scene.service.scim("PATCH", f"/Users/{scene.third}", renamed("third2"))
    scene.settle()
    first = scene.conflict
    bob = str(scene.service.create_user("bob", userName="bob")["id"])
    grace = scene.service.create_user("grace")
    scene.service.scim("DELETE", f"/Users/{grace['id']}")
    scene.settle()
    scene.service.pass_time(timedelta(minutes=1))
    assert scene.service.scim("PATCH", f"/Users/{bob}", moved("grace", "wanted")).status == 409
    scene.settle()
    assert scene.conflict.finding.conflict_class == "other_key"

    body = {"reason": "not she", "version": scene.service.version(first.id)}
    scene.service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": first.id})
    scene.settle()

    assert (scene.conflict.status, scene.user(bob)["userName"]) == ("applied", "wanted")


def test_a_wish_that_loses_its_user_name_waits_for_the_address_alone() -> None:
    scene = Scene()
    wanted = scene.conflict.request.waits_for[1]
    assert scene.store.waiters(wanted) != ()

    answer = scene.service.scim("PUT", f"/Users/{scene.ada}", user("sales", userName="ada", externalId="ext-ada"))
    assert answer.status == 409

    assert scene.store.waiters(wanted) == ()
    assert len(scene.conflict.request.waits_for) == 1


def test_where_only_the_user_name_is_taken_by_now_that_is_what_is_said() -> None:
    scene = Scene()
    scene.service.admin(
        "POST",
        "/accounts/{id}/actions",
        {"action": "set-email", "email": None, "reason": "free it"},
        parameters={"id": str(scene.conflict.finding.holder_account_id)},
    )
    scene.settle()
    assert scene.conflict.explanation.sentence == (
        "The userName wanted is taken, not the email address: another user of the directory has it, wanted."
    )
