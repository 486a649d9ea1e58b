"""The requests that identity providers really send, over HTTP: each to the lab directory of its vendor's dialect,
and to the one that follows the RFC, unless the RFC contradicts it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conformance.conftest import Lab

SHAPES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "idp_payloads.json").read_text())["payloads"]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

REFUSED_BY_THE_RFC = {
    "entra/create_manager_as_string": "invalidValue",
    "entra/patch_add_email_create_on_miss": "noTarget",
    "entra/disable_string_False": "invalidValue",
    "entra/add_manager_string": "invalidValue",
    "entra/remove_manager_empty_string": "invalidValue",
    "onelogin/put_user_legacy_urns": "invalidValue",
    "entra/empty_operations": "invalidSyntax",
    "entra/filter_externalId_unquoted": "invalidFilter",
}
"""What RFC 7643 or 7644 contradicts, with the answer it gets where no dialect explains it."""


class Directory:
    """A lab directory with a user, a group and what else a shape needs, all of it new."""

    def __init__(self, lab: Lab) -> None:
        self.http = lab.client()
        # Userwide unique in the service: names and addresses of each test's own.
        self.own = uuid4().hex[:12]

    def __enter__(self) -> "Directory":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def made(self, path: str, body: dict[str, Any]) -> str:
        response = self.http.post(path, json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def user(self, name: str, *, home_only: bool = False, active: bool = True) -> str:
        emails = [{"value": f"home.{name}@{self.own}.example", "type": "home"}]
        if not home_only:
            emails.append({"value": f"{name}@{self.own}.example", "type": "work", "primary": True})  # type: ignore[dict-item]
        return self.made(
            "Users",
            {
                "schemas": [USER, ENTERPRISE],
                "userName": f"{name}@{self.own}.example",
                "active": active,
                "emails": emails,
                ENTERPRISE: {"manager": {"value": "boss"}},
            },
        )

    def send(self, shape: dict[str, Any], **ids: str) -> httpx.Response:
        text = json.dumps(self._own_names(shape["body"]))
        path = shape["path"]
        for name, value in ids.items():
            text, path = text.replace(f"{{{name}}}", value), path.replace(f"{{{name}}}", value)
        content = text if shape["body"] is not None else None
        # The query goes out as the shape has it: plus signs and a trailing & are part of some.
        url = f"{str(self.http.base_url).rstrip('/')}{path}".replace(" ", "%20").replace('"', "%22")
        return self.http.request(shape["method"], url, content=content)

    def _own_names(self, body: Any) -> Any:
        """The same body with addresses and names that no other test has."""
        if isinstance(body, dict):
            return {name: self._own_names(value) for name, value in body.items()}
        if isinstance(body, list):
            return [self._own_names(value) for value in body]
        if isinstance(body, str) and "@" in body and " " not in body:
            return f"{body.partition('@')[0]}@{self.own}.example"
        return body


def prepared(directory: Directory, shape: dict[str, Any]) -> dict[str, str]:
    """Make what the shape works on; the values for its {id} and {userId}."""
    user = directory.user(
        "before",
        home_only=shape["id"].endswith("create_on_miss"),
        active=shape["id"] != "okta/reactivate_pathless",
    )
    if shape["expect"] == [409]:
        taken = directory._own_names(shape["body"])["userName"]
        directory.made("Users", {"schemas": [USER], "userName": taken})
    if "/Groups" not in shape["path"]:
        return {"id": user, "userId": user}
    other = directory.user("other")
    members = [{"value": other}] + ([{"value": user}] if "remove_member" in shape["id"] else [])
    group = directory.made("Groups", {"schemas": [GROUP], "displayName": f"G {directory.own}", "members": members})
    return {"id": group, "userId": user, "otherId": other}


def names(shapes: list[dict[str, Any]]) -> list[str]:
    return [shape["id"] for shape in shapes]


def freed(directory: Directory, shape: dict[str, Any]) -> None:
    """Groups are found by their names, which the shapes bring along: take the last one away."""
    body = shape["body"] if isinstance(shape["body"], dict) else {}
    named = [body.get("displayName")] + [
        operation.get("value") for operation in body.get("Operations", []) if operation.get("path") == "displayName"
    ]
    for name in named:
        if "/Groups" in shape["path"] and isinstance(name, str):
            found = directory.http.get("Groups", params={"filter": f'displayName eq "{name}"'}).json()
            for group in found["Resources"]:
                assert directory.http.delete(f"Groups/{group['id']}").status_code == 204


def without_key(directory: Directory, shape: dict[str, Any]) -> dict[str, Any]:
    """The shape with an externalId or userName of this test's own, where it creates something."""
    body = shape["body"]
    if shape["method"] not in {"POST", "PUT"} or not isinstance(body, dict) or "userName" not in body:
        return shape
    own = body["userName"] if "@" in body["userName"] else f"{body['userName']}-{directory.own}"
    return shape | {"body": body | {"userName": own}}


@pytest.mark.parametrize("shape", SHAPES, ids=names(SHAPES))
def test_a_shape_gets_the_answer_that_its_vendor_takes(
    directory_of: Callable[[str], Lab], shape: dict[str, Any]
) -> None:
    with Directory(directory_of(shape["idp"])) as directory:
        shape = without_key(directory, shape)
        ids = prepared(directory, shape)
        freed(directory, shape)
        response = directory.send(shape, **ids)
        assert response.status_code in shape["expect"], response.text
        assert_it_was_done(directory, shape, ids, response)


@pytest.mark.parametrize("shape", SHAPES, ids=names(SHAPES))
def test_generic_takes_what_the_rfc_does_not_contradict(generic: Lab, shape: dict[str, Any]) -> None:
    with Directory(generic) as directory:
        shape = without_key(directory, shape)
        ids = prepared(directory, shape)
        freed(directory, shape)
        response = directory.send(shape, **ids)
        if shape["id"] in REFUSED_BY_THE_RFC:
            assert response.status_code == 400
            assert response.json()["scimType"] == REFUSED_BY_THE_RFC[shape["id"]]
        else:
            expected = [200] if shape["method"] == "PATCH" else shape["expect"]
            assert response.status_code in expected, response.text
            assert_it_was_done(directory, shape, ids, response)


def assert_it_was_done(
    directory: Directory, shape: dict[str, Any], ids: dict[str, str], response: httpx.Response
) -> None:
    """A status alone says little: what the shape asks for must be there afterwards."""
    kind = "Groups" if "/Groups" in shape["path"] else "Users"
    if shape["method"] == "POST" and response.status_code == 201:
        assert directory.http.get(f"{kind}/{response.json()['id']}").json() == response.json()
        return
    after = directory.http.get(f"{kind}/{ids['id']}").json()
    members = {member["value"] for member in after.get("members", [])}
    match shape["id"].partition("/")[2]:
        case "add_member" | "group_members_delta":
            assert members == {ids["otherId"], ids["userId"]}
        case "remove_member_default":
            assert members == {ids["otherId"]}
        case "group_put":
            assert members == {ids["userId"]}
        case "disable_string_False" | "disable_bool" | "deactivate_pathless" if response.status_code < 300:
            assert after["active"] is False
        case "reactivate_pathless":
            assert after["active"] is True
        case "patch_add_email_create_on_miss" if response.status_code < 300:
            assert {email["type"] for email in after["emails"]} == {"home", "work"}
        case "get_group_excluding_members":
            assert "members" not in response.json()
        case _:
            assert after["id"] == ids["id"]


def test_every_shape_is_there() -> None:
    assert len(SHAPES) == 38
    assert set(REFUSED_BY_THE_RFC) <= set(names(SHAPES))
