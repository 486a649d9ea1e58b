"""Which value is the primary one after a change, and that the same change again moves nothing."""

from typing import Any

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.patch.patch import RFC_RULES, PatchRules
from rightful.scim.resources import read_create
from rightful.scim.schemas.resource_types import USER, schema_from_dict, user_type
from tests.unit.scim.builders import CORE, error_of, patch

LENIENT = PatchRules(create_on_miss=True)
URN = "urn:example:scim:pagers:2.0:User"
PAGERS = schema_from_dict(
    {
        "id": URN,
        "attributes": [
            {
                "name": "pagers",
                "type": "complex",
                "multiValued": True,
                "subAttributes": [{"name": "value"}, {"name": "type"}, {"name": "primary", "type": "boolean"}],
            }
        ],
    }
)
RT = user_type([PAGERS])
PLURAL = ["emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates", f"{URN}:pagers"]

A = {"value": "aaaa", "type": "work", "primary": True}
B = {"value": "bbbb", "type": "work"}
C = {"value": "cccc", "type": "home"}


def stored(attribute: str, *values: dict[str, object]) -> dict[str, Any]:
    return read_create({"schemas": [CORE], "userName": "ada", attribute: list(values)}, RT)


def values_of(user: dict[str, Any], attribute: str) -> Any:
    urn, _, name = attribute.rpartition(":")
    return (user[urn] if urn else user)[name]


def primaries(user: dict[str, Any], attribute: str) -> list[str]:
    return [value["value"] for value in values_of(user, attribute) if value.get("primary")]


MARKS: list[Any] = [
    lambda path: {"op": "replace", "path": f"{path}.primary", "value": True},
    lambda path: {"op": "add", "path": f"{path}.primary", "value": True},
    lambda path: {"op": "replace", "path": path, "value": {"primary": True}},
    lambda path: {"op": "add", "path": path, "value": {"primary": True}},
    lambda path: {"op": "replace", "value": {f"{path}.primary": True}},
    lambda path: {"op": "replace", "value": {path: {"primary": True}}},
]
SEVERAL = ['type eq "work"', 'type eq "work" and value pr', 'value eq "aaaa" or type eq "work"', 'not (type eq "home")']


@pytest.mark.parametrize("rules", [RFC_RULES, LENIENT])
@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("asked", SEVERAL)
@pytest.mark.parametrize("attribute", PLURAL)
def test_marking_several_values_of_which_one_is_primary_changes_nothing(
    attribute: str, asked: str, mark: Any, rules: PatchRules
) -> None:
    for values in ([A, B, C], [B, A, C], [B, {**B, "value": "dddd"}, A]):
        user = stored(attribute, *values)
        assert patch(user, mark(f"{attribute}[{asked}]"), rt=RT, rules=rules) == user


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("asked", SEVERAL)
@pytest.mark.parametrize("attribute", PLURAL)
def test_marking_several_values_of_which_none_is_primary_is_refused(attribute: str, asked: str, mark: Any) -> None:
    for values in ([{**A, "primary": False}, B, C], [B, {**A, "primary": False}, {**C, "primary": True}]):
        with pytest.raises(ScimError) as refused:
            patch(stored(attribute, *values), mark(f"{attribute}[{asked}]"), rt=RT)
        assert error_of(refused.value) == (400, "invalidValue")
        assert "mark one" in refused.value.detail


@pytest.mark.parametrize("attribute", PLURAL)
def test_marking_all_values_changes_nothing_where_one_is_primary_or_is_the_only_one(attribute: str) -> None:
    mark = {"op": "replace", "path": f"{attribute}.primary", "value": True}
    user = stored(attribute, B, A, C)
    assert patch(user, mark, rt=RT) == user
    assert primaries(patch(stored(attribute, B), mark, rt=RT), attribute) == ["bbbb"]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("attribute", PLURAL)
def test_marking_one_value_moves_the_mark_and_again_moves_nothing(attribute: str, mark: Any) -> None:
    once = patch(stored(attribute, A, B, C), mark(f'{attribute}[type eq "home"]'), rt=RT)
    assert primaries(once, attribute) == ["cccc"]
    assert patch(once, mark(f'{attribute}[type eq "home"]'), rt=RT) == once


