"""The tables as template.yaml defines them, on whatever speaks DynamoDB: keys and indexes cannot drift apart."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

import tests.support.moto_at_speed  # noqa: F401 - importing it is what makes the difference
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.aws.dynamodb.table import Tables
from tests.support.dynamodb.schema import CONSOLE, EVENT_LOG, IDENTITY, TABLES, table_properties

_CREATED_WITH = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")

_action = DynamoHandler.call_action
_one_at_a_time = threading.RLock()


def _alone(handler: DynamoHandler) -> Any:
    """moto's transactions copy their tables while other threads' calls change them: each call waits for the others."""
    with _one_at_a_time:
        return _action(handler)


DynamoHandler.call_action = _alone  # type: ignore[method-assign]


def create_tables(client: Any) -> Tables:
    """Make the tables, empty; the console's among them."""
    for logical_id in (IDENTITY, EVENT_LOG, CONSOLE):
        properties = table_properties(logical_id)
        wanted = {name: properties[name] for name in _CREATED_WITH if name in properties}
        client.create_table(TableName=logical_id, **wanted)
    return TABLES


@cache
def _client() -> Any:
    """A client costs more than two tables: all tests share one. It has to be made while moto is on."""
    return boto3.client(
        "dynamodb",
        region_name="eu-central-1",
        # moto looks at no signature, and one takes as long as what is signed.
        config=Config(retries={"mode": "standard", "total_max_attempts": 4}, signature_version=UNSIGNED),
    )


@contextmanager
def store_on_moto() -> Iterator[DynamoDBStore]:
    """A store on moto's DynamoDB, with empty tables."""
    with mock_aws():
        client = _client()
        yield DynamoDBStore(client, create_tables(client))
