"""The store keeps the contract on the tables that tests give it: they behave as moto's and MiniStack's."""

import pytest
from botocore.exceptions import ClientError

from tests.contract.identity_store import IdentityStoreContract
from tests.support.dynamodb.client import TablesClient
from tests.support.dynamodb.expressions import NotSentError
from tests.support.dynamodb.schema import IDENTITY
from tests.support.dynamodb.store import TestedStore


@pytest.fixture(scope="module")
def store() -> TestedStore:
    """One store for all tests: each has names of its own."""
    return TestedStore()


class TestTestedStore(IdentityStoreContract):
    """Everything that the contract promises."""


KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


class TestWhatIsNotSent:
    """Nothing that these tables do not understand is passed over."""

    @pytest.mark.parametrize(
        "condition",
        ["NOT attribute_exists(pk)", "a <> :a", "contains(a, :a)", "a.b = :a", "a = :a extra", "a[0] = :a", ":a = a"],
    )
    def test_an_unknown_condition_is_an_error(self, condition: str) -> None:
        with pytest.raises(NotSentError):
            TablesClient(IDENTITY).delete_item(
                TableName=IDENTITY,
                Key=KEY,
                ConditionExpression=condition,
                ExpressionAttributeValues={":a": {"S": "x"}},
            )

    @pytest.mark.parametrize("update", ["SET a = a + :a", "SET a = if_not_exists(a, :a)", "a = :a", "ADD a.b :a"])
    def test_an_unknown_update_is_an_error(self, update: str) -> None:
        with pytest.raises(NotSentError):
            TablesClient(IDENTITY).update_item(
                TableName=IDENTITY, Key=KEY, UpdateExpression=update, ExpressionAttributeValues={":a": {"N": "1"}}
            )

    def test_an_unknown_parameter_is_an_error(self) -> None:
        with pytest.raises(TypeError):
            TablesClient(IDENTITY).put_item(TableName=IDENTITY, Item=KEY, ReturnConsumedCapacity="TOTAL")


class TestWhatDynamoDBRefuses:
    """As botocore says it."""

    @pytest.mark.parametrize("number", [0, 101])
    def test_a_transaction_has_one_to_a_hundred_actions(self, number: int) -> None:
        client = TablesClient(IDENTITY)
        keys = [{"pk": {"S": "a"}, "sk": {"S": str(place)}} for place in range(number)]
        with pytest.raises(ClientError, match="ValidationException"):
            client.transact_write_items(TransactItems=[{"Delete": {"TableName": IDENTITY, "Key": key}} for key in keys])

    def test_a_transaction_does_one_thing_with_an_item(self) -> None:
        client = TablesClient(IDENTITY)
        put, delete = {"TableName": IDENTITY, "Item": KEY}, {"TableName": IDENTITY, "Key": KEY}
        with pytest.raises(ClientError, match="multiple operations on one item"):
            client.transact_write_items(TransactItems=[{"Put": put}, {"Delete": delete}])

    @pytest.mark.parametrize("values", [{}, {":a": {"S": "x"}, ":b": {"S": "x"}}])
    def test_each_placeholder_is_given_and_used(self, values: dict[str, object]) -> None:
        with pytest.raises(ClientError, match="ValidationException"):
            TablesClient(IDENTITY).delete_item(
                TableName=IDENTITY, Key=KEY, ConditionExpression="a = :a", ExpressionAttributeValues=values
            )

    @pytest.mark.parametrize("changed", [{"sk": {"S": ""}}, {"due_key": {"S": ""}}, {"pk": {"S": "é" * 1025}}])
    def test_a_key_is_neither_empty_nor_too_long(self, changed: dict[str, object]) -> None:
        with pytest.raises(ClientError, match="ValidationException"):
            TablesClient(IDENTITY).put_item(TableName=IDENTITY, Item={**KEY, **changed})

    def test_an_item_has_400_kilobytes_at_most(self) -> None:
        client = TablesClient(IDENTITY)
        client.put_item(TableName=IDENTITY, Item={**KEY, "a": {"S": "x" * 400_000}})
        with pytest.raises(ClientError, match="Item size"):
            client.put_item(TableName=IDENTITY, Item={**KEY, "a": {"S": "é" * 250_000}})
