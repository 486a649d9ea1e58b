"""What an identity provider takes back, or repeats in part, after it was refused."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.core.organizations.registry import issue_token, revoke_token
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.key import Grant, Scope
from tests.support.service import Service, email_patch, patch, user


def _waiting() -> tuple[Service, str]:
    """Ada was refused a leaver's address, and an administrator is asked about it."""
    service = Service(policy=STANDARD)
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    assert service.move(ada["id"], "sales").status == 409
    service.remediate_all()
    assert _conflict(service)["status"] == "waiting_approval"
    return service, str(ada["id"])


def _conflict(service: Service) -> dict[str, Any]:
    body: Any = service.admin("GET", "/conflicts").body
    newest: dict[str, Any] = body["items"][0]
    return newest


def _user(service: Service, scim_id: str) -> dict[str, Any]:
    body: Any = service.scim("GET", f"/Users/{scim_id}").body
    found: dict[str, Any] = body
    return found


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_setting_the_old_address_again_ends_the_wish_for_the_other(method: str) -> None:
    service, ada = _waiting()
    before = _user(service, ada)

    body = email_patch("ada@example.com") if method == "PATCH" else user("ada")
    assert service.scim(method, f"/Users/{ada}", body).status == 200

    assert _conflict(service)["status"] == "superseded"
    assert _user(service, ada) == before
    service.remediate_all()
    assert _user(service, ada)["emails"][0]["value"] == "ada@example.com"


def test_a_put_with_the_old_address_and_a_new_title_ends_it_too() -> None:
    service, ada = _waiting()

    assert service.scim("PUT", f"/Users/{ada}", user("ada", title="Countess")).status == 200

    assert _conflict(service)["status"] == "superseded"


def test_a_change_of_something_else_leaves_it_wanted() -> None:
    service, ada = _waiting()

    service.scim("PATCH", f"/Users/{ada}", patch({"op": "replace", "path": "title", "value": "Countess"}))

    assert _conflict(service)["status"] == "waiting_approval"


def _refused_with_deactivation() -> tuple[Service, str]:
    """Bob was refused an address by a request that also deactivated him, and the remediator has not heard of it."""
    service = Service()
    service.create_user("grace")
    bob = str(service.create_user("bob")["id"])
    both = patch(
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "grace@example.com"},
        {"op": "replace", "path": "active", "value": False},
    )
    assert service.scim("PATCH", f"/Users/{bob}", both).status == 409
    return service, bob


def test_a_refused_deactivation_is_done_by_the_remediator() -> None:
    service, bob = _refused_with_deactivation()

    service.remediate_all()

    assert _user(service, bob)["active"] is False


@pytest.mark.parametrize("body", [{"path": "active", "value": True}, {"value": {"active": True}}])
def test_a_late_deactivation_does_not_lock_out_who_was_activated_since(body: dict[str, object]) -> None:
    service, bob = _refused_with_deactivation()
    assert service.scim("PATCH", f"/Users/{bob}", patch({"op": "replace", **body})).status == 200

    service.remediate_all()

    assert _user(service, bob)["active"] is True


def test_a_narrower_repeat_does_not_lose_the_rest_of_the_change() -> None:
    service, ada = _waiting()
    title = {"op": "replace", "path": "title", "value": "Countess"}
    both = patch(title, {"op": "replace", "path": 'emails[type eq "work"].value', "value": "sales@example.com"})
    service.scim("PATCH", f"/Users/{ada}", both)
    assert service.move(ada, "sales").status == 409
    service.remediate_all()

    service.admin(
        "POST",
        "/conflicts/{id}/decision",
        {"decision": "approve", "reason": "She takes over sales.", "version": _conflict(service)["version"]},
        parameters={"id": _conflict(service)["id"]},
    )

    after = _user(service, ada)
    assert (after["emails"][0]["value"], after["title"]) == ("sales@example.com", "Countess")


def test_a_soft_delete_does_not_corrupt_the_address() -> None:
    service = Service()
    ada = str(service.create_user("ada")["id"])
    dead = f"{'0123456789abcdef' * 2}ada@example.com"

    answer = service.scim(
        "PATCH",
        f"/Users/{ada}",
        patch(
            {"op": "replace", "path": "userName", "value": dead},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": dead},
            {"op": "replace", "path": "active", "value": False},
        ),
    )

    assert answer.status == 200
    after = _user(service, ada)
    assert (after["userName"], after["active"]) == (dead, False)
    assert after["emails"][0]["value"] == "ada@example.com"


def test_a_leaver_on_a_placeholder_is_not_verified_by_a_change_of_title() -> None:
    service = Service()
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("PATCH", f"/Users/{leaver['id']}", patch({"op": "replace", "path": "active", "value": False}))
    service.move(ada["id"], "sales")
    service.remediate_all()
    assert _conflict(service)["status"] == "applied"

    service.scim("PATCH", f"/Users/{leaver['id']}", patch({"op": "replace", "path": "title", "value": "gone"}))

    holder: Any = service.admin(
        "GET", "/accounts/{id}", parameters={"id": _conflict(service)["holder"]["accountId"]}
    ).body
    assert holder["email"] is None
    assert holder["emailVerified"] is False


def test_a_relink_never_takes_back_an_address_that_was_freed_in_between() -> None:
    service = Service()
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    real_account = service.store.account

    def freed_in_between(account_id: str) -> Any:
        service.store.account = real_account  # type: ignore[method-assign]
        service.move(ada["id"], "sales")
        service.remediate_all()
        return real_account(account_id)

    service.store.account = freed_in_between  # type: ignore[method-assign]
    again = service.scim("POST", "/Users", user("sales"))

    assert again.status == 409
    assert _user(service, str(ada["id"]))["emails"][0]["value"] == "sales@example.com"
    found: Any = service.admin("GET", "/accounts", query={"email": "sales@example.com"}).body
    assert [account["link"]["scimId"] for account in found["items"]] == [ada["id"]]


def test_a_change_that_came_with_a_revoked_key_is_not_applied_any_more() -> None:
    service, ada = _waiting()
    revoke_token(service.context(), service.scim_key)

    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": _conflict(service)["id"]})

    assert _conflict(service)["status"] == "superseded"
    assert _user(service, ada)["emails"][0]["value"] == "ada@example.com"


def test_a_change_outlives_the_planned_end_of_the_key_that_it_came_with() -> None:
    service = Service(policy=STANDARD)
    leaver, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.scim_key = issue_token(
        service.context(), Grant(Scope.SCIM, service.organization.id, service.directory.id), "IdP", timedelta(days=2)
    )[1]
    service.move(ada["id"], "sales")
    service.remediate_all()
    service.pass_time(timedelta(days=3))

    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": _conflict(service)["id"]})
    assert _conflict(service)["status"] == "waiting_approval"

    revoke_token(service.context(), service.scim_key)
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": _conflict(service)["id"]})
    assert _conflict(service)["status"] == "superseded"


def test_a_deactivation_is_done_even_if_the_same_request_names_an_unverified_domain() -> None:
    service = Service()
    bob = str(service.create_user("bob")["id"])
    both = patch(
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "bob@elsewhere.example"},
        {"op": "replace", "path": "active", "value": False},
    )

    answer: Any = service.scim("PATCH", f"/Users/{bob}", both)
    service.remediate_all()

    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
    after = _user(service, bob)
    assert (after["active"], after["emails"][0]["value"]) == (False, "bob@example.com")
    assert (_conflict(service)["class"], _conflict(service)["status"]) == ("unverified_domain", "refused")
