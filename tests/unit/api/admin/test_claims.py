"""An organization claims a personal account on its domain knowing what it is, and gives it back."""

from typing import Any

import pytest

from rightful.domain.account import Account
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.events.event_log import Action, LogEntry
from tests.support.service import Service, patch
from tests.support.stream import StreamingStore


@pytest.fixture
def service() -> Service:
    return Service(store=StreamingStore())


def signed_up(service: Service, name: str, **more: object) -> str:
    body: Any = service.accounts("POST", "", {"email": f"{name}@example.com", "emailVerified": True, **more}).body
    return str(body["id"])


def act(service: Service, account_id: str, action: str, **more: object) -> Any:
    body = {"action": action, "reason": "she asked for it", **more}
    return service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account_id})


def account(service: Service, account_id: str) -> Account:
    found = service.store.account(account_id)
    assert found is not None
    return found


def wanted(service: Service, name: str) -> tuple[str, dict[str, Any]]:
    """Ada's directory asks for the address of a personal account: the account's id, and the conflict."""
    holder = signed_up(service, name)
    return holder, wanted_of(service, name)


def wanted_of(service: Service, name: str) -> dict[str, Any]:
    """The conflict about an address that somebody has."""
    ada = str(service.create_user("ada")["id"])
    email = {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"{name}@example.com"}
    assert service.scim("PATCH", f"/Users/{ada}", patch(email)).status == 409
    service.remediate_all()
    return conflict(service)


def conflict(service: Service) -> dict[str, Any]:
    listed: Any = service.admin("GET", "/conflicts").body
    [found] = listed["items"]
    read: Any = service.admin("GET", "/conflicts/{id}", parameters={"id": found["id"]}).body
    return dict(read)


def decide(service: Service, decision: str) -> Any:
    read = conflict(service)
    body = {"decision": decision, "reason": "hers", "version": read["version"]}
    return service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": read["id"]})


def said(read: dict[str, Any]) -> list[str]:
    return [each["code"] for each in read["statements"]]


def rows_about(service: Service, account_id: str) -> list[str]:
    return [row.explanation for row in service.store.all_of(LogEntry) if row.account_id == account_id]


def test_what_is_claimed_is_known_before(service: Service) -> None:
    holder, read = wanted(service, "box")
    assert read["class"] == "claimable"
    assert read["evidence"] == {
        "holder": "a personal account on a domain of yours",
        "status": "active",
        "origin": "signup",
        "address confirmed": "yes",
        "last login": "never",
    }
    listed: Any = service.admin("GET", "/accounts", query={"view": "claimable"}).body
    assert [each["id"] for each in listed["items"]] == [holder]


def test_a_rejected_conflict_gives_its_claim_back(service: Service) -> None:
    holder, _ = wanted(service, "box")
    before = account(service, holder)
    assert decide(service, "approve").body["class"] == "unlinked"
    assert account(service, holder).organization_id == service.organization.id
    rejected = decide(service, "reject").body
    assert (rejected["status"], rejected["holder"], rejected["evidence"]) == ("rejected", None, {})
    assert said(rejected) == ["rejected", "claim_given_back"]
    assert rejected["explanationCode"] == "rejected"
    after = account(service, holder)
    assert (after.organization_id, after.claimed, after.email, after.status) == (
        None,
        False,
        before.email,
        before.status,
    )
    assert any("person's own again" in told for told in rows_about(service, holder))
    assert decide(service, "reject").status == 409


def test_a_claim_that_the_organization_has_made_something_of_stays() -> None:
    service = Service(policy=STANDARD)
    holder, _ = wanted(service, "box")
    decide(service, "approve")
    assert act(service, holder, "deactivate").status == 200
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict(service)["id"]})
    assert decide(service, "reject").body["status"] == "rejected"
    assert account(service, holder).organization_id == service.organization.id


def test_who_rejects_what_gives_an_account_back_has_read_what_it_is(service: Service) -> None:
    holder, read = wanted(service, "box")
    decide(service, "approve")
    before = account(service, holder)
    for version, refused in ((None, (428, "version_required")), (read["version"], (409, "changed"))):
        body = {"decision": "reject", "reason": "no", **({"version": version} if version else {})}
        answer = service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": read["id"]})
        assert (answer.status, answer.body["error"]["code"]) == refused
    assert account(service, holder) == before
    assert decide(service, "reject").body["status"] == "rejected"


