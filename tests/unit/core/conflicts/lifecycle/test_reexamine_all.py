"""What all conflicts of an organization rest on has changed: each is examined again at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.conflicts.decision.limits import hour_counter
from rightful.core.conflicts.lifecycle.requeue import SWEPT_AT_ONCE, reexamine_all
from rightful.core.events.publish import Published, publish
from rightful.core.organizations.registry import change_organization
from rightful.core.upkeep.janitor import make_round
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Pointer
from rightful.domain.conflicts.explanation import OutcomeCode
from rightful.ports.context import Context
from rightful.ports.queue import QueueUnavailableError, ReexamineAll
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.settings import ClaimDomain, PutOrganization
from tests.support.builders import a_conflict
from tests.support.dynamodb.store import TestedStore
from tests.support.queue import ListedQueue
from tests.support.service import Service
from tests.support.stream import RecordingBus, StreamingStore


def streaming() -> tuple[Service, StreamingStore]:
    store = StreamingStore()
    return Service(store=store), store


def publish_all(service: Service, store: StreamingStore) -> Published:
    return publish(store, service.queue, RecordingBus(), store.take())


def held_back(service: Service, brakes: dict[str, object]) -> None:
    """Ada was refused the address of Sales, who left; a brake keeps it from moving by itself."""
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    assert service.admin("PUT", "/policy", {"brakes": brakes}).status == 200
    assert service.move(ada["id"], "sales").status == 409
    service.remediate_all()
    assert status_of(service) is ConflictStatus.WAITING_APPROVAL


def status_of(service: Service) -> ConflictStatus:
    [conflict] = service.store.all_of(Conflict)
    return conflict.status


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"paused": True}, {"brakes": {"paused": False}}),
        ({"dryRun": True}, {"brakes": {"dryRun": False}}),
        ({"perOrganizationHour": 0}, {"brakes": {"perOrganizationHour": 10}}),
        ({"perAccountDay": 0}, {"brakes": {"perAccountDay": 3}}),
    ],
)
def test_letting_a_brake_go_resolves_what_it_held_back_at_once(
    before: dict[str, object], after: dict[str, object]
) -> None:
    service, store = streaming()
    held_back(service, before)
    store.take()
    assert service.admin("PUT", "/policy", after).status == 200
    assert publish_all(service, store).first_failed is None
    service.remediate_all()
    assert status_of(service) is ConflictStatus.APPLIED


def test_another_policy_is_applied_to_what_waits_at_once() -> None:
    service, store = streaming()
    service.admin("PUT", "/policy", {"policy": {"base": "strict"}})
    held_back(service, {})
    store.take()
    service.admin("PUT", "/policy", {"policy": {"base": "custom", "deactivatedAfterDays": 0}})
    publish_all(service, store)
    service.remediate_all()
    assert status_of(service) is ConflictStatus.APPLIED


def test_a_verified_domain_is_told_to_what_waits_for_it() -> None:
    service, store = streaming()
    held_back(service, {"paused": True})
    service.admin("DELETE", "/domains/{domain}", parameters={"domain": "example.com"})
    service.admin("PUT", "/policy", {"brakes": {"paused": False}})
    publish_all(service, store)
    service.remediate_all()
    assert status_of(service) is ConflictStatus.REFUSED
    organization: Any = service.store.organization(service.organization.id)
    verified = replace(organization, version=organization.version + 1, domains={"example.com": service.now})
    claim = ClaimDomain("example.com", organization.id, service.now)
    store.commit([claim, PutOrganization(verified, organization.version)], remaining=float)
    publish_all(service, store)
    service.remediate_all()
    assert status_of(service) is ConflictStatus.APPLIED


@pytest.mark.parametrize("change", [lambda each: each, lambda each: replace(each, name="Another name")])
def test_settings_on_which_no_conflict_rests_send_nothing(change: Callable[[Any], Any]) -> None:
    service, store = streaming()
    organization: Any = store.organization(service.organization.id)
    store.take()
    change_organization(Context(store, service.invocation()), change(organization))
    publish_all(service, store)
    assert service.queue.sweeps == []


def test_a_queue_that_did_not_take_it_gets_it_with_the_change_again() -> None:
    service, store = streaming()
    held_back(service, {"paused": True})
    store.take()
    service.admin("PUT", "/policy", {"brakes": {"paused": False}})
    changes = store.take()

    class BrokenQueue(ListedQueue):
        def send_reexamine_all(self, reexamine_all: ReexamineAll, *, correlation_id: str) -> None:
            raise QueueUnavailableError("SendMessage failed")

    done = publish(store, BrokenQueue(), RecordingBus(), changes)
    assert done.first_failed == 0
    publish(store, service.queue, RecordingBus(), changes[done.first_failed :])
    service.remediate_all()
    assert status_of(service) is ConflictStatus.APPLIED


def test_thousands_of_conflicts_are_sent_a_bounded_number_at_a_time_each_once() -> None:
    store, queue = TestedStore(), ListedQueue()
    ids = [f"{number:032x}" for number in range(SWEPT_AT_ONCE * 3 + 7)]
    for conflict_id in ids:
        store.commit([PutConflict(a_conflict("org", conflict_id), None)], remaining=float)
    store.commit([PutConflict(a_conflict("other", "f" * 32), None)], remaining=float)
    queue.sweeps.append(ReexamineAll("org"))
    sizes = []
    while queue.sweeps:
        sizes.append(len(reexamine_all(store, queue, queue.sweeps.pop(0))))
    assert sizes == [SWEPT_AT_ONCE] * 3 + [7]
    assert queue.messages == [Pointer("org", conflict_id) for conflict_id in ids]


def test_a_sweep_whose_conflicts_could_not_be_sent_does_not_go_on_without_them() -> None:
    store = TestedStore()
    for number in range(SWEPT_AT_ONCE + 1):
        store.commit([PutConflict(a_conflict("org", f"{number:032x}"), None)], remaining=float)

    class BrokenQueue(ListedQueue):
        def send(self, pointer: Pointer, *, correlation_id: str) -> None:
            raise QueueUnavailableError("SendMessageBatch failed")

    queue = BrokenQueue()
    with pytest.raises(QueueUnavailableError):
        reexamine_all(store, queue, ReexamineAll("org"))
    assert queue.sweeps == []


# Caps


@pytest.mark.parametrize(
    ("brakes", "turn"), [({"perOrganizationHour": 1}, timedelta(hours=1)), ({"perAccountDay": 1}, timedelta(hours=15))]
)
def test_what_a_cap_held_back_moves_when_its_hour_or_day_is_over(brakes: dict[str, object], turn: timedelta) -> None:
    service = Service()
    users = [service.create_user(name) for name in ("ada", "grace", "sales")]
    service.scim("DELETE", f"/Users/{users[2]['id']}")
    service.admin("PUT", "/policy", {"brakes": brakes})
    # The same counter is used up by an earlier move.
    holder_id = store_holder(service, "sales")
    hour, day = f"{service.now:%Y-%m-%dT%H}", f"{service.now:%Y-%m-%d}"
    service.store.tally(
        [f"organization:{service.organization.id}:{hour}", f"account:{holder_id}:{day}"], until=service.now, most=9
    )
    service.move(users[0]["id"], "sales")
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    assert conflict.status is ConflictStatus.WAITING_APPROVAL

    service.pass_time(turn - timedelta(minutes=1))
    assert make_round(service.context()).conflicts_sent == 0
    service.pass_time(timedelta(minutes=1))
    assert make_round(service.context()).conflicts_sent == 1
    service.remediate_all()
    assert status_of(service) is ConflictStatus.APPLIED


def test_what_the_next_hours_cap_holds_back_again_waits_for_the_hour_after_that() -> None:
    service = Service()
    users = [service.create_user(name) for name in ("ada", "sales")]
    service.scim("DELETE", f"/Users/{users[1]['id']}")
    service.admin("PUT", "/policy", {"brakes": {"perOrganizationHour": 1}})
    service.move(users[0]["id"], "sales")
    use_the_hour_up(service)
    service.remediate_all()
    for _ in range(3):
        service.pass_time(timedelta(minutes=59))
        assert make_round(service.context()).conflicts_sent == 0
        service.pass_time(timedelta(minutes=1))
        use_the_hour_up(service)
        assert make_round(service.context()).conflicts_sent == 1
        service.remediate_all()


def test_an_appointment_is_not_lost_to_a_late_note_that_the_pointer_was_sent() -> None:
    service = Service()
    users = [service.create_user(name) for name in ("ada", "sales")]
    service.scim("DELETE", f"/Users/{users[1]['id']}")
    service.admin("PUT", "/policy", {"brakes": {"perOrganizationHour": 1}})
    service.move(users[0]["id"], "sales")
    use_the_hour_up(service)
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    pointer = conflict.pointer
    service.store.mark_sent(pointer, now=service.now, again_at=service.now + timedelta(days=1))
    service.pass_time(timedelta(hours=1))
    assert make_round(service.context()).conflicts_sent == 1


def test_what_no_hour_has_room_for_is_not_said_to_be_examined_after_one() -> None:
    service = Service()
    users = [service.create_user(name) for name in ("ada", "sales")]
    service.scim("DELETE", f"/Users/{users[1]['id']}")
    service.admin("PUT", "/policy", {"brakes": {"perOrganizationHour": 0}})
    service.move(users[0]["id"], "sales")
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    assert conflict.explanation.code is OutcomeCode.OVER_CAP
    service.pass_time(timedelta(hours=1))
    assert make_round(service.context()).conflicts_sent == 0


def use_the_hour_up(service: Service) -> None:
    hour = hour_counter(service.organization.id, service.now)
    service.store.tally([hour], until=service.now + timedelta(days=1), most=1)


def store_holder(service: Service, name: str) -> str:
    canonical = f"{name}@example.com"
    return str(service.store.holds([canonical])[canonical].account_id)
