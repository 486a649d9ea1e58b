"""What an administrator reads in the event log about groups and their members."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.core.groups.log_rows import MOST_NAMED
from rightful.core.groups.member_delta import BATCH
from rightful.ports.writes.groups import PutGroup
from tests.support.dynamodb.client import TRANSACTION_LIMIT
from tests.support.service import Service, patch

CORE = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture
def service() -> Service:
    return Service(profile="okta")


def rows(service: Service, action: str = "group.", **query: str) -> list[Any]:
    """The rows about groups, oldest first."""
    body: Any = service.admin("GET", "/log", query={"limit": "100", **query}).body
    return [row for row in reversed(body["items"]) if row["action"].startswith(action)]


def group(service: Service, name: str, *members: object, **more: object) -> Any:
    service.pass_time(timedelta(seconds=1))
    body = {"schemas": [CORE], "displayName": name, "members": [{"value": member} for member in members], **more}
    response = service.scim("POST", "/Groups", body)
    assert response.status == 201, response.body
    return response.body


def changed(service: Service, group_id: str, *operations: dict[str, object]) -> None:
    service.pass_time(timedelta(seconds=1))
    assert service.scim("PATCH", f"/Groups/{group_id}", patch(*operations)).status in {200, 204}


def account_of(service: Service, user: Any) -> str:
    return str(user["id"]).partition("-")[0]


def add(*members: object) -> dict[str, object]:
    return {"op": "add", "path": "members", "value": [{"value": member} for member in members]}


def test_a_group_is_created_renamed_and_deleted_in_the_log(service: Service) -> None:
    made = group(service, "Staff", externalId="g-1")
    changed(service, made["id"], {"op": "replace", "path": "displayName", "value": "Crew"})
    service.pass_time(timedelta(seconds=1))
    assert service.scim("DELETE", f"/Groups/{made['id']}").status == 204
    found = rows(service)
    assert [row["action"] for row in found] == ["group.created", "group.renamed", "group.deleted"]
    assert [row["subject"] for row in found] == ["Staff", "Crew", "Crew"]
    assert found[1]["explanation"] == 'Renamed from "Staff".'
    for row in found:
        assert (row["scimId"], row["externalId"], row["directoryId"]) == (made["id"], "g-1", service.directory.id)
        assert row["result"] == "done"


def test_what_happened_to_a_person_shows_its_groups(service: Service) -> None:
    ada = service.create_user("ada", displayName="Ada")
    made = group(service, "Staff")
    changed(service, made["id"], add(ada["id"]))
    changed(service, made["id"], {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'})
    found = rows(service, accountId=account_of(service, ada))
    assert [row["action"] for row in found] == ["group.member_added", "group.member_removed"]
    assert [row["subject"] for row in found] == ["Ada", "Ada"]
    assert found[0]["explanation"] == f'Added to "Staff" ({made["id"]}).'
    assert found[1]["explanation"] == f'Removed from "Staff" ({made["id"]}).'
    assert {row["scimId"] for row in found} == {ada["id"]}


def test_members_at_the_creation_are_told_on_each_of_them(service: Service) -> None:
    ada = service.create_user("ada")
    inner = group(service, "Inner")
    group(service, "Staff", ada["id"], inner["id"])
    created, *members = rows(service)[1:]
    assert created["explanation"] == "Created with 2 members."
    assert [(row["action"], row["accountId"], row["scimId"]) for row in members] == [
        ("group.member_added", account_of(service, ada), ada["id"]),
        ("group.member_added", None, inner["id"]),
    ]


def test_a_change_of_nothing_or_of_mere_attributes_tells_nothing(service: Service) -> None:
    ada = service.create_user("ada")
    made = group(service, "Staff", ada["id"])
    before = rows(service)
    changed(service, made["id"], add(ada["id"]))
    changed(service, made["id"], {"op": "add", "path": "externalId", "value": "new"})
    assert rows(service) == before


def test_many_members_are_a_number_in_one_row(service: Service) -> None:
    everybody = [service.create_user(f"u{number}")["id"] for number in range(MOST_NAMED + 1)]
    made = group(service, "Staff")
    changed(service, made["id"], add(*everybody))
    rename = {"op": "replace", "path": "displayName", "value": "Crew"}
    changed(service, made["id"], rename, {"op": "remove", "path": "members"})
    _, many, renamed = rows(service)
    assert (many["action"], many["explanation"]) == ("group.members_changed", "Added 11 members.")
    assert renamed["action"] == "group.renamed"
    assert renamed["explanation"] == 'Renamed from "Staff". Removed 11 members.'


@pytest.mark.parametrize("members", [BATCH, BATCH + 1, 2 * BATCH + 1])
def test_a_change_in_batches_is_told_once_and_fits_into_its_transactions(service: Service, members: int) -> None:
    everybody = [service.create_user(f"u{number:03d}")["id"] for number in range(members)]
    made = group(service, "Staff", *everybody)
    rename = {"op": "replace", "path": "displayName", "value": "Crew"}
    changed(service, made["id"], rename, {"op": "remove", "path": "members"})
    assert [row["explanation"] for row in rows(service)] == [
        f"Created with {members} members.",
        f'Renamed from "Staff". Removed {members} members.',
    ]


def test_a_row_is_written_with_the_change_or_not_at_all(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loses a race writes the row of what it does in the end, once."""
    ada, bob = service.create_user("ada"), service.create_user("bob")
    made = group(service, "Staff")
    commit, racing = service.store.commit, []

    def meanwhile(writes: Any, **more: Any) -> None:
        assert len(writes) <= TRANSACTION_LIMIT
        if not racing and any(isinstance(write, PutGroup) for write in writes):
            racing.append(True)
            changed(service, made["id"], add(bob["id"]))
        commit(writes, **more)

    monkeypatch.setattr(service.store, "commit", meanwhile)
    changed(service, made["id"], add(ada["id"], bob["id"]))
    told = [row["scimId"] for row in rows(service, "group.member_added")]
    assert sorted(told) == sorted([bob["id"], ada["id"]])


def test_a_user_that_leaves_its_directory_leaves_its_groups_in_the_log(service: Service) -> None:
    ada = service.create_user("ada", displayName="Ada")
    for number in range(MOST_NAMED + 2):
        group(service, f"G{number:02d}", ada["id"])
    assert service.scim("DELETE", f"/Users/{ada['id']}").status == 204
    *_, left = rows(service, "group.member_removed", accountId=account_of(service, ada))
    assert left["explanation"].count('"G') == MOST_NAMED
    assert left["explanation"].endswith("and 2 more, because the user left its directory.")
    assert (left["subject"], left["scimId"]) == ("Ada", ada["id"])


def test_a_name_that_would_break_the_line_does_not(service: Service) -> None:
    made = group(service, "Sta\nff" + "x" * 500)
    [row] = rows(service)
    assert row["subject"].startswith("Staffx")
    assert len(row["subject"]) < 201
    assert made["displayName"].startswith("Sta\nff")
