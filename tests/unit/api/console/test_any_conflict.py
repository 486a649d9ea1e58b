"""Whatever a conflict is and whatever has become of it, its page, the list and the overview can be read."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.ports.context import unlimited
from rightful.ports.writes.conflicts import PutConflict
from tests.support.console import OWNER, Browser, Console
from tests.support.service import Service, email_patch, user
from tests.support.strategies import conflicts

ORGANIZATION, ID = "the-organization", "0" * 11 + "1" + "0" * 20


def reading(service: Service) -> Browser:
    return Console(service).browser(OWNER)


def check(browser: Browser, conflict_id: str) -> str:
    """Its page, and the pages that list it; what its page says."""
    page = browser.get(f"/conflicts/{conflict_id}")
    assert page.status == 200, page.text
    for path in ("/conflicts?order=newest", "/", f"/conflicts/{conflict_id}/history"):
        listed = browser.get(path)
        assert listed.status == 200, (path, listed.text)
    return page.text


SERVICE = Service()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(conflicts(ORGANIZATION, ID))
def test_any_conflict_that_can_be_stored_has_a_page(made: Conflict) -> None:
    service = SERVICE.copy()
    request = replace(made.request, organization_id=service.organization.id, directory_id=service.directory.id)
    stored = replace(made, request=request)
    service.store.commit([PutConflict(stored, None)], remaining=unlimited)
    check(reading(service), stored.id)


def stored_ids(service: Service) -> list[str]:
    return [each.id for each in service.store.conflicts(service.organization.id, limit=50).conflicts]


def test_a_rotation_and_each_of_its_legs_has_a_page_before_and_after() -> None:
    service = Service()
    people = [service.create_user(name) for name in ("one", "two", "three")]
    for person, wanted in zip(people, ("two", "three", "one"), strict=True):
        service.move(person["id"], wanted)
    browser = reading(service)
    for conflict_id in stored_ids(service):
        check(browser, conflict_id)
    service.remediate_all()
    for conflict_id in stored_ids(service):
        text = check(browser, conflict_id)
        assert "part of a swap or rotation" in text
        assert "(no name)" not in text


def test_a_taken_user_name_has_a_page() -> None:
    service = Service()
    service.create_user("taken")
    other = service.create_user("other")
    service.scim("PATCH", f"/Users/{other['id']}", {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "userName", "value": "taken@example.com"}],
    })  # fmt: skip
    service.remediate_all()
    for conflict_id in stored_ids(service):
        assert "taken@example.com" in check(reading(service), conflict_id)


@pytest.mark.parametrize("shown", [" ", "\u3000\u200b", "\u2800", ""])
def test_who_is_called_nothing_is_called_by_the_user_name(shown: str) -> None:
    service = Service()
    service.create_user("holder")
    asker = service.scim("POST", "/Users", user("asker", displayName=shown)).body
    assert isinstance(asker, dict)
    service.scim("PATCH", f"/Users/{asker['id']}", email_patch("holder@example.com"))
    service.remediate_all()
    (conflict_id,) = stored_ids(service)
    browser = reading(service)
    assert "asker@example.com wants holder@example.com" in check(browser, conflict_id)
    assert '">asker@example.com</a>' in browser.get("/accounts").html


def test_each_status_is_among_what_is_tried() -> None:
    assert {each.value for each in ConflictStatus} == {
        "open", "waiting_approval", "refused", "prepared", "applied", "rejected", "superseded", "expired", "failed",
        "undone",
    }  # fmt: skip
