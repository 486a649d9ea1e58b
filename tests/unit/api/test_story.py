"""The story of the seed article, through both APIs, in memory."""

from datetime import timedelta
from typing import Any

from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.conflicts.policy import STANDARD
from rightful.ports.queue import QueueUnavailableError
from tests.support.answers import taken
from tests.support.service import Service, email_patch, user


def _conflicts(service: Service) -> list[dict[str, Any]]:
    body: Any = service.admin("GET", "/conflicts").body
    items: list[dict[str, Any]] = body["items"]
    return items


def test_a_leavers_address_moves_to_the_colleague_who_was_refused_it() -> None:
    service = Service()
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    assert service.scim("DELETE", f"/Users/{leaver['id']}").status == 204

    refused = service.move(colleague["id"], "sales")
    service.remediate_all()
    retried = service.move(colleague["id"], "sales")

    assert (refused.status, refused.body) == (409, taken("email", "sales@example.com"))
    [conflict] = _conflicts(service)
    assert (conflict["status"], conflict["class"]) == ("applied", "deactivated")
    assert conflict["explanation"]
    assert conflict["explanationCode"] == "holder_released"
    assert retried.status == 200
    found: Any = service.admin("GET", "/accounts", query={"email": "sales@example.com"}).body
    assert [account["link"]["scimId"] for account in found["items"]] == [colleague["id"]]


def test_the_holder_ends_without_an_address_on_a_placeholder_that_nobody_can_use() -> None:
    service = Service()
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(colleague["id"], "sales")
    service.remediate_all()

    [conflict] = _conflicts(service)
    holder: Any = service.admin("GET", "/accounts/{id}", parameters={"id": conflict["holder"]["accountId"]}).body

    assert holder["email"] is None
    account = service.store.account(holder["id"])
    assert account is not None
    assert account.email is not None
    assert account.email.is_placeholder
    assert (holder["status"], holder["emailVerified"]) == ("deactivated", False)


def test_an_active_colleagues_address_is_refused_with_a_next_step() -> None:
    service = Service()
    service.create_user("grace")
    alan = service.create_user("alan")

    assert service.move(alan["id"], "grace").status == 409
    [conflict] = _conflicts(service)
    assert (conflict["explanationCode"], conflict["nextStep"]) == (None, None)
    service.remediate_all()

    [conflict] = _conflicts(service)
    assert (conflict["status"], conflict["class"]) == ("refused", "active_in_directory")
    assert conflict["nextStep"]["who"]
    assert conflict["nextStep"]["what"]
    assert conflict["explanationCode"] == "active_in_directory"
    assert (conflict["nextStep"]["whoCode"], conflict["nextStep"]["code"]) == (
        "identity_provider_administrator",
        "correct_address",
    )


def test_under_the_standard_policy_a_fresh_leavers_address_waits_for_an_administrator() -> None:
    service = Service(policy=STANDARD)
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(colleague["id"], "sales")
    service.remediate_all()
    [conflict] = _conflicts(service)
    assert conflict["status"] == "waiting_approval"
    assert (conflict["explanationCode"], conflict["nextStep"]["code"]) == ("deactivated_lately", "approve")

    decided: Any = service.admin(
        "POST",
        "/conflicts/{id}/decision",
        {"decision": "approve", "reason": "Grace left in May.", "version": conflict["version"]},
        parameters={"id": conflict["id"]},
    )

    assert (decided.status, decided.body["status"]) == (200, "applied")
    assert service.move(colleague["id"], "sales").status == 200


def test_after_two_weeks_it_moves_by_itself() -> None:
    service = Service(policy=STANDARD)
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.pass_time(timedelta(days=14, seconds=1))

    service.move(colleague["id"], "sales")
    service.remediate_all()

    assert [conflict["status"] for conflict in _conflicts(service)] == ["applied"]


def test_a_rejected_conflict_stays_rejected_when_the_idp_retries() -> None:
    service = Service(policy=STANDARD)
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(colleague["id"], "sales")
    service.remediate_all()
    [conflict] = _conflicts(service)
    service.admin(
        "POST",
        "/conflicts/{id}/decision",
        {"decision": "reject", "reason": "Ask me in June."},
        parameters={"id": conflict["id"]},
    )

    assert service.move(colleague["id"], "sales").status == 409
    service.remediate_all()

    [conflict] = _conflicts(service)
    assert (conflict["status"], conflict["occurrences"]) == ("rejected", 2)


def test_the_idps_retries_are_counted_on_one_conflict() -> None:
    service = Service()
    service.create_user("grace")
    alan = service.create_user("alan")

    for _ in range(4):
        service.move(alan["id"], "grace")
        service.remediate_all()

    [conflict] = _conflicts(service)
    assert conflict["occurrences"] == 4


def test_a_message_that_comes_twice_changes_nothing_the_second_time() -> None:
    service = Service()
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(colleague["id"], "sales")
    service.queue.messages *= 2
    service.remediate_all()

    user_after: Any = service.scim("GET", f"/Users/{colleague['id']}").body
    [conflict] = _conflicts(service)
    service.queue.messages.append(Pointer(service.organization.id, conflict["id"]))
    service.remediate_all()

    assert service.scim("GET", f"/Users/{colleague['id']}").body == user_after
    assert _conflicts(service) == [conflict]


def test_the_409_is_answered_and_the_conflict_kept_when_the_queue_is_down() -> None:
    service = Service()
    service.create_user("grace")
    alan = service.create_user("alan")

    def broken(pointer: Pointer, *, correlation_id: str) -> None:
        raise QueueUnavailableError("SendMessage failed")

    service.queue.send = broken  # type: ignore[method-assign]
    answer = service.move(alan["id"], "grace")

    assert (answer.status, answer.body) == (409, taken("email", "grace@example.com"))
    [conflict] = _conflicts(service)
    assert conflict["status"] == "open"
    stored = service.store.conflict(Pointer(service.organization.id, conflict["id"]))
    assert stored is not None
    assert not stored.sent
    assert service.failures == ["conflict_not_sent"]


def test_the_same_409_whoever_holds_the_address() -> None:
    service = Service()
    leaver = service.create_user("leaver")
    service.create_user("active")
    alan = service.create_user("alan")
    service.scim("DELETE", f"/Users/{leaver['id']}")

    bodies = [
        service.scim("PATCH", f"/Users/{alan['id']}", email_patch(f"{name}@example.com")).body
        for name in ("leaver", "active")
    ] + [service.scim("POST", "/Users", user("active", userName="someone-else")).body]

    assert bodies == [taken("email", f"{name}@example.com") for name in ("leaver", "active", "active")]


def test_the_event_log_tells_the_story() -> None:
    service = Service()
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.pass_time(timedelta(seconds=1))
    service.move(colleague["id"], "sales")
    service.remediate_all()

    rows: Any = service.admin("GET", "/log").body
    actions = [row["action"] for row in reversed(rows["items"])]

    assert actions[:3].count("user.created") == 2
    assert "user.unlinked" in actions
    assert actions.index("claim.refused") < actions.index("conflict.applied")
