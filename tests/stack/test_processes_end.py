"""Nothing outlives `make run` or a session of tests: no process, no folder, no run.json, no port in use; whatever is
killed, and however."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import run_files
from local.paths import ROOT, RUN_FILE, STATE
from local.problem import LocalProblemError
from local.processes import Process, parent_of
from local.server import free_port
from tests.support.patience import eventually
from tests.support.started import READY, Started, run_command

pytestmark = pytest.mark.slow

AS_OURS = ("-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml")
"""What makes a test that is elsewhere one of this project."""

Starter = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Starts programs, each with a temporary folder of its own, and ends what a failed test leaves."""
    made: list[Started] = []

    def started(command: list[str], terminal: int | None = None, beside: Started | None = None) -> Started:
        folder = tmp_path / str(len(made)) if beside is None else beside.temporary.parent
        folder.mkdir(exist_ok=True)
        made.append(Started(command, folder, terminal=terminal))
        return made[-1]

    yield started
    for one in made:
        one.clear()


def make_run(port: int) -> list[str]:
    return ["make", "--no-print-directory", "run", f"PORT={port}"]


def started_processes(program: Started) -> set[Process]:
    """All its processes, once MiniStack is among them."""

    def records() -> list[Path]:
        assert program.is_running(), program.said()
        return [path for path in program.temporary.glob("rightful-local-*/owner.json") if path.stat().st_size]

    eventually(records, what="MiniStack", every=0.05)
    return program.tree()


def nothing_is_left(program: Started, before: set[Process], port: int, *, log: bool = False) -> None:
    eventually(lambda: [one for one in before if one.is_running()], lambda left: not left, what="no process")
    eventually(lambda: files_in(program.temporary), lambda left: not left, what="no file")
    assert not run_files.run_file(port).exists()
    assert (STATE / f"ministack-{port}.log").exists() == log
    assert f":{port}/" not in (RUN_FILE.read_text() if RUN_FILE.exists() else "")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_stack_that_is_killed_while_it_starts_leaves_nothing(start: Starter, number: signal.Signals) -> None:
    port = free_port()
    program = start(run_command(port))
    before = started_processes(program)
    program.kill(number)
    program.wait()
    nothing_is_left(program, before, port)


def test_a_running_stack_that_is_killed_leaves_nothing(start: Starter) -> None:
    port = free_port()
    program = start(run_command(port))
    program.wait_for(READY)
    before = program.tree()
    assert len(before) >= 7, "itself, MiniStack, workers of functions, the OpenID provider, and two guardians"
    program.pid_of("-m local.openid_provider")
    program.kill(signal.SIGKILL)
    program.wait()
    nothing_is_left(program, before, port)


def test_an_impatient_ctrl_c_leaves_nothing(start: Starter) -> None:
    port = free_port()
    program = start(run_command(port))
    program.wait_for(READY)
    before = program.tree()
    for _ in range(5):
        program.kill(signal.SIGINT)
        time.sleep(0.02)
    assert program.wait() == 0
    nothing_is_left(program, before, port)
    assert "Traceback" not in program.said()


@pytest.mark.parametrize("command", ["make", "shell"])
def test_neither_make_nor_the_shell_is_outlived(start: Starter, command: str) -> None:
    port = free_port()
    line = make_run(port)
    program = start(line if command == "make" else ["sh", "-c", " ".join(["exit 0 & wait;", *line, "; exit 0"])])
    before = started_processes(program)
    program.kill(signal.SIGKILL)
    program.wait()
    nothing_is_left(program, before, port)


def test_a_terminal_that_is_closed_takes_the_stack_with_it(start: Starter) -> None:
    port = free_port()
    outside, inside = pty.openpty()
    program = start(["sh", "-c", " ".join([*make_run(port), "; exit 0"])], inside)
    os.close(inside)
    before = started_processes(program)
    os.close(outside)
    program.wait()
    nothing_is_left(program, before, port)


def test_a_stack_whose_guardian_is_killed_ends_and_clears_up_itself(start: Starter) -> None:
    port = free_port()
    program = start(run_command(port))
    before = started_processes(program)
    program.kill(signal.SIGKILL, pid=parent_of(program.pid_of("-m ministack.app")))
    assert program.wait() == 1
    nothing_is_left(program, before, port, log=True)  # it says that MiniStack has ended by itself, and where its log is
    (STATE / f"ministack-{port}.log").unlink()


