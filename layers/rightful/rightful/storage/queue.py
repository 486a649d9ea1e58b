"""The queues on SQS: conflicts on their way to the remediator, and what the publisher could not read."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.storage.contract import Pointer, QueueUnavailableError

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


class SQSConflictQueue:
    """`storage.contract.ConflictQueue` on one standard queue.

    MessageGroupId is the organization: SQS's fair queues then keep one organization's burst from delaying the others.
    """

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, pointer: Pointer, *, correlation_id: str) -> None:
        """See `ConflictQueue.send`."""
        body = {
            "organizationId": pointer.organization_id,
            "conflictId": pointer.conflict_id,
            "correlationId": correlation_id,
        }
        try:
            self._client.send_message(
                QueueUrl=self._queue_url, MessageBody=json.dumps(body), MessageGroupId=pointer.organization_id
            )
        except (ClientError, BotoCoreError) as error:
            raise QueueUnavailableError(str(error)) from error


class SQSUnpublishedQueue:
    """Keeps what could not be published, for a person to look at."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def keep(self, record: str) -> None:
        """Keep one record. What AWS raises is for the caller to pass on: the record then comes again."""
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=record)
