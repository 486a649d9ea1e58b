"""Clients of the stack (tests/conftest.py starts it)."""

from collections.abc import Iterator

import httpx
import pytest

from local.seed import SeededOrganization
from local.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/stack/" in item.path.as_posix():
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def scim(stack: Stack, demo: SeededOrganization) -> Iterator[httpx.Client]:
    """The demo directory, as its identity provider talks to it."""
    directory = demo.directories["generic"]
    with httpx.Client(
        base_url=stack.scim_url(directory.id),
        headers={"Authorization": f"Bearer {directory.scim_token}", "Content-Type": "application/scim+json"},
        timeout=90,
    ) as client:
        yield client


@pytest.fixture(scope="session")
def admin(stack: Stack, demo: SeededOrganization) -> Iterator[httpx.Client]:
    """The demo organization, as its administrator talks to it."""
    with httpx.Client(
        base_url=stack.admin_url(demo.id),
        headers={"Authorization": f"Bearer {demo.admin_token}"},
        timeout=90,
    ) as client:
        yield client
