"""The authorizer as API Gateway calls it, on moto."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from functions.authorizer import app
from rightful.core.organizations.registry import issue_token, revoke_token
from rightful.domain.key import Grant, Scope, Token
from rightful.ports.context import Context, Invocation
from rightful.runtime import clients, observability
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


@pytest.fixture
def writes(deployed: Deployed) -> Iterator[list[str]]:
    """The keys of the items that the authorizer asks to update, by partition and in order."""
    asked_for: list[str] = []
    events = clients.impatient_store().client.meta.events

    def seen(params: dict[str, Any], **_: Any) -> None:
        asked_for.append(params["Key"]["pk"]["S"].partition("#")[0])

    events.register("provide-client-params.dynamodb.*", seen, unique_id="seen")
    yield asked_for
    events.unregister("provide-client-params.dynamodb.*", unique_id="seen")


@pytest.fixture
def key(deployed: Deployed) -> tuple[str, Token]:
    """A new key, and its record."""
    return issue_token(Context(deployed.store, Invocation()), Grant(Scope.ADMIN, uuid4().hex), "Ines")


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let the authorizer's clock stand."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    monkeypatch.setattr(app, "datetime", Clock)


def noted(deployed: Deployed, token: Token) -> tuple[date | None, ...]:
    """The day of the last use, of the key and of its entry in the list."""
    found = deployed.store.token(token.sha256)
    listed = deployed.store.tokens(organization_id=token.organization_id or "")
    return tuple(each.last_used_on for each in (found, *listed) if each is not None and each.id == token.id)


def test_the_day_of_a_use_is_written_once_a_day_and_in_utc(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, writes: list[str], key: tuple[str, Token]
) -> None:
    secret, token = key
    east = timezone(timedelta(hours=9))
    for moment in (
        datetime(2027, 3, 1, 0, 0, tzinfo=UTC),
        datetime(2027, 3, 1, 23, 59, tzinfo=UTC),
        datetime(2027, 3, 2, 8, 59, tzinfo=east),  # in UTC it is still the first
        datetime(2027, 2, 28, 23, 59, tzinfo=UTC),  # a clock that is behind
    ):
        at(monkeypatch, moment)
        assert deployed.call("authorizer", asked(f"Bearer {secret}"))["principalId"] == token.id
    assert writes == ["TOKENS", "TOKEN"]
    assert noted(deployed, token) == (date(2027, 3, 1), date(2027, 3, 1))
    at(monkeypatch, datetime(2027, 3, 2, 9, 0, tzinfo=east))
    deployed.call("authorizer", asked(f"Bearer {secret}"))
    assert writes == ["TOKENS", "TOKEN"] * 2
    assert noted(deployed, token) == (date(2027, 3, 2), date(2027, 3, 2))


def test_what_is_refused_is_no_use(deployed: Deployed, writes: list[str]) -> None:
    long_ago = Context(deployed.store, Invocation(now=datetime.now(UTC) - timedelta(days=2)))
    expired, token = issue_token(long_ago, Grant(Scope.APP), "host", timedelta(days=1))
    for authorization in ("Bearer x", f"Bearer {expired}"):
        with pytest.raises(PermissionError):
            deployed.call("authorizer", asked(authorization))
    assert writes == []
    assert noted(deployed, token) == (None, None)


@pytest.mark.parametrize(
    "trouble",
    [
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "UpdateItem"),
        ReadTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_a_use_that_cannot_be_noted_is_counted_and_refuses_nobody(
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    log: StringIO,
    key: tuple[str, Token],
    trouble: Exception,
) -> None:
    secret, token = key

    def fails(**_: Any) -> None:
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(clients.impatient_store().client, "update_item", fails)
        assert deployed.call("authorizer", asked(f"Bearer {secret}"))["principalId"] == token.id
    [line] = map(json.loads, log.getvalue().splitlines())
    assert (line["what"], line["error"]) == ("key_use", type(trouble).__name__)
    assert '"AwsCallFailures"' in capsys.readouterr().out
    assert noted(deployed, token) == (None, None)
    deployed.call("authorizer", asked(f"Bearer {secret}"))
    assert None not in noted(deployed, token)


def test_a_key_that_is_revoked_while_it_is_looked_up_does_not_come_back(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, key: tuple[str, Token]
) -> None:
    secret, token = key

    def found(*_: Any) -> Token:
        revoke_token(Context(deployed.store, Invocation()), token)
        return token

    monkeypatch.setattr(app, "live_key", found)
    deployed.call("authorizer", asked(f"Bearer {secret}"))
    assert noted(deployed, token) == ()


def test_a_use_is_noted_in_one_short_attempt(deployed: Deployed) -> None:
    """The authorizer has 5 seconds, and two of these to make (template.yaml)."""
    config = clients.impatient_store().client.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert 2 * (config.connect_timeout + config.read_timeout) < 5
