"""An externalId that two people have in one directory, on the running stack: whoever asks who has it may do so."""

import secrets
from typing import Any

import httpx

from local.stack import Stack
from tests.stack.examinations import examinations
from tests.support.patience import eventually
from tests.support.service import email_patch, user


def test_a_conflict_and_a_preview_between_two_who_share_an_external_id_are_answered(
    stack: Stack, scim: httpx.Client, admin: httpx.Client
) -> None:
    name = f"shared-{secrets.token_hex(4)}"
    held, own = f"{name}-a@example.com", f"{name}-b@example.com"
    ids = [scim.post("/Users", json=user(f"{name}-{letter}", externalId=name)).json()["id"] for letter in ("a", "b")]
    assert len(set(ids)) == 2

    preview = admin.post("/email-changes/preview", json={"changes": [{"from": own, "to": held}]})
    assert preview.status_code == 200, preview.text
    (forecast,) = preview.json()["items"]
    assert forecast["holder"] is not None

    assert scim.patch(f"/Users/{ids[1]}", json=email_patch(held)).status_code == 409

    def about() -> list[dict[str, Any]]:
        items = admin.get("/conflicts", params={"limit": 100}).json()["items"]
        return [conflict for conflict in items if conflict["wantedEmail"] == held]

    (conflict,) = eventually(about, what="the conflict")
    (line, *_) = examinations(stack, {conflict["id"]})
    assert line["effect"] == "decided"
