"""The delete rule and the policy: what one administrator lowers takes two people for a week, or a second one's word."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from rightful.api.request import Response
from rightful.core.organizations.registry import issue_token
from rightful.core.upkeep.due import erase_all_due
from rightful.domain.account import AccountStatus
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.domain.conflicts.policy import Policy
from rightful.domain.key import Grant, Scope, Token
from rightful.domain.organization import OnDelete
from tests.support.service import Service
from tests.unit.api.admin.two_people import (
    CHIEF,
    WEEK,
    a_leaver,
    act,
    asked_for,
    body_of,
    custom,
    error_of,
    holder_of,
    mark,
    own_key,
    put_policy,
    rows,
    service_with,
)

# The delete rule, and existence


def erased(service: Service) -> bool:
    return service.store.holds([CHIEF]) == {}


def test_a_delete_with_a_key_of_ones_own_erases_nobody_who_is_protected() -> None:
    service, scim_id = service_with(on_delete=OnDelete.ERASE)
    own_key(service)
    assert service.scim("DELETE", f"/Users/{scim_id}").status == 204
    account = holder_of(service, CHIEF)
    assert (account.status, account.link) == (AccountStatus.DEACTIVATED, None)
    [row] = rows(service, "user.unlinked")
    assert "one administrator alone issued the key" in row.explanation


def set_erase(service: Service, rule: str = "erase", key: Token | None = None) -> dict[str, Any]:
    route, parameters = "/directories/{id}", {"id": service.directory.id}
    return body_of(service.admin("PATCH", route, {"onDelete": rule}, parameters=parameters, key=key))


@pytest.mark.parametrize("how", ["changed", "changed back and again"])
def test_a_delete_rule_of_one_person_erases_nobody_who_is_protected(how: str) -> None:
    service, scim_id = service_with()
    if how == "changed back and again":
        set_erase(service)
        confirm_rule(service, service.new_admin_key("Jo"))
        set_erase(service, "deactivate")
    assert set_erase(service)["erasing"]["by"] == "Ines"
    assert service.scim("DELETE", f"/Users/{scim_id}").status == 204
    assert not holder_of(service, CHIEF).active
    [row] = rows(service, "user.unlinked")
    assert "one administrator alone (Ines) let this directory erase" in row.explanation


def confirm_rule(service: Service, key: Token) -> Response:
    body = {"reason": "we agreed"}
    return service.admin(
        "POST", "/directories/{id}/confirmation", body, parameters={"id": service.directory.id}, key=key
    )


def test_a_delete_rule_counts_once_a_different_administrator_confirmed_it() -> None:
    service, scim_id = service_with()
    set_erase(service)
    assert error_of(confirm_rule(service, service.new_admin_key("ines"))) == (409, "same_approver")
    assert body_of(confirm_rule(service, service.new_admin_key("Jo")))["erasing"]["confirmedBy"] == "Jo"
    service.scim("DELETE", f"/Users/{scim_id}")
    assert erased(service)


def test_a_delete_rule_counts_after_a_week() -> None:
    service, scim_id = service_with()
    set_erase(service)
    service.pass_time(WEEK)
    service.scim("DELETE", f"/Users/{scim_id}")
    assert erased(service)


def test_a_directory_that_was_made_to_erase_is_no_way_either() -> None:
    service = Service()
    made = body_of(service.admin("POST", "/directories", {"name": "mine", "onDelete": "erase"}))
    assert made["erasing"]["by"] == "Ines"
    directory = service.store.directory_state(service.organization.id, made["id"])
    assert directory is not None
    service.enter(directory.directory)  # with a key of the operator's
    scim_id = service.create_user("chief")["id"]
    mark(service, CHIEF)
    service.scim("DELETE", f"/Users/{scim_id}")
    assert not erased(service)


def test_a_mark_that_comes_after_one_person_scheduled_the_deletion_keeps_the_account() -> None:
    service, scim_id = service_with(Policy())
    service.scim("DELETE", f"/Users/{scim_id}")
    assert act(service, CHIEF, "schedule-deletion").status == 200
    mark(service, CHIEF)
    service.pass_time(timedelta(days=15))
    assert erase_all_due(service.context()) == 0
    assert not erased(service)
    assert act(service, CHIEF, "cancel-deletion").status == 200


LOOSENED: Mapping[str, dict[str, object]] = {
    "the rule is automatic": {"base": "custom", "rules": {"deactivated": "auto"}},
    "the rule takes one": {"base": "custom", "rules": {"deactivated": "approval"}},
    "another base": {"base": "standard"},
    "the strict base": {"base": "strict"},
}


@pytest.mark.parametrize("name", LOOSENED)
@pytest.mark.parametrize("rule", ["two_approvals", "refuse"])
def test_a_rule_that_one_person_lowers_takes_two_for_a_week(name: str, rule: str) -> None:
    service = a_leaver(custom(deactivated=rule))
    [waiting] = put_policy(service, **LOOSENED[name])["unconfirmed"]
    assert (waiting["class"], waiting["countsAs"], waiting["by"]) == ("deactivated", "two_approvals", "Ines")
    conflict = asked_for(service)
    assert (conflict.status, conflict.finding.rule) == (ConflictStatus.WAITING_APPROVAL, "two_approvals")
    body = {"decision": "approve", "reason": "mine", "version": service.version(conflict.id)}
    assert service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict.id}).status == 200
    assert not holder_of(service, CHIEF).active
    assert error_of(act(service, CHIEF, "set-email", email=None)) == (409, "protected")


def test_by_way_of_a_refusal_it_takes_as_long() -> None:
    service = a_leaver(custom(deactivated="two_approvals"))
    put_policy(service, base="custom", rules={"deactivated": "refuse"})
    put_policy(service, base="custom", rules={"deactivated": "auto"})
    assert asked_for(service).finding.rule == "two_approvals"


def test_a_different_administrator_confirms_the_policy() -> None:
    service = a_leaver(custom(deactivated="two_approvals"))
    put_policy(service, base="standard")
    conflict = asked_for(service)
    body = {"reason": "we talked about it"}
    own = service.admin("POST", "/policy/confirmation", body, key=service.new_admin_key("Ines\u200b"))
    assert error_of(own) == (409, "same_approver")
    jo = service.new_admin_key("Jo")
    assert body_of(service.admin("POST", "/policy/confirmation", body, key=jo))["unconfirmed"] == []
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict.id})
    assert holder_of(service, CHIEF).attributes["userName"] == "ada@example.com"


def test_a_week_later_the_policy_is_what_was_written() -> None:
    service = a_leaver(custom(deactivated="two_approvals"))
    put_policy(service, base="standard")
    service.pass_time(WEEK)
    assert body_of(service.admin("GET", "/policy"))["unconfirmed"] == []
    asked_for(service)
    assert holder_of(service, CHIEF).attributes["userName"] == "ada@example.com"


def test_what_is_said_once_more_does_not_begin_the_week_anew_and_what_is_raised_ends_it() -> None:
    service = a_leaver(custom(deactivated="two_approvals"))
    [first] = put_policy(service, base="standard")["unconfirmed"]
    service.pass_time(timedelta(days=3))
    [same] = put_policy(service, base="standard", relinkByUserName=False)["unconfirmed"]
    assert same == first
    assert put_policy(service, base="custom", rules={"deactivated": "two_approvals"})["unconfirmed"] == []


def test_the_operators_word_on_a_policy_needs_no_second_one() -> None:
    service = a_leaver(custom(deactivated="two_approvals"))
    operator = issue_token(service.context(), Grant(Scope.OPERATOR), "Olaf")[1]
    assert put_policy(service, operator, base="standard")["unconfirmed"] == []


def test_a_policy_that_takes_more_counts_at_once() -> None:
    service = a_leaver(custom())
    assert put_policy(service, base="custom", rules={"deactivated": "two_approvals"})["unconfirmed"] == []
    assert asked_for(service).finding.rule == "two_approvals"


def test_protected_never_takes_fewer_than_two() -> None:
    service, _ = service_with()
    policy = {"base": "custom", "rules": {"protected": "approval"}}
    assert service.admin("PUT", "/policy", {"policy": policy}).status == 400
