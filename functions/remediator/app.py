"""Remediator: examines the conflicts that the queue points to, and resolves what the policy allows."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from rightful.aws.errors import passes_by_itself
from rightful.aws.queue_messages import read_message
from rightful.core.conflicts.lifecycle.fail import give_up
from rightful.core.conflicts.lifecycle.requeue import reexamine_all
from rightful.core.conflicts.remediate import remediate
from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.context import Context, QueueContext
from rightful.ports.queue import ReexamineAll
from rightful.runtime.clients import conflict_queue, identity_store, invocation_of, settings
from rightful.runtime.metrics import Metric
from rightful.runtime.observability import count, examined, given_up, logger, not_examined, observed, reexamined

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

# One failing record must not hide the others: SQS delivers just that one again.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def remediate_record(record: "SQSRecord", *, context: "LambdaContext") -> None:
    """Examine the conflict that one message points to."""
    message = read_message(record.body)
    if message is None:
        logger.error("Message is not a pointer to a conflict", extra={"messageId": record.message_id})
        count(Metric.FORGED_MESSAGES)
        return
    logger.set_correlation_id(message.correlation_id)
    about = message.about
    try:
        if isinstance(about, ReexamineAll):
            reexamined(
                about, reexamine_all(identity_store(), conflict_queue(), about, correlation_id=message.correlation_id)
            )
            return
        outcome = remediate(
            QueueContext(identity_store(), invocation_of(context, message.correlation_id), conflict_queue()),
            about,
            sent_at=_sent_at(record),
            first=_deliveries(record) == 1,
        )
    except Exception as error:
        # The batch processor keeps it to itself: it only names the record, so that SQS delivers that again.
        not_examined(about, error)
        if isinstance(about, Pointer) and _is_last(record) and not passes_by_itself(error):
            given_up(give_up(Context(identity_store(), invocation_of(context, message.correlation_id)), about))
        raise
    examined(about, outcome)


def _sent_at(record: "SQSRecord") -> datetime | None:
    """When a message was sent; None: the record does not say it. A dead letter that is sent back is sent anew."""
    milliseconds = record.attributes.get("SentTimestamp")
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else None


def _is_last(record: "SQSRecord") -> bool:
    """Whether the queue sets the message aside if this delivery fails as well."""
    return _deliveries(record) >= settings().conflict_deliveries


def _deliveries(record: "SQSRecord") -> int:
    """How often it was delivered, this time included."""
    return int(record.attributes.get("ApproximateReceiveCount") or 1)


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> "PartialItemFailureResponse":
    """Work on a batch; what failed is named, so that SQS delivers it again."""
    return process_partial_response(
        event=event, record_handler=partial(remediate_record, context=context), processor=processor, context=context
    )
