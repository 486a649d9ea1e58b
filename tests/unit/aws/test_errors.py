"""Refused attempts of AWS calls are told, those that botocore repeats by itself included."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from rightful.aws import errors


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bool]]]:
    """What an observer was told."""
    monkeypatch.setattr(errors, "_observers", [])
    told: list[tuple[str, bool]] = []

    def observer(operation: str, contended: bool) -> None:
        told.append((operation, contended))

    errors.observe_attempts(observer)
    errors.observe_attempts(observer)
    return told


def client_that_is_answered(*answers: dict[str, Any]) -> Any:
    """A DynamoDB client whose attempts get these answers, in turn."""
    client = boto3.client(
        "dynamodb",
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 3}),
    )
    left = iter(answers)

    class Raw:
        def __init__(self, body: bytes) -> None:
            self.body = body

        def stream(self, *_: object, **__: object) -> Iterator[bytes]:
            yield self.body

    def answer(request: Any, **_: object) -> AWSResponse:
        document = next(left)
        status = 400 if "__type" in document else 200
        return AWSResponse(request.url, status, {}, Raw(json.dumps(document).encode()))

    client.meta.events.register("before-send.dynamodb", answer)
    return errors.watched(client)


def throttled() -> dict[str, Any]:
    return {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "slow down"}


def cancelled(*codes: str) -> dict[str, Any]:
    reasons = [{"Code": code} for code in codes]
    return {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "CancellationReasons": reasons}


def test_a_throttled_attempt_is_told_although_the_call_succeeds(
    heard: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    client_that_is_answered(throttled(), {}).get_item(TableName="table", Key={"pk": {"S": "x"}})
    assert heard == [("GetItem", False)]


def test_contention_of_a_transaction_is_told(heard: list[tuple[str, bool]]) -> None:
    client = client_that_is_answered(cancelled("None", "TransactionConflict"))
    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=[])
    assert heard == [("TransactWriteItems", True)]


def test_a_refused_condition_is_no_trouble(heard: list[tuple[str, bool]]) -> None:
    client = client_that_is_answered(cancelled("None", "ConditionalCheckFailed"))
    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=[])
    assert heard == []
