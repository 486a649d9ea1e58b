"""What several folders of tests share: the stack of template.yaml on this machine, started once for all tests of a
session that ask for it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.seed import SeededOrganization
    from local.stack import Stack

_NEED_THE_STACK = frozenset({"stack", "demo", "lab"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the stack, so that `-m "not stack"` leaves it out."""
    for item in items:
        if _NEED_THE_STACK.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def stack() -> "Iterator[Stack]":
    """The running stack, with the demo and lab organizations."""
    from local.stack import running_stack

    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def demo(stack: "Stack") -> "SeededOrganization":
    """The demo organization."""
    return stack.seeded.demo


@pytest.fixture(scope="session")
def lab(stack: "Stack") -> "SeededOrganization":
    """The lab organization: any domain, a directory for each IdP profile."""
    return stack.seeded.lab
