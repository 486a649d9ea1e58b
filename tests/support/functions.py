"""The functions as deployed, on moto: their tables, queues and bus, the example events, and what they answer."""

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.paths import ROOT
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.runtime import clients
from rightful.runtime.console import doors
from tests.support.dynamodb.schema import CONSOLE
from tests.support.tables import create_tables

REGION = "eu-central-1"
BUS = "rightful"
SECRETS = "/rightful/openid-client-secrets"


class LambdaContext:
    """What functions ask of Lambda's context."""

    aws_request_id = "1fc192b7-3acf-4728-ae4b-38febcff420b"
    function_name = "rightful"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:{REGION}:123456789012:function:rightful"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


@dataclass(frozen=True)
class Deployed:
    """The functions' surroundings. `told()` takes the messages of what the bus was told."""

    store: DynamoDBStore
    sqs: Any
    events: Any
    conflicts_queue_url: str
    unpublished_queue_url: str
    sink_url: str

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """Invoke a function by the name of its folder."""
        handler: Callable[[Any, Any], Any] = importlib.import_module(f"functions.{function}.app").handler
        return handler(event, LambdaContext())

    def messages(self, queue_url: str) -> list[dict[str, Any]]:
        """The bodies of a queue's messages, taken from it."""
        bodies = []
        while found := self.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def told(self) -> list[dict[str, Any]]:
        """The details of the events that were put on the bus."""
        return [message["detail"] for message in self.messages(self.sink_url)]


def example(name: str) -> dict[str, Any]:
    """An example event, by name, from the folder events/."""
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return event


@contextmanager
def deployed_on_moto() -> Iterator[Deployed]:
    """Everything that the functions' environment names."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "POWERTOOLS_SERVICE_NAME": "test",
            "BASE_URL": "https://api.example/dev",
            "EVENT_BUS": BUS,
        }.items():
            patch.setenv(name, value)
        tables = create_tables(boto3.client("dynamodb"))
        sqs, events = boto3.client("sqs"), boto3.client("events")
        queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("conflicts", "unpublished", "sink")}
        events.create_event_bus(Name=BUS)
        sink = sqs.get_queue_attributes(QueueUrl=queues["sink"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name="all", EventBusName=BUS, EventPattern=json.dumps({"source": ["rightful"]}))
        events.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "sink", "Arn": sink}])
        patch.setenv("IDENTITY_TABLE", tables.identity)
        patch.setenv("EVENT_LOG_TABLE", tables.event_log)
        patch.setenv("CONSOLE_TABLE", CONSOLE)
        patch.setenv("CLIENT_SECRETS_PREFIX", SECRETS)
        patch.setenv("CONFLICTS_QUEUE_URL", queues["conflicts"])
        patch.setenv("UNPUBLISHED_QUEUE_URL", queues["unpublished"])
        made = (clients.settings, clients.identity_store, clients.conflict_queue, clients.event_bus)
        made += (clients.unpublished_queue, clients.impatient_store, clients.client_secrets, doors)
        for cached in made:
            cached.cache_clear()
        try:
            yield Deployed(
                clients.identity_store(), sqs, events, queues["conflicts"], queues["unpublished"], queues["sink"]
            )
        finally:
            for cached in made:
                cached.cache_clear()
