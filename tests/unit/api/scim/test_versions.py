"""Versions and what is read-only, as a client that repeats what it read sends them."""

from typing import Any

import pytest

from tests.support.service import Service, patch

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture
def service() -> Service:
    return Service(profile="generic")


@pytest.fixture(params=["/Users", "/Groups"])
def path(request: pytest.FixtureRequest, service: Service) -> str:
    person = service.create_user("ada")["id"]
    made = service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": "G", "members": [{"value": person}]})
    assert isinstance(made.body, dict)
    return f"/Users/{person}" if request.param == "/Users" else f"/Groups/{made.body['id']}"


def read(service: Service, path: str) -> Any:
    return service.scim("GET", path).body


def test_a_pathless_patch_with_all_that_a_get_gave_changes_nothing(service: Service, path: str) -> None:
    before = read(service, path)
    response = service.scim("PATCH", path, patch({"op": "replace", "value": before}))
    assert response.status == 200, response.body
    assert read(service, path) == before
    for name in ("id", "meta", "groups"):
        if name in before:
            repeated = patch({"op": "replace", "value": {name: before[name]}})
            assert service.scim("PATCH", path, repeated).status == 200


def test_another_location_is_refused(service: Service, path: str) -> None:
    meta = {"location": read(service, path)["meta"]["location"] + "1"}
    response = service.scim("PATCH", path, patch({"op": "replace", "value": {"meta": meta}}))
    assert (response.status, response.body["scimType"]) == (400, "mutability")


@pytest.mark.parametrize("query", [{}, {"excludedAttributes": "members"}])
def test_a_get_on_condition_of_another_version_is_answered_412(
    service: Service, path: str, query: dict[str, str]
) -> None:
    version = read(service, path)["meta"]["version"]
    for tag, status in (('W/"0"', 412), (version, 200), ("*", 200)):
        assert service.scim("GET", path, query=query, headers={"if-match": tag}).status == status
    both = {"if-match": 'W/"0"', "if-none-match": version}
    assert service.scim("GET", path, query=query, headers=both).status == 412
