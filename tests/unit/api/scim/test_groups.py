"""SCIM Groups over the whole service, in memory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.groups import leave as cleaning
from rightful.core.groups import request as lookup
from rightful.core.groups.leave import finish_deletions
from rightful.core.groups.member_delta import BATCH
from rightful.domain.group import Group
from rightful.domain.organization import DomainPolicy, OnDelete
from rightful.ports.context import Invocation
from rightful.ports.store.groups import Membership
from rightful.ports.writes.groups import PutMember
from rightful.ports.writes.transaction import RefusedError
from rightful.scim.patch.members import Member
from tests.support.answers import taken
from tests.support.service import Service, patch, user

CORE = "urn:ietf:params:scim:schemas:core:2.0:Group"


def group(name: str, *members: object, **more: object) -> dict[str, object]:
    body: dict[str, object] = {"schemas": [CORE], "displayName": name}
    return body | ({"members": [{"value": member} for member in members]} if members else {}) | more


def created(service: Service, name: str, *members: object, **more: object) -> dict[str, Any]:
    response = service.scim("POST", "/Groups", group(name, *members, **more))
    assert response.status == 201, response.body
    assert isinstance(response.body, dict)
    return response.body


def read(service: Service, path: str, **query: str) -> Any:
    response = service.scim("GET", path, query=query)
    assert response.status == 200, response.body
    return response.body


def member_ids(service: Service, group_id: str) -> list[str]:
    return [member["value"] for member in read(service, f"/Groups/{group_id}").get("members", [])]


def group_ids(service: Service, user_id: object) -> list[str]:
    return [each["value"] for each in read(service, f"/Users/{user_id}").get("groups", [])]


def users(service: Service, number: int) -> list[Any]:
    return [service.create_user(f"u{index:04d}")["id"] for index in range(number)]


def consistent(service: Service) -> bool:
    """Whether both sides of every membership agree, and the counters with what there is."""
    heads = {each.id: each for each in service.store.all_of(Group)}
    items = service.store.snapshot()
    on_groups = {(key[1], key[2]) for key in items if key[0] == "MEMBER"}
    from rightful.domain.account import Account

    on_members = {
        (group_id, account.link.scim_id)
        for account in service.store.all_of(Account)
        if account.link
        for group_id in account.group_ids
    } | {(parent, head.id) for head in heads.values() for parent in head.parent_ids}
    live = sum(not head.deleted for head in heads.values())
    return on_groups == on_members and service.store.number_of_groups(service.directory.id) == live


@pytest.fixture
def service() -> Service:
    return Service()


class TestCreating:
    def test_a_group_is_created_with_its_members_and_each_of_them_shows_it(self, service: Service) -> None:
        ada = service.create_user("ada", displayName="Ada")
        body = created(service, "Staff", ada["id"], externalId="ext")
        base = body["meta"]["location"].rpartition("/Groups/")[0]
        assert body["members"] == [
            {"value": ada["id"], "$ref": f"{base}/Users/{ada['id']}", "type": "User", "display": "Ada"}
        ]
        assert (body["displayName"], body["externalId"], body["meta"]["version"]) == ("Staff", "ext", 'W/"1"')
        shown = read(service, f"/Users/{ada['id']}")["groups"]
        assert shown == [{"value": body["id"], "$ref": body["meta"]["location"], "type": "direct"}]
        assert read(service, f"/Groups/{body['id']}") == body
        assert consistent(service)

    def test_the_answer_has_location_and_version(self, service: Service) -> None:
        response = service.scim("POST", "/Groups", group("Staff"))
        assert response.headers is not None
        assert isinstance(response.body, dict)
        assert response.headers["ETag"] == 'W/"1"'
        assert response.headers["Location"].endswith(f"/Groups/{response.body['id']}")

    def test_a_name_is_given_once_in_whatever_case(self, service: Service) -> None:
        created(service, "Staff")
        response = service.scim("POST", "/Groups", group(" sTAFF"))
        assert response.status == 409
        assert response.body == taken("displayName", " sTAFF", "GROUP")

    @pytest.mark.parametrize("name", ["", "   ", None, 7, "x" * 600])
    def test_a_name_that_is_none_is_refused(self, service: Service, name: object) -> None:
        response: Any = service.scim("POST", "/Groups", group("x") | {"displayName": name})
        assert (response.status, response.body["scimType"]) == (400, "invalidValue")
        assert "displayName" in response.body["detail"]

    @pytest.mark.parametrize("profile", ["generic", "entra", "okta", "onelogin", "jumpcloud", "google", "ping"])
    def test_identity_providers_are_told_of_unknown_members_and_nothing_is_created(self, profile: str) -> None:
        service = Service(profile=profile)
        response: Any = service.scim("POST", "/Groups", group("Staff", service.create_user("ada")["id"], "nobody-1"))
        assert (response.status, response.body["scimType"]) == (400, "invalidValue")
        assert "nobody-1" in response.body["detail"]
        assert read(service, "/Groups")["totalResults"] == 0
        made = created(service, "Staff")
        response = service.scim("PUT", f"/Groups/{made['id']}", group("Crew", "nobody-1"))
        assert (response.status, response.body["scimType"]) == (400, "invalidValue")
        assert read(service, f"/Groups/{made['id']}") == made
        assert consistent(service)

    def test_a_patch_under_generic_leaves_unknown_members_out_and_shows_it(self, service: Service) -> None:
        ada, made = service.create_user("ada"), created(service, "Staff")
        listed = [{"value": value} for value in ("nobody-1", ada["id"], "x" * 200, "a#b")]
        add = patch({"op": "add", "path": "members", "value": listed})
        response: Any = service.scim("PATCH", f"/Groups/{made['id']}", add)
        assert response.status == 200
        assert [member["value"] for member in response.body["members"]] == [ada["id"]]

    def test_members_of_another_directory_are_nobody_here(self) -> None:
        service = Service(domain_policy=DomainPolicy.ANY)
        other = Service(store=service.store, domain="example.org")
        response = other.scim("POST", "/Users", user("eve") | {"emails": []})
        assert isinstance(response.body, dict)
        refused: Any = service.scim("POST", "/Groups", group("Staff", response.body["id"]))
        assert (refused.status, refused.body["scimType"]) == (400, "invalidValue")
        assert response.body["id"] in refused.body["detail"]

    def test_a_group_larger_than_a_transaction_is_filled_in_batches(self, service: Service) -> None:
        everybody = users(service, 2 * BATCH + 3)
        body = created(service, "Staff", *everybody)
        assert sorted(member_ids(service, body["id"])) == sorted(everybody)
        assert group_ids(service, everybody[-1]) == [body["id"]]
        assert consistent(service)

    def test_a_creation_that_ran_out_of_time_goes_on_with_the_same_request(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        everybody = users(service, 3 * BATCH)
        body = group("Staff", *everybody, externalId="ext")
        with_little_time(service, monkeypatch, commits=2)
        response = service.scim("POST", "/Groups", body)
        assert response.status == 503
        assert response.headers is not None
        assert response.headers["Retry-After"]
        monkeypatch.undo()
        assert service.scim("POST", "/Groups", body | {"externalId": "another"}).status == 409
        response = service.scim("POST", "/Groups", body)
        assert response.status == 201
        assert isinstance(response.body, dict)
        assert len(response.body["members"]) == len(everybody)
        assert service.scim("POST", "/Groups", body).status == 409
        assert consistent(service)


def with_little_time(service: Service, monkeypatch: pytest.MonkeyPatch, *, commits: int) -> None:
    """Time runs out after that many commits."""
    done: list[None] = []
    commit = service.store.commit
    monkeypatch.setattr(service.store, "commit", lambda writes, **more: (done.append(None), commit(writes, **more))[1])
    original = service.invocation

    def invocation() -> Invocation:
        return replace(original(), remaining=lambda: 60.0 if len(done) < commits else 0.5)

    monkeypatch.setattr(service, "invocation", invocation)


class TestReading:
    def test_members_are_not_read_where_they_are_excluded(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = created(service, "Staff", service.create_user("ada")["id"])
        monkeypatch.setattr(service.store, "members", None)
        monkeypatch.setattr(service.store, "group_with_members", None)
        assert "members" not in read(service, f"/Groups/{body['id']}", excludedAttributes="members")
        assert read(service, f"/Groups/{body['id']}", attributes="displayName")["displayName"] == "Staff"
        listed = read(service, "/Groups", filter='displayName eq "Staff"', excludedAttributes="members")
        assert [each["id"] for each in listed["Resources"]] == [body["id"]]

    def test_a_version_that_is_known_is_not_sent_again(self, service: Service) -> None:
        body = created(service, "Staff")
        response = service.scim("GET", f"/Groups/{body['id']}", headers={"if-none-match": 'W/"1"'})
        assert (response.status, response.body) == (304, None)
        assert service.scim("GET", f"/Groups/{body['id']}", headers={"if-none-match": 'W/"2"'}).status == 200

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize("group_id", ["nothing", "0" * 32, "a%2Fb", "x" * 3000, "💥"])
    def test_an_unknown_group_is_404(self, service: Service, method: str, group_id: str) -> None:
        body = {"PUT": group("x"), "PATCH": patch({"op": "replace", "path": "displayName", "value": "x"})}.get(method)
        assert service.scim(method, f"/Groups/{group_id}", body).status == 404

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
    def test_a_group_of_another_directory_is_404(self, service: Service, method: str) -> None:
        body = created(service, "Staff")
        other = Service(store=service.store, domain="example.org")
        sent = {"PUT": group("x"), "PATCH": patch({"op": "replace", "path": "displayName", "value": "x"})}.get(method)
        assert other.scim(method, f"/Groups/{body['id']}", sent).status == 404
        assert read(other, "/Groups", filter=f'id eq "{body["id"]}"')["totalResults"] == 0


class TestChanging:
    def test_adding_and_removing_a_member_makes_a_version_each(self, service: Service) -> None:
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

    def test_what_is_so_already_changes_nothing(self, service: Service) -> None:
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

    def test_a_users_version_changes_with_its_groups_and_a_change_from_before_is_412(self, service: Service) -> None:
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

    def test_a_users_put_may_carry_its_groups_along_and_they_are_passed_over(self, service: Service) -> None:
        [ada] = users(service, 1)
        body = created(service, "Staff", ada)
        whole = read(service, f"/Users/{ada}")
        response: Any = service.scim("PUT", f"/Users/{ada}", whole | {"title": "Dr", "groups": [{"value": "other"}]})
        assert response.status == 200
        assert [each["value"] for each in response.body["groups"]] == [body["id"]]

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_if_match_of_another_version_is_412(self, service: Service, method: str) -> None:
        body = created(service, "Staff")
        sent = {"PUT": group("x"), "PATCH": patch({"op": "replace", "path": "displayName", "value": "x"})}.get(method)
        response = service.scim(method, f"/Groups/{body['id']}", sent, headers={"if-match": 'W/"7"'})
        assert response.status == 412
        assert service.scim(method, f"/Groups/{body['id']}", sent, headers={"if-match": 'W/"1"'}).status in {200, 204}

    def test_a_renamed_group_frees_its_name(self, service: Service) -> None:
        body, other = created(service, "Staff"), created(service, "Team")
        rename = patch({"op": "replace", "path": "displayName", "value": "TEAM"})
        assert service.scim("PATCH", f"/Groups/{body['id']}", rename).status == 409
        rename = patch({"op": "replace", "path": "displayName", "value": "sTaff"})
        assert service.scim("PATCH", f"/Groups/{body['id']}", rename).status == 200
        rename = patch({"op": "replace", "path": "displayName", "value": "Crew"})
        assert service.scim("PATCH", f"/Groups/{body['id']}", rename).status == 200
        assert service.scim("PUT", f"/Groups/{other['id']}", group("Staff")).status == 200

    def test_a_put_that_does_not_mention_members_keeps_them_and_an_empty_list_does_not(self, service: Service) -> None:
        [ada] = users(service, 1)
        body = created(service, "Staff", ada)
        response: Any = service.scim("PUT", f"/Groups/{body['id']}", group("Team"))
        assert [member["value"] for member in response.body["members"]] == [ada]
        response = service.scim("PUT", f"/Groups/{body['id']}", group("Team", members=[]))
        assert "members" not in response.body
        assert consistent(service)

    def test_a_put_replaces_members_and_forgets_the_external_id(self, service: Service) -> None:
        ada, bob, eve = users(service, 3)
        body = created(service, "Staff", ada, bob, externalId="ext")
        response: Any = service.scim("PUT", f"/Groups/{body['id']}", group("Staff", bob, eve))
        assert sorted(member["value"] for member in response.body["members"]) == sorted([bob, eve])
        assert "externalId" not in response.body
        assert response.body["meta"]["version"] == 'W/"2"'
        assert consistent(service)

    def test_removing_members_without_a_value_removes_all(self, service: Service) -> None:
        body = created(service, "Staff", *users(service, 3))
        response: Any = service.scim("PATCH", f"/Groups/{body['id']}", patch({"op": "remove", "path": "members"}))
        assert "members" not in response.body
        assert consistent(service)

    def test_removing_by_type_looks_at_every_member(self, service: Service) -> None:
        [ada] = users(service, 1)
        child = created(service, "Child")
        body = created(service, "Staff", ada, child["id"])
        remove = patch({"op": "remove", "path": 'members[type eq "Group"]'})
        assert service.scim("PATCH", f"/Groups/{body['id']}", remove).status == 200
        assert member_ids(service, body["id"]) == [ada]
        assert consistent(service)

    def test_a_failing_operation_leaves_members_as_they_were(self, service: Service) -> None:
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
        self, service: Service, monkeypatch: pytest.MonkeyPatch
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

    def test_a_patch_of_a_large_group_is_answered_without_its_members(self, service: Service) -> None:
        everybody = users(service, 102)
        body = created(service, "Staff", *everybody[:-1])
        add = patch({"op": "add", "path": "members", "value": [{"value": everybody[-1]}]})
        response = service.scim("PATCH", f"/Groups/{body['id']}", add)
        assert (response.status, response.body) == (204, None)
        assert response.headers is not None
        assert response.headers["ETag"].startswith("W/")
        head: Any = service.scim("PATCH", f"/Groups/{body['id']}", add, query={"excludedAttributes": "members"})
        assert (head.status, head.body["id"]) == (200, body["id"])

    def test_entra_gets_204(self) -> None:
        service = Service(profile="entra")
        [ada] = users(service, 1)
        body = created(service, "Staff")
        add = patch({"op": "Add", "path": "members", "value": [{"$ref": None, "value": ada}]})
        response = service.scim("PATCH", f"/Groups/{body['id']}", add)
        assert (response.status, response.body) == (204, None)
        assert member_ids(service, body["id"]) == [ada]

    @pytest.mark.parametrize("profile", ["entra", "generic"])
    def test_a_patch_that_names_attributes_is_answered_with_them(self, profile: str) -> None:
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

    def test_a_change_that_comes_in_between_is_taken_into_account(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada, bob = users(service, 2)
        body = created(service, "Staff")
        commit = service.store.commit
        add_bob = patch({"op": "add", "path": "members", "value": [{"value": bob}]})

        def interfering(writes: Any, **more: Any) -> None:
            monkeypatch.setattr(service.store, "commit", commit)
            assert service.scim("PATCH", f"/Groups/{body['id']}", add_bob).status == 200
            commit(writes, **more)

        monkeypatch.setattr(service.store, "commit", interfering)
        add_ada = patch({"op": "add", "path": "members", "value": [{"value": ada}]})
        response: Any = service.scim("PATCH", f"/Groups/{body['id']}", add_ada)
        assert sorted(member["value"] for member in response.body["members"]) == sorted([ada, bob])
        assert response.body["meta"]["version"] == 'W/"3"'
        assert consistent(service)

    def test_a_user_who_goes_in_between_is_no_member(self, monkeypatch: pytest.MonkeyPatch) -> None:
        service = Service(profile="okta", on_delete=OnDelete.ERASE)
        [ada] = users(service, 1)
        body = created(service, "Staff")
        commit = service.store.commit

        def interfering(writes: Any, **more: Any) -> None:
            monkeypatch.setattr(service.store, "commit", commit)
            assert service.scim("DELETE", f"/Users/{ada}").status == 204
            commit(writes, **more)

        monkeypatch.setattr(service.store, "commit", interfering)
        add = patch({"op": "add", "path": "members", "value": [{"value": ada}]})
        response: Any = service.scim("PATCH", f"/Groups/{body['id']}", add)
        assert (response.status, response.body["scimType"]) == (400, "invalidValue")
        assert ada in response.body["detail"]
        assert consistent(service)


class TestGroupsInGroups:
    def test_a_group_may_be_a_member_and_knows_nothing_of_it_in_its_representation(self, service: Service) -> None:
        child = created(service, "Child")
        parent = created(service, "Parent", child["id"])
        assert [(m["type"], m["display"]) for m in parent["members"]] == [("Group", "Child")]
        assert parent["members"][0]["$ref"] == child["meta"]["location"]
        assert read(service, f"/Groups/{child['id']}") == child
        listed = read(service, "/Groups", filter=f'members.value eq "{child["id"]}"')
        assert [each["id"] for each in listed["Resources"]] == [parent["id"]]
        assert consistent(service)

    def test_two_groups_may_be_members_of_each_other_and_go_one_after_the_other(self, service: Service) -> None:
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

    def test_a_group_is_no_member_of_itself(self, service: Service) -> None:
        body = created(service, "Staff")
        add = patch({"op": "add", "path": "members", "value": [{"value": body["id"]}]})
        response: Any = service.scim("PATCH", f"/Groups/{body['id']}", add)
        assert (response.status, response.body["scimType"]) == (400, "invalidValue")


class TestGoing:
    @pytest.mark.parametrize("on_delete", list(OnDelete))
    def test_a_user_who_goes_leaves_all_groups(self, on_delete: OnDelete) -> None:
        service = Service(on_delete=on_delete)
        ada, bob = users(service, 2)
        first, second = created(service, "First", ada, bob), created(service, "Second", ada)
        assert service.scim("DELETE", f"/Users/{ada}").status == 204
        assert member_ids(service, first["id"]) == [bob]
        after = read(service, f"/Groups/{second['id']}")
        assert "members" not in after
        assert after["meta"]["version"] == 'W/"2"'
        assert consistent(service)

    def test_a_user_in_more_groups_than_a_transaction_takes_leaves_them_all(self, service: Service) -> None:
        [ada] = users(service, 1)
        groups = [created(service, f"Group {number}", ada)["id"] for number in range(100)]
        assert sorted(group_ids(service, ada)) == sorted(groups)
        assert service.scim("DELETE", f"/Users/{ada}").status == 204
        assert all(not member_ids(service, group_id) for group_id in groups)
        assert consistent(service)

    def test_a_user_is_not_let_go_at_another_version_and_stays_in_its_groups(self, service: Service) -> None:
        [ada] = users(service, 1)
        body = created(service, "Staff", ada)
        assert service.scim("DELETE", f"/Users/{ada}", headers={"if-match": 'W/"1"'}).status == 412
        assert member_ids(service, body["id"]) == [ada]
        assert service.scim("DELETE", f"/Users/{ada}", headers={"if-match": 'W/"1.1"'}).status == 204

    def test_a_user_who_comes_back_is_in_no_group(self, service: Service) -> None:
        [ada] = users(service, 1)
        body = created(service, "Staff", ada)
        service.scim("DELETE", f"/Users/{ada}")
        again = service.create_user("u0000")
        assert again["id"] != ada
        assert "groups" not in again
        assert member_ids(service, body["id"]) == []

    def test_a_deleted_group_is_gone_at_once_and_its_name_is_free(self, service: Service) -> None:
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
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cleaning, "_MEMBERS_AT_ONCE", 2)
        everybody = users(service, 12)
        body = created(service, "Staff", *everybody)
        outer = created(service, "Outer", body["id"])
        assert service.scim("DELETE", f"/Groups/{body['id']}").status == 204
        assert service.scim("GET", f"/Groups/{body['id']}").status == 404
        assert len(service.store.members(body["id"], limit=100).members) == 4
        service.scim("DELETE", f"/Users/{everybody[-1]}")
        assert finish_deletions(service.store, service.invocation()) == 1
        assert finish_deletions(service.store, service.invocation()) == 0
        assert member_ids(service, outer["id"]) == []
        assert consistent(service)

    def test_cleaning_up_stops_in_time_and_goes_on_later(self, service: Service) -> None:
        body = created(service, "Staff", *users(service, 3))
        service.invocation = lambda: Invocation(now=service.now, remaining=lambda: 1.0)  # type: ignore[method-assign]
        assert service.scim("DELETE", f"/Groups/{body['id']}").status == 204
        assert finish_deletions(service.store, service.invocation()) == 0
        assert finish_deletions(service.store, Invocation(now=service.now)) == 1
        assert consistent(service)

    def test_a_user_in_groups_is_let_go_when_the_time_suffices(self, service: Service) -> None:
        [ada] = users(service, 1)
        body = created(service, "Staff", ada)
        service.invocation = lambda: Invocation(now=service.now, remaining=lambda: 1.0)  # type: ignore[method-assign]
        assert service.scim("DELETE", f"/Users/{ada}").status == 503
        assert member_ids(service, body["id"]) == [ada]


def test_a_contended_group_is_503(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    body = created(service, "Staff")

    def refused(writes: Any, **_: Any) -> None:
        raise RefusedError(())

    monkeypatch.setattr(service.store, "commit", refused)
    service.invocation = lambda: Invocation(now=service.now, remaining=lambda: 1.0)  # type: ignore[method-assign]
    rename = patch({"op": "replace", "path": "displayName", "value": "x"})
    response = service.scim("PATCH", f"/Groups/{body['id']}", rename)
    assert response.status == 503


def test_members_that_nobody_knows_are_still_listed_and_can_be_removed(service: Service) -> None:
    body = created(service, "Staff")
    service.store.commit([PutMember(body["id"], Member("0" * 32 + "-1"))], remaining=lambda: 60.0)
    remove = patch({"op": "remove", "path": f'members[value eq "{"0" * 32}-1"]'})
    assert service.scim("PATCH", f"/Groups/{body['id']}", remove).status == 200
    assert member_ids(service, body["id"]) == []


def test_many_additions_are_checked_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(profile="okta")
    everybody = users(service, BATCH + 5)
    body = created(service, "Staff")
    before = service.store.snapshot()
    add = patch({"op": "add", "path": "members", "value": [{"value": value} for value in [*everybody, "nobody-1"]]})
    assert service.scim("PATCH", f"/Groups/{body['id']}", add).status == 400
    assert service.scim("PUT", f"/Groups/{body['id']}", group("Staff", *everybody, "nobody-1")).status == 400
    assert service.store.snapshot() == before
    monkeypatch.setattr(lookup, "LOOKED_UP_AT_ONCE", 10)
    assert service.scim("PUT", f"/Groups/{body['id']}", group("Staff", *everybody)).status == 200
    assert consistent(service)


def test_very_many_additions_by_patch_are_looked_up_in_batches_and_go_on_where_the_time_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service(profile="okta")
    everybody = users(service, 130)
    body = created(service, "Staff", everybody[0])
    monkeypatch.setattr(lookup, "LOOKED_UP_AT_ONCE", 50)
    asked: list[int] = []
    membership = service.store.membership

    def counted(group_id: str | None, member_ids: Iterable[str]) -> Membership:
        ids = list(member_ids)
        asked.append(len(ids))
        return membership(group_id, ids)

    monkeypatch.setattr(service.store, "membership", counted)
    add = patch({"op": "add", "path": "members", "value": [{"value": value} for value in everybody]})
    # Time for two batches of look-ups, then for the writes.
    clock = iter([9.0, 3.0, 3.0])
    fresh = service.invocation
    service.invocation = lambda: replace(fresh(), remaining=lambda: next(clock, 3.0))  # type: ignore[method-assign]
    assert service.scim("PATCH", f"/Groups/{body['id']}", add).status == 503
    assert 1 < len(member_ids(service, body["id"])) < len(everybody)
    service.invocation = fresh  # type: ignore[method-assign]
    for _ in range(4):
        response = service.scim("PATCH", f"/Groups/{body['id']}", add)
        if response.status != 503:
            break
    assert response.status == 204, response.body
    assert sorted(member_ids(service, body["id"])) == sorted(everybody)
    assert max(asked) <= 50
    assert consistent(service)


def test_filters_of_a_patch_that_look_at_too_many_members_are_refused_and_change_nothing() -> None:
    service = Service(profile="generic")
    body = created(service, "Staff", *users(service, 45))
    several = " or ".join(['type eq "x"'] * 100)
    remove = [{"op": "remove", "path": f"members[{several}]"}] * 120
    rename = {"op": "replace", "path": "displayName", "value": "x"}
    response = service.scim("PATCH", f"/Groups/{body['id']}", patch(rename, *remove))
    assert (response.status, response.body["scimType"]) == (400, "tooMany")
    after = read(service, f"/Groups/{body['id']}")
    assert (after["displayName"], after["meta"], len(after["members"])) == ("Staff", body["meta"], 45)


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
