"""A group is read: what is asked for, and only by its directory."""

import pytest

from tests.support.service import Service, patch
from tests.unit.api.scim.groups.world import created, group, read


@pytest.fixture
def service() -> Service:
    return Service()


def test_members_are_not_read_where_they_are_excluded(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    body = created(service, "Staff", service.create_user("ada")["id"])
    monkeypatch.setattr(service.store, "members", None)
    monkeypatch.setattr(service.store, "group_with_members", None)
    assert "members" not in read(service, f"/Groups/{body['id']}", excludedAttributes="members")
    assert read(service, f"/Groups/{body['id']}", attributes="displayName")["displayName"] == "Staff"
    listed = read(service, "/Groups", filter='displayName eq "Staff"', excludedAttributes="members")
    assert [each["id"] for each in listed["Resources"]] == [body["id"]]


def test_a_version_that_is_known_is_not_sent_again(service: Service) -> None:
    body = created(service, "Staff")
    response = service.scim("GET", f"/Groups/{body['id']}", headers={"if-none-match": 'W/"1"'})
    assert (response.status, response.body) == (304, None)
    assert service.scim("GET", f"/Groups/{body['id']}", headers={"if-none-match": 'W/"2"'}).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("group_id", ["nothing", "0" * 32, "a%2Fb", "x" * 3000, "💥"])
def test_an_unknown_group_is_404(service: Service, method: str, group_id: str) -> None:
    body = {"PUT": group("x"), "PATCH": patch({"op": "replace", "path": "displayName", "value": "x"})}.get(method)
    assert service.scim(method, f"/Groups/{group_id}", body).status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_group_of_another_directory_is_404(service: Service, method: str) -> None:
    body = created(service, "Staff")
    other = Service(store=service.store, domain="example.org")
    sent = {"PUT": group("x"), "PATCH": patch({"op": "replace", "path": "displayName", "value": "x"})}.get(method)
    assert other.scim(method, f"/Groups/{body['id']}", sent).status == 404
    assert read(other, "/Groups", filter=f'id eq "{body["id"]}"')["totalResults"] == 0
