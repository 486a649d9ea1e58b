"""What takes two people is done by nobody alone: one administrator of the organization, with one admin key and every
route that it opens, is after the address or the existence of an account that takes two."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from rightful.api.admin import service as admin
from rightful.api.request import Response
from rightful.core.administration.facts import set_flag
from rightful.core.organizations.registry import issue_token
from rightful.core.upkeep.deletions import erase_all_due
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.event_log import LogEntry
from rightful.domain.key import Grant, Scope, Token
from rightful.domain.organization import OnDelete
from rightful.domain.policy import Policy, PolicyBase, Rule
from rightful.ports.writes.settings import DeleteToken, ListToken, PutToken, UnlistToken
from tests.support.service import Service, email_patch, patch, user

CHIEF = "chief@example.com"
WEEK = timedelta(days=7)
MOMENT = timedelta(seconds=1)


def service_with(policy: Policy | None = None, **settings: Any) -> tuple[Service, str]:
    """A service, and the SCIM id of a user whose account is marked unless there is a policy of its own."""
    service = Service(**settings) if policy is None else Service(policy=policy, **settings)
    chief = service.create_user("chief")
    if policy is None:
        mark(service, CHIEF)
    return service, str(chief["id"])


def mark(service: Service, email: str, flag: Flag = Flag.PRIVILEGED) -> None:
    set_flag(service.context(), holder_of(service, email).id, flag, on=True)


def custom(**rules: str) -> Policy:
    return Policy(PolicyBase.CUSTOM, {ConflictClass(name): Rule(rule) for name, rule in rules.items()})


def own_key(service: Service, by: Token | None = None) -> Token:
    """Ines issues herself a key of the directory, and speaks as its identity provider from now on."""
    answer = service.admin(
        "POST", "/directories/{id}/tokens", {"holder": "me"}, parameters={"id": service.directory.id}, key=by
    )
    assert answer.status == 201, answer.body
    [service.scim_key] = [
        token
        for token in service.store.tokens(organization_id=service.organization.id, directory_id=service.directory.id)
        if token.id == body_of(answer)["id"]
    ]
    return service.scim_key


def confirm(service: Service, token: Token, key: Token) -> Response:
    parameters = {"id": service.directory.id, "tokenId": token.id}
    route = "/directories/{id}/tokens/{tokenId}/confirmation"
    answer = service.admin("POST", route, {"reason": "the rotation of today"}, parameters=parameters, key=key)
    # What the authorizer finds in the table from then on.
    service.scim_key = service.store.token(service.scim_key.sha256) or service.scim_key
    return answer


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def error_of(response: Response) -> tuple[int, str]:
    return response.status, body_of(response)["error"]["code"]


def holder_of(service: Service, email: str) -> Account:
    """Who has an address."""
    hold = service.store.holds([email])[email]
    account = service.store.account(hold.account_id or "")
    assert account is not None
    return account


def act(service: Service, whose: str, action: str, key: Token | None = None, **more: object) -> Response:
    body = {"action": action, "reason": "because", **more}
    return service.admin(
        "POST", "/accounts/{id}/actions", body, parameters={"id": holder_of(service, whose).id}, key=key
    )


def say(
    service: Service, conflict: Conflict, what: str, body: Mapping[str, object], key: Token | None = None
) -> Response:
    """A decision or an undo, by who has just read the conflict."""
    parameters = {"id": conflict.id}
    read = body_of(service.admin("GET", "/conflicts/{id}", parameters=parameters, key=key))
    body = {**body, "version": read["version"]}
    return service.admin("POST", f"/conflicts/{{id}}/{what}", body, parameters=parameters, key=key)


def rows(service: Service, action: str) -> list[LogEntry]:
    return [row for row in service.store.all_of(LogEntry) if row.action.value == action]


def put(**more: object) -> dict[str, object]:
    return user("chief", **more)


def bulk(operation: Mapping[str, object]) -> dict[str, object]:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}


NEW = [{"value": "new@example.com", "type": "work", "primary": True}]
CHANGES: Mapping[str, tuple[str, object]] = {
    "patch": ("PATCH", email_patch("new@example.com")),
    "patch without a path": ("PATCH", patch({"op": "replace", "value": {"emails": NEW}})),
    "patch of the whole list": ("PATCH", patch({"op": "replace", "path": "emails", "value": NEW})),
    "another one becomes primary": (
        "PATCH",
        patch({"op": "add", "path": "emails", "value": [{"value": "new@example.com", "primary": True}]}),
    ),
    "the primary one is another": (
        "PATCH",
        patch(
            {"op": "add", "path": "emails", "value": [{"value": "new@example.com", "type": "home"}]},
            {"op": "replace", "path": 'emails[type eq "home"].primary', "value": True},
            {"op": "replace", "path": 'emails[type eq "work"].primary', "value": False},
        ),
    ),
    "put": ("PUT", put(emails=NEW)),
}
REMOVALS: Mapping[str, tuple[str, object]] = {
    "patch remove": ("PATCH", patch({"op": "remove", "path": "emails"})),
    "patch remove by filter": ("PATCH", patch({"op": "remove", "path": 'emails[type eq "work"]'})),
    "patch of an empty list": ("PATCH", patch({"op": "replace", "path": "emails", "value": []})),
    "put of an empty list": ("PUT", put(emails=[])),
    "put of null": ("PUT", put(emails=None)),
}


# A key of the directory that the administrator issued


@pytest.mark.parametrize("flag", Flag)
@pytest.mark.parametrize("name", CHANGES)
def test_a_key_of_ones_own_does_not_move_a_protected_address(name: str, flag: Flag) -> None:
    service = Service()
    scim_id = service.create_user("chief")["id"]
    mark(service, CHIEF, flag)
    token = own_key(service)
    before = holder_of(service, CHIEF)
    method, body = CHANGES[name]
    answer = service.scim(method, f"/Users/{scim_id}", body)
    assert answer.status == 403, answer.body
    detail = body_of(answer)["detail"]
    assert "protected" in detail
    route = (
        f"/admin/v1/orgs/{service.organization.id}/directories/{service.directory.id}/tokens/{token.id}/confirmation"
    )
    assert f"POST {route}" in detail
    service.remediate_all()
    assert holder_of(service, CHIEF) == before
    assert service.store.holds(["new@example.com"]) == {}
    [conflict] = service.store.all_of(Conflict)
    assert (conflict.status, conflict.conflict_class) == (ConflictStatus.WAITING_APPROVAL, ConflictClass.PROTECTED)


@pytest.mark.parametrize("name", REMOVALS)
def test_a_key_of_ones_own_does_not_take_a_protected_address_away(name: str) -> None:
    service, scim_id = service_with()
    own_key(service)
    before = holder_of(service, CHIEF)
    method, body = REMOVALS[name]
    for _ in range(3):
        answer = service.scim(method, f"/Users/{scim_id}", body)
        assert answer.status == 403, answer.body
    assert holder_of(service, CHIEF) == before
    [row] = rows(service, "claim.refused")
    assert "marked (privileged)" in row.explanation
    assert "confirm the key" in row.next_step_what


OTHER_LETTERS = "\uff43hief@example.com"


@pytest.mark.parametrize("name", ["patch", "put", "bulk"])
def test_a_key_of_ones_own_does_not_write_a_protected_address_in_other_letters(name: str) -> None:
    """It is the same address to whoever wants one, and another mailbox to a mail server."""
    service, scim_id = service_with()
    own = own_key(service)
    before = holder_of(service, CHIEF)
    body = put(emails=[{"value": OTHER_LETTERS, "type": "work", "primary": True}])
    for _ in range(2):
        if name == "bulk":
            answer = service.scim("POST", "/Bulk", bulk({"method": "PUT", "path": f"/Users/{scim_id}", "data": body}))
            assert body_of(answer)["Operations"][0]["status"] == "403"
        else:
            sent = body if name == "put" else email_patch(OTHER_LETTERS)
            assert service.scim(name.upper(), f"/Users/{scim_id}", sent).status == 403
        service.remediate_all()
    assert holder_of(service, CHIEF) == before
    [row] = rows(service, "claim.refused")
    assert row.explanation.startswith("The address was not written in other letters: the account is marked")
    confirm(service, own, service.new_admin_key("Otto"))
    assert service.scim("PUT", f"/Users/{scim_id}", body).status == 200
    email = holder_of(service, CHIEF).email
    assert email is not None
    assert email.value == OTHER_LETTERS


def test_a_deactivation_that_comes_with_other_letters_is_carried_out() -> None:
    service, scim_id = service_with()
    own_key(service)
    body = put(emails=[{"value": OTHER_LETTERS, "type": "work", "primary": True}], active=False)
    assert service.scim("PUT", f"/Users/{scim_id}", body).status == 403
    after = holder_of(service, CHIEF)
    assert after.status is AccountStatus.DEACTIVATED
    assert after.email is not None
    assert after.email.value == CHIEF


def test_neither_does_a_create_that_links_the_account_again() -> None:
    """Its own letters, and other keys, link it as ever."""
    service, scim_id = service_with(custom(deactivated="two_approvals"))
    assert service.scim("DELETE", f"/Users/{scim_id}").status == 204
    former = service.scim_key
    own_key(service)
    before = holder_of(service, CHIEF)
    body = put(emails=[{"value": OTHER_LETTERS, "type": "work", "primary": True}])
    for _ in range(2):
        assert service.scim("POST", "/Users", body).status == 409
        service.remediate_all()
    assert holder_of(service, CHIEF) == before
    [conflict] = service.store.all_of(Conflict)
    assert conflict.status is ConflictStatus.WAITING_APPROVAL
    assert service.scim("POST", "/Users", put()).status == 201
    service.scim_key = former
    assert service.scim("DELETE", f"/Users/{before.id}-2").status == 204
    assert service.scim("POST", "/Users", body).status == 201


@pytest.mark.parametrize("name", [*CHANGES, *REMOVALS])
def test_in_bulk_it_is_the_same(name: str) -> None:
    service, scim_id = service_with()
    own_key(service)
    method, body = {**CHANGES, **REMOVALS}[name]
    answer = service.scim("POST", "/Bulk", bulk({"method": method, "path": f"/Users/{scim_id}", "data": body}))
    [operation] = body_of(answer)["Operations"]
    assert str(operation["status"]) == "403", operation
    assert holder_of(service, CHIEF).active


def test_a_repeat_changes_nothing_and_is_counted() -> None:
    service, scim_id = service_with()
    own_key(service)
    for _ in range(3):
        assert service.move(scim_id, "new").status == 403
        service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    assert conflict.occurrences == 3
    [row] = rows(service, "claim.refused")
    assert "one administrator alone issued the key" in row.explanation
    assert len(rows(service, "conflict.decided")) == 1


@pytest.mark.parametrize("name", [*CHANGES, *REMOVALS])
def test_a_deactivation_in_the_same_request_is_not_held_up(name: str) -> None:
    service, scim_id = service_with()
    own_key(service)
    method, body = {**CHANGES, **REMOVALS}[name]
    assert isinstance(body, dict)
    if method == "PUT":
        body = {**body, "active": False}
    else:
        body = {**body, "Operations": [*body["Operations"], {"op": "replace", "path": "active", "value": False}]}
    assert service.scim(method, f"/Users/{scim_id}", body).status == 403
    service.remediate_all()
    assert holder_of(service, CHIEF).status is AccountStatus.DEACTIVATED
    assert len(rows(service, "user.deactivated")) == 1


def test_everything_else_goes_through() -> None:
    service, scim_id = service_with()
    own_key(service)
    for operation in (
        {"op": "replace", "path": "title", "value": "Dr."},
        {"op": "replace", "path": "userName", "value": "chief2"},
        {"op": "add", "path": "emails", "value": [{"value": "chief@home.example", "type": "home"}]},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "Chief@example.com"},
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": "active", "value": True},
    ):
        answer = service.scim("PATCH", f"/Users/{scim_id}", patch(operation))
        assert answer.status == 200, (operation, answer.body)


def test_who_is_not_marked_is_changed_and_removed_as_ever() -> None:
    service = Service()
    service.admin("PATCH", "/directories/{id}", {"onDelete": "erase"}, parameters={"id": service.directory.id})
    own_key(service)
    scim_id = service.create_user("ada")["id"]
    assert service.move(scim_id, "lovelace").status == 200
    assert service.scim("DELETE", f"/Users/{scim_id}").status == 204
    assert service.store.holds(["lovelace@example.com"]) == {}


def test_the_other_key_of_the_directory_works_as_before() -> None:
    service, scim_id = service_with()
    former = service.scim_key
    own_key(service)
    service.scim_key = former
    assert service.move(scim_id, "new").status == 200


def test_a_different_administrator_confirms_the_key() -> None:
    service, scim_id = service_with()
    token = own_key(service)
    assert service.move(scim_id, "new").status == 403
    answer = confirm(service, token, service.new_admin_key("Jo"))
    assert answer.status == 200
    assert body_of(answer)["issued"]["confirmedBy"] == "Jo"
    assert body_of(answer)["issued"]["unconfirmedUntil"] is None
    assert service.move(scim_id, "new").status == 200
    [conflict] = service.store.all_of(Conflict)
    assert conflict.status is ConflictStatus.APPLIED
    assert any("was confirmed: the rotation of today" in row.explanation for row in rows(service, "settings.changed"))


def test_a_confirmed_key_has_what_was_held_done_at_the_next_look() -> None:
    service, scim_id = service_with()
    token = own_key(service)
    service.move(scim_id, "new")
    service.remediate_all()
    confirm(service, token, service.new_admin_key("Jo"))
    [conflict] = service.store.all_of(Conflict)
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict.id})
    assert holder_of(service, "new@example.com").flags == {Flag.PRIVILEGED}


@pytest.mark.parametrize("name", ["Ines", "INES", "Ines ", "Ine\u200bs", "I\u00adnes", "\uff29nes", "In\u2060es"])
def test_nobody_confirms_their_own_key_under_a_name_that_looks_the_same(name: str) -> None:
    service, scim_id = service_with()
    token = own_key(service)
    again = Token("another", "0" * 64, Scope.ADMIN, name, service.now, organization_id=service.organization.id)
    service.store.commit(_listed(again), remaining=lambda: 9.0)
    assert error_of(confirm(service, token, again)) == (409, "same_approver")
    assert service.move(scim_id, "new").status == 403


def test_a_revoked_administrator_confirms_nothing() -> None:
    service, _ = service_with()
    token = own_key(service)
    jo = service.new_admin_key("Jo")
    service.store.commit(_unlisted(jo), remaining=lambda: 9.0)
    assert error_of(confirm(service, token, jo)) == (403, "forbidden")


def test_confirming_again_and_what_needs_no_confirmation_changes_nothing() -> None:
    service, _ = service_with()
    trusted, token, jo = service.scim_key, own_key(service), service.new_admin_key("Jo")
    confirm(service, token, jo)
    before = service.store.snapshot()
    assert confirm(service, token, jo).status == 200
    assert confirm(service, trusted, jo).status == 200
    assert service.store.snapshot() == before


@pytest.mark.parametrize("body", [None, {}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 501}, {"because": "x"}])
def test_a_confirmation_has_a_reason(body: object) -> None:
    service, _ = service_with()
    parameters = {"id": service.directory.id, "tokenId": own_key(service).id}
    for route in (
        "/directories/{id}/tokens/{tokenId}/confirmation",
        "/directories/{id}/confirmation",
        "/policy/confirmation",
    ):
        assert service.admin("POST", route, body, parameters=parameters).status in {400, 415}


def test_a_key_counts_in_full_after_a_week() -> None:
    service, scim_id = service_with()
    own_key(service)
    service.pass_time(WEEK - MOMENT)
    assert service.move(scim_id, "new").status == 403
    service.pass_time(MOMENT)
    assert service.move(scim_id, "new").status == 200


def test_keys_of_the_operator_count_at_once() -> None:
    service, scim_id = service_with()
    operator = issue_token(service.context(), Grant(Scope.OPERATOR), "Olaf")[1]
    own_key(service, by=operator)
    assert service.move(scim_id, "new").status == 200


def test_the_list_of_keys_shows_who_issued_them() -> None:
    service, _ = service_with()
    own_key(service)
    listed = service.admin("GET", "/directories/{id}/tokens", parameters={"id": service.directory.id})
    assert [each["issued"] and each["issued"]["by"] for each in body_of(listed)["items"]] == [None, "Ines"]


def test_two_administrators_can_approve_the_change_itself() -> None:
    service, scim_id = service_with()
    own_key(service)
    service.move(scim_id, "new")
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    assert conflict.next_step is not None
    assert "two different administrators have to agree" in conflict.next_step.what
    decision = {"decision": "approve", "reason": "she married", "version": service.version(conflict.id)}
    for key in (service.admin_key, service.new_admin_key("Jo")):
        assert holder_of(service, CHIEF)
        say(service, conflict, "decision", decision, key)
    assert holder_of(service, "new@example.com").flags == {Flag.PRIVILEGED}


def test_nobody_hears_from_the_refusal_who_has_the_address() -> None:
    service, scim_id = service_with()
    service.create_user("taken")
    own_key(service)
    assert body_of(service.move(scim_id, "taken")) == body_of(service.move(scim_id, "free"))


# What was refused before the account was marked, and swaps


def test_a_change_that_waited_when_the_account_was_marked_does_not_go_by_itself() -> None:
    service, scim_id = service_with(Policy(deactivated_after=timedelta(0)))
    other = service.create_user("other")
    own_key(service)
    assert service.move(scim_id, "other").status == 409
    service.remediate_all()
    mark(service, CHIEF)
    assert service.move(other["id"], "free").status == 200
    service.remediate_all()
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": service.store.all_of(Conflict)[0].id})
    assert holder_of(service, CHIEF)
    [conflict] = service.store.all_of(Conflict)
    assert conflict.status is ConflictStatus.WAITING_APPROVAL


def test_a_swap_with_a_key_of_ones_own_takes_two_for_whoever_takes_two() -> None:
    service, scim_id = service_with(custom(other_directory="two_approvals"))
    other = service.create_user("other")
    own_key(service)
    assert service.move(scim_id, "other").status == 403
    assert service.move(other["id"], "chief").status in {403, 409}
    service.remediate_all()
    assert holder_of(service, CHIEF).id == str(scim_id).rpartition("-")[0]
    assert {each.conflict_class for each in service.store.all_of(Conflict)} == {ConflictClass.PROTECTED}


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


# The policy


def put_policy(service: Service, key: Token | None = None, **policy: object) -> dict[str, Any]:
    answer = service.admin("PUT", "/policy", {"policy": policy}, key=key)
    assert answer.status == 200, answer.body
    return body_of(answer)


def a_leaver(policy: Policy) -> Service:
    """The chief has left; another user is to have the address."""
    service, scim_id = service_with(policy)
    service.scim("DELETE", f"/Users/{scim_id}")
    service.pass_time(timedelta(days=30))
    return service


def asked_for(service: Service) -> Conflict:
    """The conflict of another user's wish for the leaver's address, after the remediator looked at it."""
    scim_id = service.create_user("ada")["id"]
    assert service.move(scim_id, "chief").status == 409
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    return conflict


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
    assert (conflict.status, conflict.decision) == (ConflictStatus.WAITING_APPROVAL, "two_approvals")
    body = {"decision": "approve", "reason": "mine", "version": service.version(conflict.id)}
    assert service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict.id}).status == 200
    assert not holder_of(service, CHIEF).active
    assert error_of(act(service, CHIEF, "set-email", email=None)) == (409, "protected")


def test_by_way_of_a_refusal_it_takes_as_long() -> None:
    service = a_leaver(custom(deactivated="two_approvals"))
    put_policy(service, base="custom", rules={"deactivated": "refuse"})
    put_policy(service, base="custom", rules={"deactivated": "auto"})
    assert asked_for(service).decision == "two_approvals"


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
    assert asked_for(service).decision == "two_approvals"


def test_protected_never_takes_fewer_than_two() -> None:
    service, _ = service_with()
    policy = {"base": "custom", "rules": {"protected": "approval"}}
    assert service.admin("PUT", "/policy", {"policy": policy}).status == 400


# Actions on accounts


def linked(_: Service, __: str) -> None:
    pass


def unlinked(service: Service, scim_id: str) -> None:
    account = holder_of(service, CHIEF)
    assert act(service, CHIEF, "unlink").status == 200
    assert holder_of(service, CHIEF).id == account.id


def left(service: Service, scim_id: str) -> None:
    service.scim("DELETE", f"/Users/{scim_id}")


def scheduled(service: Service, scim_id: str) -> None:
    left(service, scim_id)
    assert act(service, CHIEF, "schedule-deletion").status == 200


STATES: Mapping[str, tuple[Callable[[Service, str], None], str]] = {
    "linked": (linked, "other_directory"),
    "active in a directory": (linked, "active_in_directory"),
    "unlinked": (unlinked, "unlinked"),
    "deactivated": (left, "deactivated"),
    "somebody's former account": (left, "rehire"),
    "about to be deleted": (scheduled, "pending_deletion"),
}


def by_policy(state: str) -> Service:
    """An account of that state, then a policy under which it takes two."""
    service, scim_id = service_with(Policy())
    bring, kind = STATES[state]
    bring(service, scim_id)
    put_policy(service, base="custom", rules={kind: "two_approvals"})
    return service


@pytest.mark.parametrize("action", ["set-email to nothing", "set-email", "schedule-deletion", "unlink"])
@pytest.mark.parametrize("marked", [True, False], ids=["marked", "by policy"])
@pytest.mark.parametrize("state", STATES)
def test_no_action_of_one_administrator_frees_or_ends_what_takes_two(state: str, marked: bool, action: str) -> None:
    service = by_policy(state)
    if marked:
        put_policy(service, base="standard")
        confirmed = service.admin("POST", "/policy/confirmation", {"reason": "x"}, key=service.new_admin_key("Jo"))
        assert confirmed.status == 200
        mark(service, CHIEF)
    before = holder_of(service, CHIEF)
    more = {"email": None} if action.endswith("nothing") else {"email": "mine@example.com"}
    answer = act(service, CHIEF, action.partition(" ")[0], **(more if action.startswith("set-email") else {}))
    nothing_to_do = action == "unlink" and before.link is None
    if nothing_to_do:
        assert answer.status == 200
    else:
        assert answer.status == 409
        assert error_of(answer)[1] in {"protected", "linked"}
    assert holder_of(service, CHIEF) == before


def test_access_is_one_persons_to_end_and_to_give() -> None:
    service, _ = service_with()
    for action in ("deactivate", "reactivate"):
        assert act(service, CHIEF, action).status == 200


@pytest.mark.parametrize(
    ("state", "kind", "steps"),
    [
        ("unlinked", "unlinked", ["deactivate"]),
        ("deactivated", "deactivated", ["reactivate"]),
        ("somebody's former account", "rehire", ["reactivate"]),
        ("about to be deleted", "pending_deletion", ["cancel-deletion"]),
        ("about to be deleted", "pending_deletion", ["cancel-deletion", "reactivate"]),
    ],
)
def test_who_makes_another_kind_of_account_of_it_is_no_further(state: str, kind: str, steps: list[str]) -> None:
    service = by_policy(state)
    for step in steps:
        assert act(service, CHIEF, step).status == 200
    assert error_of(act(service, CHIEF, "set-email", email=None)) == (409, "protected")
    conflict = asked_for(service)
    assert (conflict.conflict_class, conflict.decision) == (ConflictClass.PROTECTED, "two_approvals")
    service.pass_time(WEEK)
    assert act(service, CHIEF, "set-email", email=None).status == 200


def test_neither_is_who_has_a_key_of_their_own_delete_and_create_the_user() -> None:
    service, scim_id = service_with(custom(other_directory="two_approvals"))
    own_key(service)
    service.scim("DELETE", f"/Users/{scim_id}")
    assert error_of(act(service, CHIEF, "set-email", email=None)) == (409, "protected")
    service, scim_id = service_with(custom(deactivated="two_approvals"))
    service.scim("DELETE", f"/Users/{scim_id}")
    own_key(service)
    again = service.scim("POST", "/Users", user("chief"))
    assert again.status == 201
    assert service.move(body_of(again)["id"], "mine").status == 403


def test_neither_is_who_deletes_the_directory() -> None:
    for policy in (None, custom(other_directory="two_approvals")):
        service, _ = service_with(policy)
        gone = service.admin(
            "DELETE",
            "/directories/{id}",
            parameters={"id": service.directory.id},
            query={"confirm": service.directory.name},
        )
        assert gone.status in {202, 204}
        assert holder_of(service, CHIEF).link is None
        for action, more in (("set-email", {"email": None}), ("schedule-deletion", {})):
            assert error_of(act(service, CHIEF, action, **more)) == (409, "protected")


def test_a_claim_of_what_takes_two_takes_two() -> None:
    service = Service(policy=custom(claimable="two_approvals"))
    assert service.accounts("POST", "", {"email": CHIEF, "origin": "signup"}).status == 201
    assert error_of(act(service, CHIEF, "claim")) == (409, "protected")


# Domains


def test_a_domain_that_comes_and_goes_moves_nobody() -> None:
    service, _ = service_with()
    before = holder_of(service, CHIEF)
    operator = issue_token(service.context(), Grant(Scope.OPERATOR), "Olaf")[1]
    thief = service.create_user("thief")
    assert service.move(thief["id"], "chief").status == 409
    for _ in range(2):
        assert service.admin("DELETE", "/domains/{domain}", parameters={"domain": "example.com"}).status == 204
        service.remediate_all()
        assert service.admin("POST", "/domains", {"domain": "example.com"}, key=operator).status == 201
        service.remediate_all()
        own_key(service)
        service.admin(
            "DELETE",
            "/directories/{id}/tokens/{tokenId}",
            parameters={"id": service.directory.id, "tokenId": service.scim_key.id},
        )
    assert holder_of(service, CHIEF) == before


def test_an_organization_that_verifies_the_domain_next_takes_nobody_from_the_former_one() -> None:
    service, _ = service_with()
    before = holder_of(service, CHIEF)
    service.admin("DELETE", "/domains/{domain}", parameters={"domain": "example.com"})
    second = Service(store=service.store)
    assert second.scim("POST", "/Users", user("chief")).status == 409
    second.remediate_all()
    [conflict] = second.store.all_of(Conflict)
    assert conflict.conflict_class is ConflictClass.OTHER_ORGANIZATION
    answer = second.admin(
        "POST", "/accounts/{id}/actions", {"action": "claim", "reason": "x"}, parameters={"id": before.id}
    )
    assert answer.status == 404
    assert holder_of(service, CHIEF) == before


def test_a_marked_account_on_a_domain_of_a_minute_ago_takes_two_to_be_claimed() -> None:
    service = Service(domain="other.example")
    assert service.accounts("POST", "", {"email": CHIEF, "origin": "signup"}).status == 201
    mark(service, CHIEF)
    operator = issue_token(service.context(), Grant(Scope.OPERATOR), "Olaf")[1]
    service.admin("POST", "/domains", {"domain": "example.com"}, key=operator)
    assert error_of(act(service, CHIEF, "claim")) == (409, "protected")
    own_key(service)
    assert service.scim("POST", "/Users", user("chief")).status == 409
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    assert conflict.decision == "two_approvals"
    assert holder_of(service, CHIEF).organization_id is None


# Marks, keys, and what no route offers


def test_no_route_of_the_admin_api_takes_a_mark_off() -> None:
    service, _ = service_with()
    for body in (
        {"action": "protect", "reason": "x", "flag": None},
        {"action": "protect", "reason": "x", "flag": "service"},
        {"action": "unprotect", "reason": "x"},
        {"action": "set-email", "reason": "x", "email": None, "flag": None},
    ):
        service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": holder_of(service, CHIEF).id})
        assert Flag.PRIVILEGED in holder_of(service, CHIEF).flags
    service.scim("DELETE", f"/Users/{holder_of(service, CHIEF).id}-1")
    assert Flag.PRIVILEGED in holder_of(service, CHIEF).flags


def test_no_route_of_the_admin_api_issues_another_admin_key_or_imports() -> None:
    service, _ = service_with()
    for more in ({"scope": "admin"}, {"organizationId": service.organization.id}, {"issued": None}):
        body = {"holder": "Second me", **more}
        answer = service.admin("POST", "/directories/{id}/tokens", body, parameters={"id": service.directory.id})
        assert answer.status == 400
    answer = service.admin(
        "POST", "/directories/{id}/tokens", {"holder": "Jo"}, parameters={"id": service.directory.id}
    )
    assert body_of(answer)["scope"] == "scim"
    assert not [route for route in admin.ROUTES if "import" in route or "flag" in route]


def test_a_key_of_a_directory_confirms_nothing() -> None:
    service, _ = service_with()
    token = own_key(service)
    assert error_of(confirm(service, token, token)) == (403, "forbidden")
    assert error_of(confirm(service, token, service.app_key)) == (403, "forbidden")


# Undo


def test_one_person_does_not_undo_what_takes_two_by_now() -> None:
    service = a_leaver(Policy(deactivated_after=timedelta(0)))
    conflict = asked_for(service)
    assert conflict.status is ConflictStatus.APPLIED
    put_policy(service, base="custom", rules={"deactivated": "two_approvals"})
    body = {"reason": "wrong", "version": service.version(conflict.id)}
    assert service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict.id}).status == 200
    assert holder_of(service, CHIEF).attributes["userName"] == "ada@example.com"
    jo = service.new_admin_key("Jo")
    service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict.id}, key=jo)
    assert not holder_of(service, CHIEF).active


# The preview says the same


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("behind", [False, True], ids=["free", "freed by the list"])
def test_the_preview_says_what_a_push_meets(confirmed: bool, behind: bool) -> None:
    service, scim_id = service_with()
    service.create_user("new")
    former = service.scim_key
    token = own_key(service)
    service.admin(
        "DELETE",
        "/directories/{id}/tokens/{tokenId}",
        parameters={"id": service.directory.id, "tokenId": former.id},
    )
    if confirmed:
        confirm(service, token, service.new_admin_key("Jo"))
    target = "new" if behind else "newer"
    changes = [{"from": CHIEF, "to": f"{target}@example.com"}]
    if behind:
        changes.append({"from": "new@example.com", "to": "newest@example.com"})
    answer = body_of(service.admin("POST", "/email-changes/preview", {"changes": changes}))
    first = answer["items"][0]
    assert first["verdict"] == ("goes_through" if confirmed else "approval"), first
    assert ("403" in first["explanation"]) is not confirmed
    if behind:
        assert service.move(holder_of(service, "new@example.com").id + "-1", "newest").status == 200
    assert service.move(scim_id, target).status == (200 if confirmed else 403)


# The first day


def test_the_first_day_of_one_administrator_with_one_new_key() -> None:
    service = Service()
    made = body_of(service.admin("POST", "/directories", {"name": "Entra", "profile": "entra"}))
    state = service.store.directory_state(service.organization.id, made["id"])
    assert state is not None
    service.directory = state.directory
    own_key(service)
    ids = {name: service.create_user(name)["id"] for name in ("ada", "bob", "chief")}
    mark(service, CHIEF)
    assert service.move(ids["ada"], "lovelace").status == 204
    assert (
        service.scim("PATCH", f"/Users/{ids['chief']}", patch({"op": "replace", "path": "title", "value": "x"})).status
        == 204
    )
    refused = service.move(ids["chief"], "boss")
    assert refused.status == 403
    assert "confirm the key" in body_of(refused)["detail"]
    assert service.scim("DELETE", f"/Users/{ids['bob']}").status == 204


def _listed(token: Token) -> list[Any]:
    return [PutToken(token), ListToken(token)]


def _unlisted(token: Token) -> list[Any]:
    return [DeleteToken(token.sha256), UnlistToken(token)]
