"""Who reads one conflict and nothing else knows what happened, to whom, what an approval would do, and what comes
next."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from rightful.core.conflicts.remediate import remediate
from rightful.core.organizations.registry import create_directory
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.policy import STANDARD, Policy, PolicyBase
from rightful.domain.key import Scope
from rightful.domain.organization import OnDelete
from tests.support.service import Service, patch, user
from tests.unit.api.admin.what_was_read import Desk

ROOT = Path(__file__).parents[4]
STRICT = Policy(base=PolicyBase.STRICT)


def conflicts(service: Service) -> dict[str, dict[str, Any]]:
    """The conflicts by who asked."""
    answer: Any = service.admin("GET", "/conflicts").body
    return {each["requester"]["userName"].partition("@")[0]: each for each in answer["items"]}


def document(service: Service, conflict_id: str) -> dict[str, Any]:
    answer: Any = service.admin("GET", "/conflicts/{id}", parameters={"id": conflict_id}).body
    assert isinstance(answer, dict)
    return answer


def examine(service: Service, conflict_id: str) -> None:
    """Let the remediator look at it."""
    remediate(service.context(), Pointer(service.organization.id, conflict_id))


def wants(service: Service, scim_id: str, address: str, *more: dict[str, object]) -> None:
    """The directory asks for an address that somebody has."""
    email = {"op": "replace", "path": 'emails[type eq "work"].value', "value": address}
    assert service.scim("PATCH", f"/Users/{scim_id}", patch(email, *more)).status == 409
    service.remediate_all()


def test_every_member_is_documented_and_there() -> None:
    schema = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8"))["components"]["schemas"]["Conflict"]
    shown = Desk().document
    assert set(schema["required"]) == set(schema["properties"]) == set(shown)
    assert set(schema["properties"]["requester"]["required"]) == set(shown["requester"])
    assert set(schema["properties"]["holder"]["required"]) == set(shown["holder"])


def test_a_leaver_is_shown_with_name_and_state_and_what_an_approval_does() -> None:
    desk = Desk()
    shown = desk.document
    assert shown["directoryName"] == "IdP"
    assert shown["requester"]["userName"] == "ada@example.com"
    assert (shown["requester"]["email"], shown["requester"]["status"]) == ("ada@example.com", "active")
    assert (shown["holder"]["userName"], shown["holder"]["status"]) == ("sales@example.com", "deactivated")
    assert shown["holder"]["directoryName"] is None  # it left
    [changed] = shown["change"]
    assert changed["attribute"] == "emails"
    assert changed["old"][0]["value"] == "ada@example.com"
    assert changed["new"][0]["value"] == "sales@example.com"
    assert [each["effectCode"] for each in shown["resolutions"]] == ["release_deactivated"]
    assert (shown["approvalsNeeded"], shown["approvalsMissing"]) == (1, 1)
    assert shown["actions"] == ["approve", "reject", "retry"]
    assert (shown["undoable"], shown["notUndoable"]) == (False, None)


def test_when_it_would_be_resolved_by_itself_is_said_and_true() -> None:
    desk = Desk()
    at = desk.service.now + timedelta(days=14)
    assert desk.document["heldBackBy"]["code"] == "deactivated_lately"
    assert desk.document["automaticAt"] == f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    desk.service.pass_time(timedelta(days=14))
    examine(desk.service, desk.conflict_id)
    assert (desk.document["status"], desk.document["automaticAt"], desk.document["heldBackBy"]) == (
        "applied",
        None,
        None,
    )


@pytest.mark.parametrize(("days", "said"), [(1, "less than 1 day:"), (14, "less than 14 days:")])
def test_how_long_a_leaver_keeps_the_address_is_said_in_words(days: int, said: str) -> None:
    desk = Desk()
    policy = {"base": "custom", "rules": {"deactivated": "auto"}, "deactivatedAfterDays": days}
    assert desk.service.admin("PUT", "/policy", {"policy": policy}).status == 200
    examine(desk.service, desk.conflict_id)
    assert said in desk.document["heldBackBy"]["sentence"]


def test_nothing_is_promised_while_automation_is_paused() -> None:
    desk = Desk()
    brakes = {"brakes": {"paused": True}}
    assert desk.service.admin("PUT", "/policy", brakes).status == 200
    examine(desk.service, desk.conflict_id)
    assert desk.document["automaticAt"] is None


def test_that_a_person_is_let_in_again_is_said_before_it_is_done() -> None:
    service = Service(policy=STANDARD)
    leaver, ada = (str(service.create_user(name)["id"]) for name in ("sales", "ada"))
    service.scim("DELETE", f"/Users/{leaver}")
    service.scim("PATCH", f"/Users/{ada}", patch({"op": "replace", "path": "active", "value": False}))
    activate = {"op": "replace", "path": "active", "value": True}
    title = {"op": "replace", "path": "title", "value": "Head of sales"}
    name = {"op": "replace", "path": "userName", "value": "ada.sales"}
    wants(service, ada, "sales@example.com", title, activate, name)
    shown = document(service, next(iter(conflicts(service).values()))["id"])
    assert [each["attribute"] for each in shown["change"]] == ["active", "emails", "userName", "title"]
    assert shown["change"][0] == {"attribute": "active", "old": False, "new": True}
    assert "lets the person in again" in shown["nextStep"]["what"]
    assert "lets_in" in [each["code"] for each in shown["nextStep"]["statements"]]


def _asks_for_a_leavers_address(active: bool) -> tuple[Service, str, str]:
    """Ada, who is not what is asked for, is to have the address and to be active or not: service, her SCIM id, and the
    conflict's id."""
    service = Service(policy=STANDARD)
    leaver, ada = (str(service.create_user(name)["id"]) for name in ("sales", "ada"))
    service.scim("DELETE", f"/Users/{leaver}")
    for value in (True, not active):
        service.scim("PATCH", f"/Users/{ada}", patch({"op": "replace", "path": "active", "value": value}))
    wants(service, ada, "sales@example.com", {"op": "replace", "path": "active", "value": active})
    return service, ada, next(iter(conflicts(service).values()))["id"]


