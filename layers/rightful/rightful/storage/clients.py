"""AWS clients, made when first needed and kept while the function is warm."""

from functools import cache
from typing import TYPE_CHECKING

from rightful.settings import Settings, read_settings
from rightful.storage.attempts import watched
from rightful.storage.dynamodb import DynamoDBStore
from rightful.storage.queue import SQSConflictQueue, SQSUnpublishedQueue
from rightful.storage.transactions import Tables

if TYPE_CHECKING:
    from botocore.config import Config

    from rightful.storage.bus import EventBridgeBus


def _config() -> "Config":
    from botocore.config import Config

    # Short time-outs with retries beat one long wait: an API request has about 29 seconds, a lost packet none.
    return Config(
        connect_timeout=1,
        read_timeout=3,
        retries={"mode": "standard", "total_max_attempts": 4},
        parameter_validation=False,
    )


@cache
def settings() -> Settings:
    """The function's settings."""
    return read_settings()


@cache
def identity_store() -> DynamoDBStore:
    """The identity store."""
    import boto3

    found = settings()
    tables = Tables(found.identity_table, found.event_log_table, found.log_retention)
    return DynamoDBStore(watched(boto3.client("dynamodb", config=_config())), tables)


@cache
def event_bus() -> "EventBridgeBus":
    """The event bus."""
    import boto3

    from rightful.storage.bus import EventBridgeBus

    return EventBridgeBus(watched(boto3.client("events", config=_config())), settings().event_bus)


@cache
def unpublished_queue() -> SQSUnpublishedQueue:
    """What the publisher could not read."""
    import boto3

    return SQSUnpublishedQueue(boto3.client("sqs", config=_config()), settings().unpublished_queue_url)


@cache
def conflict_queue() -> SQSConflictQueue:
    """The conflicts queue."""
    import boto3

    return SQSConflictQueue(boto3.client("sqs", config=_config()), settings().conflicts_queue_url)
