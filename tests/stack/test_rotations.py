"""Many people moving at once, on the running stack: a rotation of 20 and a chain of 50 resolve by themselves."""

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.stack import Stack
from tests.stack.examinations import examinations
from tests.support.patience import eventually
from tests.support.service import email_patch, user

AT_ONCE = 8
TRIPS_EACH = 20
"""How often the queue brings a conflict at most, on average: about 2 times in a rotation, and 9 in a long chain, where
each step wakes who waits for it."""


def _create_all(scim: httpx.Client, names: list[str]) -> list[str]:
    def create(name: str) -> str:
        created = scim.post("/Users", json=user(name))
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(create, names))


def _move(scim: httpx.Client, scim_id: str, name: str) -> int:
    return scim.patch(f"/Users/{scim_id}", json=email_patch(f"{name}@example.com")).status_code


def _addresses(scim: httpx.Client, scim_ids: list[str]) -> list[str]:
    def address(scim_id: str) -> str:
        return str(scim.get(f"/Users/{scim_id}").json()["emails"][0]["value"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(address, scim_ids))


def _wait_until(scim: httpx.Client, scim_ids: list[str], wanted: list[str]) -> None:
    """Wait until everybody has the wanted address."""

    def missing() -> list[tuple[str, str]]:
        held = _addresses(scim, scim_ids)
        return [pair for pair in zip(held, wanted, strict=True) if pair[0] != pair[1]]

    # Looking is work for the stack, too.
    eventually(missing, lambda pairs: not pairs, what="everybody's new address", every=1)


def _conflicts_of(admin: httpx.Client, names: list[str]) -> dict[str, str]:
    """The status of each conflict about these people's new addresses, by its id."""
    wanted = {f"{name}@example.com" for name in names}
    found: dict[str, str] = {}
    cursor = ""
    while True:
        page = admin.get("/conflicts", params={"limit": 100, **({"cursor": cursor} if cursor else {})}).json()
        found |= {each["id"]: each["status"] for each in page["items"] if each["wantedEmail"] in wanted}
        cursor = page.get("nextCursor") or ""
        if not cursor:
            return found


def _were_applied_once_each_in_few_trips(stack: Stack, admin: httpx.Client, names: list[str]) -> None:
    conflicts = _conflicts_of(admin, names)
    assert list(conflicts.values()) == ["applied"] * len(names)
    # The line of the one that applied them can come last: what it did is visible before it says so.
    trips = examinations(
        stack,
        conflicts,
        lambda lines: (
            {line["conflictId"] for line in lines} == set(conflicts)
            and any(line["effect"] == "applied" for line in lines)
        ),
    )
    applied = Counter(line["conflictId"] for line in trips if line["effect"] == "applied")
    assert set(applied.values()) == {1}
    assert len(trips) <= TRIPS_EACH * len(names)


@pytest.mark.slow
def test_a_rotation_of_twenty_people_resolves_by_itself(stack: Stack, scim: httpx.Client, admin: httpx.Client) -> None:
    tag = secrets.token_hex(3)
    names = [f"r{number}-{tag}" for number in range(20)]
    scim_ids = _create_all(scim, names)
    rotated = names[1:] + names[:1]

    statuses = [_move(scim, scim_id, name) for scim_id, name in zip(scim_ids, rotated, strict=True)]
    assert set(statuses) == {409}

    _wait_until(scim, scim_ids, [f"{name}@example.com" for name in rotated])
    _were_applied_once_each_in_few_trips(stack, admin, rotated)


@pytest.mark.slow
def test_a_chain_of_fifty_people_resolves_by_itself_once_its_end_is_free(
    stack: Stack, scim: httpx.Client, admin: httpx.Client
) -> None:
    tag = secrets.token_hex(3)
    names = [f"c{number}-{tag}" for number in range(51)]
    scim_ids = _create_all(scim, names)

    # Everybody wants the next one's address; the last of them is an active colleague, until that one moves away.
    statuses = [_move(scim, scim_id, name) for scim_id, name in zip(scim_ids[:50], names[1:], strict=True)]
    assert set(statuses) == {409}
    assert _move(scim, scim_ids[50], f"away-{tag}") == 200

    wanted = [*names[1:], f"away-{tag}"]
    _wait_until(scim, scim_ids, [f"{name}@example.com" for name in wanted])
    _were_applied_once_each_in_few_trips(stack, admin, names[1:])
