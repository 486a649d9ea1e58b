"""Users and groups go: nobody is left in what they were in."""

from dataclasses import replace
from typing import Any

import pytest

from rightful.core.groups import delete as deleting
from rightful.core.groups import leave as cleaning
from rightful.core.groups.leave import finish_deletions
from rightful.domain.group import Group
from rightful.domain.organization import OnDelete
from rightful.ports.context import Invocation
from tests.support.service import Service, patch
from tests.unit.api.scim.groups.world import consistent, created, group_ids, member_ids, read, users, with_little_time


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.mark.parametrize("on_delete", list(OnDelete))
def test_a_user_who_goes_leaves_all_groups(on_delete: OnDelete) -> None:
    service = Service(on_delete=on_delete)
    ada, bob = users(service, 2)
    first, second = created(service, "First", ada, bob), created(service, "Second", ada)
    assert service.scim("DELETE", f"/Users/{ada}").status == 204
    assert member_ids(service, first["id"]) == [bob]
    after = read(service, f"/Groups/{second['id']}")
    assert "members" not in after
    assert after["meta"]["version"] == 'W/"2"'
    assert consistent(service)


def test_a_user_in_more_groups_than_a_transaction_takes_leaves_them_all(service: Service) -> None:
    [ada] = users(service, 1)
    groups = [created(service, f"Group {number}", ada)["id"] for number in range(100)]
    assert sorted(group_ids(service, ada)) == sorted(groups)
    assert service.scim("DELETE", f"/Users/{ada}").status == 204
    assert all(not member_ids(service, group_id) for group_id in groups)
    assert consistent(service)


def test_a_user_is_not_let_go_at_another_version_and_stays_in_its_groups(service: Service) -> None:
    [ada] = users(service, 1)
    body = created(service, "Staff", ada)
    assert service.scim("DELETE", f"/Users/{ada}", headers={"if-match": 'W/"1"'}).status == 412
    assert member_ids(service, body["id"]) == [ada]
    assert service.scim("DELETE", f"/Users/{ada}", headers={"if-match": 'W/"1.1"'}).status == 204


def test_a_user_who_comes_back_is_in_no_group(service: Service) -> None:
    [ada] = users(service, 1)
    body = created(service, "Staff", ada)
    service.scim("DELETE", f"/Users/{ada}")
    again = service.create_user("u0000")
    assert again["id"] != ada
    assert "groups" not in again
    assert member_ids(service, body["id"]) == []


def test_a_deleted_group_is_gone_at_once_and_its_name_is_free(service: Service) -> None:
    [ada] = users(service, 1)
    body = created(service, "Staff", ada)
    assert service.scim("DELETE", f"/Groups/{body['id']}").status == 204
    assert service.scim("GET", f"/Groups/{body['id']}").status == 404
    assert service.scim("DELETE", f"/Groups/{body['id']}").status == 404
    assert group_ids(service, ada) == []
    assert read(service, "/Groups")["totalResults"] == 0
    assert created(service, "Staff")["id"] != body["id"]
    assert consistent(service)


def test_the_members_of_a_large_deleted_group_are_cleaned_up_in_batches(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "_MEMBERS_AT_ONCE", 2)
    everybody = users(service, 12)
    body = created(service, "Staff", *everybody)
    outer = created(service, "Outer", body["id"])
    assert service.scim("DELETE", f"/Groups/{body['id']}").status == 204
    assert service.scim("GET", f"/Groups/{body['id']}").status == 404
    assert len(service.store.members(body["id"], limit=100).members) == 4
    service.scim("DELETE", f"/Users/{everybody[-1]}")
    assert finish_deletions(service.context()) == 1
    assert finish_deletions(service.context()) == 0
    assert member_ids(service, outer["id"]) == []
    assert consistent(service)


def test_cleaning_up_stops_in_time_and_goes_on_later(service: Service) -> None:
    body = created(service, "Staff", *users(service, 3))
    service.invocation = lambda: Invocation(now=service.now, remaining=lambda: 1.0)  # type: ignore[method-assign]
    assert service.scim("DELETE", f"/Groups/{body['id']}").status == 204
    assert finish_deletions(service.context()) == 0
    assert finish_deletions(replace(service.context(), invocation=Invocation(now=service.now))) == 1
    assert consistent(service)


