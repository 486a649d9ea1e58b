"""Finding users on the running stack, by everything that has an index; and a page of a directory."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.service import patch, user


@pytest.fixture(scope="module")
def ada(scim: httpx.Client) -> dict[str, object]:
    name = f"ada-{secrets.token_hex(4)}"
    home = {"value": f"home-{name}@example.com", "type": "home"}
    work = {"value": f"{name}@example.com", "type": "work", "primary": True}
    created = scim.post("/Users", json=user(name, displayName=f"Ada {name}", emails=[work, home]))
    assert created.status_code == 201, created.text
    found: dict[str, object] = created.json()
    return found


@pytest.mark.parametrize(
    "filter_text",
    [
        'userName eq "{name}@example.com"',
        'userName eq "{upper}@EXAMPLE.COM"',
        'externalId eq "ext-{name}"',
        'emails.value eq "{name}@example.com"',
        'emails[type eq "work"].value eq "{name}@example.com"',
        'emails.value eq "home-{name}@example.com"',
        'displayName eq "Ada {name}"',
        'id eq "{id}"',
    ],
)
def test_a_user_is_found_by_an_equality(scim: httpx.Client, ada: dict[str, object], filter_text: str) -> None:
    name = str(ada["userName"]).partition("@")[0]
    text = filter_text.format(name=name, upper=name.upper(), id=ada["id"])

    found = scim.get("/Users", params={"filter": text})

    assert found.status_code == 200, found.text
    assert [resource["id"] for resource in found.json()["Resources"]] == [ada["id"]]
    assert found.json()["totalResults"] == 1


def test_nobody_is_found_by_what_nobody_has(scim: httpx.Client) -> None:
    found = scim.get("/Users", params={"filter": f'externalId eq "{secrets.token_hex(8)}"'}).json()

    assert (found["totalResults"], found["Resources"]) == (0, [])


def test_pages_by_index_and_by_cursor_name_the_same_users(scim: httpx.Client, ada: dict[str, object]) -> None:
    total = scim.get("/Users", params={"count": 0}).json()["totalResults"]
    by_index: list[str] = []
    while len(by_index) < total:
        page = scim.get("/Users", params={"startIndex": len(by_index) + 1, "count": 40}).json()
        by_index += [resource["id"] for resource in page["Resources"]]
        assert page["Resources"], page
    by_cursor: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = scim.get("/Users", params={"cursor": cursor, "count": 40}).json()
        by_cursor += [resource["id"] for resource in page["Resources"]]
        cursor = page.get("nextCursor")

    assert by_index == by_cursor
    assert ada["id"] in by_index
    assert len(set(by_index)) == total


def test_users_who_get_and_lose_a_shared_address_at_once_are_all_found_by_it_and_then_none(
    scim: httpx.Client,
) -> None:
    shared = f"desk-{secrets.token_hex(4)}@example.com"
    names = [f"shares-{secrets.token_hex(4)}" for _ in range(12)]

    def create(name: str) -> str:
        own = {"value": f"{name}@example.com", "type": "work", "primary": True}
        created = scim.post("/Users", json=user(name, emails=[own, {"value": shared, "type": "other"}]))
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    def lose(user_id: str) -> None:
        answer = scim.patch(f"/Users/{user_id}", json=patch({"op": "remove", "path": 'emails[type eq "other"]'}))
        assert answer.status_code == 200, answer.text

    def found() -> set[str]:
        answer = scim.get("/Users", params={"filter": f'emails.value eq "{shared}"'}).json()
        return {resource["id"] for resource in answer["Resources"]}

    with ThreadPoolExecutor(12) as threads:
        ids = list(threads.map(create, names))
        assert found() == set(ids)
        list(threads.map(lose, ids))
    assert found() == set()
