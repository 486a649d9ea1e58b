"""A command that does not outlive the process that asked for it."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from local import leftovers
from local.guardian import Task, to_line
from local.paths import ROOT
from local.processes import this_process


class Guarded:
    """A running command, with a folder of its own."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        environment: Mapping[str, str],
        log: IO[bytes],
        port: int = 0,
    ) -> None:
        """Have a guardian start it in `folder` (leftovers.new_folder), which it makes. `log` gets all that is said; it
        is removed at the end that somebody wanted if the command is a server (on `port`)."""
        self.folder = folder
        # No child of this process gets the other end of this pipe (PEP 446): it is closed when this process is gone.
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "local.guardian"],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        try:
            assert self._guardian.stdin is not None
            assert self._guardian.stdout is not None
            task = Task(
                list(command),
                dict(environment),
                str(folder),
                port,
                str(ROOT),
                this_process(),
                log.name if port else None,
            )
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.write(to_line(task))
                self._guardian.stdin.flush()
            self.pid = int(self._guardian.stdout.readline() or 0)
            """The command's process, which leads a process group; 0 when it could not be started."""
        except BaseException:
            self.end()
            raise

    def is_running(self) -> bool:
        """Whether the command is there."""
        return self._guardian.poll() is None

    def end(self) -> None:
        """End the command with all that it started, and remove the folder. Can be called again."""
        for end in (self._guardian.stdin, self._guardian.stdout):
            if end is not None:
                with contextlib.suppress(BrokenPipeError):
                    end.close()
        self._guardian.wait()
        if self.folder.exists():  # the guardian was killed
            leftovers.sweep()