def _activity(service: Service, conflict_id: str) -> tuple[object, object]:
    first = document(service, conflict_id)["change"][0]
    assert first["attribute"] == "active"
    return first["old"], first["new"]


@pytest.mark.parametrize("active", [True, False])
def test_whether_somebody_was_active_before_is_said_when_it_is_done_and_whatever_comes_after(active: bool) -> None:
    service, ada, conflict_id = _asks_for_a_leavers_address(active)
    asked = (not active, active)
    assert _activity(service, conflict_id) == asked
    read = document(service, conflict_id)
    body = {"decision": "approve", "reason": "yes", "version": read["version"]}
    answer: Any = service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict_id})
    assert answer.body["status"] == "applied"
    assert _activity(service, conflict_id) == asked
    for value in (not active, active):
        service.scim("PATCH", f"/Users/{ada}", patch({"op": "replace", "path": "active", "value": value}))
        assert _activity(service, conflict_id) == asked


def test_whom_somebody_else_let_in_meanwhile_the_change_does_not_let_in() -> None:
    service, ada, conflict_id = _asks_for_a_leavers_address(active=True)
    body = {"action": "reactivate", "reason": "she is back"}
    account_id = ada.rpartition("-")[0]
    assert service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account_id}).status == 200
    assert _activity(service, conflict_id) == (True, True)


