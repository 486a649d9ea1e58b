"""POST policy/simulation: what a changed policy would have decided, before it is saved."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.core.simulation.simulate import MOST_CONFLICTS
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.evidence import NO_EVIDENCE
from rightful.domain.conflicts.policy import STANDARD
from tests.support.builders import a_conflict
from tests.support.many import conflicts_like
from tests.support.service import START, Service
from tests.unit.api.admin.settings import body_of, error_of, operator_of

DAY = timedelta(days=1)
UNLINKED_AUTO = {"policy": {"base": "custom", "rules": {"unlinked": "auto"}}}


def simulated(service: Service, body: object) -> dict[str, Any]:
    """The answer, which saved nothing."""
    before = service.store.snapshot()
    answer = service.admin("POST", "/policy/simulation", body)
    assert answer.status == 200, answer.body
    assert service.store.snapshot() == before
    return body_of(answer)


def waits_for_a_leaver(service: Service, name: str = "ada", days: int = 0) -> Conflict:
    """A conflict about the address of somebody who was deleted so many days before, by somebody who is there."""
    leaver = service.create_user(f"{name}-left")
    asking = service.create_user(name)
    assert service.scim("DELETE", f"/Users/{leaver['id']}").status == 204
    service.pass_time(days * DAY)
    assert service.move(asking["id"], f"{name}-left").status == 409
    service.remediate_all()
    return max(service.store.all_of(Conflict), key=lambda each: each.id)


@pytest.fixture
def service() -> Service:
    return Service(policy=STANDARD)


def test_a_shorter_time_and_a_stricter_rule_are_shown_beside_what_counts(service: Service) -> None:
    waiting, applied = waits_for_a_leaver(service, "ada", 3), waits_for_a_leaver(service, "bob", 20)
    assert (waiting.status, applied.status) == (ConflictStatus.WAITING_APPROVAL, ConflictStatus.APPLIED)

    sooner = simulated(service, {"policy": {"deactivatedAfterDays": 2}})
    assert (sooner["conflicts"], sooner["simulated"], sooner["changed"], sooner["complete"]) == (2, 2, 0, True)

    # Twenty days have passed for the one that waits: examined now it would be resolved by itself. As it is, too.
    stricter = simulated(service, {"policy": {"base": "strict"}})
    assert stricter["changed"] == 2
    [count] = stricter["byClass"]
    assert (count["class"], count["conflicts"], count["before"]["automatic"], count["after"]["one_approval"]) == (
        "deactivated",
        2,
        2,
        2,
    )
    first, second = stricter["differences"]
    assert (first["conflict"]["id"], second["conflict"]["id"]) == (applied.id, waiting.id), "newest first"
    assert first["before"] == {
        "verdict": "automatic",
        "sentence": "It would be resolved by itself.",
        "statements": [{"code": "automatic", "parameters": {}}],
    }
    assert first["after"]["sentence"] == "It would wait for the approval of an administrator."
    assert first["conflict"]["wantedEmail"] == "bob-left@example.com"


def test_a_longer_time_would_have_held_back_what_was_applied(service: Service) -> None:
    applied = waits_for_a_leaver(service, "bob", 20)
    service.pass_time(60 * DAY)
    longer = simulated(service, {"policy": {"deactivatedAfterDays": 30}})
    [difference] = longer["differences"]
    assert (difference["conflict"]["id"], difference["conflict"]["status"]) == (applied.id, "applied")
    assert "deactivated for less than 30 days" in difference["after"]["sentence"]
    assert difference["after"]["statements"][1]["code"] == "deactivated_lately"


def test_the_settings_in_force_change_nothing(service: Service) -> None:
    waits_for_a_leaver(service)
    for body in ({}, body_of(service.admin("GET", "/policy"))):
        answer = simulated(service, body)
        assert (answer["conflicts"], answer["changed"], answer["differences"], answer["unconfirmed"]) == (1, 0, [], [])
        assert [each["code"] for each in answer["leftOut"]] == ["examined_last", "limits"]


def test_brakes_are_taken_from_the_body_and_else_as_they_are(service: Service) -> None:
    waits_for_a_leaver(service, "bob", 20)
    [difference] = simulated(service, {"brakes": {"dryRun": True}})["differences"]
    assert difference["after"]["verdict"] == "only_told"
    service.admin("PUT", "/policy", {"brakes": {"dryRun": True}})
    assert simulated(service, {"brakes": {"dryRun": True}})["changed"] == 0
    [difference] = simulated(service, {"brakes": {"dryRun": False}})["differences"]
    assert (difference["before"]["verdict"], difference["after"]["verdict"]) == ("only_told", "automatic")


def test_a_rule_that_one_administrator_lowers_is_simulated_as_asked_for_and_named(service: Service) -> None:
    waits_for_a_leaver(service)
    two = {"policy": {"base": "custom", "rules": {"deactivated": "two_approvals"}}}
    service.admin("PUT", "/policy", two)
    one = {"policy": {"base": "custom", "rules": {"deactivated": "approval"}}}
    answer = simulated(service, one)
    assert (answer["changed"], answer["unconfirmed"]) == (1, ["deactivated"])
    assert answer["leftOut"][-1]["code"] == "second_administrator"
    assert "(deactivated)" in answer["leftOut"][-1]["sentence"]
    # Once it is saved it counts as two, and sending the same again changes nothing about that.
    service.admin("PUT", "/policy", one)
    again = simulated(service, one)
    assert (again["changed"], again["unconfirmed"]) == (0, [])
    assert again["byClass"][0]["before"]["two_approvals"] == 1
    service.admin("POST", "/policy/confirmation", {"reason": "right"}, key=service.new_admin_key("Jo"))
    assert simulated(service, one)["byClass"][0]["before"]["one_approval"] == 1


def test_what_the_body_changes_and_cannot_be_simulated_is_named(service: Service) -> None:
    service.admin("PUT", "/policy", {"domainPolicy": "any"}, key=operator_of(service))
    body = {"domainPolicy": "verified_only", "policy": {"relinkByUserName": False}}
    codes = [each["code"] for each in simulated(service, body)["leftOut"]]
    assert codes == ["examined_last", "limits", "domain_policy", "relinking"]


def test_what_ended_without_anything_having_moved_is_counted_and_not_simulated(service: Service) -> None:
    conflict = waits_for_a_leaver(service)
    service.move(conflict.request.requester.scim_id, "elsewhere")
    answer = simulated(service, {"policy": {"base": "strict"}})
    assert (answer["conflicts"], answer["simulated"], answer["changed"]) == (1, 0, 0)
    [why] = answer["notSimulated"]
    assert (why["number"], why["code"], why["sentence"].split(":")[0]) == (1, "dropped", "1 conflict")
    assert answer["byClass"][0]["notSimulated"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"polciy": {}}, "polciy"),
        ({"policy": []}, "policy"),
        ({"policy": {"base": "custom", "rules": {"self": "refuse"}}}, "rules.self"),
        ({"policy": {"rules": {"unlinked": "auto"}}}, "rules"),
        ({"brakes": {"paused": "no"}}, "paused"),
        ({"domainPolicy": "some"}, "domainPolicy"),
        ({"domainPolicy": "any"}, "domainPolicy"),
        ({"reason": "\u202e"}, "reason"),
    ],
)
def test_the_body_is_that_of_put_policy(service: Service, body: dict[str, object], field: str) -> None:
    refused = error_of(service.admin("POST", "/policy/simulation", body))
    assert refused == error_of(service.admin("PUT", "/policy", body))
    assert (refused[0] in {400, 403}, refused[2]) == (True, field)


def test_only_administrators_of_the_organization_see_its_conflicts(service: Service) -> None:
    assert error_of(service.admin("POST", "/policy/simulation", {}, key=operator_of(service)))[0] == 403


def test_conflicts_of_before_90_days_are_not_looked_at(service: Service) -> None:
    waits_for_a_leaver(service)
    service.pass_time(89 * DAY)
    assert simulated(service, {})["conflicts"] == 1
    service.pass_time(DAY + timedelta(seconds=1))
    answer = simulated(service, {})
    assert (answer["conflicts"], answer["byClass"], answer["complete"]) == (0, [], True)
    assert answer["reachesBackTo"] == answer["since"]


@pytest.mark.parametrize(("more", "complete"), [(MOST_CONFLICTS, True), (MOST_CONFLICTS + 1, False), (30_000, False)])
def test_as_many_are_looked_at_as_there_is_room_for(service: Service, more: int, complete: bool) -> None:
    pattern = a_conflict(
        service.organization.id,
        "pattern",
        status=ConflictStatus.WAITING_APPROVAL,
        created_at=START,
        conflict_class=ConflictClass.UNLINKED,
        evidence=NO_EVIDENCE,
        rule="approval",
    )
    conflicts_like(service.store, pattern, more)
    service.pass_time(DAY)
    service.store.dynamodb_calls.clear()
    answer = simulated(service, UNLINKED_AUTO)
    assert (answer["conflicts"], answer["changed"], len(answer["differences"])) == (MOST_CONFLICTS, MOST_CONFLICTS, 100)
    assert answer["complete"] is complete
    assert (answer["reachesBackTo"] == answer["since"]) is complete
    assert service.store.dynamodb_calls["query"] <= 6, "five for the conflicts, one for the key"
    assert service.store.dynamodb_calls.total() <= 7
