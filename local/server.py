"""A program that answers HTTP on 127.0.0.1, and is gone when this process is, however it ended.

A guardian (local.guardian) holds it and what it starts together, and their files in a folder of their own.
"""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Final

from local import leftovers
from local.guarded import Guarded
from local.paths import STATE
from local.problem import LocalProblemError

HOST: Final = "127.0.0.1"

# It is told at once when the process ends; a machine that is only slow is waited for.
_READY_WITHIN = 300.0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One running program."""

    def __init__(self, name: str, port: int = 0) -> None:
        """Nothing runs yet. `name` is what it is called, `port` 0 takes a free one."""
        self.name = name
        self.port = port or free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.log = STATE / f"{name.lower().replace(' ', '-')}-{self.port}.log"
        self.folder = leftovers.new_folder()

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it. `environment` is all that it has."""
        STATE.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._guarded = Guarded(command, self.folder, environment=environment, log=log, port=self.port)

    @property
    def pid(self) -> int:
        """The process, which is also its process group."""
        return self._guarded.pid

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._guarded.is_running()

    def stop(self) -> None:
        """End the process and all that it started. Can be called again."""
        self._guarded.end()

    def wait_until_ready(self, path: str) -> None:
        """Wait until it answers there. It is ended when it does not.

        Raises:
            LocalProblemError: it did not; the last thing that it said.
        """
        try:
            self._wait_until_ready(path)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, path: str) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            if not self.is_running():
                raise LocalProblemError(f"{self.name} stopped at once: {self._last_words()}")
            try:
                with urllib.request.urlopen(f"{self.url}{path}", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise LocalProblemError(f"{self.name} did not answer within {_READY_WITHIN:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing."
