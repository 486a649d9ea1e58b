"""The environment of the local stand-in for AWS: set up when it is first needed, and when its lock changes."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.paths import ROOT, TOOLS
from local.problem import LocalProblemError

_PROJECT = ROOT / "local" / "ministack"
_ENVIRONMENT = TOOLS / "ministack"
_STAMP = _ENVIRONMENT / ".locked"


def uv() -> Path:
    """The uv that make set up, else the one on PATH.

    Raises:
        LocalProblemError: there is none.
    """
    installed = TOOLS / "uv" / "bin" / "uv"
    if installed.exists():
        return installed
    found = shutil.which("uv")
    if found is None:
        raise LocalProblemError("uv is not set up in .tools. `make run` and `make test` do that.")
    return Path(found)


def run_uv(*arguments: str, purpose: str, environment: dict[str, str] | None = None) -> None:
    """Run uv quietly.

    Raises:
        LocalProblemError: it failed; says for what it ran and the last thing that it said.
    """
    done = subprocess.run(
        [uv(), *arguments],
        cwd=ROOT,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise LocalProblemError(f"Could not {purpose}: {said[-1]}")


def ministack_python() -> Path:
    """The interpreter with MiniStack, which is also the one that runs the functions.

    Raises:
        LocalProblemError: the environment cannot be set up.
    """
    python = _ENVIRONMENT / "bin" / "python"
    lock = hashlib.sha256((_PROJECT / "uv.lock").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == lock and python.exists():
        return python
    run_uv(
        "sync",
        "--quiet",
        "--locked",
        "--project",
        str(_PROJECT),
        "--python",
        sys.executable,
        purpose="install MiniStack",
        environment={"UV_PROJECT_ENVIRONMENT": str(_ENVIRONMENT)},
    )
    _STAMP.write_text(lock)
    return python
