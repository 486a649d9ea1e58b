"""Groups against their members and names, as literals and a verdict."""

from dataclasses import replace

import pytest

from rightful.core.integrity.accounts import Disagreement
from rightful.core.integrity.groups import judge_group, judge_group_name, judge_membership
from rightful.domain.group import Group
from rightful.ports.scan import GroupName
from rightful.ports.store.groups import Membership
from rightful.ports.writes.groups import (
    ClaimGroupName,
    JoinGroup,
    LeaveGroups,
    NestGroup,
    PutGroup,
    ReleaseGroupName,
    RemoveMember,
    UnnestGroup,
)
from rightful.scim.patch.members import Member
from tests.support.builders import NOW, a_link, an_account

GROUP = Group("g", 3, "dir", "Sales", NOW, NOW)
CHANGED = PutGroup(replace(GROUP, version=4), 3)
LINK = a_link("ada", "dir")
ADA = replace(an_account("ada"), link=LINK, links_made=1, group_ids=frozenset({"g"}))
CHILD = Group("c", 1, "dir", "East", NOW, NOW, parent_ids=frozenset({"g"}))


def known(*members: str, account: object = None, child: Group | None = None) -> Membership:
    return Membership(
        frozenset({"ada-1", "c"}),
        {member: Member(member, "User", None) for member in members},
        {"ada": account} if account else {},  # type: ignore[dict-item]
        {"c": child} if child else {},
    )


def user(group: Group | None, membership: Membership) -> Disagreement | None:
    return judge_membership("g", "ada-1", group, membership, NOW)


def nested(group: Group | None, membership: Membership) -> Disagreement | None:
    return judge_membership("g", "c", group, membership, NOW)


def test_a_member_that_knows_of_it_agrees() -> None:
    assert user(GROUP, known("ada-1", account=ADA)) is None
    assert nested(GROUP, known("c", child=CHILD)) is None


def test_nobody_on_either_side_agrees() -> None:
    assert user(GROUP, known(account=replace(ADA, group_ids=frozenset()))) is None
    assert user(None, known()) is None


def test_a_member_that_does_not_know_of_it_is_told() -> None:
    found = user(GROUP, known("ada-1", account=replace(ADA, group_ids=frozenset())))
    assert found == Disagreement("membership_not_noted", "ada", (JoinGroup("ada", "dir", "ada-1", "g", NOW), CHANGED))
    found = nested(GROUP, known("c", child=replace(CHILD, parent_ids=frozenset())))
    assert found == Disagreement("membership_not_noted", "", (NestGroup("c", "dir", "g"), CHANGED))


def test_who_is_no_member_forgets_the_group() -> None:
    leave = LeaveGroups("ada", frozenset({"g"}), NOW)
    assert user(GROUP, known(account=ADA)) == Disagreement("membership_of_another_time", "ada", (leave, CHANGED))
    assert user(None, known(account=ADA)) == Disagreement("membership_of_another_time", "ada", (leave,))
    unnest = UnnestGroup("c", frozenset({"g"}))
    assert nested(GROUP, known(child=CHILD)) == Disagreement("membership_of_another_time", "", (unnest, CHANGED))


@pytest.mark.parametrize(
    "account",
    [
        None,
        replace(ADA, link=replace(LINK, scim_id="ada-2")),
        replace(ADA, link=replace(LINK, directory_id="other"), group_ids=frozenset()),
    ],
)
def test_a_member_that_is_no_user_of_the_directory_under_that_id_is_removed(account: object) -> None:
    found = user(GROUP, known("ada-1", account=account))
    assert found is not None
    assert found.kind == "member_is_nobody"
    assert found.repair == (RemoveMember("g", "ada-1"), CHANGED), "what a later link is in stays"


def test_a_former_user_leaves_on_both_sides() -> None:
    found = user(GROUP, known("ada-1", account=replace(ADA, link=None)))
    assert found is not None
    assert found.repair == (RemoveMember("g", "ada-1"), LeaveGroups("ada", frozenset({"g"}), NOW), CHANGED)


def test_members_of_a_group_that_is_gone_go() -> None:
    found = user(None, known("ada-1", account=ADA))
    assert found is not None
    assert found.kind == "member_of_no_group"
    assert found.repair == (RemoveMember("g", "ada-1"), LeaveGroups("ada", frozenset({"g"}), NOW))


def test_a_deleted_group_is_being_cleaned_up_already() -> None:
    gone = replace(GROUP, deleted=True)
    assert user(gone, known("ada-1")) is None
    assert user(gone, known(account=ADA)) is None
    assert judge_group(gone, None, NOW) is None


def test_a_member_group_that_is_deleted_or_of_another_directory_is_removed() -> None:
    for child in (None, replace(CHILD, deleted=True), replace(CHILD, directory_id="other")):
        found = nested(GROUP, known("c", child=child))
        assert found is not None
        assert found.repair[0] == RemoveMember("g", "c")


def test_a_display_name_is_held_by_the_group_that_has_it() -> None:
    item = GroupName("dir", "sales", "g")
    release = ReleaseGroupName("dir", "sales", "g")
    assert judge_group_name(item, GROUP, NOW) is None
    assert judge_group_name(item, None, NOW) == Disagreement("group_name_of_another_time", "", (release,))
    renamed = replace(GROUP, display_name="Marketing")
    found = judge_group_name(item, renamed, NOW)
    assert found is not None
    assert found.repair == (release, PutGroup(replace(renamed, version=4), 3))


def test_a_group_without_its_name_gets_it_unless_another_one_has_it() -> None:
    assert judge_group(GROUP, "g", NOW) is None
    claim = ClaimGroupName("dir", "sales", "g")
    assert judge_group(GROUP, None, NOW) == Disagreement("group_name_not_held", "", (claim, CHANGED))
    assert judge_group(GROUP, "other", NOW) == Disagreement("group_name_of_two", "")
