"""The store in memory keeps the contract."""

import pytest

from tests.contract.identity_store import IdentityStoreContract
from tests.support.memory_store.store import MemoryStore


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """One store for all tests: each has names of its own."""
    return MemoryStore()


class TestMemoryStore(IdentityStoreContract):
    """Everything that the contract promises."""
