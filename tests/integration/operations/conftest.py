"""The functions' environment, and a terminal."""

from collections.abc import Iterator

import pytest

from rightful.operations import command
from tests.support.functions import Deployed, deployed_on_moto
from tests.support.operator import Run


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """The functions' environment."""
    with deployed_on_moto() as made:
        monkeypatch.setenv("LOG_HASH_KEY", "a key")
        yield made


@pytest.fixture
def run(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; returns its exit code, what it printed, and what it complained of (less the line that says
    where it works)."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        code = command.main(arguments)
        printed = capsys.readouterr()
        first, *others = printed.err.splitlines(keepends=True) or [""]
        where = first.startswith("Working on ")
        return code, printed.out, "".join(others) if where else printed.err

    return run_command
