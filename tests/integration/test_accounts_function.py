"""The accounts function as API Gateway calls it, on moto."""

import json
from collections.abc import Iterator

import pytest

from rightful.ports.writes.accounts import PutAccount
from tests.support.builders import an_account
from tests.support.functions import Deployed, deployed_on_moto, example


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        yield deployment


def test_the_example_of_a_sign_up_makes_an_account_and_sent_again_finds_it(deployed: Deployed) -> None:
    first = deployed.call("accounts", example("accounts_sign_up"))
    again = deployed.call("accounts", example("accounts_sign_up"))

    assert (first["statusCode"], again["statusCode"]) == (201, 200)
    assert json.loads(first["body"]) == json.loads(again["body"])
    account_id = json.loads(first["body"])["id"]
    assert first["headers"]["Location"] == f"https://api.example/dev/accounts/v1/accounts/{account_id}"
    assert deployed.store.holds(["ada@example.com"])["ada@example.com"].account_id == account_id


def test_the_example_of_a_login_is_noted(deployed: Deployed) -> None:
    event = example("accounts_login_seen")
    account_id = event["pathParameters"]["id"]
    deployed.store.commit([PutAccount(an_account(account_id), None)], remaining=lambda: 10.0)

    answers = [deployed.call("accounts", event)["statusCode"] for _ in range(2)]

    assert answers == [204, 204]
    account = deployed.store.account(account_id)
    assert account is not None
    assert account.last_login_at is not None
    assert account.version == 2


@pytest.mark.parametrize("scope", ["scim", "admin", "operator", ""])
def test_a_key_of_another_scope_opens_nothing(deployed: Deployed, scope: str) -> None:
    event = example("accounts_sign_up")
    event["requestContext"]["authorizer"]["scope"] = scope
    answer = deployed.call("accounts", event)
    assert answer["statusCode"] == 403
    assert json.loads(answer["body"])["error"]["code"] == "forbidden"
