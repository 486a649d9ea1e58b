"""On a machine without a browser the tests that need one are left out, and it is said; in CI that is a failure."""

import os
import subprocess
import sys

import pytest

from local.paths import ROOT
from tests.support import chromium

NEITHER = {"CI": "", "RIGHTFUL_BROWSER_REQUIRED": ""}


def session(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A session of tests on a machine without Chromium."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments],
        cwd=ROOT,
        env={**os.environ, **NEITHER, "RIGHTFUL_CHROMIUM": "/nowhere/chromium", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_needs_a_browser_is_left_out_and_one_line_says_how_to_get_one(workers: str) -> None:
    done = session("tests/browser/test_vendored.py", "tests/browser/test_ground.py", "-n", workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert "skipped" not in done.stdout
    assert done.stdout.splitlines().count(chromium.MISSING) == 1


@pytest.mark.parametrize("required", ["CI", "RIGHTFUL_BROWSER_REQUIRED"])
def test_in_ci_that_is_a_failure(required: str) -> None:
    done = session("tests", **{required: "true"})
    assert (done.returncode, chromium.MISSING in done.stderr) == (4, True), done.stdout + done.stderr


def test_who_asks_for_other_tests_is_told_nothing() -> None:
    done = session("tests/docs/test_decisions.py", CI="true")
    assert (done.returncode, chromium.MISSING in done.stdout + done.stderr) == (0, False), done.stdout + done.stderr
