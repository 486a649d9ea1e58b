"""What comes in between, what is too much, and what ends in the middle."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from rightful.core.groups import request as lookup
from rightful.core.groups.member_delta import BATCH
from rightful.domain.organization import OnDelete
from rightful.ports.context import Invocation
from rightful.ports.store.groups import Membership
from rightful.ports.writes.groups import PutMember
from rightful.ports.writes.transaction import RefusedError
from rightful.scim.patch.members import Member
from tests.support.service import Service, patch
from tests.unit.api.scim.groups.world import (
    consistent,
    created,
    group,
    member_ids,
    read,
    users,
)


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_change_that_comes_in_between_is_taken_into_account(
    service: Service, monkeypatch: pytest.MonkeyPatch
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


def test_a_user_who_goes_in_between_is_no_member(monkeypatch: pytest.MonkeyPatch) -> None:
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
