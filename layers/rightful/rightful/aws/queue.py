"""The queues on SQS: conflicts on their way to the remediator, and what the publisher could not read."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.queue import QueueUnavailableError, ReexamineAll

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_BATCH = 10
"""As many messages as SendMessageBatch takes."""


class SQSConflictQueue:
    """`ports.queue.ConflictQueue` on one standard queue.

    MessageGroupId is the organization: SQS's fair queues then keep one organization's burst from delaying the others.
    """

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, pointer: Pointer, *, correlation_id: str) -> None:
        self._send(pointer.organization_id, _pointer_body(pointer, correlation_id))

    def send_all(self, pointers: Sequence[Pointer], *, correlation_id: str) -> None:
        for start in range(0, len(pointers), _BATCH):
            batch = pointers[start : start + _BATCH]
            try:
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {
                            "Id": str(number),
                            "MessageBody": _pointer_body(pointer, correlation_id),
                            "MessageGroupId": pointer.organization_id,
                        }
                        for number, pointer in enumerate(batch)
                    ],
                )
            except (ClientError, BotoCoreError) as error:
                raise QueueUnavailableError(str(error)) from error
            if answer.get("Failed"):
                raise QueueUnavailableError(answer["Failed"][0]["Code"])

    def send_reexamine_all(self, reexamine_all: ReexamineAll, *, correlation_id: str) -> None:
        body = {
            "organizationId": reexamine_all.organization_id,
            "reexamineAfter": reexamine_all.after or "",
            "correlationId": correlation_id,
        }
        self._send(reexamine_all.organization_id, json.dumps(body))

    def _send(self, organization_id: str, body: str) -> None:
        try:
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=body, MessageGroupId=organization_id)
        except (ClientError, BotoCoreError) as error:
            raise QueueUnavailableError(str(error)) from error


def _pointer_body(pointer: Pointer, correlation_id: str) -> str:
    return json.dumps(
        {
            "organizationId": pointer.organization_id,
            "conflictId": pointer.conflict_id,
            "correlationId": correlation_id,
        }
    )


class SQSUnpublishedQueue:
    """Keeps what could not be published, for a person to look at."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def keep(self, record: str) -> None:
        """Keep one record. What AWS raises is for the caller to pass on: the record then comes again."""
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=record)
