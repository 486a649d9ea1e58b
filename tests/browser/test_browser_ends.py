"""No browser outlives a session of tests, and neither do its files; whatever is killed, and however."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.patience import eventually
from tests.support.started import Started

pytestmark = pytest.mark.slow


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: the browser has sockets below it."""
    made = Path(tempfile.mkdtemp())
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_session_with_a_browser_that_is_killed_leaves_nothing(
    browser: object, folder: Path, number: signal.Signals
) -> None:
    said = folder / "said"
    test = folder / "test_that_hangs.py"
    test.write_text(
        "import pathlib, time\n"
        "def test_that_hangs(browser):\n"
        "    browser.new_page().goto('data:text/html,a page')\n"
        f"    pathlib.Path({str(said)!r}).touch()\n"
        "    time.sleep(3600)\n"
    )
    plugins = ("-p", "tests.conftest", "-p", "tests.browser.conftest", "-p", "no:cacheprovider")
    program = Started([sys.executable, "-m", "pytest", *plugins, "-c", "pyproject.toml", str(test)], folder)
    try:
        eventually(lambda: said.exists() or not program.is_running(), what="the test")
        assert said.exists(), program.said()
        before = program.tree()
        assert len(before) >= 7, "itself, two helpers, Playwright's driver, and at least three of the browser"
        program.kill(number)
        program.wait()
        eventually(lambda: [one for one in before if one.is_running()], lambda left: not left, what="no process")
        eventually(lambda: files_in(program.temporary), lambda left: not left, what="no file")
    finally:
        program.clear()
