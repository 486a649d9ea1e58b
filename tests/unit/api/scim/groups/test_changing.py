"""Groups change by PUT and PATCH: names, members, versions."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.core.groups.member_delta import BATCH
from tests.support.service import Service, patch
from tests.unit.api.scim.groups.world import (
    consistent,
    created,
    group,
    group_ids,
    member_ids,
    read,
    users,
    with_little_time,
)


@pytest.fixture
def service() -> Service:
    return Service()


def test_adding_and_removing_a_member_makes_a_version_each(service: Service) -> None:
    ada, bob = users(service, 2)
    body = created(service, "Staff", ada)
    service.pass_time(timedelta(minutes=1))
    add = patch({"op": "add", "path": "members", "value": [{"value": bob}]})
    after: Any = service.scim("PATCH", f"/Groups/{body['id']}", add).body
    assert sorted(member["value"] for member in after["members"]) == sorted([ada, bob])
    assert after["meta"]["version"] == 'W/"2"'
    assert after["meta"]["lastModified"] > body["meta"]["lastModified"]
    remove = patch({"op": "remove", "path": f'members[value eq "{ada}"]'})
    after = service.scim("PATCH", f"/Groups/{body['id']}", remove).body
    assert [member["value"] for member in after["members"]] == [bob]
    assert (group_ids(service, ada), group_ids(service, bob)) == ([], [body["id"]])
    assert consistent(service)


def test_what_is_so_already_changes_nothing(service: Service) -> None:
    ada, bob = users(service, 2)
    body = created(service, "Staff", ada)
    before = service.store.snapshot()
    for operation in (
        {"op": "add", "path": "members", "value": [{"value": ada}]},
        {"op": "remove", "path": f'members[value eq "{bob}"]'},
        {"op": "replace", "path": "members", "value": [{"value": ada}]},
        {"op": "replace", "path": "displayName", "value": "Staff"},
    ):
        response = service.scim("PATCH", f"/Groups/{body['id']}", patch(operation))
        assert response.headers is not None
        assert (response.status, response.headers["ETag"]) == (200, 'W/"1"')
    assert service.scim("PUT", f"/Groups/{body['id']}", group("Staff", ada)).body == body
    assert service.store.snapshot() == before


def test_a_users_version_changes_with_its_groups_and_a_change_from_before_is_412(service: Service) -> None:
    [ada] = users(service, 1)
    before = service.scim("GET", f"/Users/{ada}")
    assert before.headers is not None
    created(service, "Staff", ada)
    after = service.scim("GET", f"/Users/{ada}", headers={"if-none-match": before.headers["ETag"]})
    assert after.headers is not None
    assert (after.status, after.headers["ETag"]) == (200, 'W/"1.1"')
    title = patch({"op": "replace", "path": "title", "value": "Dr"})
    old = service.scim("PATCH", f"/Users/{ada}", title, headers={"if-match": before.headers["ETag"]})
    new = service.scim("PATCH", f"/Users/{ada}", title, headers={"if-match": after.headers["ETag"]})
    assert (old.status, new.status) == (412, 200)
    assert len(group_ids(service, ada)) == 1


def test_a_users_put_may_carry_its_groups_along_and_they_are_passed_over(service: Service) -> None:
    [ada] = users(service, 1)
    body = created(service, "Staff", ada)
    whole = read(service, f"/Users/{ada}")
    response: Any = service.scim("PUT", f"/Users/{ada}", whole | {"title": "Dr", "groups": [{"value": "other"}]})
    assert response.status == 200
    assert [each["value"] for each in response.body["groups"]] == [body["id"]]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_if_match_of_another_version_is_412(service: Service, method: str) -> None:
    body = created(service, "Staff")
    sent = {"PUT": group("x"), "PATCH": patch({"op": "replace", "path": "displayName", "value": "x"})}.get(method)
    response = service.scim(method, f"/Groups/{body['id']}", sent, headers={"if-match": 'W/"7"'})
    assert response.status == 412
    assert service.scim(method, f"/Groups/{body['id']}", sent, headers={"if-match": 'W/"1"'}).status in {200, 204}


def test_a_renamed_group_frees_its_name(service: Service) -> None:
    body, other = created(service, "Staff"), created(service, "Team")
    rename = patch({"op": "replace", "path": "displayName", "value": "TEAM"})
    assert service.scim("PATCH", f"/Groups/{body['id']}", rename).status == 409
    rename = patch({"op": "replace", "path": "displayName", "value": "sTaff"})
    assert service.scim("PATCH", f"/Groups/{body['id']}", rename).status == 200
    rename = patch({"op": "replace", "path": "displayName", "value": "Crew"})
    assert service.scim("PATCH", f"/Groups/{body['id']}", rename).status == 200
    assert service.scim("PUT", f"/Groups/{other['id']}", group("Staff")).status == 200


def test_a_put_that_does_not_mention_members_keeps_them_and_an_empty_list_does_not(service: Service) -> None:
    [ada] = users(service, 1)
    body = created(service, "Staff", ada)
    response: Any = service.scim("PUT", f"/Groups/{body['id']}", group("Team"))
    assert [member["value"] for member in response.body["members"]] == [ada]
    response = service.scim("PUT", f"/Groups/{body['id']}", group("Team", members=[]))
    assert "members" not in response.body
    assert consistent(service)


def test_a_put_replaces_members_and_forgets_the_external_id(service: Service) -> None:
    ada, bob, eve = users(service, 3)
    body = created(service, "Staff", ada, bob, externalId="ext")
    response: Any = service.scim("PUT", f"/Groups/{body['id']}", group("Staff", bob, eve))
    assert sorted(member["value"] for member in response.body["members"]) == sorted([bob, eve])
    assert "externalId" not in response.body
    assert response.body["meta"]["version"] == 'W/"2"'
    assert consistent(service)


def test_removing_members_without_a_value_removes_all(service: Service) -> None:
    body = created(service, "Staff", *users(service, 3))
    response: Any = service.scim("PATCH", f"/Groups/{body['id']}", patch({"op": "remove", "path": "members"}))
    assert "members" not in response.body
    assert consistent(service)


def test_removing_by_type_looks_at_every_member(service: Service) -> None:
    [ada] = users(service, 1)
    child = created(service, "Child")
    body = created(service, "Staff", ada, child["id"])
    remove = patch({"op": "remove", "path": 'members[type eq "Group"]'})
    assert service.scim("PATCH", f"/Groups/{body['id']}", remove).status == 200
    assert member_ids(service, body["id"]) == [ada]
    assert consistent(service)


def test_a_failing_operation_leaves_members_as_they_were(service: Service) -> None:
    ada, bob = users(service, 2)
    body = created(service, "Staff", ada)
    before = service.store.snapshot()
    operations = [
        {"op": "add", "path": "members", "value": [{"value": bob}]},
        {"op": "replace", "path": "nonsense", "value": 1},
    ]
    assert service.scim("PATCH", f"/Groups/{body['id']}", patch(*operations)).status == 400
    assert service.store.snapshot() == before


def test_a_replacement_larger_than_a_transaction_goes_on_where_it_was_left(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = users(service, 5 * BATCH)
    old, new = everybody[: 3 * BATCH], everybody[2 * BATCH :]
    body = created(service, "Staff", *old)
    with_little_time(service, monkeypatch, commits=1)
    wanted = group("Team", *new)
    assert service.scim("PUT", f"/Groups/{body['id']}", wanted).status == 503
    # Who is in both is in all the time.
    assert set(old) & set(new) <= set(member_ids(service, body["id"]))
    assert consistent(service)
    monkeypatch.undo()
    response: Any = service.scim("PUT", f"/Groups/{body['id']}", wanted)
    assert sorted(member["value"] for member in response.body["members"]) == sorted(new)
    assert consistent(service)


def test_a_patch_of_a_large_group_is_answered_without_its_members(service: Service) -> None:
    everybody = users(service, 102)
    body = created(service, "Staff", *everybody[:-1])
    add = patch({"op": "add", "path": "members", "value": [{"value": everybody[-1]}]})
    response = service.scim("PATCH", f"/Groups/{body['id']}", add)
    assert (response.status, response.body) == (204, None)
    assert response.headers is not None
    assert response.headers["ETag"].startswith("W/")
    head: Any = service.scim("PATCH", f"/Groups/{body['id']}", add, query={"excludedAttributes": "members"})
    assert (head.status, head.body["id"]) == (200, body["id"])


def test_entra_gets_204() -> None:
    service = Service(profile="entra")
    [ada] = users(service, 1)
    body = created(service, "Staff")
    add = patch({"op": "Add", "path": "members", "value": [{"$ref": None, "value": ada}]})
    response = service.scim("PATCH", f"/Groups/{body['id']}", add)
    assert (response.status, response.body) == (204, None)
    assert member_ids(service, body["id"]) == [ada]


@pytest.mark.parametrize("profile", ["entra", "generic"])
def test_a_patch_that_names_attributes_is_answered_with_them(profile: str) -> None:
    service = Service(profile=profile)
    everybody = users(service, 102)
    body = created(service, "Staff", *everybody[:-1])
    path = f"/Groups/{body['id']}"
    add = patch({"op": "add", "path": "members", "value": [{"value": everybody[-1]}]})
    whole: Any = service.scim("PATCH", path, add, query={"attributes": "members.value"})
    assert whole.status == 200
    assert sorted(member["value"] for member in whole.body["members"]) == sorted(everybody)
    head: Any = service.scim("PATCH", path, add, query={"attributes": "displayName"})
    assert (head.status, head.body["displayName"], "members" in head.body) == (200, "Staff", False)
