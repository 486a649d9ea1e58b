"""Administrators' lists, histories and look-ups go by every index that there is for them, with the rights there are."""

import httpx
import pytest

from tests.support.names import Names
from tests.support.patience import eventually
from tests.support.service import email_patch, user

_FILTERS = ["status=live", "class=deactivated", "who=organization_administrator", "directoryId=x", "accountId=x"]


@pytest.mark.parametrize("query", [*_FILTERS, "address=a@example.com", "count=true&order=oldest"])
def test_conflicts_are_listed_by_every_index(admin: httpx.Client, query: str) -> None:
    answer = admin.get(f"/conflicts?{query}")
    assert answer.status_code == 200, answer.text


def test_rows_are_found_by_account_conflict_and_address(scim: httpx.Client, admin: httpx.Client) -> None:
    address = Names().address.replace("@example.com", "-listed@example.com")
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": address, "displayName": address}
    domain = admin.get("/domains").json()["items"][0]["domain"]
    email = address.replace("example.com", domain)
    made = scim.post("/Users", json={**body, "emails": [{"value": email, "primary": True}]})
    assert made.status_code == 201, made.text
    account_id = made.json()["id"].rpartition("-")[0]
    active = {"op": "replace", "path": "active", "value": False}
    schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    assert scim.patch(f"/Users/{made.json()['id']}", json={"schemas": schemas, "Operations": [active]}).is_success
    for limit in (1, 9):
        rows = admin.get("/log", params={"accountId": account_id, "limit": limit}).json()["items"]
        assert [row["accountId"] for row in rows] == [account_id] * min(limit, 2)
    assert admin.get("/log", params={"address": email}).json()["items"]
    assert admin.get("/log", params={"conflictId": "nothing"}).json() == {"items": []}
    assert len(admin.get(f"/accounts/{account_id}/history").json()["items"]) == 2
    assert admin.get("/addresses", params={"address": email}).json()["account"]["id"] == account_id
    assert admin.get("/addresses/history", params={"address": email}).json()["items"]
    for name, value in (("userName", address), ("displayName", address), ("ids", account_id), ("email", email)):
        assert [each["id"] for each in admin.get("/accounts", params={name: value}).json()["items"]] == [account_id]
    assert admin.get("/summary").status_code == 200


def test_what_was_pushed_and_refused_is_among_the_figures(scim: httpx.Client, admin: httpx.Client) -> None:
    names, domain = Names(), admin.get("/domains").json()["items"][0]["domain"]
    holder, asker = (f"{name}-counted@{domain}" for name in (names.mine, names.other))
    before = admin.get("/statistics?days=2").json()["total"]
    wanted = [user("", userName=email, externalId=email, emails=_work(email)) for email in (holder, asker)]
    made = [scim.post("/Users", json=each) for each in wanted]
    assert [each.status_code for each in made] == [201, 201]
    for _ in range(2):
        assert scim.patch(f"/Users/{made[1].json()['id']}", json=email_patch(holder)).status_code == 409

    def grown() -> tuple[int, int, int]:
        now = admin.get("/statistics?days=2").json()["total"]
        opened = now["conflicts"]["opened"] - before["conflicts"]["opened"]
        return now["writes"] - before["writes"], now["refused"] - before["refused"], opened

    eventually(grown, lambda seen: seen[0] >= 2 and seen[1] >= 2 and seen[2] >= 1, what="figures of what was pushed")
    pushes = admin.get("/summary").json()["pushes"]
    assert any(each["lastPushAt"] is not None and each["last24Hours"]["refused"] >= 2 for each in pushes.values())


def _work(email: str) -> list[dict[str, object]]:
    return [{"value": email, "type": "work", "primary": True}]
