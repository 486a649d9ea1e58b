"""A PATCH that an identity provider sends again moves no login address."""

from typing import Any

import pytest

from rightful.domain.account import Account
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch

TWO_AT_WORK = [
    {"value": "ada@example.com", "type": "work", "primary": True},
    {"value": "lovelace@example.com", "type": "work"},
]


def address(service: Service) -> str:
    [account] = service.store.all_of(Account)
    assert account.email is not None
    return account.email.value


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("value", [True, "True", "true"])
@pytest.mark.parametrize("bulk", [False, True])
def test_marking_both_work_addresses_leaves_the_login_address(profile: str, value: object, bulk: bool) -> None:
    service = Service(profile=profile)
    user = service.create_user("ada", emails=TWO_AT_WORK)
    body = patch({"op": "Replace", "path": 'emails[type eq "work"].primary', "value": value})
    before = service.store.snapshot()
    for _ in range(3):
        answer: Any
        if bulk:
            operation = {"method": "PATCH", "path": f"/Users/{user['id']}", "data": body}
            sent = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}
            answer = service.scim("POST", "/Bulk", sent)
            status = int(answer.body["Operations"][0]["status"])
        else:
            status = service.scim("PATCH", f"/Users/{user['id']}", body).status
        # Text is no boolean by the book.
        assert status in ({400} if profile == "generic" and isinstance(value, str) else {200, 204})
        assert address(service) == "ada@example.com"
        assert service.store.snapshot() == before


def test_marking_both_where_neither_is_primary_is_refused_and_changes_nothing() -> None:
    service = Service()
    emails = [{**each, "primary": False} for each in TWO_AT_WORK]
    user = service.create_user("ada", emails=emails)
    before = service.store.snapshot()
    body = patch({"op": "replace", "path": 'emails[type eq "work"].primary', "value": True})
    refused: Any = service.scim("PATCH", f"/Users/{user['id']}", body)
    assert (refused.status, refused.body["scimType"]) == (400, "invalidValue")
    assert service.store.snapshot() == before


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_change_of_the_address_that_a_filter_names_makes_no_second_one(profile: str) -> None:
    service = Service(profile=profile)
    user = service.create_user("ada")
    body = patch({"op": "Replace", "path": 'emails[value eq "ada@example.com"].value', "value": "al@example.com"})
    assert service.scim("PATCH", f"/Users/{user['id']}", body).status in {200, 204}
    refused: Any = service.scim("PATCH", f"/Users/{user['id']}", body)
    assert (refused.status, refused.body["scimType"]) == (400, "noTarget")
    shown: Any = service.scim("GET", f"/Users/{user['id']}").body
    assert shown["emails"] == [{"value": "al@example.com", "type": "work", "primary": True}]