def test_who_rejects_what_nobody_loses_anything_by_needs_no_version(service: Service) -> None:
    holder, read = wanted(service, "box")
    decide(service, "approve")
    act(service, holder, "deactivate")
    answer = service.admin(
        "POST", "/conflicts/{id}/decision", {"decision": "reject", "reason": "no"}, parameters={"id": read["id"]}
    )
    assert said(answer.body) == ["rejected", "claim_changed"]


@pytest.mark.parametrize("way", ["unclaim", "reject"])
def test_however_an_account_is_given_back_nothing_of_the_organization_stays_with_it(service: Service, way: str) -> None:
    holder, _ = wanted(service, "box")
    decide(service, "approve")
    assert (act(service, holder, way) if way == "unclaim" else decide(service, way)).status == 200
    after = account(service, holder)
    assert (after.organization_id, after.claimed, after.before_image, after.earlier_images) == (None, False, None, ())
    assert (after.former_link, after.awaited, after.holds) == (None, None, "box@example.com")


def test_a_conflict_that_claimed_nothing_says_nothing_of_a_claim(service: Service) -> None:
    wanted(service, "box")
    assert said(decide(service, "reject").body) == ["rejected"]


def test_a_claim_that_went_back_before_is_not_spoken_of(service: Service) -> None:
    holder, _ = wanted(service, "box")
    decide(service, "approve")
    act(service, holder, "unclaim")
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict(service)["id"]})
    assert said(decide(service, "reject").body) == ["rejected"]
    assert account(service, holder).organization_id is None


def test_a_claim_of_another_day_is_not_given_back_by_a_conflict(service: Service) -> None:
    holder = signed_up(service, "box")
    assert act(service, holder, "claim").status == 200
    ada = str(service.create_user("ada")["id"])
    assert service.move(ada, "box").status == 409
    service.remediate_all()
    assert decide(service, "reject").body["status"] == "rejected"
    assert account(service, holder).claimed


def test_an_account_is_unclaimed_once_and_is_the_persons_own(service: Service) -> None:
    holder = signed_up(service, "box")
    act(service, holder, "claim")
    given = act(service, holder, "unclaim")
    assert given.status == 200
    assert set(given.body) == {"id", "email", "emailVerified", "status", "origin", "lastLoginAt", "createdAt"}
    after = account(service, holder)
    assert (after.organization_id, after.claimed, after.holds) == (None, False, "box@example.com")
    rows = rows_about(service, holder)
    again = act(service, holder, "unclaim")
    assert (again.status, again.body) == (200, given.body)
    assert account(service, holder) == after
    assert rows_about(service, holder) == rows
    assert service.admin("GET", "/accounts/{id}", parameters={"id": holder}).status == 404


def test_it_can_be_claimed_and_given_back_again(service: Service) -> None:
    holder = signed_up(service, "box")
    for _ in range(3):
        assert act(service, holder, "claim").body["claimed"] is True
        assert act(service, holder, "unclaim").status == 200


@pytest.mark.parametrize(
    ("action", "code"),
    [("deactivate", "not_active"), ("schedule-deletion", "not_active")],
)
def test_nobody_is_given_back_who_cannot_sign_in(service: Service, action: str, code: str) -> None:
    holder = signed_up(service, "box")
    act(service, holder, "claim")
    act(service, holder, action)
    refused = act(service, holder, "unclaim")
    assert (refused.status, refused.body["error"]["code"]) == (409, code)
    assert account(service, holder).claimed


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("by_conflict", [True, False])
@pytest.mark.parametrize("email", ["other@example.com", "Box@Example.com", None])
def test_an_account_leaves_with_the_address_with_which_it_came(
    service: Service, email: str | None, by_conflict: bool, verified: bool
) -> None:
    holder = signed_up(service, "box", emailVerified=verified)
    if by_conflict and verified:
        wanted_of(service, "box")
        decide(service, "approve")
    else:
        assert act(service, holder, "claim").status == 200
    assert account(service, holder).organization_id == service.organization.id
    assert act(service, holder, "set-email", email=email).status == 200
    given = act(service, holder, "unclaim")
    assert (given.status, given.body["email"].lower()) == (200, "box@example.com")
    after = account(service, holder)
    assert (after.holds, after.came_with) == ("box@example.com", None)
    if email != "Box@Example.com":  # the same address, which the administrator vouched for
        assert after.email_verified is verified
    again = act(service, holder, "unclaim")
    assert (again.status, again.body, account(service, holder)) == (200, given.body, after)
    assert signed_up(service, "other") != holder  # nobody has it any more


