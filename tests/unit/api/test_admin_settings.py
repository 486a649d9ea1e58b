"""Settings over the admin API: policy and brakes, domains, directories and keys."""

from typing import Any

from rightful.api.proxy import Response
from tests.support.service import Service


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def error_of(response: Response) -> tuple[int, str, str | None]:
    error = body_of(response)["error"]
    assert error["message"]
    return response.status, error["code"], error.get("field")


# Policy and brakes


def test_a_brake_that_is_left_out_stays_as_it_is() -> None:
    service = Service()
    service.admin("PUT", "/policy", {"brakes": {"paused": True, "perAccountDay": 1}})
    changed = body_of(service.admin("PUT", "/policy", {"brakes": {"dryRun": True}}))["brakes"]
    assert changed == {"paused": True, "dryRun": True, "perOrganizationHour": 200, "perAccountDay": 1}
    assert body_of(service.admin("GET", "/policy"))["brakes"] == changed


def test_what_is_left_out_of_a_policy_stays_as_it_is_rules_included() -> None:
    service = Service()
    rules = {"unlinked": "refuse", "rehire": "two_approvals"}
    sent = {"base": "custom", "rules": rules, "deactivatedAfterDays": 5, "relinkByUserName": False}
    service.admin("PUT", "/policy", {"policy": sent})
    changed = body_of(service.admin("PUT", "/policy", {"policy": {"rules": {"rehire": "approval"}}}))["policy"]
    assert changed == {**sent, "rules": {"unlinked": "refuse", "rehire": "approval"}}
    changed = body_of(service.admin("PUT", "/policy", {"policy": {"deactivatedAfterDays": 6}}))["policy"]
    assert changed == {**sent, "rules": {"unlinked": "refuse", "rehire": "approval"}, "deactivatedAfterDays": 6}


def test_a_base_with_fixed_rules_ends_the_rules_of_ones_own() -> None:
    service = Service()
    service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"unlinked": "auto"}}})
    changed = body_of(service.admin("PUT", "/policy", {"policy": {"base": "strict"}}))["policy"]
    assert (changed["base"], changed["rules"]) == ("strict", {})
    again = body_of(service.admin("PUT", "/policy", {"policy": {"base": "custom"}}))["policy"]
    assert again["rules"] == {}
