"""The preview beside what is there already: changes that wait, reservations, caps and what goes back and forth."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightful.core.events.publish import publish
from rightful.domain.address import Reservation
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.key import Token
from rightful.ports.writes.accounts import ReserveAddress
from tests.support.service import AT_ONCE, Service
from tests.support.stream import RecordingBus, StreamingStore
from tests.unit.core.preview.test_preview import WELL, address, ask, forecast, staffed, verdicts


def waiting(service: Service, name: str, wanted: str) -> None:
    """A change that was pushed already and refused."""
    assert service.move(scim_id(service, name), wanted).status == 409
    service.remediate_all()


def scim_id(service: Service, name: str) -> str:
    holder = service.store.holds([address(name)])[address(name)].account_id
    account = service.store.account(str(holder))
    assert account is not None
    assert account.link is not None
    return account.link.scim_id


def body_of(service: Service, *pairs: tuple[str, str]) -> Any:
    answer = ask(service, *pairs)
    assert answer.status == 200, answer.body
    return answer.body


# Changes that wait


def test_a_change_that_closes_a_circle_with_one_that_waits_is_a_swap() -> None:
    service = staffed("ada", "grace")
    waiting(service, "grace", "ada")
    assert verdicts(service, ("ada", "grace")) == ["swap"]
    service.move(scim_id(service, "ada"), "grace")
    service.remediate_all()
    assert [each.status.value for each in service.store.all_of(Conflict)] == ["applied", "applied"]


def test_a_rotation_with_two_that_wait_is_one_group_of_what_is_listed() -> None:
    service = staffed("ada", "grace", "alan", "kurt")
    waiting(service, "grace", "alan")
    waiting(service, "kurt", "ada")
    items = forecast(service, ("ada", "grace"), ("alan", "kurt"))
    assert [(item["verdict"], item["group"]) for item in items] == [("swap", "swap-1")] * 2


def test_a_change_behind_one_that_waits_for_people_waits_with_it_and_says_for_what() -> None:
    service = staffed("ada", "grace", policy=STANDARD)
    leaver = service.create_user("sales")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    waiting(service, "grace", "sales")
    [item] = forecast(service, ("ada", "grace"))
    assert (item["verdict"], item["class"], item["step"]) == ("behind", "leaving", None)
    assert "sales@example.com" in item["nextStep"]["what"]


def test_a_change_behind_one_that_was_refused_is_judged_by_who_the_holder_is() -> None:
    service = staffed("ada", "grace", "stays")
    waiting(service, "grace", "stays")
    [item] = forecast(service, ("ada", "grace"))
    assert (item["verdict"], item["class"]) == ("refused", "active_in_directory")


def test_what_the_list_frees_first_goes_to_who_waits_and_the_chain_goes_on_behind_that() -> None:
    service = staffed("ada", "grace", "alan")
    waiting(service, "grace", "ada")
    items = forecast(service, ("ada", "free"), ("alan", "grace"))
    assert [(item["verdict"], item["step"], item["group"]) for item in items] == [
        ("goes_through", 1, "chain-1"),
        ("goes_through", 2, "chain-1"),
    ]
    [conflict] = service.store.all_of(Conflict)
    assert conflict.id in items[1]["explanation"]


def test_who_waits_longer_for_an_address_gets_it_and_the_list_does_not() -> None:
    service = staffed("ada", "grace", "alan")
    waiting(service, "grace", "ada")
    items = forecast(service, ("ada", "free"), ("alan", "ada"))
    assert [item["verdict"] for item in items] == ["goes_through", "same_target"]
    [conflict] = service.store.all_of(Conflict)
    assert conflict.id in items[1]["explanation"]


def test_the_circle_gets_the_address_that_somebody_outside_of_it_wants_too() -> None:
    service = staffed("ada", "grace", "alan", "emmy")
    waiting(service, "grace", "ada")
    items = forecast(service, ("ada", "grace"), ("alan", "ada"), ("emmy", "alan"))
    assert [item["verdict"] for item in items] == ["swap", "same_target", "behind"]


def test_a_change_of_the_list_takes_the_place_of_the_same_persons_older_one() -> None:
    service = staffed("ada", "grace")
    waiting(service, "ada", "grace")
    assert verdicts(service, ("ada", "free"), ("grace", "ada")) == ["goes_through", "goes_through"]


def test_a_change_that_waits_with_a_revoked_key_takes_no_part() -> None:
    service = staffed("ada", "grace")
    waiting(service, "grace", "ada")
    stored = service.store.snapshot().items()
    keys = [key for key, item in stored if isinstance(item, Token) and item.directory_id]
    service.store.lose(*keys)  # as if it had been revoked long ago
    assert verdicts(service, ("ada", "grace")) == ["refused"]


def test_an_address_that_is_kept_for_somebody_else_says_so() -> None:
    service = staffed("ada")
    reservation = Reservation(
        f"create:{service.directory.id}:somebody", "con", service.organization.id, service.now + timedelta(days=3)
    )
    service.store.commit([ReserveAddress("kept@example.com", None, reservation, service.now)], remaining=float)
    [item] = forecast(service, ("ada", "kept"))
    assert (item["verdict"], item["class"]) == ("approval", "unknown")
    assert "reserved" in item["explanation"]


def test_how_many_changes_wait_is_said() -> None:
    service = staffed("ada", "grace")
    waiting(service, "grace", "ada")
    assert body_of(service, ("ada", "free"))["waitingChanges"] == {"considered": 1, "all": True}


# Brakes


def with_leavers(service: Service, *names: str) -> Service:
    for name in names:
        leaver = service.create_user(name)
        service.scim("DELETE", f"/Users/{leaver['id']}")
    return service


def test_what_the_hours_cap_would_stop_is_said() -> None:
    service = with_leavers(staffed("a1", "a2", "a3"), "b1", "b2", "b3")
    service.admin("PUT", "/policy", {"brakes": {"perOrganizationHour": 2}})
    body = body_of(service, ("a1", "b1"), ("a2", "b2"), ("a3", "b3"))
    assert [item["verdict"] for item in body["items"]] == ["automatic", "automatic", "approval"]
    assert [item["heldBackBy"] for item in body["items"]] == [None, None, "cap"]
    assert "within this hour" in body["items"][2]["explanation"]
    assert body["caps"] == {"perOrganizationHour": 2, "thisHour": 0, "byThemselves": 2, "heldBack": 1}


def test_what_moved_already_within_the_hour_counts() -> None:
    service = with_leavers(staffed("a1", "a2"), "b1", "b2")
    service.admin("PUT", "/policy", {"brakes": {"perOrganizationHour": 1}})
    service.move(scim_id(service, "a1"), "b1")
    service.remediate_all()
    body = body_of(service, ("a2", "b2"))
    assert (body["items"][0]["heldBackBy"], body["caps"]["thisHour"]) == ("cap", 1)
    service.pass_time(timedelta(hours=1))
    assert verdicts(service, ("a2", "b2")) == ["automatic"]


def test_an_accounts_day_is_full() -> None:
    service = with_leavers(staffed("a1"), "b1")
    service.admin("PUT", "/policy", {"brakes": {"perAccountDay": 0}})
    [item] = forecast(service, ("a1", "b1"))
    assert (item["verdict"], item["heldBackBy"]) == ("approval", "cap")
    assert "ever allows" in item["explanation"]


def test_what_goes_back_and_forth_is_stopped() -> None:
    service = staffed("ada", "grace")
    for name, wanted in (("ada", "grace"), ("grace", "ada")):
        service.move(scim_id(service, name), wanted)
    service.remediate_all()
    items = forecast(service, ("ada", "grace"), ("grace", "ada"))
    assert {(item["verdict"], item["heldBackBy"]) for item in items} == {("approval", "ping_pong")}


def test_a_swap_counts_every_address_that_it_moves() -> None:
    service = staffed("ada", "grace")
    assert body_of(service, ("ada", "grace"), ("grace", "ada"))["caps"]["byThemselves"] == 2


# Read-only, bounded, and true


@pytest.mark.parametrize("waits", [False, True])
def test_calls_are_as_few_as_batches_of_a_hundred_allow(waits: bool) -> None:
    service = Service()
    names = [f"user{number}" for number in range(300)]
    ids = [service.create_user(name)["id"] for name in names]
    if waits:
        for number in range(150, 299):
            service.move(ids[number], names[number + 1])
        service.queue.messages.clear()
    pairs = [(names[number], names[number + 1]) for number in range(150)]
    pairs += [(f"nobody{number}", f"new{number}") for number in range(2_000)]
    before, store = service.store.snapshot(), service.store
    store.dynamodb_calls.clear()
    forecast(service, *pairs)
    # 4,151 addresses, some 300 accounts and as many counters; two pages of what waits, of three statuses each; keys, an
    # organization.
    assert store.dynamodb_calls.total() <= 42 + 3 + 4 + 2 * 4 + 6
    assert service.store.snapshot() == before


def settle(service: Service, store: StreamingStore) -> None:
    """Let publisher and remediator work until there is nothing left to do."""
    service.remediate_all()
    while changes := store.take():
        publish(store, service.queue, RecordingBus(), changes)
        service.remediate_all()


PEOPLE = ("ada", "grace", "alan", "kurt", "emmy", "left")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from([*PEOPLE, "free1", "free2"]), min_size=5, max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_what_is_foreseen_beside_what_waits_is_what_happens(targets: list[str], first: list[bool]) -> None:
    store = StreamingStore()
    service = Service(policy=AT_ONCE, store=store)
    users = {name: service.create_user(name)["id"] for name in PEOPLE}
    service.scim("DELETE", f"/Users/{users['left']}")
    everything = list(zip(PEOPLE[:5], targets, first, strict=True))
    for name, target, is_first in everything:
        if is_first:
            service.move(users[name], target)
            settle(service, store)
            service.pass_time(timedelta(seconds=1))
    now_held = {
        name: service.scim("GET", f"/Users/{users[name]}").body["emails"][0]["value"].split("@")[0]  # type: ignore[index,call-overload]
        for name in PEOPLE[:5]
    }
    pairs = [(name, now_held[name], target) for name, target, is_first in everything if not is_first]
    if not pairs:
        return
    items = forecast(service, *((old, new) for _, old, new in pairs))

    for item in sorted((item for item in items if item["verdict"] in WELL), key=lambda item: item["step"] or 0):
        name, _, target = pairs[item["number"] - 1]
        answer = service.move(users[name], target)
        assert answer.status == (409 if item["verdict"] in {"swap", "automatic"} else 200), item
        if item["verdict"] != "swap":
            settle(service, store)
    settle(service, store)

    for item in items:
        name, old, target = pairs[item["number"] - 1]
        user: Any = service.scim("GET", f"/Users/{users[name]}").body
        assert user["emails"][0]["value"] == address(target if item["verdict"] in WELL else old), (item, items)