def test_a_user_in_groups_is_let_go_when_the_time_suffices(service: Service) -> None:
    [ada] = users(service, 1)
    body = created(service, "Staff", ada)
    service.invocation = lambda: Invocation(now=service.now, remaining=lambda: 1.0)  # type: ignore[method-assign]
    assert service.scim("DELETE", f"/Users/{ada}").status == 503
    assert member_ids(service, body["id"]) == [ada]


def nested_in(service: Service, number: int) -> tuple[str, list[str]]:
    """A group with a member, and the groups that it is a member of."""
    [ada] = users(service, 1)
    inner = str(created(service, "Inner", ada)["id"])
    return inner, [str(created(service, f"Outer {place}", inner)["id"]) for place in range(number)]


def shown_in(service: Service, group_id: str) -> list[str]:
    """The groups in which an identity provider finds this one, whichever way it looks."""
    found = []
    for body in read(service, "/Groups", count="200")["Resources"]:
        if group_id in [member["value"] for member in body.get("members", [])]:
            found.append(body["id"])
        if group_id in member_ids(service, body["id"]):
            found.append(body["id"])
    for text in (
        f'members.value eq "{group_id}"',
        f'members[value eq "{group_id}"]',
        f'displayName sw "Outer" and members eq "{group_id}"',
        f'members[value eq "{group_id}" and type eq "Group"]',
    ):
        found += [body["id"] for body in read(service, "/Groups", filter=text, count="200")["Resources"]]
    return sorted(set(found))


@pytest.mark.parametrize("number", [1, 2, 45, 46, 95])
def test_a_deleted_group_is_shown_as_a_member_of_no_group(
    service: Service, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    inner, outers = nested_in(service, number)
    assert shown_in(service, inner) == sorted(outers)
    # Not by cleaning up: that may not come to it before the janitor.
    monkeypatch.setattr(deleting, "clean_up", lambda *_, **__: False)
    assert service.scim("DELETE", f"/Groups/{inner}").status == 204
    assert shown_in(service, inner) == []
    versions = {read(service, f"/Groups/{outer}")["meta"]["version"] for outer in outers}
    assert versions == {'W/"2"'}
    add = patch({"op": "add", "path": "members", "value": [{"value": inner}]})
    before = service.store.snapshot()
    service.scim("PATCH", f"/Groups/{outers[0]}", add)
    assert service.store.snapshot() == before
    assert service.scim("DELETE", f"/Groups/{inner}").status == 404
    assert finish_deletions(service.context()) == 1
    assert consistent(service)


@pytest.mark.parametrize("commits", [1, 2])
def test_a_deletion_that_is_cut_off_is_no_deletion_yet_and_the_same_request_goes_on(
    service: Service, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    inner, outers = nested_in(service, 130)
    with monkeypatch.context() as cut_off:
        with_little_time(service, cut_off, commits=commits)
        assert service.scim("DELETE", f"/Groups/{inner}").status == 503
    assert read(service, f"/Groups/{inner}")["displayName"] == "Inner"
    assert len(shown_in(service, inner)) == len(outers) - 45 * commits
    assert consistent(service)
    assert service.scim("DELETE", f"/Groups/{inner}").status == 204
    assert shown_in(service, inner) == []
    assert consistent(service)


def test_a_group_that_becomes_a_member_meanwhile_is_taken_out_there_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, [outer] = nested_in(service, 1)
    late = created(service, "Outer late")["id"]
    commit = service.store.commit
    add = patch({"op": "add", "path": "members", "value": [{"value": inner}]})

    def interfering(writes: Any, **more: Any) -> None:
        monkeypatch.setattr(service.store, "commit", commit)
        assert service.scim("PATCH", f"/Groups/{late}", add).status == 200
        commit(writes, **more)

    monkeypatch.setattr(service.store, "commit", interfering)
    assert service.scim("DELETE", f"/Groups/{inner}").status == 204
    assert (member_ids(service, outer), member_ids(service, late)) == ([], [])
    assert consistent(service)


def test_groups_that_are_members_of_each_other_go_at_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deleting, "clean_up", lambda *_, **__: False)
    inner, [outer] = nested_in(service, 1)
    add = patch({"op": "add", "path": "members", "value": [{"value": outer}]})
    assert service.scim("PATCH", f"/Groups/{inner}", add).status == 200
    assert service.scim("DELETE", f"/Groups/{inner}").status == 204
    assert (member_ids(service, outer), shown_in(service, inner)) == ([], [])
    assert service.scim("DELETE", f"/Groups/{outer}").status == 204
    assert finish_deletions(service.context()) == 2
    assert service.store.all_of(Group) == ()
    assert consistent(service)
