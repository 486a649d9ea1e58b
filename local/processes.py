"""Processes of this machine: which one is meant, whether it has ended, and how it is ended with all that it started."""

import contextlib
import functools
import os
import signal
import subprocess
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_LOOKS_EVERY = 0.5


@dataclass(frozen=True)
class Process:
    """One process: its number, and when it started, which tells it from a later one that got the same number."""

    pid: int
    started: str

    def is_running(self) -> bool:
        """Whether it is still there. One that has ended and was not waited for is not."""
        return _started(self.pid) == self.started


def process(pid: int) -> Process | None:
    """The process that has this number now, or None."""
    started = _started(pid)
    return None if started is None else Process(pid, started)


def this_process() -> Process:
    """This one."""
    found = process(os.getpid())
    assert found is not None
    return found


def parent_of(pid: int) -> int | None:
    """The number of the process that started it, or None: there is no such process."""
    fields = _fields(pid)
    if fields is not None:
        return int(fields[1])
    said = _ps(pid, "ppid")
    return int(said) if said else None


def end_group(leader: Process) -> None:
    """End a process and its whole group at once. Does nothing when it has ended: its number may be another's by now."""
    if leader.is_running():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader.pid, signal.SIGKILL)


def working_in(folder: Path) -> list[Process]:
    """The processes whose working directory is in a folder, as far as Linux tells; none elsewhere."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(folder):
                running = process(int(entry.name))
                if running is not None:
                    found.append(running)
    return found


def end_with(others: Collection[Process]) -> None:
    """Have this process sent SIGTERM as soon as one of the others has ended."""

    def watch() -> None:
        while all(other.is_running() for other in others):
            time.sleep(_LOOKS_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)

    if others:
        threading.Thread(target=watch, name="end with", daemon=True).start()


def _started(pid: int) -> str | None:
    fields = _fields(pid)
    if fields is not None:
        return None if fields[0] in "ZX" else f"{fields[19]} of {_boot()}"
    if _PROC.joinpath("self").exists():
        return None
    return _ps(pid, "lstart")


@functools.cache
def _boot() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def _fields(pid: int) -> list[str] | None:
    """What Linux says about a process from its state on (proc(5), /proc/pid/stat, fields 3 to 52)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _ps(pid: int, column: str) -> str | None:
    """What ps says about a process, where there is no /proc."""
    done = subprocess.run(
        ["ps", "-o", f"{column}=", "-p", str(pid)],
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or None
