"""What holds for a custom extension's attributes, whichever way a request changes them."""

from typing import Any

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.rendering import render
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.resource_types import schema_from_dict, user_type
from tests.unit.scim.builders import CORE, error_of, patch

URN = "urn:acme:scim:ext:2.0:User"
RT = user_type(
    [
        schema_from_dict(
            {
                "id": URN,
                "attributes": [
                    {"name": "badge", "required": True},
                    {"name": "level", "type": "integer"},
                    {"name": "code", "mutability": "immutable"},
                    {
                        "name": "box",
                        "type": "complex",
                        "subAttributes": [{"name": "b"}, {"name": "c", "mutability": "immutable"}],
                    },
                ],
            }
        )
    ]
)


def user(**extension: object) -> dict[str, Any]:
    body = {"schemas": [CORE, URN], "userName": "ada", URN: extension} if extension else {}
    return read_create({"schemas": [CORE], "userName": "ada", **body}, RT)


FULL = {"badge": "b1", "level": 3, "code": "C", "box": {"b": "2", "c": "3"}}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": URN},
        {"op": "replace", "path": URN, "value": None},
        {"op": "replace", "value": {URN: None}},
        {"op": "remove", "path": f"{URN}:badge"},
        {"op": "remove", "path": f"{URN}:code"},
        {"op": "remove", "path": f"{URN}:box"},
        {"op": "replace", "path": f"{URN}:box", "value": None},
        {"op": "remove", "path": f'{URN}:box[b eq "2"]'},
        {"op": "replace", "path": URN, "value": {"box": None}},
        {"op": "replace", "path": URN, "value": {"badge": None}},
    ],
)
def test_what_is_required_or_immutable_in_an_extension_is_not_removed_by_patch(operation: dict[str, object]) -> None:
    with pytest.raises(ScimError) as caught:
        patch(user(**FULL), operation, rt=RT)
    assert error_of(caught.value) == (400, "mutability")


@pytest.mark.parametrize("held", [{"badge": "b"}, {"badge": "b", "code": "C"}, {"badge": "b", "box": {"c": "3"}}])
def test_an_extension_goes_as_a_whole_only_where_all_in_it_may_go(held: dict[str, object]) -> None:
    with pytest.raises(ScimError) as caught:
        patch(user(**held), {"op": "remove", "path": URN}, rt=RT)
    assert error_of(caught.value) == (400, "mutability")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": URN, "value": {"level": 1}},
        {"op": "add", "path": f"{URN}:level", "value": 1},
        {"op": "replace", "path": f"{URN}:box.b", "value": "x"},
        {"op": "add", "value": {URN: {"level": 1}}},
        {"op": "add", "value": {f"{URN}:level": 1}},
    ],
)
def test_the_first_attribute_of_an_extension_comes_with_the_required_ones(operation: dict[str, object]) -> None:
    with pytest.raises(ScimError) as caught:
        patch(user(), operation, rt=RT)
    assert error_of(caught.value) == (400, "invalidValue")
    assert f"{URN}:badge" in caught.value.detail
    whole = patch(user(), operation, {"op": "add", "path": f"{URN}:badge", "value": "b"}, rt=RT)
    assert read_replace(render(whole, RT), whole, RT) == whole


def test_the_rest_of_an_extension_changes_beside_what_is_immutable() -> None:
    changed = patch(
        user(**FULL),
        {"op": "remove", "path": f"{URN}:level"},
        {"op": "remove", "path": f"{URN}:box.b"},
        {"op": "replace", "path": URN, "value": {"code": "C", "box": {"c": "3"}, "badge": "b2"}},
        rt=RT,
    )
    assert changed[URN] == {"badge": "b2", "code": "C", "box": {"c": "3"}}


def test_a_put_keeps_an_immutable_sub_attribute_and_refuses_another_value() -> None:
    held = user(**FULL)
    body = {"schemas": [CORE], "userName": "ada"}
    assert read_replace({**body, URN: {"badge": "b"}}, held, RT)[URN] == {"badge": "b", "code": "C", "box": {"c": "3"}}
    with pytest.raises(ScimError) as caught:
        read_replace({**body, URN: {"badge": "b", "box": {"c": "4"}}}, held, RT)
    assert error_of(caught.value) == (400, "mutability")


def test_a_put_does_not_keep_the_immutable_part_of_an_extension_without_the_required_one() -> None:
    with pytest.raises(ScimError) as caught:
        read_replace({"schemas": [CORE], "userName": "ada"}, user(**FULL), RT)
    assert error_of(caught.value) == (400, "invalidValue")
    assert read_replace({"schemas": [CORE], "userName": "ada"}, user(badge="b", level=1), RT).get(URN) is None
