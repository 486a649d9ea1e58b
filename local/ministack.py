"""The process that stands in for AWS on this machine, with everything that it starts.

It listens on 127.0.0.1 alone, and is gone when this process is (local.server), like the functions' workers.
"""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local import leftovers
from local.paths import ROOT
from local.problem import LocalProblemError
from local.server import HOST, Server

REGION: Final = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

_FREE_WITHIN = 60.0


class MiniStack(Server):
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
        super().__init__("MiniStack", port)
        own = self._environment(enforce_iam=enforce_iam)
        self.start([str(python), "-m", "ministack.app"], {**own, **(environment or {})})
        self.wait_until_ready("/_ministack/health")

    def _environment(self, *, enforce_iam: bool) -> dict[str, str]:
        """Nothing of this process' environment but what programs need: all of it reaches the functions."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        return {
            **kept,
            **CREDENTIALS,
            "AUTH": "true" if enforce_iam else "false",
            "AWS_DEFAULT_REGION": REGION,
            "BIND_HOST": HOST,
            "DOCKER_HOST": f"unix://{self.folder}/no-docker",
            "GATEWAY_PORT": str(self.port),
            "HOME": str(self.folder),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": "INFO",
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "PYTHONUNBUFFERED": "1",
            "S3_DATA_DIR": f"{self.folder}/s3",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(self.folder),
        }


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
