"""What several folders of tests share: the stack of template.yaml on this machine, started once for all tests of a
session that ask for it; and that a session leaves nothing behind, however it ends."""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from local.processes import end_with, process
from tests.support import chromium
from tests.support.patience import SECONDS
from tests.support.tidying import tidying
from tests.support.units_of_work import ON_THE_STACK, ByUnit, in_order, tell_apart, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from xdist.remote import Producer

    from local.seed import SeededOrganization
    from local.stack import Stack

# How long an example takes says something about the machine.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_NEED_THE_STACK = frozenset({"stack", "demo", "lab"})
_STACK = pytest.StashKey["Stack"]()
_TIDYING = pytest.StashKey["subprocess.Popen[bytes]"]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs the stack, so that `-m "not stack"` leaves it out, and put all into the order of their units.
    Leave out what needs a browser where there is none."""
    tell_apart(items)
    if chromium.executable() is None:
        items[:], left_out = chromium.without_browser(items)
        if left_out:
            config.hook.pytest_deselected(items=left_out)
    items[:] = in_order(items)
    for item in items:
        if _NEED_THE_STACK.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stack)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say in one line that tests were left out."""
    if chromium.executable() is None and chromium.are_asked_for(config):
        terminalreporter.write_line(chromium.MISSING, yellow=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> ByUnit:
    """Share whole units out, in their order and not by how many tests they have."""
    config.option.loadscopereorder = False
    return ByUnit(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """A session does not outlive the make that started it (`make test` names itself), nor a worker its session."""
    starter = str(os.getppid()) if hasattr(config, "workerinput") else os.environ.pop("TESTS_PARENT", "")
    if starter.isdecimal():
        running = process(int(starter))
        if running is None or os.getppid() != running.pid:
            pytest.exit("what started this session has ended", returncode=1)
        end_with([running])
    if chromium.executable() is None and chromium.is_required() and chromium.are_asked_for(config):
        raise pytest.UsageError(f"In CI no test may be left out. {chromium.MISSING}")


def pytest_sessionstart(session: pytest.Session) -> None:
    """pytest removes its own temporary folder, or keeps it to be looked at where tests failed; when it is killed, a
    helper does. A worker has a folder in that of its session."""
    session.stash[_TIDYING] = tidying(session.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The helper has nothing to do."""
    session.stash[_TIDYING].communicate(b"kept")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> "Iterator[None]":
    """The stack ends with the last test of its unit, while the next ones run, and not with the session: to remove what
    it has unpacked takes seconds."""
    yield
    running = item.session.stash.get(_STACK, None)
    if running and nextitem and unit_of(item.nodeid) == ON_THE_STACK != unit_of(nextitem.nodeid):
        threading.Thread(target=running.stop).start()


@pytest.fixture(scope="session")
def recorded_calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the stack's functions write down each of their AWS calls (tests/support/aws_calls)."""
    return tmp_path_factory.mktemp("aws-calls")


@pytest.fixture(scope="session")
def stack(recorded_calls: Path, request: pytest.FixtureRequest) -> "Iterator[Stack]":
    """The running stack, with the demo and lab organizations. Each function has just the rights of its role, and its
    calls are recorded."""
    from local.stack import running_stack

    recording = {
        "BOTOCORE_EXPERIMENTAL__PLUGINS": "recorder=record_aws_calls",
        "PYTHONPATH": str(Path(__file__).parent / "support" / "aws_calls"),
        "RECORDED_AWS_CALLS": str(recorded_calls),
    }
    with running_stack(enforce_iam=True, environment=recording) as running:
        request.session.stash[_STACK] = running
        yield running


@pytest.fixture(scope="session")
def demo(stack: "Stack") -> "SeededOrganization":
    """The demo organization."""
    return stack.seeded.demo


@pytest.fixture(scope="session")
def lab(stack: "Stack") -> "SeededOrganization":
    """The lab organization: any domain, a directory for each IdP profile."""
    return stack.seeded.lab


@pytest.fixture(scope="session")
def scim(stack: "Stack", demo: "SeededOrganization") -> "Iterator[httpx.Client]":
    """The demo directory, as its identity provider talks to it."""
    directory = demo.directories["generic"]
    with _client(stack.scim_url(directory.id), directory.scim_token, "application/scim+json") as client:
        yield client


@pytest.fixture(scope="session")
def admin(stack: "Stack", demo: "SeededOrganization") -> "Iterator[httpx.Client]":
    """The demo organization, as its administrator talks to it."""
    with _client(stack.admin_url(demo.id), demo.admin_token) as client:
        yield client


@pytest.fixture(scope="session")
def app(stack: "Stack") -> "Iterator[httpx.Client]":
    """The host application."""
    with _client(f"{stack.base_url}/accounts/v1", stack.seeded.app_token) as client:
        yield client


def _client(base_url: str, key: str, content_type: str = "application/json") -> "httpx.Client":
    import httpx

    headers = {"Authorization": f"Bearer {key}", "Content-Type": content_type}
    return httpx.Client(base_url=base_url, headers=headers, timeout=SECONDS)
