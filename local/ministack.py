"""The process that stands in for AWS on this machine, with everything that it starts.

It listens on 127.0.0.1 alone. A guardian (local.guardian) holds it and the functions' workers together, and their files
in a folder of their own: they are gone when this process is, however it ended.
"""

import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local import leftovers
from local.guarded import Guarded
from local.paths import ROOT, STATE
from local.problem import LocalProblemError

HOST = "127.0.0.1"
REGION: Final = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

# It is told at once when the process ends; a machine that is only slow is waited for.
_READY_WITHIN = 300.0
_FREE_WITHIN = 60.0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class MiniStack:
    """One running MiniStack."""

    def __init__(
        self, python: Path, port: int, *, enforce_iam: bool = False, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start it, and wait until it answers.

        `enforce_iam` checks signatures, and every call of a function against that function's role. `environment` is
        what it and all functions have besides.

        Raises:
            LocalProblemError: the port is in use, or it did not start.
        """
        leftovers.sweep()
        if port:
            _wait_until_free(port)
        self.port = port or free_port()
        self.url = f"http://{HOST}:{self.port}"
        STATE.mkdir(parents=True, exist_ok=True)
        self.log = STATE / f"ministack-{self.port}.log"
        self._files = leftovers.new_folder()
        with self.log.open("wb") as log:
            self._guarded = Guarded(
                [str(python), "-m", "ministack.app"],
                self._files,
                environment={**self._environment(enforce_iam=enforce_iam), **(environment or {})},
                log=log,
                port=self.port,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self._guarded.end()
            raise

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

    def _environment(self, *, enforce_iam: bool) -> dict[str, str]:
        """Nothing of this process' environment but what programs need: all of it reaches the functions."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        return {
            **kept,
            **CREDENTIALS,
            "AUTH": "true" if enforce_iam else "false",
            "AWS_DEFAULT_REGION": REGION,
            "BIND_HOST": HOST,
            "DOCKER_HOST": f"unix://{self._files}/no-docker",
            "GATEWAY_PORT": str(self.port),
            "HOME": str(self._files),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": "INFO",
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "PYTHONUNBUFFERED": "1",
            "S3_DATA_DIR": f"{self._files}/s3",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(self._files),
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            if not self.is_running():
                raise LocalProblemError(f"MiniStack stopped at once: {self._last_words()}")
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise LocalProblemError(f"MiniStack did not answer within {_READY_WITHIN:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing."


def _wait_until_free(port: int) -> None:
    """Wait for a stack on that port that is being ended.

    Raises:
        LocalProblemError: something else listens there; says what, and the way out.
    """
    deadline = time.monotonic() + _FREE_WITHIN
    while not _is_free(port):
        other = leftovers.running_on(port)
        if other is None or other.asker.is_running() or time.monotonic() > deadline:
            raise LocalProblemError(_in_use(port, other))
        time.sleep(0.1)


def _in_use(port: int, other: leftovers.Record | None) -> str:
    another = f"Another one: make run PORT={port + 1 if port < 65535 else port - 1}"
    if other is None:
        return f"Port {port} is in use. {another}"
    where = "of this folder" if other.project == str(ROOT) else f"of {other.project}"
    return f"Port {port} is in use by a stack {where}. End that one: kill {other.asker.pid}. {another}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
