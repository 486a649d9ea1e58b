"""`make run` as a person meets it: what it prints, what it leaves running, what it says when it cannot start."""

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.paths import ROOT
from local.run_files import run_file
from local.server import free_port
from tests.support.patience import SECONDS
from tests.support.started import READY, Started, run_command


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """`make run` on a free port."""
    program = Started(run_command(free_port()), tmp_path)
    yield program
    program.clear()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_run_prints_works_and_a_signal_leaves_nothing_behind(number: signal.Signals, started: Started) -> None:
    started.wait_for(READY)
    text = started.said()
    (port,) = {int(found) for found in re.findall(r"http://127\.0\.0\.1:(\d+)/", text)}
    document = json.loads(run_file(port).read_text())
    assert f":{port}/" in document["scim_base_url"]
    assert set(document["lab"]) == {"generic", "entra", "okta", "onelogin", "jumpcloud", "google", "ping"}
    curl = text[text.index("  curl ") : text.index("  make demo")]
    answer = subprocess.run(curl, shell=True, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["totalResults"] == 0
    curl = text[text.index("  curl ", text.index("  make demo")) : text.index("What an operator does")]
    answer = subprocess.run(curl, shell=True, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["status"] == "verified"
    operator = text[text.index("  export ") : text.index("Ctrl-C stops")]
    answer = subprocess.run(operator, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Demo" in answer.stdout
    admin = httpx.get(
        f"{document['admin_base_url']}/conflicts",
        headers={"Authorization": f"Bearer {document['admin_token']}"},
        timeout=SECONDS,
    )
    assert admin.json()["items"] == []
    issuer = document["openid_issuer"]
    assert issuer in text
    discovered = httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=SECONDS)
    assert discovered.json()["issuer"] == issuer
    before = started.tree()

    started.kill(number)

    assert started.wait() == 0
    rest = started.said().removeprefix(text)
    assert "Stopped. Nothing is left running." in rest
    assert "Traceback" not in rest
    assert not run_file(port).exists()
    # Nothing is left running: it need not be waited for.
    assert [one for one in before if one.is_running()] == []
    assert list(started.temporary.iterdir()) == []


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        program = Started(run_command(port), tmp_path)
        assert program.wait() == 1
    another = port + 1 if port < 65535 else port - 1
    assert program.said().splitlines()[-1] == f"Port {port} is in use. Another one: make run PORT={another}"
    assert "Traceback" not in program.said()


def test_a_port_that_is_none_is_refused_by_the_command_line(tmp_path: Path) -> None:
    program = Started(run_command(70000), tmp_path)
    assert program.wait() == 2
    assert "'70000' is not a port: 1 to 65535" in program.said()
