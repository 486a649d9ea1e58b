"""PATCH: values that are made, immutable or read-only, members, and what takes too much work."""

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.patch.patch import PatchRules, apply_patch, read_patch
from rightful.scim.schemas.resource_types import GROUP, USER
from tests.unit.scim.builders import GROUP_SCHEMA, message, patch, user
from tests.unit.scim.patch.operations import BADGES, HOME, USER_TYPE, WORK, add, remove, replace


def test_an_unmatched_filter_makes_the_value_where_the_rules_say_so() -> None:
    rules = PatchRules(create_on_miss=True)
    for op in ("add", "replace"):
        operation = {"op": op, "path": 'emails[type eq "other"].value', "value": "o@x.org"}
        assert patch(user(), operation, rules=rules)["emails"] == [WORK, HOME, {"type": "other", "value": "o@x.org"}]
    whole = {"op": "add", "path": 'addresses[type eq "home"]', "value": {"country": "FR"}}
    assert patch(user(), whole, rules=rules)["addresses"][1] == {"type": "home", "country": "FR"}
    primary = {"op": "add", "path": 'emails[type eq "other" and primary eq true].value', "value": "o@x.org"}
    emails = patch(user(), primary, rules=rules)["emails"]
    assert [email.get("primary") for email in emails] == [False, None, True]


@pytest.mark.parametrize("text", ['emails[type ne "work" and type ne "home"].value', "emails[not (type pr)].value"])
def test_a_filter_that_describes_no_value_stays_without_target(text: str) -> None:
    with pytest.raises(ScimError) as refused:
        patch(user(), add(text, "o@x.org"), rules=PatchRules(create_on_miss=True))
    assert refused.value.scim_type == "noTarget"


def group(*members: str) -> dict[str, object]:
    return {
        "schemas": [GROUP_SCHEMA],
        "id": "g-1",
        "displayName": "Guides",
        "members": [{"value": m, "type": "User"} for m in members],
    }


def test_a_remove_that_lists_members_removes_those_and_never_all() -> None:
    operation = {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "u-2"}]}
    assert patch(group("u-1", "u-2", "u-3"), operation, rt=GROUP) == group("u-1", "u-3")
    unknown = {"op": "remove", "path": "members", "value": [{"value": "u-9"}]}
    assert patch(group("u-1"), unknown, rt=GROUP) == group("u-1")


def test_a_member_that_is_added_again_changes_nothing() -> None:
    operation = add("members", [{"value": "u-1", "display": "Bob"}, {"value": "u-2"}])
    made = patch(group("u-1"), operation, rt=GROUP)
    assert [member["value"] for member in made["members"]] == ["u-1", "u-2"]


def test_the_value_of_a_member_is_immutable() -> None:
    with pytest.raises(ScimError) as refused:
        patch(group("u-1"), replace('members[value eq "u-1"].value', "u-2"), rt=GROUP)
    assert refused.value.scim_type == "mutability"


def test_an_immutable_attribute_is_set_once() -> None:
    made = patch(user(), add(f"{BADGES}:number", 7), rt=USER_TYPE)
    assert made[BADGES] == {"number": 7}
    assert patch(made, add(f"{BADGES}:number", 7), rt=USER_TYPE) == made
    for operation in (replace(f"{BADGES}:number", 8), remove(f"{BADGES}:number")):
        with pytest.raises(ScimError) as refused:
            patch(made, operation, rt=USER_TYPE)
        assert refused.value.scim_type == "mutability"


def test_simple_lists_are_added_to_replaced_and_removed_from() -> None:
    made = patch(user(), add(f"{BADGES}:tags", ["Red"]), add(f"{BADGES}:tags", ["red", "blue"]), rt=USER_TYPE)
    assert made[BADGES]["tags"] == ["Red", "blue"]
    assert patch(made, remove(f'{BADGES}:tags[value eq "RED"]'), rt=USER_TYPE)[BADGES]["tags"] == ["blue"]
    listed = {"op": "remove", "path": f"{BADGES}:tags", "value": ["red"]}
    assert patch(made, listed, rt=USER_TYPE)[BADGES]["tags"] == ["blue"]
    replaced = patch(made, replace(f'{BADGES}:tags[value eq "blue"]', "green"), rt=USER_TYPE)
    assert replaced[BADGES]["tags"] == ["Red", "green"]