def test_where_somebody_else_has_that_address_it_keeps_its_own_and_the_log_says_so(service: Service) -> None:
    holder = signed_up(service, "box")
    act(service, holder, "claim")
    act(service, holder, "set-email", email="other@example.com")
    theirs = signed_up(service, "box")
    assert act(service, holder, "unclaim").body["email"] == "other@example.com"
    assert account(service, theirs).holds == "box@example.com"
    assert any(
        "box@example.com, with which it came, is another's: it keeps other@example.com." in told
        for told in rows_about(service, holder)
    )


def test_that_the_address_came_back_is_in_the_history(service: Service) -> None:
    holder = signed_up(service, "box")
    act(service, holder, "claim")
    act(service, holder, "set-email", email="other@example.com")
    act(service, holder, "unclaim")
    moved = [
        (row.old_email, row.requested_email)
        for row in service.store.all_of(LogEntry)
        if row.account_id == holder and row.action is Action.EMAIL_CHANGED
    ]
    assert set(moved) == {("box@example.com", "other@example.com"), ("other@example.com", "box@example.com")}


def test_nobody_is_given_back_without_an_address(service: Service) -> None:
    holder = signed_up(service, "box")
    act(service, holder, "claim")
    act(service, holder, "set-email", email=None)
    signed_up(service, "box")
    assert act(service, holder, "unclaim").body["error"]["code"] == "conflict"


def test_what_a_directory_made_stays_the_organizations(service: Service) -> None:
    scim_id = str(service.create_user("ada")["id"])
    account_id = scim_id.rpartition("-")[0]
    assert act(service, account_id, "unclaim").body["error"]["code"] == "linked"
    act(service, account_id, "unlink")
    assert act(service, account_id, "unclaim").body["error"]["code"] == "linked"
    assert account(service, account_id).organization_id == service.organization.id


def test_who_is_marked_is_given_back_by_nobody_alone(service: Service) -> None:
    holder = signed_up(service, "box")
    act(service, holder, "claim")
    act(service, holder, "protect", flag="privileged")
    assert act(service, holder, "unclaim").body["error"]["code"] == "protected"


def test_an_account_outside_is_not_there(service: Service) -> None:
    elsewhere: Any = service.accounts("POST", "", {"email": "box@elsewhere.example", "emailVerified": True}).body
    for account_id in (elsewhere["id"], "0" * 32):
        assert act(service, str(account_id), "unclaim").status == 404


def test_what_takes_two_is_not_given_back_by_one(service: Service) -> None:
    holder, _ = wanted(service, "box")
    decide(service, "approve")
    act(service, holder, "protect", flag="legal_hold")
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict(service)["id"]})
    assert said(decide(service, "reject").body) == ["rejected", "claim_takes_two"]
    assert account(service, holder).organization_id == service.organization.id


@pytest.mark.parametrize("kind", ["claimable", "unlinked"])
def test_where_claiming_takes_two_so_does_giving_back(service: Service, kind: str) -> None:
    holder, _ = wanted(service, "box")
    decide(service, "approve")
    policy = {"policy": {"base": "custom", "rules": {kind: "two_approvals"}}}
    assert service.admin("PUT", "/policy", policy).status == 200
    assert act(service, holder, "unclaim").body["error"]["code"] == "protected"
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict(service)["id"]})
    assert decide(service, "reject").body["status"] == "rejected"
    assert account(service, holder).organization_id == service.organization.id


def test_who_gave_a_claim_back_and_why_is_in_the_accounts_own_history(service: Service) -> None:
    holder, _ = wanted(service, "box")
    decide(service, "approve")
    decide(service, "reject")
    [row] = [
        row for row in service.store.all_of(LogEntry) if row.account_id == holder and "own again" in row.explanation
    ]
    assert (row.approver, "Rejected by Ines: hers" in row.explanation) == ("Ines", True)
