"""The janitor's rounds, in memory: what is due is done, once, whatever happened before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.events.publish import publish
from rightful.core.upkeep.janitor import Round, backlog, make_round
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Hold, Reservation
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Pointer
from rightful.domain.conflicts.policy import STANDARD
from rightful.ports.context import QueueContext
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.writes.accounts import PutAccount, ReserveAddress
from tests.support.queue import ListedQueue
from tests.support.service import Service, patch
from tests.support.stream import RecordingBus, StreamingStore


def round_of(service: Service) -> Round:
    return make_round(service.context())


def conflict_of(service: Service) -> Conflict:
    [conflict] = service.store.all_of(Conflict)
    return conflict


def broken(pointer: Pointer, *, correlation_id: str) -> None:
    raise QueueUnavailableError("SendMessage failed")


def refused(service: Service) -> dict[str, object]:
    """Ada was refused the address of Sales, who left."""
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    assert service.move(ada["id"], "sales").status == 409
    return ada


# Conflicts


def test_a_conflict_whose_pointer_was_never_sent_is_sent_after_a_minute() -> None:
    service = Service()
    service.queue.send = broken  # type: ignore[method-assign]
    ada = refused(service)
    del service.queue.send  # type: ignore[method-assign]

    assert round_of(service).conflicts_sent == 0
    service.pass_time(timedelta(minutes=1))
    assert round_of(service).conflicts_sent == 1
    service.remediate_all()

    assert conflict_of(service).status is ConflictStatus.APPLIED
    assert service.move(ada["id"], "sales").status == 200


def test_a_sent_conflict_is_not_sent_again_the_same_day_and_an_ended_one_never() -> None:
    service = Service(policy=STANDARD)
    refused(service)
    service.remediate_all()
    service.pass_time(timedelta(hours=23))
    assert round_of(service).conflicts_sent == 0
    service.pass_time(timedelta(hours=2))
    assert [round_of(service).conflicts_sent for _ in range(3)] == [1, 0, 0]


def test_a_queue_that_is_down_leaves_the_conflict_for_the_next_round() -> None:
    service = Service(policy=STANDARD)
    service.queue.send = broken  # type: ignore[method-assign]
    refused(service)
    service.pass_time(timedelta(minutes=5))
    assert round_of(service).conflicts_sent == 0
    del service.queue.send  # type: ignore[method-assign]
    assert round_of(service).conflicts_sent == 1


def test_a_leavers_address_moves_by_itself_after_14_days_although_nobody_asks_again() -> None:
    service = Service(policy=STANDARD)
    refused(service)
    service.remediate_all()
    assert conflict_of(service).status is ConflictStatus.WAITING_APPROVAL
    for _ in range(15):
        service.pass_time(timedelta(days=1))
        round_of(service)
        service.remediate_all()
    assert conflict_of(service).status is ConflictStatus.APPLIED


def test_a_change_that_nobody_decided_on_ends_after_28_days_to_the_minute() -> None:
    service = Service(policy=STANDARD)
    service.create_user("grace")
    ada = service.create_user("ada")
    service.move(ada["id"], "grace")
    service.remediate_all()
    for _ in range(28):
        service.pass_time(timedelta(hours=23))
        round_of(service)
        service.remediate_all()
    assert conflict_of(service).status is ConflictStatus.REFUSED
    service.now = conflict_of(service).expires_at
    for _ in range(2):
        round_of(service)
        service.remediate_all()
        service.pass_time(timedelta(minutes=5))
    assert conflict_of(service).status is ConflictStatus.EXPIRED
    assert service.store.waiters("grace@example.com") == ()


def blocked_deactivation(service: Service) -> dict[str, Any]:
    """Ada was to be deactivated and to get Grace's address at once; the message about it is lost."""
    service.create_user("grace")
    ada = service.create_user("ada")
    service.scim(
        "PATCH",
        f"/Users/{ada['id']}",
        patch(
            {"op": "replace", "path": "active", "value": False},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "grace@example.com"},
        ),
    )
    service.queue.messages.clear()
    service.pass_time(timedelta(minutes=6))
    return ada


def test_a_deactivation_that_waits_is_seen_to_within_minutes() -> None:
    service = Service()
    ada = blocked_deactivation(service)
    assert backlog(service.store, service.now).blocked_deactivations == 1
    round_of(service)
    service.remediate_all()
    body: Any = service.scim("GET", f"/Users/{ada['id']}").body
    assert body["active"] is False
    assert backlog(service.store, service.now).blocked_deactivations == 0


# Reservations


