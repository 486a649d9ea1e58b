"""The conflicts queue on SQS: what is sent is what the remediator reads, and what cannot be sent is said."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from rightful.api.messages import read_message
from rightful.storage.contract import Pointer, QueueUnavailableError
from rightful.storage.queue import SQSConflictQueue

POINTER = Pointer("0193a5b0c1d2aabbccddeeff00112233", "0193a5b0c1d2ffeeddccbbaa33221100")


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture
def url(client: Any) -> str:
    made: str = client.create_queue(QueueName="conflicts")["QueueUrl"]
    return made


def test_a_pointer_that_was_sent_is_read_as_it_was_with_its_organization_as_message_group(
    client: Any, url: str
) -> None:
    SQSConflictQueue(client, url).send(POINTER, correlation_id="request-1")
    (received,) = client.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    message = read_message(received["Body"])
    assert message is not None
    assert (message.pointer, message.correlation_id) == (POINTER, "request-1")
    assert received["Attributes"]["MessageGroupId"] == POINTER.organization_id


def test_a_message_carries_no_address_and_no_decision(client: Any, url: str) -> None:
    SQSConflictQueue(client, url).send(POINTER, correlation_id="request-1")
    (received,) = client.receive_message(QueueUrl=url)["Messages"]
    assert "@" not in received["Body"]


def test_a_queue_that_is_not_there_is_reported_as_unavailable(client: Any, url: str) -> None:
    client.delete_queue(QueueUrl=url)
    with pytest.raises(QueueUnavailableError):
        SQSConflictQueue(client, url).send(POINTER, correlation_id="request-1")


def test_a_queue_that_cannot_be_reached_is_reported_as_unavailable(client: Any, url: str) -> None:
    def unreachable(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url=url)

    client.meta.events.register("before-call.sqs.SendMessage", unreachable)
    with pytest.raises(QueueUnavailableError):
        SQSConflictQueue(client, url).send(POINTER, correlation_id="request-1")
