"""What has happened on the stack (tests/conftest.py starts it)."""

import secrets

import httpx
import pytest

from local.deployment import STACK_NAME
from local.stack import Stack
from tests.support.patience import SECONDS, eventually
from tests.support.service import email_patch, user


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/stack/" in item.path.as_posix():
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def story(stack: Stack, scim: httpx.Client, admin: httpx.Client) -> str:
    """Something of everything happens: a leaver's address goes to a colleague. Returns the conflict's id."""
    name = f"afterwards-{secrets.token_hex(4)}"
    email = f"{name}@example.com"
    leaver = scim.post("/Users", json=user(name)).json()["id"]
    colleague = scim.post("/Users", json=user(f"{name}-colleague")).json()["id"]
    assert scim.delete(f"/Users/{leaver}").status_code == 204
    assert scim.patch(f"/Users/{colleague}", json=email_patch(email)).status_code == 409
    eventually(
        lambda: scim.patch(f"/Users/{colleague}", json=email_patch(email)).status_code,
        lambda status: status == 200,
        what="the address of the leaver",
    )
    assert scim.get("/Users", params={"filter": f'userName eq "{email}"'}).status_code == 200
    assert scim.get("/Users", params={"startIndex": 2, "count": 1}).status_code == 200
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name}
    made = scim.post("/Groups", json={**group, "members": [{"value": colleague}]})
    assert scim.get(f"/Groups/{made.json()['id']}").json()["members"][0]["value"] == colleague
    conflicts = admin.get("/conflicts", params={"limit": 100}).json()["items"]
    # A retry that was refused while the first conflict was being applied is a second one, which ends by itself.
    *_, conflict_id = [str(conflict["id"]) for conflict in conflicts if conflict["wantedEmail"] == email]
    stranger = {"Authorization": "Bearer no-such-key"}
    assert httpx.get(f"{stack.scim_url('x')}/Users", headers=stranger, timeout=SECONDS).status_code == 401
    sign_up = {"email": f"guest-{name}@example.org"}
    app = {"Authorization": f"Bearer {stack.seeded.app_token}"}
    accounts = f"{stack.base_url}/accounts/v1/accounts"
    assert httpx.post(accounts, json=sign_up, headers=app, timeout=SECONDS).status_code == 201
    return conflict_id


def output(stack: Stack, name: str) -> str:
    """One of the stack's outputs."""
    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.aws_endpoint_url)
    outputs = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]["Outputs"]
    return next(each["OutputValue"] for each in outputs if each["OutputKey"] == name)
