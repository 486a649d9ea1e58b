"""A directory of its own on the running stack, deleted over HTTP, and another one by the janitor."""

import json
import secrets
from datetime import timedelta

import httpx
import pytest

from local.seed import SeededOrganization
from local.stack import Stack
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.aws.dynamodb.table import Tables
from rightful.core.administration.directory_deletion import begin
from rightful.ports.context import Context, Invocation
from tests.support.patience import SECONDS
from tests.support.service import user


def _directory(stack: Stack, admin: httpx.Client, name: str) -> tuple[str, httpx.Client]:
    made = admin.post("/directories", json={"name": name})
    assert made.status_code == 201, made.text
    directory_id = made.json()["id"]
    key = admin.post(f"/directories/{directory_id}/tokens", json={}).json()["token"]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/scim+json"}
    return directory_id, httpx.Client(base_url=stack.scim_url(directory_id), headers=headers, timeout=SECONDS)


def _people(scim: httpx.Client, name: str) -> list[str]:
    ids = []
    for number in range(2):
        created = scim.post("/Users", json=user(f"{name}-{number}"))
        assert created.status_code == 201, created.text
        ids.append(created.json()["id"])
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name}
    made = scim.post("/Groups", json={**group, "members": [{"value": each} for each in ids]})
    assert made.status_code == 201, made.text
    return [each.rpartition("-")[0] for each in ids]


@pytest.mark.parametrize("by_janitor", [False, True])
def test_a_deleted_directory_lets_its_people_go_and_its_key_opens_nothing(
    stack: Stack, demo: SeededOrganization, admin: httpx.Client, by_janitor: bool
) -> None:
    name = f"goes-{secrets.token_hex(4)}"
    directory_id, scim = _directory(stack, admin, name)
    account_ids = _people(scim, name)
    if by_janitor:
        client = stack.session.client("dynamodb", endpoint_url=stack.aws_endpoint_url)
        store = DynamoDBStore(client, Tables(stack.identity_table, stack.event_log_table, timedelta(days=90)))
        state = store.directory_state(demo.id, directory_id)
        assert state is not None
        begin(Context(store, Invocation()), state.directory, by="Nobody")
        functions = stack.session.client("lambda", endpoint_url=stack.aws_endpoint_url)
        answer = functions.invoke(FunctionName=stack.functions["janitor"], Payload=json.dumps({"id": "round"}))
        assert "FunctionError" not in answer, answer["Payload"].read()
    else:
        assert admin.delete(f"/directories/{directory_id}").status_code == 400
        answers = {admin.delete(f"/directories/{directory_id}", params={"confirm": name}).status_code}
        assert answers <= {202, 204}
        for _ in range(100):
            if admin.delete(f"/directories/{directory_id}", params={"confirm": name}).status_code == 404:
                break
    assert admin.get(f"/directories/{directory_id}").status_code == 404
    assert scim.post("/Users", json=user(f"{name}-late")).status_code in {401, 404}
    for account_id in account_ids:
        account = admin.get(f"/accounts/{account_id}").json()
        assert (account["status"], account["link"]) == ("deactivated", None)
    keys = admin.get("/tokens").json()["items"]
    assert directory_id not in {key["directoryId"] for key in keys}
    assert [key["owner"] for key in keys if key["own"]] == ["Local administrator"]
    assert admin.delete(f"/tokens/{next(key['id'] for key in keys if key['own'])}").status_code == 409
