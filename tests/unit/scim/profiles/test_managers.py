"""A manager's `$ref` names whom `value` names, or is not there."""

from typing import Any

import pytest

from rightful.scim.patch.patch import apply_patch, read_patch
from rightful.scim.profiles import PROFILE_NAMES
from rightful.scim.schemas.resource_types import schema_from_dict, user_type
from tests.support.service import Service, patch

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
URL = "https://api.example/scim/Users/"
MANAGER = f"{ENTERPRISE}:manager"
FORMER = {"value": "u-1", "$ref": f"{URL}u-1"}


def after(profile: str, *operations: dict[str, object]) -> Any:
    service = Service(profile=profile)
    user = service.create_user("ada", **{ENTERPRISE: {"manager": FORMER}})
    path = f"/Users/{user['id']}"
    assert service.scim("GET", path).body[ENTERPRISE] == {"manager": FORMER}  # type: ignore[index,call-overload]
    answer = service.scim("PATCH", path, patch(*operations))
    assert answer.status in {200, 204}, answer.body
    shown: Any = service.scim("GET", path).body
    return shown.get(ENTERPRISE, {}).get("manager")


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_new_manager_is_not_shown_with_the_former_ones_url(profile: str, op: str) -> None:
    new: dict[str, object] = {"value": "u-2"}
    for operation in (
        {"op": op, "path": MANAGER, "value": new},
        {"op": op, "path": f"{MANAGER}.value", "value": "u-2"},
        {"op": op, "value": {MANAGER: new}},
        {"op": op, "value": {f"{MANAGER}.value": "u-2"}},
        {"op": op, "value": {ENTERPRISE: {"manager": new}}},
        {"op": op, "path": ENTERPRISE, "value": {"manager": new}},
    ):
        assert after(profile, operation) == new, operation
    if profile != "generic":
        assert after(profile, {"op": op, "path": MANAGER, "value": "u-2"}) == new


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_url_that_fits_stays(profile: str) -> None:
    whole = {"value": "u-2", "$ref": f"{URL}u-2"}
    assert after(profile, {"op": "replace", "path": MANAGER, "value": whole}) == whole
    assert after(profile, {"op": "replace", "path": MANAGER, "value": {"value": "u-1"}}) == FORMER
    moved = {"value": "u-1", "$ref": "../Users/u-1"}
    assert after(profile, {"op": "replace", "path": f"{MANAGER}.$ref", "value": "../Users/u-1"}) == moved
    both = [
        {"op": "replace", "path": f"{MANAGER}.value", "value": "u-2"},
        {"op": "replace", "path": f"{MANAGER}.$ref", "value": f"{URL}u-2"},
    ]
    assert after(profile, *both) == whole


def test_who_has_no_manager_any_more_has_no_url_of_one() -> None:
    assert after("generic", {"op": "remove", "path": f"{MANAGER}.value"}) is None
    assert after("generic", {"op": "replace", "path": MANAGER, "value": {"value": None}}) is None
    assert after("entra", {"op": "replace", "path": MANAGER, "value": ""}) is None


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_put_with_another_manager_has_the_url_that_it_sends(profile: str) -> None:
    service = Service(profile=profile)
    user = service.create_user("ada", **{ENTERPRISE: {"manager": FORMER}})
    for manager in ({"value": "u-2"}, {"value": "u-2", "$ref": f"{URL}u-2"}):
        answer: Any = service.scim("PUT", f"/Users/{user['id']}", user | {ENTERPRISE: {"manager": manager}})
        assert answer.body[ENTERPRISE] == {"manager": manager}


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_url_that_is_sent_anew_is_the_clients(profile: str) -> None:
    theirs = {"value": "u-2", "$ref": "https://idp.example/people?id=u-2"}
    assert after(profile, {"op": "replace", "path": MANAGER, "value": theirs}) == theirs
    service = Service(profile=profile)
    assert service.create_user("ada", **{ENTERPRISE: {"manager": theirs}})[ENTERPRISE] == {"manager": theirs}


