"""What a function works with: AWS clients, made when first needed and kept while it is warm; and its invocation.

The clients are botocore's, which boto3's are, too: boto3 itself would only add what it has for S3 and for resources.
"""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.aws.dynamodb.table import Tables
from rightful.aws.errors import watched
from rightful.aws.queue import SQSConflictQueue, SQSUnpublishedQueue
from rightful.ports.context import Invocation
from rightful.runtime.settings import Settings, read_settings

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.session import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_sqs import SQSClient
    from types_boto3_ssm import SSMClient

    from rightful.aws.bus import EventBridgeBus
    from rightful.aws.client_secrets import ParameterStoreSecrets


def _config(read_timeout: int = 3, attempts: int = 4) -> "Config":
    from botocore.config import Config

    # Short time-outs with retries beat one long wait: an API request has about 29 seconds, a lost packet none.
    return Config(
        connect_timeout=1,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        parameter_validation=False,
    )


@cache
def _session() -> "Session":
    from botocore.session import get_session

    return get_session()


def aws_client(service: str, config: "Config | None" = None) -> "BaseClient":
    """A client of an AWS service."""
    return _session().create_client(service, config=config or _config())


@cache
def settings() -> Settings:
    """The function's settings."""
    return read_settings()


@cache
def identity_store() -> DynamoDBStore:
    """The identity store."""
    return _store(_config())


@cache
def impatient_store() -> DynamoDBStore:
    """The identity store for what is better left than waited for: a call has one attempt, of two seconds at most."""
    return _store(_config(read_timeout=1, attempts=1))


def _store(config: "Config") -> DynamoDBStore:
    found = settings()
    tables = Tables(found.identity_table, found.event_log_table, found.log_retention)
    return DynamoDBStore(watched(cast("DynamoDBClient", aws_client("dynamodb", config))), tables)


@cache
def event_bus() -> "EventBridgeBus":
    """The event bus."""
    from rightful.aws.bus import EventBridgeBus

    return EventBridgeBus(watched(cast("EventBridgeClient", aws_client("events"))), settings().event_bus)


@cache
def unpublished_queue() -> SQSUnpublishedQueue:
    """What the publisher could not read."""
    return SQSUnpublishedQueue(cast("SQSClient", aws_client("sqs")), settings().unpublished_queue_url)


@cache
def conflict_queue() -> SQSConflictQueue:
    """The conflicts queue."""
    return SQSConflictQueue(cast("SQSClient", aws_client("sqs")), settings().conflicts_queue_url)


@cache
def client_secrets() -> "ParameterStoreSecrets":
    """Secrets that organizations' clients have at their OpenID providers."""
    from rightful.aws.client_secrets import ParameterStoreSecrets

    @cache
    def client() -> "SSMClient":
        return cast("SSMClient", aws_client("ssm"))

    return ParameterStoreSecrets(client, settings().client_secrets_prefix)


class RemainingTime(Protocol):
    """The part of a Lambda context that use cases care about."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...


def invocation_of(context: RemainingTime, correlation_id: str) -> Invocation:
    """This invocation's moment, time limit and correlation id."""
    return Invocation(
        now=datetime.now(UTC),
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
        correlation_id=correlation_id,
    )
