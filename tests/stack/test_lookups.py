"""Finding users on the running stack, by everything that has an index; and a page of a directory."""

import secrets

import httpx
import pytest

from tests.support.service import user


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
