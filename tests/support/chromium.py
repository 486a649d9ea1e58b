"""The machine's browser: where it is, how it is started, and what is said where there is none."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_FOLDER = Path(__file__).parents[1] / "browser"

ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Nobody but the page under test talks to anybody.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

MISSING = (
    "The browser tests were left out: there is no Chromium here. With one they run, too. "
    "On Debian: apt-get install chromium; elsewhere: RIGHTFUL_CHROMIUM=/path/to/it"
)


def executable() -> str | None:
    """The browser of this machine, or None."""
    named = os.environ.get("RIGHTFUL_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for found in map(shutil.which, (*_NAMES, *_APPLICATIONS)) if found), None)


def is_required() -> bool:
    """Whether tests may not be left out: in CI."""
    return any(
        os.environ.get(name, "").lower() not in {"", "0", "false"} for name in ("CI", "RIGHTFUL_BROWSER_REQUIRED")
    )


def are_asked_for(config: pytest.Config) -> bool:
    """Whether the session's arguments lead to tests with a browser."""
    asked = [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    return any(path.is_relative_to(_FOLDER) or _FOLDER.is_relative_to(path) for path in asked)


def without_browser(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests that need no browser, and those that do."""
    need = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    left_out = set(need)
    return [item for item in items if item not in left_out], need
