"""Members of a group, planned without holding them."""

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.patch.member_plan import plan_members
from rightful.scim.patch.members import Member, MemberChanges, member_to_dict, take_members
from rightful.scim.patch.patch import MAX_WORK, apply_patch, read_patch
from rightful.scim.schemas.resource_types import GROUP
from tests.unit.scim.builders import message

A, B, C = Member("a"), Member("b"), Member("c")


def plan(*operations: dict[str, object]) -> MemberChanges:
    return plan_members(read_patch(message(*operations)))


def add(*ids: str) -> dict[str, object]:
    return {"op": "add", "path": "members", "value": [{"value": value} for value in ids]}


def replace(*ids: str) -> dict[str, object]:
    return {"op": "replace", "path": "members", "value": [{"value": value} for value in ids]}


def remove(value: str) -> dict[str, object]:
    return {"op": "remove", "path": f'members[value eq "{value}"]'}


REMOVE_ALL: dict[str, object] = {"op": "remove", "path": "members"}


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([add("a", "b", "a")], MemberChanges(add=(A, B))),
        ([{"op": "add", "path": "members", "value": {"value": "a"}}], MemberChanges(add=(A,))),
        ([{"op": "add", "value": {"members": [{"value": "a"}]}}], MemberChanges(add=(A,))),
        ([{"op": "add", "path": "MEMBERS", "value": [{"value": "a", "$ref": None}]}], MemberChanges(add=(A,))),
        (
            [{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:members", "value": [{"value": "a"}]}],
            MemberChanges(add=(A,)),
        ),
        (
            [
                {
                    "op": "add",
                    "path": "urn:ietf:params:scim:schemas:core:2.0:Group",
                    "value": {"members": [{"value": "a"}]},
                }
            ],
            MemberChanges(add=(A,)),
        ),
        (
            [{"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:Group": {"Members": [{"value": "a"}]}}}],
            MemberChanges(add=(A,)),
        ),
        ([remove("a")], MemberChanges(remove=("a",))),
        ([{"op": "remove", "path": 'members[value eq "a" or value eq "b"]'}], MemberChanges(remove=("a", "b"))),
        ([{"op": "remove", "path": "members", "value": [{"value": "a"}]}], MemberChanges(remove=("a",))),
        ([{"op": "remove", "path": "members", "value": []}], MemberChanges()),
        ([REMOVE_ALL], MemberChanges(replace_all=())),
        ([replace("a")], MemberChanges(replace_all=(A,))),
        ([{"op": "replace", "path": "members", "value": []}], MemberChanges(replace_all=())),
        ([{"op": "add", "path": "members", "value": None}], MemberChanges()),
        ([add("a"), remove("a")], MemberChanges(remove=("a",))),
        ([remove("a"), add("a")], MemberChanges(add=(A,))),
        ([add("a", "b"), remove("a"), add("c")], MemberChanges(add=(B, C), remove=("a",))),
        ([add("a"), REMOVE_ALL, add("b")], MemberChanges(replace_all=(B,))),
        ([replace("a", "b"), remove("b"), add("c")], MemberChanges(replace_all=(A, C))),
        ([remove("a"), replace("b")], MemberChanges(replace_all=(B,))),
    ],
)
def test_the_later_operation_wins(operations: list[dict[str, object]], expected: MemberChanges) -> None:
    assert plan(*operations) == expected


def test_everything_else_is_left_for_the_head_in_its_order() -> None:
    changes = plan(
        {"op": "replace", "path": "displayName", "value": "x"},
        add("a"),
        {"op": "replace", "value": {"externalId": "e", "members": [{"value": "b"}]}},
    )
    assert [(o.path.text if o.path else None, o.value) for o in changes.head_operations] == [
        ("displayName", "x"),
        (None, {"externalId": "e"}),
    ]
    assert changes.replace_all == (B,)
    assert changes.touches_members


def test_a_change_of_the_head_alone_touches_no_members() -> None:
    assert not plan({"op": "replace", "path": "displayName", "value": "x"}).touches_members


