"""The store's contract on the running stack's own tables, where transactions are real."""

import pytest

from local.stack import Stack
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.aws.dynamodb.table import Tables
from tests.contract.identity_store import IdentityStoreContract
from tests.support.dynamodb.schema import RETENTION


@pytest.fixture(scope="module")
def store(stack: Stack) -> DynamoDBStore:
    """The stack's tables; each test has names of its own."""
    client = stack.session.client("dynamodb", endpoint_url=stack.aws_endpoint_url)
    return DynamoDBStore(client, Tables(stack.identity_table, stack.event_log_table, RETENTION))


class TestDynamoDBStoreOnTheStack(IdentityStoreContract):
    """Everything that the contract promises."""
