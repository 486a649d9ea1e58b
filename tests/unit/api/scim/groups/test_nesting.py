"""Groups that are members of groups."""

from typing import Any

import pytest

from rightful.domain.group import Group
from tests.support.service import Service, patch
from tests.unit.api.scim.groups.world import consistent, created, member_ids, read, users


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_group_may_be_a_member_and_knows_nothing_of_it_in_its_representation(service: Service) -> None:
    child = created(service, "Child")
    parent = created(service, "Parent", child["id"])
    assert [(m["type"], m["display"]) for m in parent["members"]] == [("Group", "Child")]
    assert parent["members"][0]["$ref"] == child["meta"]["location"]
    assert read(service, f"/Groups/{child['id']}") == child
    listed = read(service, "/Groups", filter=f'members.value eq "{child["id"]}"')
    assert [each["id"] for each in listed["Resources"]] == [parent["id"]]
    assert consistent(service)


def test_two_groups_may_be_members_of_each_other_and_go_one_after_the_other(service: Service) -> None:
    first = created(service, "First")
    second = created(service, "Second", first["id"])
    add = patch({"op": "add", "path": "members", "value": [{"value": second["id"]}]})
    assert service.scim("PATCH", f"/Groups/{first['id']}", add).status == 200
    assert consistent(service)
    assert service.scim("DELETE", f"/Groups/{first['id']}").status == 204
    assert member_ids(service, second["id"]) == []
    assert service.scim("DELETE", f"/Groups/{second['id']}").status == 204
    assert consistent(service)
    assert service.store.all_of(Group) == ()


def test_a_group_is_no_member_of_itself(service: Service) -> None:
    body = created(service, "Staff")
    add = patch({"op": "add", "path": "members", "value": [{"value": body["id"]}]})
    response: Any = service.scim("PATCH", f"/Groups/{body['id']}", add)
    assert (response.status, response.body["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_filter_on_the_type_finds_a_group_that_the_same_patch_adds_without_a_type(op: str) -> None:
    service = Service(profile="generic")
    person = users(service, 1)[0]
    inner, outer = created(service, "Inner"), created(service, "Outer")
    both = [{"value": inner["id"]}, {"value": person}]
    remove = {"op": "remove", "path": 'members[type eq "Group"]'}
    change = patch({"op": op, "path": "members", "value": both}, remove)
    assert service.scim("PATCH", f"/Groups/{outer['id']}", change).status == 200
    assert member_ids(service, outer["id"]) == [person]
    assert consistent(service)
