"""Dead letters go back to the queue that they came from (SQS API reference, StartMessageMoveTask)."""

from typing import TYPE_CHECKING

from rightful.operations.deployment import OperationError

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_MOST_PER_SECOND = 50
"""Slow enough for whoever else the remediator works for."""


def redrive(client: "SQSClient", dead_letter_queue_url: str) -> int:
    """Start moving all messages of the dead-letter queue back. Examining a conflict once more changes nothing.

    Returns:
        How many are there, about.

    Raises:
        OperationError: it is not known which queue.
    """
    if not dead_letter_queue_url:
        raise OperationError("Say which deployment: --stack <name>. The dead-letter queue is one of its outputs.")
    answer = client.get_queue_attributes(
        QueueUrl=dead_letter_queue_url, AttributeNames=["QueueArn", "ApproximateNumberOfMessages"]
    )
    waiting = int(answer["Attributes"]["ApproximateNumberOfMessages"])
    if waiting:
        client.start_message_move_task(
            SourceArn=answer["Attributes"]["QueueArn"], MaxNumberOfMessagesPerSecond=_MOST_PER_SECOND
        )
    return waiting