@pytest.mark.parametrize("rules", [RFC_RULES, LENIENT])
@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("asked", ["primary eq false", "primary ne true", "not (primary eq true)"])
def test_a_mark_that_would_go_back_and_forth_is_refused(asked: str, mark: Any, rules: PatchRules) -> None:
    user = stored("emails", A, {**C, "primary": False})
    with pytest.raises(ScimError) as refused:
        patch(user, mark(f"emails[{asked}]"), rules=rules)
    assert error_of(refused.value) == (400, "invalidValue")
    assert "repeated" in refused.value.detail


def test_what_else_is_said_of_several_values_is_done_and_the_mark_stays() -> None:
    operation = {"op": "replace", "path": 'emails[type eq "work"]', "value": {"primary": True, "display": "D"}}
    made = patch(stored("emails", B, A, C), operation)
    assert made["emails"] == [{**B, "display": "D"}, {**A, "display": "D"}, C]
    assert patch(made, operation) == made


def test_several_values_that_become_one_are_primary_together() -> None:
    operation = {"op": "replace", "path": 'emails[type eq "work"]', "value": {"primary": True, "value": "x"}}
    one = [{"value": "x", "type": "work", "primary": True}, C]
    assert patch(stored("emails", B, A, C), operation)["emails"] == one
    assert patch(stored("emails", B, {**A, "primary": False}, C), operation)["emails"] == one


def test_an_address_is_the_same_one_with_the_mark_and_without() -> None:
    home: dict[str, object] = {"type": "home", "locality": "Oslo"}
    work: dict[str, object] = {"type": "work", "locality": "Bergen"}
    user = stored("addresses", {**work, "primary": True})
    add: dict[str, object] = {"op": "add", "path": "addresses", "value": [{**home, "primary": True}]}
    once = patch(user, add)
    assert once["addresses"] == [{**work, "primary": False}, {**home, "primary": True}]
    assert patch(once, add) == once
    back = patch(once, {"op": "add", "path": "addresses", "value": [{**work, "primary": True}]})
    assert back["addresses"] == [{**work, "primary": True}, {**home, "primary": False}]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ('emails[value eq "old"].value', "new"),
        ('emails[type eq "other"].type', "home"),
        ('emails[type eq "other"]', {"type": "home", "value": "x"}),
        ("emails[primary eq true].primary", False),
        ('emails[type eq "other" and primary eq true].primary', False),
        ('emails[type eq "other" and type eq "home"].value', "x"),
        ('emails[type eq "other" and TYPE eq "home"].value', "x"),
        ('addresses[locality eq "Oslo"].locality', "Bergen"),
    ],
)
def test_no_value_is_made_that_its_own_filter_would_not_select(path: str, value: object) -> None:
    user = stored("emails", {**A, "primary": False}, B)
    for op in ("add", "replace"):
        with pytest.raises(ScimError) as refused:
            patch(user, {"op": op, "path": path, "value": value}, rules=LENIENT)
        assert error_of(refused.value) == (400, "noTarget")


def test_a_value_that_moved_away_from_its_filter_is_not_made_again() -> None:
    operation = {"op": "replace", "path": 'emails[value eq "aaaa"].value', "value": "new"}
    once = patch(stored("emails", A, B), operation, rules=LENIENT)
    assert once["emails"] == [{**A, "value": "new"}, B]
    with pytest.raises(ScimError):
        patch(once, operation, rules=LENIENT)


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_filter_never_makes_a_list_of_what_has_one_value(op: str) -> None:
    named: dict[str, object] = {"schemas": [CORE], "userName": "ada", "name": {"givenName": "Ada"}}
    operation = {"op": op, "path": 'name[familyName eq "Byron"].givenName', "value": "A"}
    with pytest.raises(ScimError) as refused:
        patch(named, operation, rules=LENIENT)
    assert error_of(refused.value) == (400, "noTarget")
    made = patch({"schemas": [CORE], "userName": "ada"}, operation, rt=USER, rules=LENIENT)
    assert made["name"] == {"familyName": "Byron", "givenName": "A"}
