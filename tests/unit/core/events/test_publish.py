"""Publishing what was committed: whom it wakes, what reaches the bus, and what comes again."""

from typing import TYPE_CHECKING, Any

import pytest

from local.event_schema import domain_event
from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.core.events.publish import Published, publish
from rightful.core.organizations.registry import create_directory
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus, Pointer
from rightful.domain.organization import OnDelete
from rightful.ports.queue import QueueUnavailableError
from tests.support.queue import ListedQueue
from tests.support.service import Service, patch, user
from tests.support.stream import RecordingBus, StreamingStore

if TYPE_CHECKING:
    from rightful.ports.store.names import Asked


def streaming(on_delete: OnDelete = OnDelete.DEACTIVATE) -> tuple[Service, StreamingStore]:
    store = StreamingStore()
    return Service(store=store, on_delete=on_delete), store


def publish_all(service: Service, store: StreamingStore, bus: RecordingBus | None = None) -> Published:
    return publish(store, service.queue, bus or RecordingBus(), store.take())


def email_of(service: Service, user: dict[str, object]) -> str:
    body: Any = service.scim("GET", f"/Users/{user['id']}").body
    email: str = body["emails"][0]["value"]
    return email


@pytest.mark.parametrize("route", ["patched away", "erased", "unlinked", "self-service", "deactivated"])
def test_an_address_that_becomes_free_by_whatever_route_goes_to_who_waits_for_it(route: str) -> None:
    service, store = streaming(OnDelete.ERASE if route == "erased" else OnDelete.DEACTIVATE)
    waiting = service.create_user("waiting")
    holder = None
    if route == "self-service":
        holder_id = service.accounts("POST", body={"email": "grace@example.com", "emailVerified": True}).body["id"]  # type: ignore[index]
    else:
        holder = service.create_user("grace")
    assert service.move(waiting["id"], "grace").status == 409
    service.remediate_all()
    assert email_of(service, waiting) == "waiting@example.com"
    store.take()

    if holder is None:
        service.accounts("PUT", "/{id}/email", {"email": "mine@example.net"}, parameters={"id": str(holder_id)})
    elif route == "patched away":
        service.move(holder["id"], "elsewhere")
    elif route == "deactivated":
        service.scim("PATCH", f"/Users/{holder['id']}", patch_active(False))
    else:
        service.scim("DELETE", f"/Users/{holder['id']}")
    done = publish_all(service, store)
    service.remediate_all()

    assert done.requeued >= 1
    assert email_of(service, waiting) == "grace@example.com"


def patch_active(active: bool) -> dict[str, object]:
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": active}],
    }


def test_the_whole_story_is_told_in_documented_events() -> None:
    service, store = streaming()
    bus = RecordingBus()
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(colleague["id"], "sales")
    service.remediate_all()
    publish_all(service, store, bus)

    told = [event.type.value for event in bus.events if not event.type.value.startswith("key.")]
    assert told[:2] == ["account.created", "account.created"]
    assert told.index("account.unlinked") < told.index("conflict.opened") < told.index("conflict.applied")
    assert told.count("account.email.changed") == told.count("account.email.released") == 1
    assert told.count("account.sessions.revoke") == 2
    for event in bus.events:
        domain_event.validate_python(event.detail())


def test_names_are_read_in_two_calls_at_most_and_in_none_where_nobody_is_told_of() -> None:
    service, store = streaming()
    people = [service.create_user(f"person{number}") for number in range(12)]
    asked: list[Asked] = []
    find = store.named
    store.named = lambda wanted: asked.append(wanted) or find(wanted)  # type: ignore[func-returns-value, method-assign]
    publish_all(service, store)
    assert [each.size for each in asked] == [1]
    for number, person in enumerate(people):
        service.move(person["id"], f"person{number - 1 if number else 11}")
    service.remediate_all()
    publish_all(service, store)
    assert len(asked) == 3
    service.scim("PATCH", f"/Users/{people[0]['id']}", patch({"op": "replace", "path": "title", "value": "Dr"}))
    publish_all(service, store)
    assert len(asked) == 3


def test_what_the_bus_does_not_take_comes_again_with_everything_after_it_under_the_same_ids() -> None:
    service, store = streaming()
    service.create_user("ada")
    service.scim("PATCH", f"/Users/{service.create_user('grace')['id']}", patch_active(False))
    changes = store.take()
    bus = RecordingBus(refuses=frozenset({"account.deactivated"}))

    failed = publish(store, service.queue, bus, changes).first_failed
    assert failed is not None
    bus.refuses = frozenset()
    assert publish(store, service.queue, bus, changes[failed:]).first_failed is None

    whole = RecordingBus()
    publish(store, ListedQueue(), whole, changes)
    assert {event.id for event in bus.events} == {event.id for event in whole.events}


def test_waiters_that_could_not_be_woken_are_woken_when_the_change_comes_again() -> None:
    service, store = streaming()
    waiting, holder = service.create_user("waiting"), service.create_user("grace")
    service.move(waiting["id"], "grace")
    service.remediate_all()
    store.take()
    service.move(holder["id"], "elsewhere")
    changes = store.take()

    class BrokenQueue(ListedQueue):
        def send(self, pointer: Pointer, *, correlation_id: str) -> None:
            raise QueueUnavailableError("SendMessage failed")

    bus = RecordingBus()
    done = publish(store, BrokenQueue(), bus, changes)

    assert done.first_failed is not None
    assert bus.events, "what can be published is not held up"
    assert publish(store, service.queue, bus, changes[done.first_failed :]).requeued == 1