def test_a_write_only_attribute_is_dropped() -> None:
    assert patch(user(), add(f"{BADGES}:pin", "1234"), rt=USER_TYPE) == user()


def test_a_patch_that_looks_at_too_many_values_is_refused_before_it_takes_long() -> None:
    many = {"id": "1", "userName": "ada", "ims": [{"value": str(number)} for number in range(7_000)]}
    clauses = " or ".join(f'value eq "x{number}"' for number in range(90))
    operations = [{"op": "remove", "path": f"ims[{clauses}]"} for _ in range(100)]
    body: dict[str, object] = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}

    with pytest.raises(ScimError) as refused:
        apply_patch(many, read_patch(body), USER)

    assert (refused.value.status, refused.value.scim_type) == (400, "tooMany")


def test_a_remove_that_lists_very_many_values_counts_as_work() -> None:
    roles = [{"value": str(number)} for number in range(1_500)]
    listed = [{"value": f"x{number}"} for number in range(1_500)]
    with pytest.raises(ScimError) as refused:
        patch(user(roles=roles), {"op": "remove", "path": "roles", "value": listed})
    assert (refused.value.status, refused.value.scim_type) == (400, "tooMany")
    few = patch(user(roles=roles), {"op": "remove", "path": "roles", "value": roles[:100]})
    assert few["roles"] == roles[100:]


@pytest.mark.parametrize("in_value", [False, True])
def test_paths_that_take_long_to_read_are_refused(in_value: bool) -> None:
    several = " or ".join(['value eq "x"'] * 100)
    filters = [f"roles[{several}{' ' * number}]" for number in range(200)]
    operations: list[dict[str, object]] = [{"op": "remove", "path": path} for path in filters]
    if in_value:
        operations = [{"op": "add", "value": dict.fromkeys(filters, "x")}]
    with pytest.raises(ScimError) as refused:
        read_patch(message(*operations))
    assert (refused.value.status, refused.value.scim_type) == (400, "tooMany")
    assert len(read_patch(message(*[{"op": "remove", "path": 'members[value eq "' + "x" * 40 + '"]'}] * 1000))) == 1000


@pytest.mark.parametrize("base_url", ["", "https://scim.example.com/d"])
def test_a_pathless_change_may_repeat_what_is_read_only_as_an_answer_shows_it(base_url: str) -> None:
    held = user(groups=[{"value": "g", "$ref": "/Groups/g"}, {"value": "h", "$ref": "/Groups/h"}])
    held["meta"] = {"resourceType": "User", "location": "/Users/u-1"}
    shown = [{"value": "g", "$ref": f"{base_url}/Groups/g"}, {"$REF": f"{base_url}/Groups/h", "value": "h"}]
    meta = {"location": f"{base_url}/Users/u-1", "resourcetype": "User", "created": None}
    assert patch(held, replace(None, {"groups": shown, "meta": meta})) == held


@pytest.mark.parametrize(
    "value",
    [
        {"meta": {"location": "https://scim.example.com/Users/u-2"}},
        {"meta": {"location": "https://scim.example.com/Users/u-1", "version": 'W/"9"'}},
        {"groups": [{"value": "g", "$ref": "https://scim.example.com/Groups/h"}]},
        {"groups": [{"value": "g"}, {"value": "h"}]},
    ],
)
def test_a_pathless_change_that_says_something_else_of_what_is_read_only_is_refused(value: dict[str, object]) -> None:
    held = user(groups=[{"value": "g", "$ref": "/Groups/g"}], meta={"location": "/Users/u-1", "version": 'W/"1"'})
    with pytest.raises(ScimError) as refused:
        patch(held, replace(None, value))
    assert (refused.value.status, refused.value.scim_type) == (400, "mutability")
