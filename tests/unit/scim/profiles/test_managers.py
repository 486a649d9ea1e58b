"""A manager's `$ref` names whom `value` names, or is not there."""

from typing import Any

import pytest

from rightful.scim.profiles import PROFILE_NAMES
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
