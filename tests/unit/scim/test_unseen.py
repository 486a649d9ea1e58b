"""What no answer shows is not removed by who could not read it."""

from typing import Any

import pytest

from rightful.scim.patch.patch import apply_patch, read_patch
from rightful.scim.resources import read_replace
from rightful.scim.schemas.resource_types import schema_from_dict, user_type
from rightful.scim.schemas.standard import CORE_USER
from tests.support.service import patch

URN = "urn:example:params:scim:schemas:extension:team:2.0:User"
PARTS = [{"name": "value"}, {"name": "type"}, {"name": "pin", "returned": "request"}]
TEAM = schema_from_dict(
    {
        "id": URN,
        "attributes": [
            {"name": "badge"},
            {"name": "secret", "returned": "never"},
            {"name": "asked", "returned": "request"},
            {"name": "locker", "type": "complex", "subAttributes": PARTS},
            {"name": "phones", "type": "complex", "multiValued": True, "subAttributes": PARTS},
        ],
    }
)
RT = user_type((TEAM,))
ONE, TWO = {"value": "1", "type": "work", "pin": "11"}, {"value": "2", "pin": "22"}
HELD: dict[str, Any] = {
    "badge": "b",
    "secret": "s",
    "asked": "a",
    "locker": {"value": "l", "pin": "7"},
    "phones": [ONE, TWO],
}
SHOWN: dict[str, Any] = {
    "badge": "b",
    "locker": {"value": "l"},
    "phones": [{"value": "1", "type": "work"}, {"value": "2"}],
}


def put(extension: object, **more: object) -> Any:
    body: dict[str, object] = {"schemas": [CORE_USER.id], "userName": "ada"}
    if extension != "left out":
        body[URN] = extension
    return read_replace(body | more, {"userName": "ada", URN: HELD}, RT).get(URN)


def test_what_is_shown_is_written_back_without_a_loss() -> None:
    assert put(SHOWN) == HELD
    assert put({"BADGE": "b", **{name: item for name, item in SHOWN.items() if name != "badge"}}) == HELD


@pytest.mark.parametrize("extension", ["left out", {}])
def test_a_put_clears_what_is_shown_and_leaves_the_rest(extension: object) -> None:
    assert put(extension) == {"secret": "s", "asked": "a"}


def test_null_removes_what_is_not_shown_too() -> None:
    assert put(SHOWN | {"secret": None, "ASKED": None}) == {
        name: item for name, item in HELD.items() if name not in {"secret", "asked"}
    }
    assert put({}, **{f"{URN}:secret": None}) == {"asked": "a"}
    assert put(None) is None
    assert put(SHOWN | {"locker": None, "phones": []}) == {"badge": "b", "secret": "s", "asked": "a"}


def test_what_is_sent_wins() -> None:
    sent = {"secret": "new", "locker": {"value": "l", "pin": "8"}, "phones": [{"value": "2", "pin": "23"}]}
    assert put(sent) == {"secret": "new", "asked": "a", "locker": sent["locker"], "phones": sent["phones"]}


def test_of_several_values_each_keeps_its_own() -> None:
    assert put({"phones": [{"value": "2"}, {"value": "3"}]})["phones"] == [TWO, {"value": "3"}]


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_patch_of_the_whole_list_keeps_what_is_not_shown(op: str) -> None:
    before: dict[str, object] = {"userName": "ada", URN: HELD}
    operation = {"op": op, "value": {URN: SHOWN}}
    assert apply_patch(before, read_patch(patch(operation)), RT)[URN] == HELD
    operation = {"op": "replace", "path": f"{URN}:phones", "value": [{"value": "2"}]}
    fewer: Any = apply_patch(before, read_patch(patch(operation)), RT)
    assert fewer[URN]["phones"] == [TWO]
