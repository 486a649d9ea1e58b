"""Groups of the service in memory: making, reading and checking them."""

from dataclasses import replace
from typing import Any

import pytest

from rightful.domain.account import Account
from rightful.domain.group import Group
from rightful.ports.context import Invocation
from tests.support.service import Service

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
    on_members = {
        (group_id, account.link.scim_id)
        for account in service.store.all_of(Account)
        if account.link
        for group_id in account.group_ids
    } | {(parent, head.id) for head in heads.values() for parent in head.parent_ids}
    live = sum(not head.deleted for head in heads.values())
    return on_groups == on_members and service.store.number_of_groups(service.directory.id) == live


def with_little_time(service: Service, monkeypatch: pytest.MonkeyPatch, *, commits: int) -> None:
    """Time runs out after that many commits."""
    done: list[None] = []
    commit = service.store.commit
    monkeypatch.setattr(service.store, "commit", lambda writes, **more: (done.append(None), commit(writes, **more))[1])
    original = service.invocation

    def invocation() -> Invocation:
        return replace(original(), remaining=lambda: 60.0 if len(done) < commits else 0.5)

    monkeypatch.setattr(service, "invocation", invocation)
