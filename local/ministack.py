"""The process that stands in for AWS on this machine, with everything that it starts.

It listens on 127.0.0.1 alone. It and the functions' workers share a process group of their own, which is ended as a
whole; their files are in a folder of their own, which is removed.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local.paths import STATE
from local.problem import LocalProblemError

HOST = "127.0.0.1"
REGION: Final = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

_READY_WITHIN = 30.0
_STOP_WITHIN = 3.0


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
        if port and not _is_free(port):
            raise LocalProblemError(f"Port {port} is in use. Another one: make run PORT={port + 1}")
        self.port = port or free_port()
        self.url = f"http://{HOST}:{self.port}"
        STATE.mkdir(parents=True, exist_ok=True)
        self.log = STATE / f"ministack-{self.port}.log"
        self._files = Path(tempfile.mkdtemp(prefix="rightful-local-"))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [python, "-m", "ministack.app"],
                env={**self._environment(enforce_iam=enforce_iam), **(environment or {})},
                cwd=self._files,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process, which is also its process group."""
        return self._process.pid

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the process and all that it started. Can be called again."""
        self._signal_group(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_WITHIN)
        # The workers were told, too; one that is busy is not waited for.
        self._signal_group(signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._files, ignore_errors=True)

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

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
        raise LocalProblemError(f"MiniStack did not answer within {_READY_WITHIN:.0f} s. Its log: {self.log}")

    def _last_words(self) -> str:
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else f"it said nothing (exit code {self._process.returncode})."


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
