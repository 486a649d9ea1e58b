"""A conflict that was undone and is opened again starts afresh: nothing of its former life is done once more."""

from typing import Any

from rightful.core.conflicts.remediate import remediate
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from tests.support.service import AT_ONCE, Service, patch, user


def of(service: Service, user_name: str) -> Conflict:
    return next(each for each in service.store.all_of(Conflict) if each.request.requester.user_name == user_name)


def found(service: Service, conflict: Conflict) -> Conflict:
    now = service.store.conflict(conflict.pointer)
    assert now is not None
    return now


def say(service: Service, what: str, conflict: Conflict) -> None:
    said = {"decision": {"decision": "approve", "reason": "yes"}, "undo": {"reason": "back"}, "retry": {}}[what]
    body = {**said, "version": service.version(conflict.id)}
    answer: Any = service.admin("POST", f"/conflicts/{{id}}/{what}", body, parameters={"id": conflict.id})
    assert answer.status == 200, answer.body
    service.remediate_all()


def test_a_create_that_was_undone_and_prepared_again_does_not_wake_itself() -> None:
    service = Service(policy=AT_ONCE)
    leaver = service.create_user("x")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    for person in ("a", "b"):
        assert service.scim("POST", "/Users", user("x", externalId=person, userName=person)).status == 409
        service.remediate_all()
    passed_on = of(service, "b")
    for what in ("decision", "undo", "retry"):
        say(service, what, passed_on)
    prepared = found(service, passed_on)
    assert (prepared.status, prepared.outcome.released) == (ConflictStatus.PREPARED, ())
    remediate(service.context(), prepared.pointer)
    assert service.queue.messages == []


def test_a_part_of_a_swap_that_was_undone_and_applied_alone_is_undone_alone() -> None:
    service = Service(policy=AT_ONCE)
    ada, bob = service.create_user("ada"), service.create_user("bob")
    service.move(ada["id"], "bob")
    adas = of(service, "ada@example.com")
    service.move(bob["id"], "ada")
    service.remediate_all()
    assert found(service, adas).outcome.participant_ids
    say(service, "undo", adas)
    service.scim("PATCH", f"/Users/{bob['id']}", patch({"op": "replace", "path": "active", "value": False}))
    say(service, "retry", adas)
    applied = found(service, adas)
    assert (applied.status, applied.outcome.participant_ids) == (ConflictStatus.APPLIED, ())
    say(service, "undo", adas)
    assert found(service, adas).status is ConflictStatus.UNDONE
