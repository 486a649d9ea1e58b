"""Discovery, wrong methods, and what `active` is, over the whole service."""

from typing import Any

import pytest

from rightful.api.scim.service import ROUTES
from tests.support.service import Service, patch, user

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def service() -> Service:
    return Service()


def test_both_resource_types_and_their_schemas_are_listed(service: Service) -> None:
    types: Any = service.scim("GET", "/ResourceTypes").body
    assert [each["id"] for each in types["Resources"]] == ["User", "Group"]
    schemas: Any = service.scim("GET", "/Schemas").body
    ids = [each["id"] for each in schemas["Resources"]]
    for each in types["Resources"]:
        assert each["schema"] in ids
        assert service.scim("GET", f"/ResourceTypes/{each['id']}").body == each
        assert service.scim("GET", f"/Schemas/{each['schema']}").status == 200


def test_what_is_refused_as_taken_is_said_to_be_unique(service: Service) -> None:
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Ops"}
    for endpoint, name, body in (("/Users", "userName", user("ada")), ("/Groups", "displayName", group)):
        assert service.scim("POST", endpoint, body).status == 201
        again: Any = service.scim("POST", endpoint, body)
        assert (again.status, again.body["scimType"]) == (409, "uniqueness")
        schema: Any = service.scim("GET", f"/Schemas/{body['schemas'][0]}").body  # type: ignore[index]
        [attribute] = [each for each in schema["attributes"] if each["name"] == name]
        assert attribute["uniqueness"] == "server"


def test_the_configuration_names_the_documentation_where_there_is_one() -> None:
    config: Any = Service(documentation_url="https://docs.example/scim").scim("GET", "/ServiceProviderConfig").body
    assert config["documentationUri"] == "https://docs.example/scim"
    assert "documentationUri" not in Service().scim("GET", "/ServiceProviderConfig").body  # type: ignore[operator]


def test_what_the_configuration_says_is_so(service: Service) -> None:
    config: Any = service.scim("GET", "/ServiceProviderConfig").body
    assert {name: config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag")} == dict.fromkeys(
        ("patch", "bulk", "filter", "sort", "etag"), True
    )
    assert config["changePassword"]["supported"] is False
    assert config["pagination"]["cursor"] is True
    assert config["pagination"]["index"] is True
    assert config["authenticationSchemes"][0]["type"] == "oauthbearertoken"
    for number in range(config["pagination"]["defaultPageSize"] + 1):
        service.create_user(f"u{number}")
    assert service.scim("GET", "/Users").body["itemsPerPage"] == config["pagination"]["defaultPageSize"]  # type: ignore[index]


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"])
def test_discovery_is_not_filtered(service: Service, path: str) -> None:
    assert service.scim("GET", path, query={"filter": 'id eq "x"'}).status == 403


@pytest.mark.parametrize("route", ROUTES)
def test_a_wrong_method_is_405_with_the_right_ones(service: Service, route: str) -> None:
    for method in METHODS - ROUTES[route].keys():
        response = service.scim(method, route.replace("{id}", "x"), {})
        assert response.status == 405, (method, route)
        assert response.headers is not None
        head = {"HEAD"} if "GET" in ROUTES[route] else set()
        assert set(response.headers["Allow"].split(", ")) == set(ROUTES[route]) | head


BADGES = {
    "id": "urn:example:schemas:Badges:2.0:User",
    "name": "Badges",
    "attributes": [{"name": "number", "type": "string"}, {"name": "secret", "type": "string", "returned": "never"}],
}


class TestExtensions:
    def test_a_directorys_own_schema_is_discovered_stored_filtered_and_changed(self, service: Service) -> None:
        changed = service.admin(
            "PATCH", "/directories/{id}", {"extensions": [BADGES]}, parameters={"id": service.directory.id}
        )
        assert changed.status == 200, changed.body
        types: Any = service.scim("GET", "/ResourceTypes/User").body
        assert {"schema": BADGES["id"], "required": False} in types["schemaExtensions"]
        assert service.scim("GET", f"/Schemas/{BADGES['id']}").status == 200
        urn = str(BADGES["id"])
        ada = service.create_user("ada", **{urn: {"number": "7", "secret": "s", "unknown": 1}})
        assert ada[urn] == {"number": "7"}
        assert urn in ada["schemas"]  # type: ignore[operator]
        found: Any = service.scim("GET", "/Users", query={"filter": f'{urn}:number eq "7"'}).body
        assert [each["id"] for each in found["Resources"]] == [ada["id"]]
        operation = patch({"op": "replace", "path": f"{urn}:number", "value": "8"})
        after: Any = service.scim("PATCH", f"/Users/{ada['id']}", operation).body
        assert after[urn] == {"number": "8"}

    def test_a_schema_that_is_none_is_refused_by_its_place(self, service: Service) -> None:
        response: Any = service.admin("POST", "/directories", {"name": "x", "extensions": [BADGES, {"id": "nope"}]})
        assert (response.status, response.body["error"]["field"]) == (400, "extensions.1")


class TestActive:
    def test_who_is_told_to_forget_it_shows_it_no_more_and_stays_active(self, service: Service) -> None:
        ada = service.create_user("ada")
        response: Any = service.scim("PATCH", f"/Users/{ada['id']}", patch({"op": "remove", "path": "active"}))
        assert response.status == 200
        assert "active" not in response.body
        title: Any = service.scim("PATCH", f"/Users/{ada['id']}", patch({"op": "add", "path": "title", "value": "Dr"}))
        assert "active" not in title.body
        again = service.scim("PATCH", f"/Users/{ada['id']}", patch({"op": "remove", "path": "active"}))
        assert again.body == title.body
        back: Any = service.scim(
            "PATCH", f"/Users/{ada['id']}", patch({"op": "replace", "path": "active", "value": False})
        )
        assert back.body["active"] is False

    def test_a_leaver_is_not_let_in_again_by_forgetting(self, service: Service) -> None:
        ada = service.create_user("ada", active=False)
        forget = patch({"op": "remove", "path": "active"})
        assert service.scim("PATCH", f"/Users/{ada['id']}", forget).status == 200
        account: Any = service.admin("GET", "/accounts", query={"email": "ada@example.com"}).body
        assert account["items"][0]["status"] == "deactivated"

    def test_a_put_that_forgets_it_shows_it(self, service: Service) -> None:
        ada = service.create_user("ada")
        body = user("ada")
        del body["active"]
        response: Any = service.scim("PUT", f"/Users/{ada['id']}", body)
        assert response.body["active"] is True
