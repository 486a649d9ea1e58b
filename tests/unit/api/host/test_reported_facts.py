"""What the host application reports, through the accounts API, in memory."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.api.request import Response
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.transaction import RefusedError
from tests.support.service import Service


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def signed_up(service: Service, name: str, **more: object) -> dict[str, Any]:
    response = service.accounts("POST", body={"email": f"{name}@example.com", **more})
    assert response.status == 201, response.body
    return body_of(response)


def stored(service: Service, account_id: str) -> Account:
    account = service.store.account(account_id)
    assert account is not None
    return account


def on(service: Service, method: str, account_id: str, what: str, body: object = None, **parameters: str) -> Response:
    return service.accounts(method, f"/{{id}}/{what}", body, parameters={"id": account_id, **parameters})


def error_of(response: Response) -> tuple[int, str]:
    return response.status, body_of(response)["error"]["code"]


# Sign-up


def test_a_sign_up_makes_an_unmanaged_unconfirmed_account_that_holds_its_address() -> None:
    service = Service()
    account = signed_up(service, "Ada")

    assert account["email"] == "Ada@example.com"
    assert (account["emailVerified"], account["status"], account["origin"]) == (False, "active", "signup")
    assert (account["managed"], account["linked"], account["lastLoginAt"]) == (False, False, None)
    assert service.store.holds(["ada@example.com"])["ada@example.com"].account_id == account["id"]


def test_a_sign_up_says_where_the_account_is() -> None:
    service = Service()
    response = service.accounts("POST", body={"email": "ada@example.com"})
    assert (response.headers or {})["Location"].endswith(f"/accounts/v1/accounts/{body_of(response)['id']}")


def test_a_sign_up_with_a_taken_address_is_refused_in_the_same_words_whoever_holds_it() -> None:
    service = Service()
    service.create_user("linked")
    signed_up(service, "other")

    answers = [
        service.accounts("POST", body={"email": f"{name}@example.com"}, headers={"idempotency-key": "one"})
        for name in ("linked", "OTHER")
    ]

    assert [answer.status for answer in answers] == [409, 409]
    assert answers[0].body == answers[1].body
    assert body_of(answers[0]) == {
        "error": {
            "code": "email_taken",
            "message": "This address is in use by another account.",
            "field": "email",
        }
    }


def test_a_refused_sign_up_opens_no_conflict() -> None:
    service = Service()
    service.create_user("linked")
    service.accounts("POST", body={"email": "linked@example.com"})
    assert body_of(service.admin("GET", "/conflicts"))["items"] == []
    assert service.queue.messages == []


def test_a_sign_up_sent_again_with_its_idempotency_key_gets_the_same_account() -> None:
    service = Service()
    first = service.accounts("POST", body={"email": "ada@example.com"}, headers={"idempotency-key": "one"})
    again = service.accounts("POST", body={"email": "Ada@Example.com"}, headers={"idempotency-key": "one"})

    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert len(service.store.all_of(Account)) == 1


def test_a_sign_up_of_somebody_else_with_the_same_address_does_not_get_the_account() -> None:
    service = Service()
    service.accounts("POST", body={"email": "ada@example.com"}, headers={"idempotency-key": "one"})
    assert service.accounts("POST", body={"email": "ada@example.com"}).status == 409
    other = service.accounts("POST", body={"email": "ada@example.com"}, headers={"idempotency-key": "two"})
    assert error_of(other) == (409, "email_taken")


def test_an_idempotency_key_of_another_application_is_another_key() -> None:
    from rightful.core.organizations.registry import issue_token
    from rightful.domain.key import Grant, Scope

    service = Service()
    _, other = issue_token(service.context(), Grant(Scope.APP), "Another application")
    service.accounts("POST", body={"email": "ada@example.com"}, headers={"idempotency-key": "one"})
    again = service.accounts("POST", body={"email": "ada@example.com"}, headers={"idempotency-key": "one"}, key=other)
    assert again.status == 409


def test_the_client_cannot_choose_the_id_or_whom_the_account_belongs_to() -> None:
    service = Service()
    for member in ("id", "organizationId", "claimed", "flags", "link", "status"):
        answer = service.accounts("POST", body={"email": "ada@example.com", member: "mine"})
        assert error_of(answer) == (400, "invalid_value")
        assert body_of(answer)["error"]["field"] == member


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "a@b@released.invalid", "ada@released.invalid", "a b@example.com", "x" * 400]
)
def test_a_sign_up_without_a_usable_address_is_refused(email: str) -> None:
    answer = Service().accounts("POST", body={"email": email})
    assert error_of(answer) == (400, "invalid_value")
    assert body_of(answer)["error"]["field"] == "email"


@pytest.mark.parametrize(
    "body", [None, "{", "[]", "null", {}, {"email": 1}, {"email": "a@example.com", "origin": "scim"}]
)
def test_a_sign_up_that_cannot_be_read_is_refused(body: object) -> None:
    assert error_of(Service().accounts("POST", body=body)) == (400, "invalid_value")


# Reading


def test_an_account_is_found_by_id_and_by_address() -> None:
    service = Service()
    account = signed_up(service, "ada")
    assert service.accounts("GET", "/{id}", parameters={"id": account["id"]}).body == account
    assert service.accounts("GET", query={"email": "ADA@example.com"}).body == {"items": [account]}
    assert service.accounts("GET", query={"email": "free@example.com"}).body == {"items": []}


@pytest.mark.parametrize("account_id", ["nobody", "", "x" * 5000, "a#b", "ä"])
def test_an_account_that_is_not_there_is_404_on_every_route(account_id: str) -> None:
    service = Service()
    for method, what, body in [
        ("PUT", "email", {"email": "ada@example.com"}),
        ("POST", "email-verified", {"email": "ada@example.com"}),
        ("POST", "login-seen", None),
        ("PUT", "deletion", None),
        ("DELETE", "deletion", None),
    ]:
        assert error_of(on(service, method, account_id, what, body)) == (404, "not_found"), what
    assert error_of(on(service, "PUT", account_id, "flags/{flag}", flag="service")) == (404, "not_found")
    assert error_of(service.accounts("GET", "/{id}", parameters={"id": account_id})) == (404, "not_found")


def test_a_directorys_data_is_not_shown_to_the_host_application() -> None:
    service = Service()
    user = service.create_user("ada", displayName="Ada Lovelace")
    [found] = body_of(service.accounts("GET", query={"email": "ada@example.com"}))["items"]
    assert found["linked"] is True
    assert not {"link", "displayName", "externalId", "userName"} & found.keys()
    assert str(user["id"]) not in str(found)


# Facts


def test_a_confirmed_address_is_noted_and_confirming_again_changes_nothing() -> None:
    service = Service()
    account = signed_up(service, "ada")
    first = on(service, "POST", account["id"], "email-verified", {"email": "ADA@example.com"})
    again = on(service, "POST", account["id"], "email-verified", {"email": "ada@example.com"})
    assert body_of(first)["emailVerified"] is True
    assert again.body == first.body


def test_a_confirmation_of_an_address_that_the_account_has_not_any_more_confirms_nothing() -> None:
    service = Service()
    account = signed_up(service, "ada")
    on(service, "PUT", account["id"], "email", {"email": "other@example.com"})
    answer = on(service, "POST", account["id"], "email-verified", {"email": "ada@example.com"})
    assert error_of(answer) == (409, "email_changed")
    assert stored(service, account["id"]).email_verified is False


def test_the_first_login_ends_every_plan_that_rests_on_the_account_never_having_been_used() -> None:
    service = Service()
    account = signed_up(service, "ada")
    unused = stored(service, account["id"])

    assert on(service, "POST", account["id"], "login-seen").status == 204

    assert stored(service, account["id"]).last_login_at == service.now
    with pytest.raises(RefusedError):
        service.store.commit([PutAccount(unused, unused.version)], remaining=lambda: 10.0)


def test_later_logins_are_noted_once_a_minute_and_leave_the_version_alone() -> None:
    service = Service()
    account = signed_up(service, "ada")
    on(service, "POST", account["id"], "login-seen")
    first = stored(service, account["id"])

    service.pass_time(timedelta(seconds=59))
    assert on(service, "POST", account["id"], "login-seen").status == 204
    assert stored(service, account["id"]) == first

    service.pass_time(timedelta(seconds=1))
    assert on(service, "POST", account["id"], "login-seen").status == 204
    later = stored(service, account["id"])
    assert (later.last_login_at, later.version) == (service.now, first.version)


def test_flags_are_set_and_taken_away_and_only_known_ones() -> None:
    service = Service()
    account = signed_up(service, "ada")
    on(service, "PUT", account["id"], "flags/{flag}", flag="privileged")
    both = on(service, "PUT", account["id"], "flags/{flag}", flag="legal_hold")
    again = on(service, "PUT", account["id"], "flags/{flag}", flag="legal_hold")
    one = on(service, "DELETE", account["id"], "flags/{flag}", flag="privileged")

    assert body_of(both)["flags"] == ["legal_hold", "privileged"]
    assert again.body == both.body
    assert body_of(one)["flags"] == ["legal_hold"]
    assert error_of(on(service, "PUT", account["id"], "flags/{flag}", flag="admin")) == (400, "invalid_value")


def test_facts_about_a_managed_account_are_taken_and_logged_for_its_organization() -> None:
    service = Service()
    service.create_user("ada")
    [account] = service.store.all_of(Account)
    on(service, "POST", account.id, "login-seen")
    on(service, "PUT", account.id, "flags/{flag}", flag="service")

    after = stored(service, account.id)
    assert (after.flags, after.last_login_at) == (frozenset({Flag.SERVICE}), service.now)
    assert (after.link, after.attributes) == (account.link, account.attributes)
    [row] = [row for row in body_of(service.admin("GET", "/log"))["items"] if row["action"] == "account.changed"]
    assert row["explanation"] == "The host application marked the account: service."


# What the person does


def test_a_person_changes_their_address_and_the_old_one_is_free() -> None:
    service = Service()
    account = signed_up(service, "ada")
    changed = on(service, "PUT", account["id"], "email", {"email": "Ada.King@example.com", "verified": True})

    assert (body_of(changed)["email"], body_of(changed)["emailVerified"]) == ("Ada.King@example.com", True)
    holds = service.store.holds(["ada@example.com", "ada.king@example.com"])
    assert {canonical: hold.account_id for canonical, hold in holds.items()} == {"ada.king@example.com": account["id"]}


def test_changing_to_the_address_one_has_changes_nothing() -> None:
    service = Service()
    account = signed_up(service, "ada", emailVerified=True)
    assert on(service, "PUT", account["id"], "email", {"email": "ada@example.com"}).body == account


def test_changing_to_an_unproven_address_leaves_the_account_unconfirmed() -> None:
    service = Service()
    account = signed_up(service, "ada", emailVerified=True)
    changed = on(service, "PUT", account["id"], "email", {"email": "king@example.com"})
    assert body_of(changed)["emailVerified"] is False


def test_a_taken_address_is_refused_and_opens_no_conflict() -> None:
    service = Service()
    service.create_user("grace")
    account = signed_up(service, "ada")
    refused = on(service, "PUT", account["id"], "email", {"email": "grace@example.com"})

    assert error_of(refused) == (409, "email_taken")
    assert stored(service, account["id"]).holds == "ada@example.com"
    assert service.queue.messages == []


def test_an_address_that_a_directory_owns_is_not_the_persons_to_change() -> None:
    service = Service()
    user = service.create_user("ada")
    [account] = service.store.all_of(Account)
    linked = on(service, "PUT", account.id, "email", {"email": "mine@example.org"})
    service.scim("DELETE", f"/Users/{user['id']}")
    unlinked = on(service, "PUT", account.id, "email", {"email": "mine@example.org"})

    assert error_of(linked) == error_of(unlinked) == (403, "managed")
    assert "directory" in body_of(linked)["error"]["message"]
    assert stored(service, account.id).holds == "ada@example.com"


# Deletion


def test_a_deletion_is_due_after_14_days_and_asking_again_does_not_move_it() -> None:
    service = Service()
    account = signed_up(service, "ada")
    first = on(service, "PUT", account["id"], "deletion")
    service.pass_time(timedelta(days=3))
    again = on(service, "PUT", account["id"], "deletion")

    assert body_of(first)["status"] == "pending_deletion"
    assert body_of(first)["deletionDate"] == "2026-12-07T09:00:00.000Z"
    assert again.body == first.body
    assert stored(service, account["id"]).holds == "ada@example.com"


def test_a_deletion_is_cancelled_and_the_account_is_as_it_was() -> None:
    service = Service()
    account = signed_up(service, "ada")
    on(service, "PUT", account["id"], "deletion")
    cancelled = on(service, "DELETE", account["id"], "deletion")
    again = on(service, "DELETE", account["id"], "deletion")

    assert (body_of(cancelled)["status"], body_of(cancelled)["deletionDate"]) == ("active", None)
    assert again.body == cancelled.body


def test_an_account_on_legal_hold_is_not_deleted() -> None:
    service = Service()
    account = signed_up(service, "ada")
    on(service, "PUT", account["id"], "flags/{flag}", flag="legal_hold")
    assert error_of(on(service, "PUT", account["id"], "deletion")) == (409, "legal_hold")
    assert stored(service, account["id"]).status is AccountStatus.ACTIVE


def test_an_account_that_is_about_to_be_deleted_gets_no_other_address() -> None:
    service = Service()
    account = signed_up(service, "ada")
    on(service, "PUT", account["id"], "deletion")
    assert error_of(on(service, "PUT", account["id"], "email", {"email": "x@example.com"})) == (409, "not_active")


def test_a_managed_accounts_deletion_is_up_to_its_organization() -> None:
    service = Service()
    service.create_user("ada")
    [account] = service.store.all_of(Account)
    assert error_of(on(service, "PUT", account.id, "deletion")) == (403, "managed")
    assert error_of(on(service, "DELETE", account.id, "deletion")) == (403, "managed")


# Sign-ups as holders


def test_an_unconfirmed_sign_up_on_the_organizations_domain_gives_way_to_the_directorys_user() -> None:
    service = Service()
    squatter = signed_up(service, "grace")
    user = service.create_user("ada")
    assert service.move(user["id"], "grace").status == 409
    service.remediate_all()
    assert service.move(user["id"], "grace").status == 200
    assert stored(service, squatter["id"]).email_verified is False
    assert str(stored(service, squatter["id"]).holds).endswith("@released.invalid")


def test_a_login_between_refusal_and_remediation_keeps_the_address_with_its_user() -> None:
    service = Service()
    account = signed_up(service, "grace")
    user = service.create_user("ada")
    service.move(user["id"], "grace")
    on(service, "POST", account["id"], "login-seen")
    service.remediate_all()
    assert stored(service, account["id"]).holds == "grace@example.com"
    [conflict] = body_of(service.admin("GET", "/conflicts"))["items"]
    assert (conflict["class"], conflict["status"]) == ("claimable", "waiting_approval")