def test_an_address_kept_for_somebody_who_never_came_is_free_again_and_wakes_who_waits() -> None:
    store = StreamingStore()
    service = Service(store=store, policy=STANDARD)
    reservation = Reservation(
        f"create:{service.directory.id}:nobody", "con", service.organization.id, service.now + timedelta(days=28)
    )
    store.commit([ReserveAddress("kept@example.com", None, reservation, service.now)], remaining=lambda: 10.0)
    ada = service.create_user("ada")
    assert service.move(ada["id"], "kept").status == 409
    service.remediate_all()
    assert round_of(service).reservations_ended == 0
    store.take()

    service.now = reservation.until
    assert [round_of(service).reservations_ended for _ in range(2)] == [1, 0]

    assert store.holds(["kept@example.com"]) == {}
    done = publish(store, service.queue, RecordingBus(), store.take())
    assert done.requeued >= 1
    rows: Any = service.admin("GET", "/log", query={"action": "conflict.ended"}).body
    assert [row["oldEmail"] for row in rows["items"] if row["conflictId"] == "con"] == ["kept@example.com"]


def test_a_reservation_that_is_used_before_the_round_stays_used() -> None:
    service = Service()
    reservation = Reservation("create:x:y", "con", service.organization.id, service.now)
    service.store.commit([ReserveAddress("ada@example.com", None, reservation, service.now)], remaining=lambda: 10.0)
    service.create_user("ada")
    assert round_of(service).reservations_ended == 0
    assert service.store.holds(["ada@example.com"])["ada@example.com"].account_id is not None


# Deletions


def scheduled(service: Service) -> str:
    created: Any = service.accounts("POST", body={"email": "grace@example.com"}).body
    service.accounts("PUT", "/{id}/deletion", parameters={"id": created["id"]})
    account_id: str = created["id"]
    return account_id


def test_an_account_is_erased_when_its_14_days_are_over_and_its_address_goes_to_who_waits() -> None:
    store = StreamingStore()
    service = Service(store=store, policy=STANDARD)
    account_id = scheduled(service)
    ada = service.create_user("ada")
    service.move(ada["id"], "grace")
    service.remediate_all()
    service.pass_time(timedelta(days=14) - timedelta(seconds=1))
    assert round_of(service).accounts_erased == 0
    service.pass_time(timedelta(seconds=1))
    store.take()

    assert [round_of(service).accounts_erased for _ in range(2)] == [1, 0]

    assert store.account(account_id) is None
    bus = RecordingBus()
    publish(store, service.queue, bus, store.take())
    assert {"account.deleted", "account.email.released", "account.sessions.revoke"} <= {
        event.type.value for event in bus.events
    }
    service.remediate_all()
    assert service.move(ada["id"], "grace").status == 200


def test_a_cancelled_deletion_and_one_on_legal_hold_are_not_carried_out() -> None:
    service = Service()
    cancelled = scheduled(service)
    service.accounts("DELETE", "/{id}/deletion", parameters={"id": cancelled})
    held: Any = service.accounts("POST", body={"email": "held@example.com"}).body
    service.accounts("PUT", "/{id}/deletion", parameters={"id": held["id"]})
    service.accounts("PUT", "/{id}/flags/{flag}", parameters={"id": held["id"], "flag": "legal_hold"})
    service.pass_time(timedelta(days=30))
    assert round_of(service).accounts_erased == 0
    service.accounts("DELETE", "/{id}/flags/{flag}", parameters={"id": held["id"], "flag": "legal_hold"})
    assert round_of(service).accounts_erased == 1


def test_a_linked_account_that_is_erased_leaves_its_directory_and_groups_and_frees_its_user_name() -> None:
    service = Service()
    user = service.create_user("ada")
    group: Any = service.scim(
        "POST",
        "/Groups",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Engine",
            "members": [{"value": user["id"]}],
        },
    ).body
    [account] = service.store.all_of(Account)
    due = replace(
        account,
        version=account.version + 1,
        status=AccountStatus.PENDING_DELETION,
        deletion_date=service.now,
    )
    service.store.commit([PutAccount(due, account.version)], remaining=lambda: 10.0)

    assert round_of(service).accounts_erased == 1

    assert service.scim("GET", f"/Users/{user['id']}").status == 404
    members: Any = service.scim("GET", f"/Groups/{group['id']}").body
    assert members.get("members", []) == []
    assert service.store.number_of_users(service.directory.id) == 0
    assert service.create_user("ada")["id"] != user["id"]


# How things stand


def test_the_backlog_counts_what_is_open_and_how_long() -> None:
    service = Service(policy=STANDARD)
    assert backlog(service.store, service.now).open_conflicts == 0
    refused(service)
    service.remediate_all()
    service.pass_time(timedelta(hours=3))
    stand = backlog(service.store, service.now)
    assert (stand.open_conflicts, stand.oldest_undecided) == (1, timedelta(hours=3))
    assert (stand.blocked_deactivations, stand.paused_organizations) == (0, 0)


