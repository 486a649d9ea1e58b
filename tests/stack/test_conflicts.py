"""Conflicts on the running stack: races over HTTP, and the way through queue and remediator."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.patience import eventually
from tests.support.service import email_patch, user

CONTENDERS = 16


def _name(what: str) -> str:
    return f"{what}-{secrets.token_hex(4)}"


def _create(scim: httpx.Client, name: str) -> str:
    created = scim.post("/Users", json=user(name))
    assert created.status_code == 201, created.text
    return str(created.json()["id"])


def _conflict(admin: httpx.Client, email: str) -> dict[str, Any]:
    """The newest conflict about an address, once the remediator has looked at it."""

    def about() -> list[dict[str, Any]]:
        items = admin.get("/conflicts", params={"limit": 100}).json()["items"]
        return [conflict for conflict in items if conflict["wantedEmail"] == email and conflict["status"] != "open"]

    return eventually(about, what=f"an examined conflict about {email}")[0]


@pytest.mark.parametrize("_round", range(3))
def test_of_sixteen_creates_for_one_address_one_succeeds_and_fifteen_get_409(scim: httpx.Client, _round: int) -> None:
    name = _name("race")

    def create(number: int) -> httpx.Response:
        return scim.post("/Users", json=user(name, userName=f"{name}-{number}", externalId=f"{name}-{number}"))

    with ThreadPoolExecutor(CONTENDERS) as pool:
        answers = list(pool.map(create, range(CONTENDERS)))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * (CONTENDERS - 1)
    details = {answer.json()["detail"] for answer in answers if answer.status_code == 409}
    assert details == {f"Resource [USER]: with email[{name}@example.com] already exists."}


def test_of_sixteen_renames_onto_one_address_one_succeeds_and_fifteen_get_409(scim: httpx.Client) -> None:
    name = _name("rename")
    contenders = [_create(scim, f"{name}-{number}") for number in range(CONTENDERS)]

    def rename(scim_id: str) -> httpx.Response:
        return scim.patch(f"/Users/{scim_id}", json=email_patch(f"{name}@example.com"))

    with ThreadPoolExecutor(CONTENDERS) as pool:
        answers = list(pool.map(rename, contenders))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (CONTENDERS - 1)
    found = scim.get("/Users", params={"filter": f'emails.value eq "{name}@example.com"'}).json()
    winner = contenders[[answer.status_code for answer in answers].index(200)]
    assert [resource["id"] for resource in found["Resources"]] == [winner]


def test_sixteen_patches_of_one_user_at_once_all_succeed_and_none_is_lost(scim: httpx.Client) -> None:
    scim_id = _create(scim, _name("busy"))
    types = [f"kind-{number}" for number in range(CONTENDERS)]

    def add(kind: str) -> int:
        operation = {"op": "add", "path": "phoneNumbers", "value": [{"value": f"tel:{kind}", "type": kind}]}
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
        return scim.patch(f"/Users/{scim_id}", json=body).status_code

    with ThreadPoolExecutor(CONTENDERS) as pool:
        statuses = list(pool.map(add, types))

    assert set(statuses) == {200}
    numbers = scim.get(f"/Users/{scim_id}").json()["phoneNumbers"]
    assert sorted(number["type"] for number in numbers) == sorted(types)


def test_a_leavers_address_moves_and_the_retry_gets_200(scim: httpx.Client, admin: httpx.Client) -> None:
    taken, newcomer = _name("sales"), _name("ada")
    leaver, colleague = _create(scim, taken), _create(scim, newcomer)
    assert scim.delete(f"/Users/{leaver}").status_code == 204
    email = f"{taken}@example.com"

    refused = scim.patch(f"/Users/{colleague}", json=email_patch(email))
    conflict = _conflict(admin, email)
    retried = scim.patch(f"/Users/{colleague}", json=email_patch(email))

    assert refused.status_code == 409
    assert (conflict["status"], conflict["class"]) == ("applied", "deactivated")
    assert retried.status_code == 200
    assert retried.json()["emails"][0]["value"] == email
    assert scim.get(f"/Users/{leaver}").status_code == 404


def test_an_active_colleagues_address_is_refused_with_the_next_step(scim: httpx.Client, admin: httpx.Client) -> None:
    taken = _name("grace")
    _create(scim, taken)
    other = _create(scim, _name("alan"))

    assert scim.patch(f"/Users/{other}", json=email_patch(f"{taken}@example.com")).status_code == 409
    conflict = _conflict(admin, f"{taken}@example.com")

    assert (conflict["status"], conflict["class"]) == ("refused", "active_in_directory")
    assert conflict["nextStep"]["who"]
    assert conflict["holder"]["status"] == "active"


def test_a_user_who_is_created_with_a_leavers_address_is_there_after_the_idps_retry(
    scim: httpx.Client, admin: httpx.Client
) -> None:
    taken = _name("desk")
    leaver = _create(scim, taken)
    scim.delete(f"/Users/{leaver}")
    newcomer = user(taken, userName=_name("newcomer"), externalId=_name("another-person"))

    refused = scim.post("/Users", json=newcomer)
    conflict = _conflict(admin, f"{taken}@example.com")
    thief = scim.post("/Users", json=user(taken, userName=_name("thief"), externalId=_name("thief")))
    retried = scim.post("/Users", json=newcomer)

    assert refused.status_code == 409
    assert conflict["status"] == "prepared"
    assert thief.status_code == 409, "the freed address is kept for the user who was refused it"
    assert retried.status_code == 201
    assert retried.json()["emails"][0]["value"] == f"{taken}@example.com"


def test_ending_a_pause_resolves_what_it_held_back_at_once(scim: httpx.Client, admin: httpx.Client) -> None:
    taken, newcomer = _name("paused"), _name("ada")
    leaver, colleague = _create(scim, taken), _create(scim, newcomer)
    scim.delete(f"/Users/{leaver}")
    email = f"{taken}@example.com"
    try:
        assert admin.put("/policy", json={"brakes": {"paused": True}}).status_code == 200
        assert scim.patch(f"/Users/{colleague}", json=email_patch(email)).status_code == 409
        assert _conflict(admin, email)["status"] == "waiting_approval"
    finally:
        assert admin.put("/policy", json={"brakes": {"paused": False}}).status_code == 200

    eventually(
        lambda: _conflict(admin, email)["status"], lambda status: status == "applied", what="the end of the pause"
    )
    assert scim.patch(f"/Users/{colleague}", json=email_patch(email)).status_code == 200


def test_somebody_who_comes_back_under_the_same_external_id_is_known_and_an_approval_gives_the_address(
    scim: httpx.Client, admin: httpx.Client
) -> None:
    """Remediator and admin function look for others with that id: a right that nothing else needs of them."""
    former, now = _name("former"), _name("back")
    left = scim.post("/Users", json=user(former, externalId=former)).json()["id"]
    assert scim.delete(f"/Users/{left}").status_code == 204
    back = scim.post("/Users", json=user(now, externalId=former)).json()["id"]
    email = f"{former}@example.com"
    assert scim.patch(f"/Users/{back}", json=email_patch(email)).status_code == 409

    conflict = _conflict(admin, email)
    assert (conflict["class"], conflict["status"]) == ("rehire", "waiting_approval")
    decision = {"decision": "approve", "reason": "she is back", "version": conflict["version"]}
    decided = admin.post(f"/conflicts/{conflict['id']}/decision", json=decision)
    assert (decided.status_code, decided.json()["status"]) == (200, "applied"), decided.text
    assert scim.patch(f"/Users/{back}", json=email_patch(email)).status_code == 200