def test_two_approvals_say_whether_they_count_and_the_first_approver_is_not_asked_again() -> None:
    desk = Desk()
    desk.flag(desk.holder_id)
    desk.say("retry")
    assert (desk.document["class"], desk.document["underlyingClass"]) == ("protected", "deactivated")
    assert desk.document["holder"]["flags"] == ["legal_hold"]
    assert desk.document["approvalsNeeded"] == 2
    other = desk.service.new_admin_key("Otto")
    assert desk.say("approve", other, version=desk.version).status == 200
    [approval] = desk.document["approvals"]
    assert (approval["by"], approval["counts"]) == ("Otto", True)
    assert approval["expiresAt"] == f"{desk.service.now + timedelta(days=7):%Y-%m-%dT%H:%M:%S}.000Z"
    assert desk.document["approvalsMissing"] == 1
    read: Any = desk.service.admin("GET", "/conflicts/{id}", parameters={"id": desk.conflict_id}, key=other).body
    assert read["actions"] == ["reject", "retry"]
    assert desk.document["actions"] == ["approve", "reject", "retry"]
    desk.service.pass_time(timedelta(days=7))
    assert [each["counts"] for each in desk.document["approvals"]] == [False]
    assert desk.document["approvalsMissing"] == 2


def test_a_swap_shows_both_legs_and_a_chain_what_comes_first() -> None:
    desk = Desk()
    service, ada = desk.service, desk.ada
    cleo = str(service.create_user("cleo")["id"])
    wants(service, cleo, "ada@example.com")
    shown = document(service, conflicts(service)["cleo"]["id"])
    first = shown["blockedBy"]
    assert first is not None
    assert (first["requester"]["userName"], first["wantedEmail"]) == ("ada@example.com", "sales@example.com")
    assert (first["conflictId"], first["status"]) == (desk.conflict_id, "waiting_approval")
    service = Service(policy=STRICT)
    ada, ben = (str(service.create_user(name)["id"]) for name in ("ada", "ben"))
    wants(service, ada, "ben@example.com")
    wants(service, ben, "ada@example.com")
    examine(service, conflicts(service)["ada"]["id"])
    legs = document(service, conflicts(service)["ada"]["id"])["legs"]
    assert {(each["requester"]["userName"], each["oldEmail"], each["wantedEmail"]) for each in legs} == {
        ("ada@example.com", "ada@example.com", "ben@example.com"),
        ("ben@example.com", "ben@example.com", "ada@example.com"),
    }


def test_what_was_done_says_whether_it_can_be_undone() -> None:
    desk = Desk()
    assert desk.say("approve", version=desk.version).status == 200
    shown = desk.document
    assert (shown["undoable"], shown["notUndoable"], shown["actions"]) == (True, None, ["undo"])
    assert [each["counts"] for each in shown["approvals"]] == [True]
    assert conflicts(desk.service)["ada"]["undoable"] is None
    assert shown["holder"]["email"] is None  # a placeholder is no address
    service = desk.service
    service.scim(
        "PATCH",
        f"/Users/{desk.ada}",
        patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": "ada2@example.com"}),
    )
    shown = desk.document
    assert (shown["undoable"], shown["actions"]) == (False, [])
    assert shown["notUndoable"]["code"] == "address_changed"
    assert "ada" in shown["notUndoable"]["sentence"]


def test_what_came_with_a_key_that_was_revoked_is_not_offered_for_approval() -> None:
    desk = Desk()
    parameters = {"id": desk.service.directory.id, "tokenId": desk.service.scim_key.id}
    assert desk.service.admin("DELETE", "/directories/{id}/tokens/{tokenId}", parameters=parameters).status == 204
    assert (desk.document["keyRevoked"], desk.document["actions"]) == (True, ["reject", "retry"])


def test_one_that_was_rejected_can_be_opened_again_while_it_is_wanted() -> None:
    desk = Desk()
    assert desk.say("reject").status == 200
    assert (desk.document["actions"], desk.document["decidedBy"]) == (["retry"], "Ines")
    assert (desk.document["resolutions"], desk.document["approvalsMissing"]) == ([], 0)
    desk.service.pass_time(timedelta(days=28))
    assert desk.document["actions"] == []


def test_when_it_was_asked_for_last_is_known() -> None:
    desk = Desk()
    assert desk.document["lastSeenAt"] == desk.document["createdAt"]
    desk.service.pass_time(timedelta(hours=2))
    desk.ask()
    shown = desk.document
    assert (shown["occurrences"], shown["lastSeenAt"] > shown["createdAt"]) == (2, True)


