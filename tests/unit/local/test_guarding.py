"""A guarded command does not outlive the process that asked for it; and what is left where even the guardian was
killed is told from what somebody still uses."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import leftovers
from local.guarded import Guarded
from local.leftovers import Record
from local.paths import ROOT
from local.processes import Process, process, this_process
from tests.support.patience import eventually

ASKER = """
import sys, time
from pathlib import Path
from local.guarded import Guarded
one = Guarded(sys.argv[2:], Path(sys.argv[1]), environment={}, log=sys.stderr.buffer)
print(one.pid, flush=True)
time.sleep(3600)
"""
FAMILY = "sleep 3600 & setsid sleep 3600 & touch started; wait"
"""A command with a child in its process group and, where there is setsid, one in another."""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of its own: no real stack is in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def asker() -> Iterator[tuple["subprocess.Popen[str]", Path, set[Process]]]:
    """A process that has asked for a command with children, its folder, and the processes of the command."""
    folder = leftovers.new_folder()
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKER, str(folder), "/bin/sh", "-c", FAMILY],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert asking.stdout is not None
    command = process(int(asking.stdout.readline()))
    assert command is not None
    eventually((folder / "started").exists, what="the command", every=0.02)
    yield asking, folder, descendants(asking.pid)
    asking.kill()
    asking.wait()


def descendants(pid: int) -> set[Process]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = {pid}
    while more := {child for child, parent in pairs if parent in found} - found:
        found |= more
    return {one for one in map(process, found - {pid}) if one is not None}


def test_all_of_it_ends_with_the_asker(asker: tuple["subprocess.Popen[str]", Path, set[Process]]) -> None:
    asking, folder, family = asker
    assert len(family) >= 3
    asking.kill()
    asking.wait()
    eventually(lambda: [one for one in family if one.is_running()], lambda left: not left, what="no process")
    assert not folder.exists()


def test_all_of_it_ends_when_it_is_told_to() -> None:
    folder = leftovers.new_folder()
    with (leftovers.new_folder().with_suffix(".log")).open("wb") as log:
        guarded = Guarded(["/bin/sh", "-c", FAMILY], folder, environment={}, log=log)
    family = descendants(os.getpid())
    eventually((folder / "started").exists, what="the command", every=0.02)
    assert guarded.is_running()
    family |= descendants(os.getpid())
    guarded.end()
    guarded.end()
    command = [one for one in family if one.pid == guarded.pid]
    assert len(command) == 1
    assert not command[0].is_running()
    assert not guarded.is_running()
    assert not folder.exists()


def test_a_command_that_ends_by_itself_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    folder = leftovers.new_folder()
    with (tmp_path / "log").open("wb") as log:
        guarded = Guarded(["/bin/sh", "-c", "echo something wrong; exit 3"], folder, environment={}, log=log)
    eventually(lambda: not guarded.is_running(), what="its end")
    assert not folder.exists()
    assert (tmp_path / "log").read_text() == "something wrong\n"


def test_a_command_that_cannot_be_started_leaves_nothing(tmp_path: Path) -> None:
    folder = leftovers.new_folder()
    with (tmp_path / "log").open("wb") as log:
        guarded = Guarded([str(tmp_path / "nothing")], folder, environment={}, log=log)
    eventually(lambda: not guarded.is_running(), what="its end")
    assert not folder.exists()
    assert "nothing" in (tmp_path / "log").read_text()


def test_what_is_left_of_a_killed_guardian_is_swept_up(
    asker: tuple["subprocess.Popen[str]", Path, set[Process]],
) -> None:
    asking, folder, family = asker
    (guardian,) = {one for one in family if one.pid == _guardian_of(asking.pid)}
    asking.send_signal(signal.SIGSTOP)
    os.kill(guardian.pid, signal.SIGKILL)
    asking.kill()
    asking.wait()
    eventually(guardian.is_running, lambda runs: not runs, what="the guardian's end")
    assert folder.exists()

    leftovers.sweep()

    assert not folder.exists()
    eventually(lambda: [one for one in family if one.is_running()], lambda left: not left, what="no process")


def _guardian_of(asker: int) -> int:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    (child,) = [pid for pid, parent in (map(int, line.split()) for line in listed.splitlines()) if parent == asker]
    return child


def test_what_somebody_guards_is_left_alone(asker: tuple["subprocess.Popen[str]", Path, set[Process]]) -> None:
    asking, folder, family = asker
    leftovers.sweep()
    assert folder.exists()
    assert all(one.is_running() for one in family)
    found = leftovers.running_on(0)
    assert found is not None
    assert (found.asker.pid, found.project) == (asking.pid, str(ROOT))


def test_a_number_that_belongs_to_another_process_by_now_is_not_killed(temporary: Path) -> None:
    folder = leftovers.new_folder()
    other = subprocess.Popen(["sleep", "3600"], start_new_session=True)
    try:
        with leftovers.claimed(folder) as claim:
            claim(Record(4566, "/elsewhere", this_process(), Process(other.pid, "long ago")))
            assert leftovers.running_on(4566) is not None
        leftovers.sweep()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
    assert not folder.exists()
    assert leftovers.running_on(4566) is None


@pytest.mark.parametrize("content", [None, "", "{}", "no json"])
def test_a_folder_whose_record_says_nothing_is_removed_only_if_there_is_one(
    temporary: Path, content: str | None
) -> None:
    folder = leftovers.new_folder()
    folder.mkdir()
    if content is not None:
        (folder / "owner.json").write_text(content)
    leftovers.sweep()
    assert folder.exists() == (content is None)


def test_two_sweeps_at_once_do_not_meet(temporary: Path) -> None:
    folder = leftovers.new_folder()
    folder.mkdir()
    with (folder / "owner.json").open("w") as held:
        held.write(json.dumps({}))
        fcntl.flock(held, fcntl.LOCK_EX)
        leftovers.sweep()
        assert folder.exists()


def test_a_process_is_told_from_another_with_its_number() -> None:
    one = subprocess.Popen(["sleep", "3600"])
    known = process(one.pid)
    assert known is not None
    assert known.is_running()
    assert not Process(one.pid, "another time").is_running()
    one.kill()
    eventually(known.is_running, lambda runs: not runs, what="its end, though nobody has waited for it", every=0.01)
    one.wait()
    assert process(one.pid) != known
