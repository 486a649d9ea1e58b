"""DynamoDB as moto has it: single-threaded, small tables, one pair for each module."""

from collections.abc import Iterator

import pytest

from rightful.aws.dynamodb.store import DynamoDBStore
from tests.support.names import Names
from tests.support.tables import store_on_moto


@pytest.fixture(scope="module")
def store() -> Iterator[DynamoDBStore]:
    """One pair of tables for all tests of a module: each has names of its own."""
    with store_on_moto() as store:
        yield store


@pytest.fixture
def names() -> Names:
    """Names of this test's own."""
    return Names()