STRAY = {"value": "u-2", "$ref": f"{URL}u-1"}
OTHER_WAYS = [
    [{"op": "replace", "path": MANAGER, "value": STRAY}],
    [{"op": "add", "path": MANAGER, "value": STRAY}],
    [{"op": "replace", "value": {ENTERPRISE: {"manager": STRAY}}}],
    [{"op": "replace", "value": {MANAGER: STRAY}}],
    [
        {"op": "replace", "path": f"{MANAGER}.$ref", "value": f"{URL}u-9"},
        {"op": "add", "path": f"{MANAGER}.value", "value": "u-2"},
    ],
    [{"op": "remove", "path": MANAGER}, {"op": "add", "path": MANAGER, "value": STRAY}],
    [{"op": "remove", "path": ENTERPRISE}, {"op": "add", "value": {ENTERPRISE: {"manager": STRAY}}}],
    [{"op": "replace", "value": {f"{MANAGER}.value": "u-2", f"{MANAGER}.$ref": f"{URL}u-1"}}],
]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("way", range(len(OTHER_WAYS)))
def test_the_former_ones_url_goes_although_it_is_sent_along(profile: str, way: int) -> None:
    assert after(profile, *OTHER_WAYS[way]) == {"value": "u-2"}


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize(
    "url", [f"{URL}u-1", "../Users/u-1", "https://idp.example/people?id=u-1", "urn:people:u-1", "Users/u%2D1"]
)
def test_who_reads_a_user_and_writes_it_back_with_another_manager_leaves_no_former_url(profile: str, url: str) -> None:
    service = Service(profile=profile)
    user = service.create_user("ada", **{ENTERPRISE: {"manager": {"value": "u-1", "$ref": url}}})
    path = f"/Users/{user['id']}"
    shown: Any = service.scim("GET", path).body
    before = service.store.snapshot()
    assert service.scim("PUT", path, shown).status == 200
    assert service.store.snapshot() == before
    for key in (ENTERPRISE, f"{ENTERPRISE}:manager"):
        whole = {"value": "u-2", "$ref": url}
        changed = shown | ({key: {"manager": whole}} if key == ENTERPRISE else {ENTERPRISE: {}, key: whole})
        answer: Any = service.scim("PUT", path, changed)
        assert answer.body[ENTERPRISE] == {"manager": {"value": "u-2"}}
        answer = service.scim("PUT", path, shown)
        assert answer.body == shown | {"meta": answer.body["meta"]}
    parts = {f"{MANAGER}.value": "u-2", f"{MANAGER}.$ref": url}
    answer = service.scim("PUT", path, {name: item for name, item in shown.items() if name != ENTERPRISE} | parts)
    assert answer.body[ENTERPRISE] == {"manager": {"value": "u-2"}}


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_user_is_created_without_a_url_that_leads_elsewhere(profile: str) -> None:
    service = Service(profile=profile)
    assert service.create_user("ada", **{ENTERPRISE: {"manager": STRAY}})[ENTERPRISE] == {"manager": {"value": "u-2"}}
    qualified = service.create_user("bob", **{MANAGER: STRAY})
    assert qualified[ENTERPRISE] == {"manager": {"value": "u-2"}}
    alone = service.create_user("eve", **{ENTERPRISE: {"manager": {"$ref": f"{URL}u-1"}}})
    assert alone[ENTERPRISE] == {"manager": {"$ref": f"{URL}u-1"}}


def test_what_an_extension_refers_to_agrees_too() -> None:
    urn = "urn:example:params:scim:schemas:extension:team:2.0:User"
    parts = [{"name": "value"}, {"name": "$ref", "type": "reference", "referenceTypes": ["User"]}, {"name": "note"}]
    attributes = [
        {"name": "buddy", "type": "complex", "subAttributes": parts},
        {"name": "mentors", "type": "complex", "multiValued": True, "subAttributes": parts},
    ]
    extension = schema_from_dict({"id": urn, "name": "Team", "attributes": attributes})
    rt = user_type((extension,))
    one, two = ({"value": f"u-{number}", "$ref": f"{URL}u-{number}"} for number in (1, 2))
    base: dict[str, object] = {"userName": "ada", urn: {"buddy": one, "mentors": [one, two]}}

    def patched(path: str, value: object) -> Any:
        operations = read_patch(patch({"op": "replace", "path": f"{urn}:{path}", "value": value}))
        return apply_patch(base, operations, rt)[urn]

    assert patched("buddy.value", "u-3") == {"buddy": {"value": "u-3"}, "mentors": [one, two]}
    assert patched('mentors[value eq "u-1"].value', "u-3") == {"buddy": one, "mentors": [{"value": "u-3"}, two]}
    assert patched("mentors", [{**one, "value": "u-3"}, two])["mentors"] == [{"value": "u-3"}, two]
    assert patched('mentors[value eq "u-1"].note', "x")["mentors"] == [{**one, "note": "x"}, two]
    assert patched("mentors", [{"value": "u-3", "$ref": "https://idp.example/3"}])["mentors"][0]["$ref"]
