"""Whether the identity provider sends a refused change again by itself is said as it is: by its profile, and where that
is not known, nothing is promised."""

from typing import Any

import pytest

from rightful.domain.conflicts.policy import STANDARD
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch, user

WAYS = {"entra": (True, "by_itself", "identity_provider"), "okta": (False, "task", "identity_provider_administrator")}
NOT_KNOWN = (None, "push", "identity_provider_administrator")


def conflict_of(service: Service) -> dict[str, Any]:
    answer: Any = service.admin("GET", "/conflicts").body
    [found] = answer["items"]
    document: Any = service.admin("GET", "/conflicts/{id}", parameters={"id": found["id"]}).body
    assert document["retriedByIdp"] == found["retriedByIdp"]
    return dict(document)


def rows_of(service: Service, action: str) -> list[dict[str, Any]]:
    answer: Any = service.admin("GET", "/log").body
    return [each for each in answer["items"] if each["action"] == action]


def refused_create(profile: str) -> tuple[Service, dict[str, object]]:
    """A new user is to have a leaver's address."""
    service = Service(policy=STANDARD, profile=profile)
    leaver = service.create_user("sales")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    grace = user("grace", emails=[{"value": "sales@example.com", "type": "work", "primary": True}])
    assert service.scim("POST", "/Users", grace).status == 409
    service.remediate_all()
    return service, grace


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_what_is_left_to_do_after_a_create_was_prepared(profile: str) -> None:
    retried, way, who = WAYS.get(profile, NOT_KNOWN)
    service, grace = refused_create(profile)
    waiting = conflict_of(service)
    assert waiting["retriedByIdp"] is retried
    body = {"decision": "approve", "reason": "she left in May", "version": waiting["version"]}
    answer = service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": waiting["id"]})
    assert answer.status == 200
    prepared = conflict_of(service)
    step = prepared["nextStep"]
    assert (prepared["status"], prepared["retriedByIdp"]) == ("prepared", retried)
    assert (step["code"], step["whoCode"]) == ("next_create", who)
    assert step["statements"][0]["parameters"] == {"again": way}
    assert ("Okta" in step["what"]) is (profile == "okta")
    assert ("by itself, at one of its next cycles" in step["what"]) is (profile == "entra")
    # It is true: sent once more, by whatever way, the user is created.
    assert service.scim("POST", "/Users", grace).status == 201
    rows = rows_of(service, "claim.refused")
    assert rows
    assert {row["retriedByIdp"] for row in rows} == {retried}


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_refusal_without_a_conflict_says_it_too(profile: str) -> None:
    service = Service(policy=STANDARD, profile=profile)
    ada = service.create_user("ada")
    email = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "ada@elsewhere.example"}
    assert service.scim("PATCH", f"/Users/{ada['id']}", patch(email)).status == 400
    [row] = rows_of(service, "claim.refused")
    assert row["retriedByIdp"] is WAYS.get(profile, NOT_KNOWN)[0]


def test_what_was_asked_for_before_is_not_tried_again() -> None:
    service = Service(policy=STANDARD, profile="entra")
    leaver, ada = (str(service.create_user(name)["id"]) for name in ("sales", "ada"))
    service.scim("DELETE", f"/Users/{leaver}")
    email = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "sales@example.com"}
    assert service.scim("PATCH", f"/Users/{ada}", patch(email)).status == 409
    service.remediate_all()
    assert conflict_of(service)["retriedByIdp"] is True
    other = {**email, "value": "ada.new@example.com"}
    assert service.scim("PATCH", f"/Users/{ada}", patch(other)).status in {200, 204}
    superseded = conflict_of(service)
    assert (superseded["status"], superseded["retriedByIdp"]) == ("superseded", False)


def test_the_profile_is_that_of_the_last_request() -> None:
    service, grace = refused_create("generic")
    assert conflict_of(service)["retriedByIdp"] is None
    changed = service.admin("PATCH", "/directories/{id}", {"profile": "okta"}, parameters={"id": service.directory.id})
    assert changed.status == 200
    assert service.scim("POST", "/Users", grace).status == 409
    assert conflict_of(service)["retriedByIdp"] is False
