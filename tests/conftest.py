"""What several folders of tests share: the stack of template.yaml on this machine, started once for all tests of a
session that ask for it."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.seed import SeededOrganization
    from local.stack import Stack

_NEED_THE_STACK = frozenset({"stack", "demo", "lab"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the stack, so that `-m "not stack"` leaves it out; what looks at the traces of all other tests
    comes last."""
    items.sort(key=lambda item: item.path.name.startswith("test_afterwards_"))
    for item in items:
        if _NEED_THE_STACK.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def recorded_calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the stack's functions write down each of their AWS calls (tests/support/aws_calls)."""
    return tmp_path_factory.mktemp("aws-calls")


@pytest.fixture(scope="session")
def stack(recorded_calls: Path) -> "Iterator[Stack]":
    """The running stack, with the demo and lab organizations. Each function has just the rights of its role, and its
    calls are recorded."""
    from local.stack import running_stack

    recording = {
        "BOTOCORE_EXPERIMENTAL__PLUGINS": "recorder=record_aws_calls",
        "PYTHONPATH": str(Path(__file__).parent / "support" / "aws_calls"),
        "RECORDED_AWS_CALLS": str(recorded_calls),
    }
    with running_stack(enforce_iam=True, environment=recording) as running:
        yield running


@pytest.fixture(scope="session")
def demo(stack: "Stack") -> "SeededOrganization":
    """The demo organization."""
    return stack.seeded.demo


@pytest.fixture(scope="session")
def lab(stack: "Stack") -> "SeededOrganization":
    """The lab organization: any domain, a directory for each IdP profile."""
    return stack.seeded.lab
