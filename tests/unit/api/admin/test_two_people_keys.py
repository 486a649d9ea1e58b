"""A key of the directory that one administrator issued does nothing to who takes two people, until another confirms."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from rightful.api.request import Response
from rightful.core.organizations.registry import issue_token
from rightful.domain.account import AccountStatus, Flag
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.key import Grant, Scope, Token
from rightful.ports.writes.settings import DeleteToken, ListToken, PutToken, UnlistToken
from tests.support.service import Service, email_patch, patch, user
from tests.unit.api.admin.two_people import (
    CHIEF,
    WEEK,
    body_of,
    confirm,
    custom,
    error_of,
    holder_of,
    mark,
    own_key,
    rows,
    service_with,
)

MOMENT = timedelta(seconds=1)


def say(
    service: Service, conflict: Conflict, what: str, body: Mapping[str, object], key: Token | None = None
) -> Response:
    """A decision or an undo, by who has just read the conflict."""
    parameters = {"id": conflict.id}
    read = body_of(service.admin("GET", "/conflicts/{id}", parameters=parameters, key=key))
    body = {**body, "version": read["version"]}
    return service.admin("POST", f"/conflicts/{{id}}/{what}", body, parameters=parameters, key=key)


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
    assert (conflict.status, conflict.finding.conflict_class) == (
        ConflictStatus.WAITING_APPROVAL,
        ConflictClass.PROTECTED,
    )


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


def _listed(token: Token) -> list[Any]:
    return [PutToken(token), ListToken(token)]


def _unlisted(token: Token) -> list[Any]:
    return [DeleteToken(token.sha256), UnlistToken(token)]