def test_a_stack_whose_openid_provider_ends_says_so_and_ends(start: Starter) -> None:
    port = free_port()
    program = start(run_command(port))
    program.wait_for(READY)
    before = program.tree()
    program.kill(signal.SIGKILL, pid=program.pid_of("-m local.openid_provider"))
    assert program.wait() == 1
    said, log = program.said().splitlines()[-1].split(" Its log: ")
    assert said == "OpenID provider ended by itself."
    Path(log).unlink()
    nothing_is_left(program, before, port)


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGKILL, "0"), (signal.SIGTERM, "0"), (signal.SIGKILL, "2"), (signal.SIGTERM, "2")]
)
def test_a_session_of_tests_that_is_killed_leaves_nothing(
    start: Starter, tmp_path: Path, number: signal.Signals, workers: str
) -> None:
    """Not even where a test has a child that keeps whatever it can inherit."""
    said = tmp_path / "said"
    test = tmp_path / "test_that_hangs.py"
    test.write_text(
        "import pathlib, subprocess, sys, time\n"
        "def test_that_hangs(stack, tmp_path):\n"
        "    (tmp_path / 'file').touch()\n"
        "    child = subprocess.Popen(['sleep', '3600'], close_fds=False)\n"
        f"    pathlib.Path({str(said)!r}).write_text(f'{{child.pid}} {{stack.ministack.port}}')\n"
        "    time.sleep(3600)\n"
    )
    program = start([sys.executable, "-m", "pytest", *AS_OURS, "-n", workers, str(test)])
    eventually(lambda: said.exists() or not program.is_running(), what="the test")
    assert program.is_running(), program.said()
    child, port = map(int, eventually(said.read_text, what="its numbers").split())
    before = program.tree()
    program.kill(number)
    program.wait()
    nothing_is_left(program, {one for one in before if one.pid != child}, port)
    os.kill(child, signal.SIGKILL)


def test_a_worker_that_is_killed_leaves_nothing_and_another_one_goes_on(start: Starter, tmp_path: Path) -> None:
    said = tmp_path / "said"
    test = tmp_path / "test_that_dies.py"
    test.write_text(
        "import os, pathlib\n"
        "def test_that_dies(stack, tmp_path):\n"
        "    (tmp_path / 'file').touch()\n"
        f"    pathlib.Path({str(said)!r}).write_text(str(stack.ministack.port))\n"
        "    os.kill(os.getpid(), 9)\n"
        "def test_that_passes():\n"
        "    pass\n"
    )
    program = start([sys.executable, "-m", "pytest", *AS_OURS, "-n", "1", str(test)])
    assert program.wait() == 1
    last = program.said().splitlines()[-1]
    assert "1 failed, 1 passed" in last, program.said()
    nothing_is_left(program, set(), int(said.read_text()))


def test_a_session_of_tests_does_not_outlive_its_make(start: Starter, tmp_path: Path) -> None:
    said = tmp_path / "said"
    test = tmp_path / "test_that_hangs.py"
    test.write_text(
        f"import pathlib, time\ndef test_that_hangs():\n    pathlib.Path({str(said)!r}).touch()\n    time.sleep(3600)\n"
    )
    program = start(["make", "test", f"ARGS={' '.join([*AS_OURS, str(test)])}"])
    eventually(lambda: said.exists() or not program.is_running(), what="the test")
    before = program.tree()
    assert len(before) >= 3, program.said()
    program.kill(signal.SIGKILL)
    program.wait()
    nothing_is_left(program, before, 0)


def test_two_stacks_in_one_folder_keep_out_of_each_others_way(start: Starter) -> None:
    first_port, second_port = free_port(), free_port()
    first, second = start(run_command(first_port)), start(run_command(second_port))
    first.wait_for(READY)
    second.wait_for(READY)
    for port in (first_port, second_port):
        assert f":{port}/" in str(run_files.read(port)["scim_base_url"])

    third = start(run_command(second_port), beside=second)
    third.wait()
    another = second_port + 1 if second_port < 65535 else second_port - 1
    assert third.said().splitlines()[-1] == (
        f"Port {second_port} is in use by a stack of this folder. End that one: kill {second.pid}. "
        f"Another one: make run PORT={another}"
    )

    first.kill(signal.SIGTERM)
    assert first.wait() == 0
    assert f":{second_port}/" in str(run_files.read(second_port)["scim_base_url"])
    assert f":{second_port}/" in str(run_files.read()["scim_base_url"])
    with pytest.raises(LocalProblemError, match=f"There is no running stack on port {first_port}"):
        run_files.read(first_port)
    demo = subprocess.run(
        [sys.executable, "-m", "local", "demo", "--port", str(second_port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr

    before = second.tree()
    second.kill(signal.SIGKILL)
    second.wait()
    nothing_is_left(second, before, second_port)
    assert not list(STATE.glob(f".run-{second_port}*"))
