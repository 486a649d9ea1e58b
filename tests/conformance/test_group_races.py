"""Many clients at one group: whatever the order, both sides of every membership agree, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.conformance.conftest import Lab

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def until_taken(send: Callable[[], httpx.Response]) -> httpx.Response:
    """As every identity provider: 503 means to send it again."""
    for _ in range(20):
        response = send()
        if response.status_code != 503:
            break
    return response


def test_concurrent_changes_of_one_group_leave_both_sides_agreed(directory_of: Callable[[str], Lab]) -> None:
    with directory_of("okta").client() as client, ThreadPoolExecutor(8) as clients:

        def made(number: int) -> str:
            body = {"schemas": [USER], "userName": f"racer-{number}"}
            response = client.post("Users", json=body)
            assert response.status_code == 201, response.text
            return str(response.json()["id"])

        users = list(clients.map(made, range(24)))
        body: dict[str, Any] = {"schemas": [GROUP], "displayName": "Race", "members": [{"value": v} for v in users[:8]]}
        group = client.post("Groups", json=body).json()["id"]

        def patched(path: str, *operations: dict[str, Any]) -> int:
            message = {"schemas": [PATCH], "Operations": list(operations)}
            return until_taken(lambda: client.patch(path, json=message)).status_code

        def add(user: str) -> int:
            return patched(f"Groups/{group}", {"op": "add", "path": "members", "value": [{"value": user}]})

        def remove(user: str) -> int:
            return patched(f"Groups/{group}", {"op": "remove", "path": f'members[value eq "{user}"]'})

        def retitle(user: str) -> int:
            return patched(f"Users/{user}", {"op": "replace", "path": "title", "value": "Dr"})

        def delete(user: str) -> int:
            return until_taken(lambda: client.delete(f"Users/{user}")).status_code

        work = [
            *((remove, user) for user in users[:4]),
            *((delete, user) for user in users[4:8]),
            *((add, user) for user in users[8:]),
            *((retitle, user) for user in users[8:]),
        ]
        statuses = list(clients.map(lambda each: each[0](each[1]), work))
        assert set(statuses) <= {200, 204}, statuses

        members = {member["value"] for member in client.get(f"Groups/{group}").json()["members"]}
        assert members == set(users[8:])
        for user in users[8:]:
            shown = client.get(f"Users/{user}").json()
            assert [each["value"] for each in shown["groups"]] == [group]
            assert shown["title"] == "Dr"
        for user in users[:4]:
            assert "groups" not in client.get(f"Users/{user}").json()
        assert client.delete(f"Groups/{group}").status_code == 204
        assert all("groups" not in client.get(f"Users/{user}").json() for user in users[8:])


def test_one_name_is_given_to_one_group_however_many_ask(directory_of: Callable[[str], Lab]) -> None:
    with directory_of("okta").client() as client, ThreadPoolExecutor(8) as clients:
        body = {"schemas": [GROUP], "displayName": "Only one"}
        responses = list(clients.map(lambda _: until_taken(lambda: client.post("Groups", json=body)), range(8)))
        assert sorted(response.status_code for response in responses) == [201] + [409] * 7
        found = client.get("Groups", params={"filter": 'displayName eq "only one"'}).json()
        assert found["totalResults"] == 1
