"""Which members a change adds and removes, and what of a group a filter or an answer needs."""

from typing import Any

import pytest

from rightful.core.groups.member_delta import Delta, known_members, partial_delta, readable, refuse_unknown, whole_delta
from rightful.core.groups.resource import members_asked_for, mentions_members, names_of, wants_members
from rightful.domain.group import MOST_GROUPS, Group
from rightful.ports.store.groups import Membership
from rightful.scim.errors import ScimError
from rightful.scim.filters.expressions import parse_filter
from rightful.scim.patch.members import Member, MemberChanges
from tests.support.builders import NOW, a_link, an_account

DIRECTORY = "directory"


def a_membership(*members: Member, **more: Any) -> Membership:
    values: dict[str, Any] = {
        "asked": frozenset(),
        "members": {member.value: member for member in members},
        "accounts": {},
        "groups": {},
    }
    return Membership(**values | more)


def by_id(*members: Member) -> dict[str, Member]:
    return {member.value: member for member in members}


def a_group(group_id: str, **changed: Any) -> Group:
    return Group(**{
        "id": group_id, "version": 1, "directory_id": DIRECTORY, "display_name": "Staff",
        "created_at": NOW, "updated_at": NOW,
    } | changed)  # fmt: skip


def test_who_is_a_member_is_not_added_again_and_who_is_none_not_removed() -> None:
    changes = MemberChanges(add=(Member("in"), Member("new")), remove=("gone", "out"))
    assert partial_delta(changes, by_id(Member("in"), Member("gone"))) == Delta((Member("new"),), (Member("gone"),))


def test_a_filter_on_something_else_than_the_id_removes_whom_it_holds_for_but_not_who_is_added_after_it() -> None:
    changes = MemberChanges(
        add=(Member("kept", "Group"), Member("early")),
        remove_where=(lambda shown: shown["type"] == "Group",),
        spared={"kept": 1},
    )
    present = by_id(Member("user"), Member("group", "Group"), Member("kept", "Group"), Member("early", "Group"))
    assert partial_delta(changes, present) == Delta((), (Member("group", "Group"), Member("early", "Group")))


def test_a_replacement_adds_whom_it_lists_and_removes_the_rest() -> None:
    nothing_else = MemberChanges()
    wanted = [Member("b"), Member("c")]
    assert whole_delta(wanted, nothing_else, by_id(Member("a"), Member("b"))) == Delta((Member("c"),), (Member("a"),))
    assert whole_delta([], nothing_else, {}).is_empty


def test_a_members_type_and_name_are_the_services_unless_the_client_names_it() -> None:
    account = an_account("a", link=a_link("a", DIRECTORY), attributes={"displayName": "Ada"})
    nameless = an_account("b", link=a_link("b", DIRECTORY, user_name="bob"))
    membership = a_membership(accounts={"a": account, "b": nameless}, groups={"g": a_group("g")})
    listed = [Member("a-1", "Group"), Member("b-1"), Member("g"), Member("a-1", display="Countess")]
    known, unknown = known_members(listed, membership, DIRECTORY, "me")
    assert known == [
        Member("a-1", "User", "Ada"),
        Member("b-1", "User", "bob"),
        Member("g", "Group", "Staff"),
        Member("a-1", "User", "Countess"),
    ]
    assert unknown == []


@pytest.mark.parametrize(
    "member_id", ["a-2", "elsewhere-1", "unlinked-1", "nobody-1", "deleted", "foreign", "nothing", "fake-member-id"]
)
def test_an_id_of_nobody_in_this_directory_is_named(member_id: str) -> None:
    membership = a_membership(
        accounts={
            "a": an_account("a", link=a_link("a", DIRECTORY)),
            "elsewhere": an_account("elsewhere", link=a_link("elsewhere", "another")),
            "unlinked": an_account("unlinked"),
        },
        groups={
            "deleted": a_group("deleted", deleted=True),
            "foreign": a_group("foreign", directory_id="another"),
        },
    )
    known, unknown = known_members([Member(member_id)], membership, DIRECTORY, "me")
    assert (known, unknown) == ([], [member_id])
    with pytest.raises(ScimError) as refused:
        refuse_unknown(unknown)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    assert member_id in refused.value.detail


def test_a_group_is_no_member_of_itself_and_nobody_is_in_too_many() -> None:
    full = frozenset(map(str, range(MOST_GROUPS)))
    membership = a_membership(
        accounts={"a": an_account("a", link=a_link("a", DIRECTORY), group_ids=full)},
        groups={"me": a_group("me"), "g": a_group("g", parent_ids=full)},
    )
    for member in ("me", "a-1", "g"):
        with pytest.raises(ScimError) as refused:
            known_members([Member(member)], membership, DIRECTORY, "me")
        assert refused.value.scim_type == "invalidValue"


def test_only_what_can_be_an_id_is_looked_up() -> None:
    assert readable(["good-1", "", "a#b", "x" * 65, "é"]) == ["good-1"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('displayName eq "x"', set()),
        ('members eq "a"', {"a"}),
        ('members.value eq "a" or members[value eq "b"]', {"a", "b"}),
        ('id eq "g" and not (urn:ietf:params:scim:schemas:core:2.0:Group:members.value eq "a")', {"a"}),
        ("members pr", None),
        ('members.display eq "Ada"', None),
        ('members.value sw "a"', None),
        ('members[type eq "User"]', None),
        ('members[value eq "a" and type eq "User"]', None),
        ('displayName eq "x" or members pr', None),
    ],
)
def test_a_filter_asks_for_the_members_that_decide(text: str, asked: set[str] | None) -> None:
    assert members_asked_for(parse_filter(text)) == (None if asked is None else frozenset(asked))


@pytest.mark.parametrize(
    ("attributes", "excluded", "wanted"),
    [
        ([], [], True),
        ([], ["members"], False),
        ([], ["MEMBERS"], False),
        ([], ["urn:ietf:params:scim:schemas:core:2.0:Group:members"], False),
        ([], ["members.display"], True),
        ([], ["displayName"], True),
        (["displayName"], [], False),
        (["members.value"], [], True),
        (["urn:ietf:params:scim:schemas:core:2.0:Group"], [], True),
    ],
)
def test_members_are_read_only_where_the_answer_shows_them(
    attributes: list[str], excluded: list[str], wanted: bool
) -> None:
    assert wants_members(attributes, excluded) is wanted


def test_a_body_that_says_nothing_of_members_is_known() -> None:
    assert not mentions_members({"displayName": "x"})
    assert mentions_members({"Members": []})
    assert mentions_members({"urn:ietf:params:scim:schemas:core:2.0:Group:members": None})


@pytest.mark.parametrize("name", ["displayName", "externalId"])
def test_a_name_that_is_no_key_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ScimError) as refused:
        names_of({"displayName": "x"} | {name: "y" * 600})
    assert name in refused.value.detail


def test_a_blank_group_name_is_refused() -> None:
    with pytest.raises(ScimError):
        names_of({"displayName": "  "})