def test_publishing_a_batch_twice_changes_nothing_more() -> None:
    service, store = streaming()
    waiting, holder = service.create_user("waiting"), service.create_user("grace")
    service.move(waiting["id"], "grace")
    service.remediate_all()
    service.move(holder["id"], "elsewhere")
    changes = store.take()
    publish(store, service.queue, RecordingBus(), changes)
    service.remediate_all()
    after = store.snapshot()
    publish(store, service.queue, RecordingBus(), changes)
    service.remediate_all()
    assert store.snapshot() == after


def test_a_user_name_that_becomes_free_is_told_to_who_waits_for_it() -> None:
    service, store = streaming()
    waiting, holder = service.create_user("waiting"), service.create_user("grace")
    rename = {"op": "replace", "path": "userName", "value": "grace@example.com"}
    assert service.scim("PATCH", f"/Users/{waiting['id']}", patch(rename)).status == 409
    service.remediate_all()
    store.take()

    away = {"op": "replace", "path": "userName", "value": "grace.hopper@example.com"}
    assert service.scim("PATCH", f"/Users/{holder['id']}", patch(away)).status == 200
    done = publish_all(service, store)
    service.remediate_all()

    assert done.requeued == 1
    conflicts: Any = service.admin("GET", "/conflicts").body
    assert "goes through" in conflicts["items"][0]["nextStep"]["what"]
    assert service.scim("PATCH", f"/Users/{waiting['id']}", patch(rename)).status == 200


def refused_change(service: Service) -> Conflict:
    """Ada wants Grace's address, which Grace uses."""
    ada, _ = service.create_user("ada"), service.create_user("grace")
    assert service.move(ada["id"], "grace").status == 409
    service.remediate_all()
    return conflict_of(service, ada)


def conflict_of(service: Service, asked: dict[str, object]) -> Conflict:
    return next(each for each in service.store.all_of(Conflict) if each.request.requester.scim_id == asked["id"])


def test_a_mark_on_the_person_who_asked_is_told_to_their_own_conflict_at_once() -> None:
    service, store = streaming()
    service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"active_in_directory": "approval"}}})
    waiting = refused_change(service)
    assert waiting.finding.conflict_class is ConflictClass.ACTIVE_IN_DIRECTORY
    flag = {"id": str(waiting.request.requester.account_id), "flag": "privileged"}
    for method, expected in (("PUT", ConflictClass.PROTECTED), ("DELETE", ConflictClass.ACTIVE_IN_DIRECTORY)):
        store.take()
        service.accounts(method, "/{id}/flags/{flag}", {} if method == "PUT" else None, parameters=flag)
        publish_all(service, store)
        service.remediate_all()
        [now] = store.all_of(Conflict)
        assert now.finding.conflict_class is expected


def test_a_mark_in_a_rotation_that_waits_is_told_to_everybody_in_it() -> None:
    service, store = streaming()
    service.admin("PUT", "/policy", {"brakes": {"paused": True}})
    people = [service.create_user(name) for name in "abcd"]
    for person, following in zip(people, "bcda", strict=True):
        service.move(person["id"], following)
    service.remediate_all()
    assert {each.finding.conflict_class for each in store.all_of(Conflict)} == {ConflictClass.LEAVING}
    store.take()
    marked = {"id": str(people[2]["id"]).rpartition("-")[0], "flag": "privileged"}
    service.accounts("PUT", "/{id}/flags/{flag}", {}, parameters=marked)
    publish_all(service, store)
    service.remediate_all()
    assert {each.finding.conflict_class for each in store.all_of(Conflict)} == {ConflictClass.PROTECTED}


def test_what_a_holder_wanted_ends_at_once_when_another_directory_takes_it_over() -> None:
    service, store = streaming()
    ben, ada = service.create_user("ben"), service.create_user("ada")
    service.scim("PATCH", f"/Users/{ben['id']}", patch({"op": "replace", "path": "userName", "value": ada["userName"]}))
    service.remediate_all()
    assert conflict_of(service, ben).live
    service.enter(create_directory(service.context(), service.organization.id, "Second"))
    zoe = service.create_user("zoe")
    service.move(zoe["id"], "ben")
    service.remediate_all()
    store.take()
    zoes = conflict_of(service, zoe).id
    taken: Any = service.admin(
        "POST",
        "/conflicts/{id}/decision",
        {"decision": "approve", "reason": "hers", "version": service.version(zoes)},
        parameters={"id": zoes},
    )
    assert taken.body["status"] == "applied"
    publish_all(service, store)
    service.remediate_all()
    ended = conflict_of(service, ben)
    assert (ended.status, ended.next_step) == (ConflictStatus.SUPERSEDED, None)


def test_a_create_hears_at_once_that_the_account_it_was_to_link_waits_for_another_create() -> None:
    service, store = streaming()
    service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"rehire": "auto"}}})
    number = {ENTERPRISE_USER: {"employeeNumber": "7"}}
    former = service.create_user("x", externalId=None, **number)
    account_id = str(former["id"]).rpartition("-")[0]
    service.accounts("POST", "/{id}/login-seen", {}, parameters={"id": account_id})
    service.scim("DELETE", f"/Users/{former['id']}")
    for name in ("first", "second"):
        body = user("x", externalId=name, userName=name, **number)
        assert service.scim("POST", "/Users", body).status == 409
        service.remediate_all()
        publish_all(service, store)
        service.remediate_all()
    left = {each.request.requester.user_name: each.prepared for each in store.all_of(Conflict)}
    assert left == {"first": False, "second": True}
