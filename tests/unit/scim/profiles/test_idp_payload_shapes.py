"""The request shapes that identity providers send, through profile and engine.

Each is taken under its vendor's profile. Under generic everything is taken, too, that the RFC does
not contradict; the shapes that it does contradict are listed with the answer they get instead.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.scim.builders import CORE, ENTERPRISE, GROUP_SCHEMA
from tests.unit.scim.directory import Answer, Directory

SHAPES = json.loads((Path(__file__).parents[3] / "conformance" / "idp_payloads.json").read_text())["payloads"]

REFUSED_BY_THE_RFC = {
    "entra/create_manager_as_string": "invalidValue",
    "entra/patch_add_email_create_on_miss": "noTarget",
    "entra/disable_string_False": "invalidValue",
    "entra/add_manager_string": "invalidValue",
    "entra/remove_manager_empty_string": "invalidValue",
    "onelogin/put_user_legacy_urns": "invalidValue",
}
"""What contradicts RFC 7643 or 7644: a complex attribute as a string, a boolean as a string, a
filter without match, URNs that are not this resource type's."""

MEMBER = "u1"


def prepared(profile_name: str, shape: dict[str, Any]) -> Directory:
    """Return a directory with a user and a group that the shape can work on."""
    directory = Directory(profile_name)
    emails = [
        {"value": "before@example.com", "type": "work", "primary": True},
        {"value": "home@example.com", "type": "home"},
    ]
    if shape["id"].endswith("create_on_miss"):
        emails = emails[1:]
    people = [
        {"schemas": [CORE], "userName": "before", "active": shape["id"] != "okta/reactivate_pathless", "emails": emails}
    ]
    people[0][ENTERPRISE] = {"manager": {"value": "u7"}}
    if shape["expect"] == [409]:
        people.append({"schemas": [CORE], "userName": shape["body"]["userName"]})
    for person in people:
        assert directory.request("POST", "/Users", person)[0] == 201
    members = [{"value": "u8"}] + ([{"value": MEMBER}] if "remove_member" in shape["id"] else [])
    group = {"schemas": [GROUP_SCHEMA], "displayName": "Before", "members": members}
    assert directory.request("POST", "/Groups", group)[0] == 201
    return directory


def send(directory: Directory, shape: dict[str, Any]) -> Answer:
    identifier = "g1" if "/Groups" in shape["path"] else "u1"
    text = json.dumps({"path": shape["path"], "body": shape["body"]})
    filled = json.loads(text.replace("{id}", identifier).replace("{userId}", MEMBER))
    return directory.request(shape["method"], filled["path"], filled["body"])


def names(shapes: list[dict[str, Any]]) -> list[str]:
    return [shape["id"] for shape in shapes]


def test_every_shape_is_there() -> None:
    assert len(SHAPES) == 38
    assert set(REFUSED_BY_THE_RFC) <= set(names(SHAPES))


@pytest.mark.parametrize("shape", SHAPES, ids=names(SHAPES))
def test_a_shape_gets_the_answer_that_its_vendor_expects(shape: dict[str, Any]) -> None:
    status, answer = send(prepared(shape["idp"], shape), shape)
    assert status in shape["expect"], answer


@pytest.mark.parametrize("shape", SHAPES, ids=names(SHAPES))
def test_generic_takes_every_shape_that_the_rfc_does_not_contradict(shape: dict[str, Any]) -> None:
    status, answer = send(prepared("generic", shape), shape)
    if shape["id"] in REFUSED_BY_THE_RFC:
        assert (status, (answer or {})["scimType"]) == (400, REFUSED_BY_THE_RFC[shape["id"]])
    elif shape["method"] == "PATCH" and shape["expect"] != [204, 400]:
        assert status == 200, answer
    else:
        assert status in shape["expect"], answer


def outcome(identifier: str) -> dict[str, Any]:
    """Return the user or group as the shape leaves it under its vendor's profile."""
    shape = next(shape for shape in SHAPES if shape["id"] == identifier)
    directory = prepared(shape["idp"], shape)
    status, answer = send(directory, shape)
    assert status in shape["expect"], answer
    kind = "groups" if "/Groups" in shape["path"] else "users"
    stored = directory.resources[kind]
    return list(stored.values())[-1 if shape["method"] == "POST" else 0]


def test_a_manager_as_a_string_becomes_the_managers_id() -> None:
    assert outcome("entra/create_manager_as_string")[ENTERPRISE] == {"manager": {"value": "900117"}}
    assert outcome("entra/add_manager_string")[ENTERPRISE]["manager"]["value"] != "u7"


def test_an_empty_manager_is_no_manager() -> None:
    assert ENTERPRISE not in outcome("entra/remove_manager_empty_string")


def test_a_person_is_disabled_by_a_boolean_in_quotes() -> None:
    assert outcome("entra/disable_string_False")["active"] is False


def test_a_missing_work_address_is_made() -> None:
    emails = outcome("entra/patch_add_email_create_on_miss")["emails"]
    assert {"type": "work", "value": "nadia.private@example.org"} in emails


def test_an_app_role_is_read_from_its_json_text() -> None:
    assert outcome("entra/roles_appRole_string")["roles"] == [
        {"value": "Travel-Approver", "display": "Travel Approver"}
    ]


def test_removing_one_member_leaves_the_others() -> None:
    assert outcome("entra/remove_member_default")["members"] == [{"value": "u8", "type": "User"}]


def test_a_delta_of_members_adds_and_removes() -> None:
    members = outcome("okta/group_members_delta")["members"]
    assert [member["value"] for member in members] == ["u8", MEMBER]


def test_a_password_is_kept_nowhere() -> None:
    assert "password" not in outcome("okta/create_user")


def test_the_blank_before_a_name_stays() -> None:
    assert outcome("onelogin/put_user_legacy_urns")["name"]["familyName"] == " Vang"


def test_a_put_without_emails_keeps_the_address() -> None:
    assert outcome("onelogin/put_user_legacy_urns")["emails"][0]["value"] == "before@example.com"
