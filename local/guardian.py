"""Runs a command until whoever asked for it is gone, and then leaves nothing of it behind.

`python -m local.guardian` reads one line from its standard input, a Task as JSON. It holds that input open: its end
says that the asker has closed it, or has died, however that happened. Then, or when the command ends by itself, every
process of the command is killed and its folder removed. The guardian is in a session of its own, so what ends the
asker's whole process group or terminal does not end it, too.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from local import leftovers, run_files
from local.leftovers import Record
from local.processes import Process, process

_LOOKS_EVERY = 0.2
_GONE_WITHIN = 30.0
_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Task:
    """What to guard.

    `folder` is where the command runs; the guardian makes it, and removes it. `asker` is the process that asked, `port`
    where the command listens, `project` the folder of its code: a later start says so when that port is in use. `log`
    is a file that tells nobody anything once the command was ended, and is kept where it has ended by itself.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    port: int
    project: str
    asker: Process
    log: str | None


def to_line(task: Task) -> str:
    """The line that the guardian reads."""
    return json.dumps(asdict(task)) + "\n"


def _from_line(line: str) -> Task:
    document = json.loads(line)
    return Task(**{**document, "asker": Process(**document["asker"])})


def main() -> None:
    """Guard. The command's process number is the one line of the standard output."""
    ending = False

    def end(*_: object) -> None:
        nonlocal ending
        ending = True

    # Not SIG_IGN, which the command would inherit.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, end)
    line = sys.stdin.readline()
    if not line.endswith("\n"):
        return
    task = _from_line(line)
    if _LINUX:
        # What outlives the process that started it becomes a child of this one.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    folder = Path(task.folder)
    with leftovers.claimed(folder) as claim:
        try:
            _guard(task, folder, claim, lambda: ending)
        finally:
            leftovers.remove(folder)


def _guard(task: Task, folder: Path, claim: Callable[[Record], None], ending: Callable[[], bool]) -> None:
    command = subprocess.Popen(
        task.command,
        env=dict(task.environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=sys.stderr,
        start_new_session=True,
        preexec_fn=_dying_with(os.getpid()) if _LINUX else None,  # noqa: PLW1509 - this process has one thread
    )
    try:
        claim(Record(task.port, task.project, task.asker, process(command.pid) or Process(command.pid, "")))
        with contextlib.suppress(BrokenPipeError):
            print(command.pid, flush=True)
        while (alive := command.poll() is None) and not ending():
            readable, _, _ = select.select([sys.stdin], [], [], _LOOKS_EVERY)
            if readable:
                break
        run_files.withdraw(task.port, task.asker)
        if alive and task.log is not None:
            Path(task.log).unlink(missing_ok=True)
    finally:
        _end(command)


def _end(command: "subprocess.Popen[bytes]") -> None:
    """Kill all processes of the command at once, and wait until they are gone: they would write into the folder again.

    Nothing that they have in hand is wanted any more.
    """
    deadline = time.monotonic() + _GONE_WITHIN
    _kill(os.killpg, command.pid)
    command.wait()
    while _some_are_left(command.pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def _some_are_left(group: int) -> bool:
    if not _LINUX:
        return _kill(os.killpg, group)
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    # Also one that has left the group: it is a child of this process by now.
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        _kill(os.kill, int(child))
    return True


def _kill(how: Callable[[int, int], None], pid: int) -> bool:
    try:
        how(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _dying_with(guardian: int) -> Callable[[], None]:
    """For the command, before it starts: it is killed when the guardian is. Only Linux knows this; elsewhere, the next
    start sweeps up after a killed guardian."""
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guardian:
            os._exit(1)

    return prepare


if __name__ == "__main__":
    main()