def test_for_whom_an_address_is_kept_and_until_when_is_said() -> None:
    service = Service(policy=Policy(base=PolicyBase.CUSTOM, deactivated_after=timedelta(0)))
    gone = str(service.create_user("sales")["id"])
    service.scim("DELETE", f"/Users/{gone}")
    body = {**user("stranger"), "emails": [{"value": "sales@example.com", "type": "work", "primary": True}]}
    assert service.scim("POST", "/Users", body).status == 409
    service.remediate_all()
    shown = document(service, conflicts(service)["stranger"]["id"])
    assert shown["status"] == "prepared"
    assert shown["prepared"]["userName"] == "stranger@example.com"
    assert shown["prepared"]["until"] == shown["expiresAt"]
    assert shown["undoable"] is True


def test_a_holder_of_another_organization_is_not_shown() -> None:
    service = Service()
    ada = str(service.create_user("ada")["id"])
    service.accounts("POST", "", {"email": "box@example.com", "emailVerified": True})
    wants(service, ada, "box@example.com")
    assert document(service, conflicts(service)["ada"]["id"])["holder"] is None


@pytest.mark.parametrize("number", [10, 100])
def test_one_conflict_is_a_bounded_number_of_calls_however_many_there_are(number: int) -> None:
    service = Service(policy=STANDARD, on_delete=OnDelete.DEACTIVATE)
    people = [str(service.create_user(f"person{each}")["id"]) for each in range(number)]
    leaver = str(service.create_user("sales")["id"])
    service.scim("DELETE", f"/Users/{leaver}")
    for each in people:
        wants(service, each, "sales@example.com")
    first = service.store.all_of(Conflict)[0]
    service.store.dynamodb_calls.clear()
    shown = document(service, first.id)
    calls = Counter(service.store.dynamodb_calls)
    assert calls == {"get_item": 1, "batch_get_item": 1, "query": 1}
    approved = service.admin(
        "POST",
        "/conflicts/{id}/decision",
        {"decision": "approve", "reason": "left", "version": shown["version"]},
        parameters={"id": first.id},
    )
    assert approved.status == 200
    service.store.dynamodb_calls.clear()
    assert document(service, first.id)["undoable"] is True
    assert sum(Counter(service.store.dynamodb_calls).values()) <= 18
    service.store.dynamodb_calls.clear()
    page: Any = service.admin("GET", "/conflicts", query={"limit": "100", "status": "live"}).body
    assert len(page["items"]) == number - 1
    calls = Counter(service.store.dynamodb_calls)
    assert calls["query"] == 4
    assert sum(calls.values()) <= 8


def test_one_holder_that_cannot_be_read_does_not_take_the_list_down() -> None:
    desk = Desk()
    table = desk.service.store.tables_of_test["IdentityTable"]
    [key] = [each for each in table.items if each[0] == f"ACCOUNT#{desk.holder_id}"]
    table.items[key]["status"] = {"S": "unheard of"}
    shown = conflicts(desk.service)["ada"]
    assert shown["holder"] is None
    assert document(desk.service, desk.conflict_id)["holder"] is None


def test_names_of_several_directories_are_shown() -> None:
    service = Service(policy=STRICT)
    ben = str(service.create_user("ben")["id"])
    other = create_directory(service.context(), service.organization.id, "HR", profile="generic")
    service.enter(other)
    ada = str(service.create_user("ada")["id"])
    assert service.authorized(Scope.SCIM).directory_id == other.id
    wants(service, ada, "ben@example.com")
    shown = document(service, conflicts(service)["ada"]["id"])
    assert shown["holder"]["accountId"] == ben.rpartition("-")[0]
    assert (shown["directoryName"], shown["holder"]["directoryName"]) == ("HR", "IdP")
    assert shown["evidence"]["linked in directory"] == "IdP"
