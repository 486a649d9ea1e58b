"""The store in memory keeps the contract."""

import pytest

from rightful.storage.memory import MemoryStore
from tests.contract.identity_store import IdentityStoreContract


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """One store for all tests: each has names of its own."""
    return MemoryStore()


class TestMemoryStore(IdentityStoreContract):
    """Everything that the contract promises."""
