"""Where programs find the stacks that `make run` started in this folder.

.local/run-<port>.json is each stack's own; .local/run.json is that of the one that started last among those that run.
A file names its stack's process, and only that stack removes it.
"""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from local.paths import RUN_FILE, STATE
from local.problem import LocalProblemError
from local.processes import Process

Document = dict[str, object]


def run_file(port: int) -> Path:
    """The file of the stack on a port."""
    return STATE / f"run-{port}.json"


def publish(document: Mapping[str, object], port: int, owner: Process) -> None:
    """Say where a stack is. Removes what stacks left behind that have ended."""
    text = json.dumps({**document, "stack": {"port": port, **asdict(owner)}}, indent=2) + "\n"
    with _alone():
        for path in STATE.glob("run-*.json"):
            if not _runs(_read(path)):
                path.unlink(missing_ok=True)
        _write(run_file(port), text)
        _write(RUN_FILE, text)


def withdraw(port: int, owner: Process) -> None:
    """Remove what a stack has published, and nothing else. run.json is then that of another stack that runs, if any."""
    if not STATE.exists():
        return
    with _alone():
        if _owner(_read(run_file(port))) == owner:
            run_file(port).unlink(missing_ok=True)
        if _owner(_read(RUN_FILE)) == owner:
            others = _running()
            if others:
                _write(RUN_FILE, others[-1].read_text())
            else:
                RUN_FILE.unlink(missing_ok=True)


def read(port: int | None = None) -> Document:
    """Where the stack on a port is, or the one that started last.

    Raises:
        LocalProblemError: there is none, or it has ended.
    """
    path = RUN_FILE if port is None else run_file(port)
    found = _read(path)
    if port is None and not _runs(found):
        found = next((_read(other) for other in reversed(_running())), found)
    if _runs(found) and found is not None:
        return found
    where = "" if port is None else f" on port {port}"
    start = f"make run PORT={port}" if port is not None else "make run"
    if found is None and path.exists():
        raise LocalProblemError(f"{path.parent.name}/{path.name} cannot be read. Start a stack again with: {start}")
    owner = _owner(found)
    if owner is not None:
        raise LocalProblemError(
            f"The stack{where} that {path.parent.name}/{path.name} names (process {owner.pid}) has ended. "
            f"Start one in another terminal with: {start}"
        )
    raise LocalProblemError(f"There is no running stack{where}. Start one in another terminal with: {start}")


def _running() -> list[Path]:
    """The files of the stacks that run; the one that started last is last."""
    found = []
    for path in STATE.glob("run-*.json"):
        with contextlib.suppress(OSError):
            if _runs(_read(path)):
                found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def _read(path: Path) -> Document | None:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _owner(document: Mapping[str, object] | None) -> Process | None:
    stack = (document or {}).get("stack")
    if not isinstance(stack, dict):
        return None
    pid, started = stack.get("pid"), stack.get("started")
    return Process(pid, started) if isinstance(pid, int) and isinstance(started, str) else None


def _runs(document: Mapping[str, object] | None) -> bool:
    owner = _owner(document)
    return owner is not None and owner.is_running()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / ".run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str) -> None:
    """Whoever reads meanwhile finds the old content or the new. It holds keys: it is nobody else's to read."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.replace(path)
