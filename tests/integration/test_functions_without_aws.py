"""The functions behind the API when AWS lets them down: a 503 that says when to come again, counted and logged."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.support.functions import Deployed, deployed_on_moto, example


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        yield deployment


@pytest.mark.parametrize(
    ("function", "event"),
    [("scim", "scim_get_user"), ("admin", "admin_account_action"), ("accounts", "accounts_sign_up")],
)
@pytest.mark.parametrize(
    "trouble",
    [
        ClientError({"Error": {"Code": "InternalServerError"}}, "GetItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_trouble_with_aws_is_503_with_retry_after(
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    function: str,
    event: str,
    trouble: Exception,
) -> None:
    def fails() -> Any:
        raise trouble

    monkeypatch.setattr(importlib.import_module(f"functions.{function}.app"), "identity_store", fails)
    answer = deployed.call(function, example(event))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "2")
    body = json.loads(answer["body"])
    assert (body["status"] if function == "scim" else body["error"]["code"]) in {"503", "unavailable"}
    assert '"AwsCallFailures"' in capsys.readouterr().out
