"""The conflicts queue on SQS: what is sent is what the remediator reads, and what cannot be sent is said."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from rightful.aws.queue import SQSConflictQueue
from rightful.aws.queue_messages import read_message
from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.queue import QueueUnavailableError, ReexamineAll

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
    assert (message.about, message.correlation_id) == (POINTER, "request-1")
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


def test_many_pointers_go_in_tens_and_each_arrives(client: Any, url: str) -> None:
    pointers = [Pointer(POINTER.organization_id, f"{number:032x}") for number in range(23)]
    calls: list[object] = []
    client.meta.events.register("before-call.sqs.SendMessageBatch", lambda **_: calls.append(1))
    SQSConflictQueue(client, url).send_all(pointers, correlation_id="request-1")
    found = []
    while received := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in received:
            message = read_message(each["Body"])
            assert message is not None
            found.append(message.about)
            client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    assert (len(calls), sorted(found, key=str)) == (3, pointers)


def test_a_batch_of_which_one_was_not_taken_is_reported_as_unavailable() -> None:
    class Client:
        def send_message_batch(self, **_: object) -> dict[str, Any]:
            return {"Successful": [], "Failed": [{"Id": "0", "Code": "InternalError"}]}

    client: Any = Client()
    with pytest.raises(QueueUnavailableError):
        SQSConflictQueue(client, "queue").send_all([POINTER], correlation_id="request-1")


@pytest.mark.parametrize("after", [None, POINTER.conflict_id])
def test_a_sweep_that_was_sent_is_read_as_it_was(client: Any, url: str, after: str | None) -> None:
    reexamine_all = ReexamineAll(POINTER.organization_id, after)
    SQSConflictQueue(client, url).send_reexamine_all(reexamine_all, correlation_id="request-1")
    (received,) = client.receive_message(QueueUrl=url)["Messages"]
    message = read_message(received["Body"])
    assert message is not None
    assert (message.about, message.correlation_id) == (reexamine_all, "request-1")


@pytest.mark.parametrize(
    "body",
    [
        '{"organizationId": "org"}',
        '{"organizationId": "org", "reexamineAfter": "CONFLICT#x"}',
        '{"organizationId": "org", "reexamineAfter": "", "conflictId": "con"}',
        '{"organizationId": "ORG#org", "reexamineAfter": ""}',
    ],
)
def test_what_the_service_never_sends_is_not_read(body: str) -> None:
    assert read_message(body) is None
