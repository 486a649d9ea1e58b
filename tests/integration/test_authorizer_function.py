"""The authorizer as API Gateway calls it, on moto."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from functions.authorizer import app
from rightful.core.organizations.registry import issue_token, revoke_token
from rightful.domain.key import Grant, Scope
from rightful.ports.context import Context, Invocation
from rightful.runtime import observability
from tests.support.functions import Deployed, deployed_on_moto

ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev/GET/scim/directory/x/Users"


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        yield deployment


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the logger writes."""
    stream = StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", stream)
    return stream


def asked(authorization: str) -> dict[str, str]:
    return {"type": "TOKEN", "authorizationToken": authorization, "methodArn": ARN}


def test_a_live_key_opens_the_whole_stage_and_says_whose_it_is(deployed: Deployed) -> None:
    secret, token = issue_token(Context(deployed.store, Invocation()), Grant(Scope.ADMIN, "org"), "Ines")
    answer = deployed.call("authorizer", asked(f"Bearer {secret}"))
    [statement] = answer["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", f"{ARN.partition('/')[0]}/dev/*/*")
    assert answer["context"]["organizationId"] == "org"
    revoke_token(Context(deployed.store, Invocation()), token)
    with pytest.raises(PermissionError, match=r"^Unauthorized$"):
        deployed.call("authorizer", asked(f"Bearer {secret}"))


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic eA==", "Bearer " + "x" * 9000, "Bearer ä"])
def test_what_is_no_key_is_unauthorized(deployed: Deployed, authorization: str) -> None:
    with pytest.raises(PermissionError, match=r"^Unauthorized$"):
        deployed.call("authorizer", asked(authorization))


def test_an_expired_key_is_unauthorized(deployed: Deployed) -> None:
    long_ago = Invocation(now=datetime.now(UTC) - timedelta(days=2))
    secret, _ = issue_token(Context(deployed.store, long_ago), Grant(Scope.APP), "host", timedelta(days=1))
    with pytest.raises(PermissionError, match=r"^Unauthorized$"):
        deployed.call("authorizer", asked(f"Bearer {secret}"))


@pytest.mark.parametrize(
    "trouble",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "GetItem"),
        ConnectTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_trouble_with_aws_is_no_401_and_is_logged_and_counted(
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    log: StringIO,
    trouble: Exception,
) -> None:
    def fails(*_: Any) -> None:
        raise trouble

    monkeypatch.setattr(app, "live_key", fails)
    with pytest.raises(type(trouble)):
        deployed.call("authorizer", asked("Bearer something"))
    [line] = map(json.loads, log.getvalue().splitlines())
    assert (line["what"], line["error"]) == ("aws_call", type(trouble).__name__)
    assert '"AwsCallFailures"' in capsys.readouterr().out
