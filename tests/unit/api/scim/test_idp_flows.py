"""What identity providers do in one go, from looking somebody up to letting them go, each in its own way."""

from typing import Any

import pytest

from rightful.domain.organization import DomainPolicy
from tests.support.service import Service, patch, user

CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


class Provider:
    """An identity provider at its directory: every answer has to have the status that it takes."""

    def __init__(self, profile: str) -> None:
        self.service = Service(profile=profile, domain_policy=DomainPolicy.ANY)

    def send(self, expected: int, method: str, path: str, body: object = None, **query: str) -> Any:
        response = self.service.scim(method, path, body, query=query)
        assert response.status == expected, response.body
        return response.body

    def found(self, kind: str, text: str, **query: str) -> list[Any]:
        resources: list[Any] = self.send(200, "GET", f"/{kind}", filter=text, **query)["Resources"]
        return resources

    def members(self, group_id: str) -> list[str]:
        body = self.send(200, "GET", f"/Groups/{group_id}")
        return sorted(member["value"] for member in body.get("members", []))


def test_entra_provisions_users_and_groups() -> None:
    entra = Provider("entra")
    # "Test connection" looks a random userName up.
    assert entra.found("Users", 'userName eq "8a2d0a6e-no-such-user"') == []
    ids = []
    for name in ("ada", "bob"):
        assert entra.found("Users", f'userName eq "{name}@example.com"') == []
        created = entra.send(201, "POST", "/Users", user(name) | {"meta": {"resourceType": "User"}, "roles": []})
        ids.append(created["id"])
    ada, bob = ids
    # A group is looked for by name, made without members, and then filled, with 204 for every change.
    assert entra.found("Groups", 'displayName eq "Sales"', excludedAttributes="members") == []
    group = {
        "schemas": [CORE_GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0",
        "displayName": "Sales",
        "meta": {"resourceType": "Group"},
    }
    sales = entra.send(201, "POST", "/Groups", group)["id"]
    for member in (ada, bob):
        add = patch({"op": "Add", "path": "members", "value": [{"$ref": None, "value": member}]})
        assert entra.send(204, "PATCH", f"/Groups/{sales}", add) is None
    # Whether somebody is in is asked without reading the group.
    for member, expected in ((ada, [sales]), ("0" * 32 + "-1", [])):
        found = entra.found("Groups", f'id eq "{sales}" and members eq "{member}"', excludedAttributes="members")
        assert [each["id"] for each in found] == expected
    rename = patch({"op": "Replace", "path": "displayName", "value": "Sales EMEA"})
    entra.send(204, "PATCH", f"/Groups/{sales}", rename)
    remove = patch({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": ada}]})
    entra.send(204, "PATCH", f"/Groups/{sales}", remove)
    assert entra.members(sales) == [bob]
    disable = patch({"op": "Replace", "path": "active", "value": "False"})
    entra.send(204, "PATCH", f"/Users/{bob}", disable)
    assert entra.send(200, "GET", f"/Users/{bob}")["active"] is False
    entra.send(204, "DELETE", f"/Users/{bob}")
    assert entra.members(sales) == []
    entra.send(204, "DELETE", f"/Groups/{sales}")
    assert entra.found("Groups", 'displayName eq "Sales EMEA"') == []


def test_okta_writes_back_what_it_read() -> None:
    okta = Provider("okta")
    assert okta.found("Users", 'userName eq "ada@example.com"', startIndex="1", count="100") == []
    body = user("ada") | {
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "displayName": "Ada Byron",
        "locale": "en-US",
        "groups": [],
        "password": "1mz050nq",
    }
    ada = okta.send(201, "POST", "/Users", body)["id"]
    staff = okta.send(201, "POST", "/Groups", {"schemas": [CORE_GROUP], "displayName": "Staff", "members": []})["id"]
    delta = patch(
        {"op": "remove", "path": 'members[value eq "89bb1940-b905-4575-9e7f-6f887cfb368e"]'},
        {"op": "add", "path": "members", "value": [{"value": ada, "display": "ada@example.com"}]},
    )
    assert okta.send(200, "PATCH", f"/Groups/{staff}", delta)["members"][0]["display"] == "ada@example.com"
    # The whole user is read, changed in one place and put, with its groups, meta and id.
    whole = okta.send(200, "GET", f"/Users/{ada}")
    assert [each["value"] for each in whole["groups"]] == [staff]
    changed = okta.send(200, "PUT", f"/Users/{ada}", whole | {"title": "Countess"})
    assert changed["title"] == "Countess"
    assert changed["groups"] == whole["groups"]
    assert "password" not in changed
    # A group is renamed without a path, with its id along.
    rename = patch({"op": "replace", "value": {"id": staff, "displayName": "Everybody"}})
    assert okta.send(200, "PATCH", f"/Groups/{staff}", rename)["displayName"] == "Everybody"
    whole_group = okta.send(200, "GET", f"/Groups/{staff}")
    assert okta.send(200, "PUT", f"/Groups/{staff}", whole_group) == whole_group
    off = patch({"op": "replace", "value": {"active": False}})
    assert okta.send(200, "PATCH", f"/Users/{ada}", off)["active"] is False
    # Import pages through everything.
    page = okta.send(200, "GET", "/Users", startIndex="1", count="100")
    assert (page["totalResults"], page["itemsPerPage"]) == (1, 1)
    assert okta.send(200, "GET", "/Groups", startIndex="1", count="100")["Resources"][0]["members"]


@pytest.mark.parametrize("profile", ["onelogin", "jumpcloud", "google", "ping"])
def test_the_others_put_whole_users_and_groups(profile: str) -> None:
    provider = Provider(profile)
    ids = [provider.send(201, "POST", "/Users", user(name))["id"] for name in ("ada", "bob")]
    group = provider.send(201, "POST", "/Groups", {"schemas": [CORE_GROUP], "displayName": "Staff"})
    members = [{"value": value} for value in ids]
    provider.send(200, "PUT", f"/Groups/{group['id']}", group | {"members": members})
    assert provider.members(group["id"]) == sorted(ids)
    provider.send(200, "PUT", f"/Groups/{group['id']}", group | {"members": members[:1]})
    assert provider.members(group["id"]) == ids[:1]
    whole = provider.send(200, "GET", f"/Users/{ids[0]}")
    again = provider.send(200, "PUT", f"/Users/{ids[0]}", whole)
    assert again == whole
    add = patch({"op": "add", "path": "members", "value": [{"value": ids[1]}]})
    provider.send(200, "PATCH", f"/Groups/{group['id']}", add)
    provider.send(204, "DELETE", f"/Users/{ids[1]}")
    assert provider.members(group["id"]) == ids[:1]


def test_a_patch_that_names_attributes_is_answered_with_them_by_every_dialect() -> None:
    """RFC 7644 section 3.5.2: 204 is not for a request with `attributes`."""
    entra = Provider("entra")
    ada = entra.send(201, "POST", "/Users", user("ada"))["id"]
    change = patch({"op": "Replace", "path": "title", "value": "Engineer"})
    assert entra.send(204, "PATCH", f"/Users/{ada}", change) is None
    answer = entra.send(200, "PATCH", f"/Users/{ada}", change, attributes="title")
    assert answer == {"schemas": [CORE_USER], "id": ada, "title": "Engineer"}
