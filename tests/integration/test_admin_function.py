"""The admin function as API Gateway calls it, on moto: administrators act on accounts, and look ahead."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rightful.domain.key import Scope
from rightful.domain.organization import DomainPolicy
from rightful.ports.writes.accounts import ClaimAddress, PutAccount
from rightful.ports.writes.settings import ListToken, PutOrganization
from tests.support.builders import NOW, a_link, a_token, an_account, an_organization
from tests.support.functions import Deployed, deployed_on_moto, example

ACTION, PREVIEW = example("admin_account_action"), example("admin_preview")
ORGANIZATION = ACTION["pathParameters"]["orgId"]
ACCOUNT = ACTION["pathParameters"]["id"]
KEY = ACTION["requestContext"]["authorizer"]["tokenId"]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        key = replace(a_token("hash", scope=Scope.ADMIN, organization_id=ORGANIZATION), id=KEY)
        ours: dict[str, Any] = {"organization_id": ORGANIZATION, "claimed": True}
        people = [an_account(ACCOUNT, email="left@example.com", **ours)]
        for name in ("ada", "grace"):
            link = a_link(name, "dir", user_name=f"{name}@example.com")
            people.append(an_account(name, email=f"{name}@example.com", link=link, **ours))
        organization = an_organization(ORGANIZATION, domain_policy=DomainPolicy.ANY)
        writes = [PutOrganization(organization, None), ListToken(key)]
        for account in people:
            writes += [PutAccount(account, None), ClaimAddress(account.holds or "", account.id, NOW)]
        deployment.store.commit(writes, remaining=lambda: 10.0)
        yield deployment


def call(deployed: Deployed, event: dict[str, Any]) -> tuple[int, Any]:
    answer = deployed.call("admin", event)
    return answer["statusCode"], json.loads(answer["body"])


def test_the_example_of_an_action_frees_the_address_and_is_logged_with_who_did_it(deployed: Deployed) -> None:
    status, account = call(deployed, ACTION)

    assert status == 200, account
    assert account["email"] is None
    assert deployed.store.holds(["left@example.com"]) == {}
    [row] = deployed.store.log(ORGANIZATION, limit=10).entries
    assert (row.approver, row.explanation, row.old_email) == ("IdP", "She left in May.", "left@example.com")


def test_the_example_of_a_preview_finds_the_swap(deployed: Deployed) -> None:
    status, body = call(deployed, PREVIEW)
    assert status == 200, body
    assert [item["verdict"] for item in body["items"]] == ["swap", "swap"]


def test_the_views_are_read_from_the_index(deployed: Deployed) -> None:
    event = {**PREVIEW, "httpMethod": "GET", "resource": "/admin/v1/orgs/{orgId}/accounts", "body": None}
    found = {}
    for view in ("all", "unlinked", "claimable"):
        event["multiValueQueryStringParameters"] = {"view": [view]}
        status, body = call(deployed, event)
        assert status == 200, body
        found[view] = {item["id"] for item in body["items"]}
    assert found == {"all": {ACCOUNT, "ada", "grace"}, "unlinked": {ACCOUNT}, "claimable": set()}
