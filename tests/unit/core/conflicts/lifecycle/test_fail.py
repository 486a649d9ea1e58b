"""A conflict that could not be examined: marked for a person, and back when anybody asks again."""

from datetime import timedelta
from typing import Any

import pytest

from local.event_schema import domain_event
from rightful.core.conflicts.lifecycle.fail import give_up
from rightful.core.events.publish import publish
from rightful.core.upkeep.janitor import make_round
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.events.event_log import LogEntry, Result
from tests.support.service import Service, patch
from tests.support.stream import RecordingBus, StreamingStore


def conflict_of(service: Service) -> Conflict:
    return max(service.store.all_of(Conflict), key=lambda conflict: conflict.id)


def failed_change(service: Service) -> Any:
    """Ada was refused the address of Sales, who left, and the examination failed for good. Returns Ada's SCIM id."""
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(ada["id"], "sales")
    service.queue.messages.clear()
    assert give_up(service.context(), conflict_of(service).pointer) is not None
    assert conflict_of(service).status is ConflictStatus.FAILED
    return ada["id"]


def test_a_failure_tells_who_has_to_look_and_ends_the_waiting() -> None:
    service = Service()
    failed_change(service)
    conflict = conflict_of(service)
    assert conflict.next_step is not None
    assert conflict.next_step.who == "operator of the service"
    assert conflict.correlation_id in conflict.next_step.what
    assert service.store.waiters("sales@example.com") == ()
    rows = [row for row in service.store.all_of(LogEntry) if row.explanation == conflict.explanation.sentence]
    assert [(row.result, row.conflict_id) for row in rows] == [(Result.REFUSED, conflict.id)]
    service.pass_time(timedelta(days=2))
    assert make_round(service.context()).conflicts_sent == 0


def test_only_a_live_conflict_fails_and_only_once() -> None:
    service = Service()
    failed_change(service)
    failed = conflict_of(service)
    assert give_up(service.context(), failed.pointer) is None
    assert conflict_of(service) == failed


def test_a_message_that_comes_back_from_the_dead_letters_is_examined_and_applied() -> None:
    service = Service()
    ada = failed_change(service)
    service.queue.messages.append(conflict_of(service).pointer)
    service.remediate_all()
    assert conflict_of(service).status is ConflictStatus.APPLIED
    assert service.move(ada, "sales").status == 200


def test_an_administrators_retry_examines_it() -> None:
    service = Service()
    failed_change(service)
    answer: Any = service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict_of(service).id})
    assert (answer.status, answer.body["status"]) == (200, "applied")


def test_the_identity_providers_next_try_examines_it() -> None:
    service = Service()
    ada = failed_change(service)
    assert service.move(ada, "sales").status == 409
    service.remediate_all()
    assert conflict_of(service).status is ConflictStatus.APPLIED
    assert conflict_of(service).occurrences == 2


def test_what_goes_through_after_a_failure_ends_it() -> None:
    service = Service()
    ada = failed_change(service)
    assert service.move(ada, "countess").status == 200
    assert conflict_of(service).status is ConflictStatus.SUPERSEDED
    assert service.store.pending_conflicts([conflict_of(service).request.requester_key]) == {}


def test_a_failed_change_that_a_later_one_replaced_is_not_examined_again() -> None:
    service = Service(policy=STANDARD)
    ada = failed_change(service)
    failed = conflict_of(service)
    service.create_user("grace")
    service.pass_time(timedelta(seconds=1))
    assert service.move(ada, "grace").status == 409
    service.remediate_all()
    service.queue.messages.append(failed.pointer)
    service.remediate_all()
    found = service.store.conflict(failed.pointer)
    assert found is not None
    assert found.status is ConflictStatus.SUPERSEDED


def test_a_failed_change_ends_with_the_wish_for_another_address() -> None:
    service = Service(policy=STANDARD)
    ada = failed_change(service)
    failed = conflict_of(service)
    service.create_user("grace")
    assert service.move(ada, "grace").status == 409
    ended = service.store.conflict(failed.pointer)
    assert ended is not None
    assert (ended.status, ended.next_step) == (ConflictStatus.SUPERSEDED, None)


def test_a_failed_change_expires_after_28_days_without_another_examination() -> None:
    service = Service()
    failed_change(service)
    service.pass_time(timedelta(days=28))
    assert make_round(service.context()).conflicts_sent == 1
    service.remediate_all()
    ended = conflict_of(service)
    assert (ended.status, ended.next_step) == (ConflictStatus.EXPIRED, None)
    assert service.store.pending_conflicts([ended.request.requester_key]) == {}
    service.pass_time(timedelta(days=1))
    assert make_round(service.context()).conflicts_sent == 0


def test_a_deactivation_that_failed_is_asked_for_until_it_is_done() -> None:
    service = Service()
    service.create_user("grace")
    ada = service.create_user("ada")
    change = [
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "grace@example.com"},
    ]
    service.scim("PATCH", f"/Users/{ada['id']}", patch(*change))
    service.queue.messages.clear()
    give_up(service.context(), conflict_of(service).pointer)
    service.pass_time(timedelta(minutes=5))
    assert make_round(service.context()).conflicts_sent == 1
    service.remediate_all()
    body: Any = service.scim("GET", f"/Users/{ada['id']}").body
    assert body["active"] is False


@pytest.mark.parametrize("by", ["administrator", "dead letters"])
def test_failing_and_coming_back_are_told(by: str) -> None:
    store = StreamingStore()
    service, bus = Service(store=store), RecordingBus()
    failed_change(service)
    if by == "administrator":
        service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict_of(service).id})
    else:
        service.queue.messages.append(conflict_of(service).pointer)
        service.remediate_all()
    publish(store, service.queue, bus, store.take())
    told = [event.type.value for event in bus.events if event.type.value.startswith("conflict.")]
    assert told == ["conflict.opened", "conflict.failed", "conflict.reopened", "conflict.applied"]
    for event in bus.events:
        domain_event.validate_python(event.detail())