def test_a_filter_on_something_else_is_planned_as_a_walk() -> None:
    changes = plan(
        {"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "g", "type": "group"}]},
        {"op": "remove", "path": 'members[type eq "Group"]'},
    )
    assert [member.value for member in changes.add] == ["a", "g"]
    assert [changes.removes(Member(value, "Group")) for value in "gx"] == [True, True]
    assert not changes.removes(A)


def test_a_member_that_is_added_after_such_a_filter_is_spared_by_it_and_not_by_the_next_one() -> None:
    by_type, by_name = 'members[type eq "Group"]', 'members[display eq "Ann"]'
    ann = Member("a", "Group", "Ann")
    for before in (add("a"), replace("a")):
        changes = plan(before, {"op": "remove", "path": by_type}, add("a"))
        assert not changes.removes(ann)
        assert changes.removes(Member("b", "Group"))
        assert plan(before, {"op": "remove", "path": by_type}, add("a"), {"op": "remove", "path": by_name}).removes(ann)
    assert not plan({"op": "remove", "path": by_type}, replace("a")).removes(ann)


def test_a_remove_of_the_whole_group_is_not_a_remove_of_its_members() -> None:
    path = "urn:ietf:params:scim:schemas:core:2.0:Group"
    changes = plan({"op": "remove", "path": path, "value": {"members": [{"value": "a"}]}})
    assert not changes.touches_members
    with pytest.raises(ScimError) as refused:
        apply_patch({"displayName": "x"}, changes.head_operations, GROUP)
    assert (refused.value.status, refused.value.scim_type) == (400, "noTarget")


def test_filters_that_look_at_too_many_members_are_refused() -> None:
    several = " or ".join(f'display eq "y{n}"' for n in range(100))
    changes = plan({"op": "remove", "path": f"members[{several}]"})
    changes.check_work(MAX_WORK // 100)
    with pytest.raises(ScimError) as refused:
        changes.check_work(MAX_WORK // 100 + 1)
    assert (refused.value.status, refused.value.scim_type) == (400, "tooMany")


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "add", "path": "members", "value": [{"display": "Bob"}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"value": " "}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"value": "x" * 300}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": ["a"]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"value": "a", "type": "Robot"}]}, "invalidValue"),
        ({"op": "remove", "path": "members", "value": [{"display": "Bob"}]}, "invalidValue"),
        ({"op": "replace", "path": 'members[value eq "a"].value', "value": "b"}, "mutability"),
        ({"op": "replace", "path": 'members[value eq "a"]', "value": {"value": "b"}}, "mutability"),
        ({"op": "replace", "path": "members.value", "value": "b"}, "mutability"),
        ({"op": "remove", "path": 'members[value eq "a"].shoe'}, "invalidPath"),
        ({"op": "remove", "path": 'members[shoe eq "a"]'}, "invalidFilter"),
    ],
)
def test_what_cannot_be_planned_is_refused(operation: dict[str, object], scim_type: str) -> None:
    with pytest.raises(ScimError) as refused:
        plan(operation)
    assert (refused.value.status, refused.value.scim_type) == (400, scim_type)


def test_a_group_is_split_into_head_and_members() -> None:
    group: dict[str, object] = {"displayName": "Guides", "members": [{"value": "a", "display": "Ann"}]}
    assert take_members(group) == ({"displayName": "Guides"}, (Member("a", "User", "Ann"),))
    assert take_members({"displayName": "Guides"}) == ({"displayName": "Guides"}, ())


def test_a_member_is_shown_with_its_location() -> None:
    assert member_to_dict(Member("a", "User", "Ann"), "https://x/Users/a") == {
        "value": "a",
        "$ref": "https://x/Users/a",
        "type": "User",
        "display": "Ann",
    }


URL = "https://api.example/dev/scim/directory/d"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f'$ref eq "{URL}/Users/a"', "a"),
        ('$REF eq "../Users/a"', "a"),
        (f'$ref eq "{URL}/Users/a" or value eq "b"', "ab"),
        (f'$ref eq "{URL}/Groups/g" and type eq "Group"', "g"),
        (f'$ref ne "{URL}/Users/a"', "bg"),
        (f'not ($ref eq "{URL}/Users/a")', "bg"),
        ("$ref pr", "abg"),
        ("not ($ref pr)", ""),
        ("$ref eq null", ""),
        ('$ref eq "https://elsewhere.example/people/a"', ""),
        ('$ref eq ""', ""),
    ],
)
def test_members_are_removed_by_the_url_that_they_are_shown_with(text: str, gone: str) -> None:
    changes = plan({"op": "remove", "path": f"members[{text}]"})
    members = [A, B, Member("g", "Group")]
    removed = [each.value for each in members if each.value in changes.remove or changes.removes(each)]
    assert removed == list(gone)


@pytest.mark.parametrize("text", ['$ref co "a"', '$ref sw "https"', 'not ($ref ew "/a")'])
def test_a_part_of_a_url_selects_no_members(text: str) -> None:
    with pytest.raises(ScimError) as refused:
        plan({"op": "remove", "path": f"members[{text}]"})
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidFilter")
