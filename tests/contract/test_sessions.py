"""The console's sessions keep their contract: on the tables that tests give them, and on moto's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rightful.aws.dynamodb.console import DynamoDBSessions
from rightful.aws.dynamodb.store import DynamoDBStore
from tests.contract.sessions import SessionsContract
from tests.support.dynamodb.schema import CONSOLE, IDENTITY, table_properties
from tests.support.dynamodb.store import TestedStore
from tests.support.names import Names
from tests.support.tables import store_on_moto


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def sessions(store: DynamoDBStore) -> DynamoDBSessions:
    return DynamoDBSessions(store.client, CONSOLE, IDENTITY)


class TestOnTestedTables(SessionsContract):
    """As all tests of the console have it."""

    @pytest.fixture
    def store(self) -> TestedStore:
        return TestedStore()

    @pytest.fixture
    def item(self, store: TestedStore) -> Callable[[str], Any]:
        stored = store.tables_of_test[CONSOLE].items

        def found(beginning: str) -> Any:
            [item] = [item for key, item in stored.items() if any(part.startswith(beginning) for part in key)]
            return item

        return found


class TestOnMoto(SessionsContract):
    """As DynamoDB has it."""

    @pytest.fixture
    def store(self) -> Iterator[DynamoDBStore]:
        with store_on_moto() as store:
            yield store

    @pytest.fixture
    def item(self, store: DynamoDBStore) -> Callable[[str], Any]:
        def found(beginning: str) -> Any:
            items = store.client.scan(TableName=CONSOLE)["Items"]
            [item] = [item for item in items if any(item[name]["S"].startswith(beginning) for name in ("pk", "sk"))]
            return item

        return found


def test_the_table_deletes_by_what_the_items_say() -> None:
    properties = table_properties(CONSOLE)
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
