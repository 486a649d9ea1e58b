"""What takes two people is done by nobody alone: one administrator of the organization, with one admin key and every
route that it opens, is after the address or the existence of an account that takes two."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from rightful.api.admin import service as admin
from rightful.core.organizations.registry import issue_token
from rightful.domain.account import Flag
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.policy import Policy
from rightful.domain.key import Grant, Scope
from tests.support.service import Service, patch, user
from tests.unit.api.admin.two_people import (
    CHIEF,
    WEEK,
    a_leaver,
    act,
    asked_for,
    body_of,
    confirm,
    custom,
    error_of,
    holder_of,
    mark,
    own_key,
    put_policy,
    service_with,
)

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
    assert (conflict.finding.conflict_class, conflict.finding.rule) == (ConflictClass.PROTECTED, "two_approvals")
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
    assert conflict.finding.conflict_class is ConflictClass.OTHER_ORGANIZATION
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
    assert conflict.finding.rule == "two_approvals"
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
        body = {"owner": "Second me", **more}
        answer = service.admin("POST", "/directories/{id}/tokens", body, parameters={"id": service.directory.id})
        assert answer.status == 400
    answer = service.admin("POST", "/directories/{id}/tokens", {"owner": "Jo"}, parameters={"id": service.directory.id})
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
