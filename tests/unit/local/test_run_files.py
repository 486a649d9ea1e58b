"""run.json is written whole, names a stack that runs, and is removed by its own stack alone."""

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import run_files
from local.problem import LocalProblemError
from local.processes import Process, process, this_process

GONE = Process(this_process().pid, "long ago")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A .local of its own."""
    state = tmp_path / ".local"
    monkeypatch.setattr(run_files, "STATE", state)
    monkeypatch.setattr(run_files, "RUN_FILE", state / "run.json")
    return state


@pytest.fixture
def other() -> Iterator[Process]:
    """The process of a second stack."""
    running = subprocess.Popen(["sleep", "3600"])
    found = process(running.pid)
    assert found is not None
    yield found
    running.kill()
    running.wait()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix == ".json")


def test_a_stack_is_found_by_its_port_and_as_the_one_that_started_last(folder: Path, other: Process) -> None:
    run_files.publish({"name": "first"}, 4566, this_process())
    run_files.publish({"name": "second"}, 4567, other)
    assert run_files.read()["name"] == "second"
    assert run_files.read(4566)["name"] == "first"
    assert run_files.read(4567)["name"] == "second"
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.json")} == {0o600}
    assert json.loads((folder / "run.json").read_text())["stack"]["pid"] == other.pid


def test_the_end_of_the_first_leaves_the_second_its_file(folder: Path, other: Process) -> None:
    run_files.publish({"name": "first"}, 4566, this_process())
    run_files.publish({"name": "second"}, 4567, other)
    run_files.withdraw(4566, this_process())
    assert names(folder) == ["run-4567.json", "run.json"]
    assert run_files.read()["name"] == "second"
    run_files.withdraw(4567, other)
    assert names(folder) == []


def test_the_end_of_the_second_gives_the_place_back_to_the_first(folder: Path, other: Process) -> None:
    run_files.publish({"name": "first"}, 4566, this_process())
    run_files.publish({"name": "second"}, 4567, other)
    run_files.withdraw(4567, other)
    assert run_files.read()["name"] == "first"
    assert names(folder) == ["run-4566.json", "run.json"]


def test_a_stack_that_is_being_stopped_leaves_the_next_ones_file_on_its_port(folder: Path, other: Process) -> None:
    run_files.publish({"name": "first"}, 4566, this_process())
    run_files.publish({"name": "second"}, 4566, other)
    run_files.withdraw(4566, this_process())
    assert run_files.read(4566)["name"] == run_files.read()["name"] == "second"


def test_what_never_said_anything_withdraws_nothing_and_makes_no_folder(folder: Path) -> None:
    run_files.withdraw(4566, this_process())
    assert not folder.exists()


@pytest.mark.parametrize(
    ("port", "said"),
    [
        (
            None,
            f"The stack that .local/run.json names (process {GONE.pid}) has ended. "
            "Start one in another terminal with: make run",
        ),
        (
            4566,
            f"The stack on port 4566 that .local/run-4566.json names (process {GONE.pid}) has ended. "
            "Start one in another terminal with: make run PORT=4566",
        ),
        (4567, "There is no running stack on port 4567. Start one in another terminal with: make run PORT=4567"),
    ],
)
def test_a_stack_that_has_ended_is_one_sentence(port: int | None, said: str) -> None:
    run_files.publish({}, 4566, GONE)
    with pytest.raises(LocalProblemError) as refused:
        run_files.read(port)
    assert str(refused.value) == said


def test_no_stack_at_all_is_one_sentence() -> None:
    with pytest.raises(LocalProblemError) as refused:
        run_files.read()
    assert str(refused.value) == "There is no running stack. Start one in another terminal with: make run"


@pytest.mark.parametrize("content", ["", "[]", "{", "null"])
def test_a_file_that_cannot_be_read_is_one_sentence(folder: Path, content: str) -> None:
    folder.mkdir()
    (folder / "run.json").write_text(content)
    with pytest.raises(LocalProblemError) as refused:
        run_files.read()
    assert str(refused.value) == ".local/run.json cannot be read. Start a stack again with: make run"


def test_one_that_runs_is_found_beside_one_that_has_ended_and_the_next_start_clears_up(folder: Path) -> None:
    run_files.publish({"name": "first"}, 4566, this_process())
    run_files.publish({"name": "second"}, 4567, GONE)
    assert run_files.read()["name"] == "first"
    run_files.publish({"name": "third"}, 4568, this_process())
    assert names(folder) == ["run-4566.json", "run-4568.json", "run.json"]
