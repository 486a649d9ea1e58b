"""What several threads ask of the tables of these tests, as an import and a deletion do: moto is not made for it."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.ports.writes.accounts import PutAccount
from tests.support.builders import an_account
from tests.support.tables import store_on_moto


@pytest.fixture
def store() -> Iterator[DynamoDBStore]:
    """Empty tables. Threads take turns far more often than they would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with store_on_moto() as made:
        yield made
    sys.setswitchinterval(before)


def test_transactions_and_reads_at_once_do_not_get_into_each_others_way(store: DynamoDBStore) -> None:
    def work(number: int) -> None:
        account, other = (an_account(f"{kind}{number}", email=f"{kind}{number}@example.com") for kind in "ab")
        store.commit([PutAccount(account, None), PutAccount(other, None)], remaining=lambda: 600.0)
        assert store.account(f"nobody{number}") is None
        assert store.account(account.id) == account

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(120)))
