"""The store on DynamoDB (moto's) keeps the contract."""

from collections.abc import Iterator

import pytest

from rightful.aws.dynamodb.store import DynamoDBStore
from tests.contract.identity_store import IdentityStoreContract
from tests.support.tables import store_on_moto


@pytest.fixture
def store() -> Iterator[DynamoDBStore]:
    """Empty tables for each test: moto copies them for each transaction."""
    with store_on_moto() as store:
        yield store


class TestDynamoDBStore(IdentityStoreContract):
    """Everything that the contract promises."""
