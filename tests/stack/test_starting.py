"""`make run` as a person meets it: what it prints, what it leaves running, what it says when it cannot start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.ministack import free_port
from local.paths import ROOT, RUN_FILE


@pytest.fixture
def run_file_kept() -> Iterator[None]:
    """A stack that a person runs meanwhile keeps its .local/run.json."""
    before = RUN_FILE.read_bytes() if RUN_FILE.exists() else None
    yield
    if before is not None:
        RUN_FILE.write_bytes(before)


def _started(port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", "run", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def _group_of(port: int) -> list[int]:
    """Processes whose environment names that gateway port: MiniStack and its workers."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"GATEWAY_PORT={port}\0".encode() in environment:
            found.append(int(process.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("run_file_kept")
def test_what_run_prints_works_and_a_signal_leaves_nothing_behind(number: signal.Signals) -> None:
    port = free_port()
    process = _started(port)
    assert process.stdout is not None
    printed = []
    for line in process.stdout:
        printed.append(line)
        if "Ctrl-C stops everything" in line:
            break
    text = "".join(printed)
    try:
        assert process.poll() is None, text
        document = json.loads(RUN_FILE.read_text())
        assert f":{port}/" in document["scim_base_url"]
        assert set(document["lab"]) == {"generic", "entra", "okta", "onelogin", "jumpcloud", "google", "ping"}
        curl = text[text.index("  curl ") : text.index("  make demo")]
        answer = subprocess.run(curl, shell=True, capture_output=True, text=True, check=True)
        assert json.loads(answer.stdout)["totalResults"] == 0
        curl = text[text.index("  curl ", text.index("  make demo")) : text.index("Ctrl-C stops")]
        answer = subprocess.run(curl, shell=True, capture_output=True, text=True, check=True)
        assert json.loads(answer.stdout)["status"] == "verified"
        admin = httpx.get(
            f"{document['admin_base_url']}/conflicts",
            headers={"Authorization": f"Bearer {document['admin_token']}"},
            timeout=30,
        )
        assert admin.json()["items"] == []
    finally:
        process.send_signal(number)
        rest = process.stdout.read()
        code = process.wait(10)
    assert code == 0
    assert "Stopped." in rest
    assert "Traceback" not in rest
    assert not RUN_FILE.exists()
    deadline = time.monotonic() + 3
    while (left := _group_of(port)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


@pytest.mark.usefixtures("run_file_kept")
def test_a_port_in_use_is_one_clear_line_and_leaves_the_running_stacks_file_alone() -> None:
    RUN_FILE.parent.mkdir(exist_ok=True)
    RUN_FILE.write_text("another stack's")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = _started(port)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert RUN_FILE.read_text() == "another stack's"
    RUN_FILE.unlink()
    assert output.splitlines()[-1] == f"Port {port} is in use. Another one: make run PORT={port + 1}"
    assert "Traceback" not in output


def test_a_port_that_is_none_is_refused_by_the_command_line() -> None:
    process = _started(70000)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "'70000' is not a port: 1 to 65535" in output
