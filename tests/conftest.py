"""What several folders of tests share: the stack of template.yaml on this machine, started once for all tests of a
session that ask for it; and that a session leaves nothing behind, however it ends."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from local.processes import end_with, process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.seed import SeededOrganization
    from local.stack import Stack

# How long an example takes says something about the machine.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_NEED_THE_STACK = frozenset({"stack", "demo", "lab"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the stack, so that `-m "not stack"` leaves it out; what looks at the traces of all other tests
    comes last."""
    items.sort(key=lambda item: item.path.name.startswith("test_afterwards_"))
    for item in items:
        if _NEED_THE_STACK.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stack)


def pytest_configure() -> None:
    """A session does not outlive the make that started it (`make test` names itself)."""
    starter = os.environ.pop("TESTS_PARENT", "")
    if starter.isdecimal():
        running = process(int(starter))
        if running is None or os.getppid() != running.pid:
            pytest.exit("make has ended", returncode=1)
        end_with([running])


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[None]":
    """pytest removes its own temporary folder, or keeps it to be looked at where tests failed; when it is killed, this
    does."""
    helper = subprocess.Popen(
        [sys.executable, "-P", Path(__file__).parent / "support" / "tidying.py", tmp_path_factory.getbasetemp()],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    yield
    helper.communicate(b"kept")


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
