"""Groups are created: once, complete, and of members that there are."""

from typing import Any

import pytest

from rightful.core.groups.member_delta import BATCH
from rightful.domain.organization import DomainPolicy
from tests.support.answers import taken
from tests.support.service import Service, patch, user
from tests.unit.api.scim.groups.world import (
    consistent,
    created,
    group,
    group_ids,
    member_ids,
    read,
    users,
    with_little_time,
)


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_group_is_created_with_its_members_and_each_of_them_shows_it(service: Service) -> None:
    ada = service.create_user("ada", displayName="Ada")
    body = created(service, "Staff", ada["id"], externalId="ext")
    base = body["meta"]["location"].rpartition("/Groups/")[0]
    assert body["members"] == [
        {"value": ada["id"], "$ref": f"{base}/Users/{ada['id']}", "type": "User", "display": "Ada"}
    ]
    assert (body["displayName"], body["externalId"], body["meta"]["version"]) == ("Staff", "ext", 'W/"1"')
    shown = read(service, f"/Users/{ada['id']}")["groups"]
    assert shown == [{"value": body["id"], "$ref": body["meta"]["location"], "type": "direct"}]
    assert read(service, f"/Groups/{body['id']}") == body
    assert consistent(service)


def test_the_answer_has_location_and_version(service: Service) -> None:
    response = service.scim("POST", "/Groups", group("Staff"))
    assert response.headers is not None
    assert isinstance(response.body, dict)
    assert response.headers["ETag"] == 'W/"1"'
    assert response.headers["Location"].endswith(f"/Groups/{response.body['id']}")


def test_a_name_is_given_once_in_whatever_case(service: Service) -> None:
    created(service, "Staff")
    response = service.scim("POST", "/Groups", group(" sTAFF"))
    assert response.status == 409
    assert response.body == taken("displayName", " sTAFF", "GROUP")


@pytest.mark.parametrize("name", ["", "   ", None, 7, "x" * 600])
def test_a_name_that_is_none_is_refused(service: Service, name: object) -> None:
    response: Any = service.scim("POST", "/Groups", group("x") | {"displayName": name})
    assert (response.status, response.body["scimType"]) == (400, "invalidValue")
    assert "displayName" in response.body["detail"]


@pytest.mark.parametrize("profile", ["generic", "entra", "okta", "onelogin", "jumpcloud", "google", "ping"])
def test_identity_providers_are_told_of_unknown_members_and_nothing_is_created(profile: str) -> None:
    service = Service(profile=profile)
    response: Any = service.scim("POST", "/Groups", group("Staff", service.create_user("ada")["id"], "nobody-1"))
    assert (response.status, response.body["scimType"]) == (400, "invalidValue")
    assert "nobody-1" in response.body["detail"]
    assert read(service, "/Groups")["totalResults"] == 0
    made = created(service, "Staff")
    response = service.scim("PUT", f"/Groups/{made['id']}", group("Crew", "nobody-1"))
    assert (response.status, response.body["scimType"]) == (400, "invalidValue")
    assert read(service, f"/Groups/{made['id']}") == made
    assert consistent(service)


def test_a_patch_under_generic_leaves_unknown_members_out_and_shows_it(service: Service) -> None:
    ada, made = service.create_user("ada"), created(service, "Staff")
    listed = [{"value": value} for value in ("nobody-1", ada["id"], "x" * 200, "a#b")]
    add = patch({"op": "add", "path": "members", "value": listed})
    response: Any = service.scim("PATCH", f"/Groups/{made['id']}", add)
    assert response.status == 200
    assert [member["value"] for member in response.body["members"]] == [ada["id"]]


def test_members_of_another_directory_are_nobody_here() -> None:
    service = Service(domain_policy=DomainPolicy.ANY)
    other = Service(store=service.store, domain="example.org")
    response = other.scim("POST", "/Users", user("eve") | {"emails": []})
    assert isinstance(response.body, dict)
    refused: Any = service.scim("POST", "/Groups", group("Staff", response.body["id"]))
    assert (refused.status, refused.body["scimType"]) == (400, "invalidValue")
    assert response.body["id"] in refused.body["detail"]


def test_a_group_larger_than_a_transaction_is_filled_in_batches(service: Service) -> None:
    everybody = users(service, 2 * BATCH + 3)
    body = created(service, "Staff", *everybody)
    assert sorted(member_ids(service, body["id"])) == sorted(everybody)
    assert group_ids(service, everybody[-1]) == [body["id"]]
    assert consistent(service)


def test_a_creation_that_ran_out_of_time_goes_on_with_the_same_request(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = users(service, 3 * BATCH)
    body = group("Staff", *everybody, externalId="ext")
    with_little_time(service, monkeypatch, commits=2)
    response = service.scim("POST", "/Groups", body)
    assert response.status == 503
    assert response.headers is not None
    assert response.headers["Retry-After"]
    monkeypatch.undo()
    assert service.scim("POST", "/Groups", body | {"externalId": "another"}).status == 409
    response = service.scim("POST", "/Groups", body)
    assert response.status == 201
    assert isinstance(response.body, dict)
    assert len(response.body["members"]) == len(everybody)
    assert service.scim("POST", "/Groups", body).status == 409
    assert consistent(service)