def test_the_backlog_is_exact_behind_any_number_of_older_refused_conflicts() -> None:
    service = Service()
    for number in range(250):
        service.create_user(f"holder{number}")
        service.move(service.create_user(f"requester{number}")["id"], f"holder{number}")
        service.remediate_all()
    assert {conflict.status for conflict in service.store.all_of(Conflict)} == {ConflictStatus.REFUSED}
    blocked_deactivation(service)
    service.pass_time(timedelta(days=4))
    stand = backlog(service.store, service.now)
    assert (stand.open_conflicts, stand.blocked_deactivations) == (251, 1)
    assert stand.oldest_undecided == timedelta(days=4, minutes=6)


def test_a_round_with_nothing_due_changes_nothing_but_where_the_scan_stands() -> None:
    service = Service(policy=STANDARD)
    refused(service)
    service.remediate_all()
    before = {key: item for key, item in service.store.snapshot().items() if key[0] != "SCAN"}
    done = round_of(service)
    after = {key: item for key, item in service.store.snapshot().items() if key[0] != "SCAN"}
    assert after == before
    assert (done.conflicts_sent, done.reservations_ended, done.accounts_erased) == (0, 0, 0)


@pytest.mark.parametrize("messages", [2, 5])
def test_two_janitors_at_once_do_nothing_twice(messages: int) -> None:
    service = Service()
    service.queue.send = broken  # type: ignore[method-assign]
    refused(service)
    scheduled(service)
    del service.queue.send  # type: ignore[method-assign]
    service.pass_time(timedelta(days=14))
    pointers = service.store.due_conflicts(service.now, limit=10)
    for _ in range(messages):
        for pointer in pointers:
            service.queue.send(pointer, correlation_id="janitor")
    erased = sum(round_of(service).accounts_erased for _ in range(messages))
    service.remediate_all()
    assert erased == 1
    assert conflict_of(service).status is ConflictStatus.APPLIED


def test_the_index_being_behind_sends_nothing() -> None:
    service = Service()
    refused(service)
    service.remediate_all()
    ended = conflict_of(service)
    pointer = ended.pointer
    service.store.due_conflicts = lambda now, limit: (pointer, Pointer("org", "gone"))  # type: ignore[method-assign]
    assert round_of(service).conflicts_sent == 0
    assert ended.status is ConflictStatus.APPLIED


def test_a_hold_of_a_live_reservation_is_left_alone_whatever_the_index_says() -> None:
    service = Service()
    live = Reservation("create:x:y", "con", service.organization.id, service.now + timedelta(days=1))
    service.store.commit([ReserveAddress("kept@example.com", None, live, service.now)], remaining=lambda: 10.0)
    hold = Hold("kept@example.com", None, live)
    service.store.ended_reservations = lambda now, limit: [hold]  # type: ignore[method-assign]
    assert round_of(service).reservations_ended == 0
    assert service.store.holds(["kept@example.com"]) == {"kept@example.com": hold}


def test_messages_of_the_janitor_carry_the_correlation_id_of_the_refused_request() -> None:
    service = Service()
    service.queue.send = broken  # type: ignore[method-assign]
    refused(service)
    service.pass_time(timedelta(hours=1))
    heard: list[str] = []

    class Listening(ListedQueue):
        def send(self, pointer: Pointer, *, correlation_id: str) -> None:
            heard.append(correlation_id)

    make_round(QueueContext(service.store, service.invocation(), Listening()))
    assert heard == ["test"]


# Approvals


def test_an_approval_that_has_expired_is_asked_for_again_and_the_text_says_so() -> None:
    service = Service(policy=STANDARD)
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    holder_id = service.store.holds(["sales@example.com"])["sales@example.com"].account_id
    service.accounts("PUT", "/{id}/flags/{flag}", parameters={"id": str(holder_id), "flag": "privileged"})
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(ada["id"], "sales")
    service.remediate_all()
    asked = {"id": conflict_of(service).id}
    yes = {"decision": "approve", "reason": "She takes it over.", "version": service.version(asked["id"])}
    first: Any = service.admin("POST", "/conflicts/{id}/decision", yes, parameters=asked)
    assert "one more" in first.body["nextStep"]["what"]

    for _ in range(9):
        service.pass_time(timedelta(days=1))
        round_of(service)
        service.remediate_all()

    step = conflict_of(service).next_step
    assert step is not None
    assert "two different" in step.what
    second: Any = service.admin(
        "POST", "/conflicts/{id}/decision", yes, parameters=asked, key=service.new_admin_key("Jo")
    )
    assert (second.body["status"], "one more" in second.body["nextStep"]["what"]) == ("waiting_approval", True)
