"""`python -m local run`, and what starts it, as programs of their own: started, ended in ugly ways, and looked at."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local import processes
from local.paths import ROOT
from local.processes import Process
from tests.support.patience import eventually

READY = "Ctrl-C stops everything"


class Started:
    """A program, its temporary folder, and what it says."""

    def __init__(self, command: Sequence[str], folder: Path, *, terminal: int | None = None) -> None:
        """Start it in a session of its own. `terminal` is the one that it has, where it has one. Its temporary folder
        is in `folder`."""
        self.temporary = folder / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self._log = folder / f"log-{secrets.token_hex(4)}"
        with self._log.open("wb") as log:
            output = log.fileno() if terminal is None else terminal
            self._process = subprocess.Popen(
                [sys.executable, "-c", _IN_A_SESSION, *command],
                cwd=ROOT,
                env={**_inherited(), "PYTHONUNBUFFERED": "1", "TMPDIR": str(self.temporary)},
                stdin=subprocess.DEVNULL if terminal is None else terminal,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def said(self) -> str:
        """All that it printed, where it has no terminal."""
        return self._log.read_text()

    def wait_for(self, text: str) -> None:
        """Wait until it has said that."""

        def look() -> str:
            said = self.said()
            assert text in said or self.is_running(), said
            return said

        eventually(look, lambda said: text in said, what=text)

    def is_running(self) -> bool:
        """Whether the program is there."""
        return self._process.poll() is None

    def tree(self) -> set[Process]:
        """The program, and all that it and its children started."""
        parents = {
            int(pid): int(parent)
            for pid, parent in (
                line.split()
                for line in subprocess.run(
                    ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
                ).stdout.splitlines()
            )
        }
        found = {self.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return {one for one in map(processes.process, found) if one is not None}

    def pid_of(self, words: str) -> int:
        """The one process among them with these words in its command."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
        own = {one.pid for one in self.tree()}
        pids = [int(line.split()[0]) for line in listed.splitlines() if words in line and int(line.split()[0]) in own]
        assert len(pids) == 1, (words, pids)
        return pids[0]

    def kill(self, number: signal.Signals = signal.SIGKILL, *, pid: int | None = None) -> None:
        """Send a signal to the program, or to another process of it."""
        os.kill(pid or self.pid, number)

    def wait(self) -> int:
        """Wait until the program has ended. Returns its exit code."""
        return eventually(self._process.poll, lambda code: code is not None, what="the end of the program") or 0

    def clear(self) -> None:
        """End what a failed test left, by the processes that are known."""
        for one in self.tree():
            if one.is_running():
                os.kill(one.pid, signal.SIGKILL)
        self._process.wait()


_IN_A_SESSION = """
import fcntl, os, signal, sys, termios
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # whatever these tests were started with
    signal.signal(number, signal.SIG_DFL)
if os.isatty(0):
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def run_command(port: int, *more: str) -> list[str]:
    """The command behind `make run`."""
    return [sys.executable, "-m", "local", "run", "--port", str(port), *more]


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
