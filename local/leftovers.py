"""The folders of running commands in the system's temporary folder, each with a record of whose it is.

The guardian of a folder holds a lock on its record for as long as it lives, and the kernel takes the lock from a dead
one. So what nobody holds is a leftover, whoever was killed in whatever way, and may be removed.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from local.processes import Process, end_group, working_in

_PREFIX = "rightful-local-"
_NAMELESS = "rightful-starting-"
_RECORD = "owner.json"
_TRIES = 5


@dataclass(frozen=True)
class Record:
    """Who runs what: the port, the folder of the code, the process that asked for it, and the command's own, which
    leads a process group."""

    port: int
    project: str
    asker: Process
    leader: Process


def new_folder() -> Path:
    """A name for a folder that is not there yet."""
    return Path(tempfile.gettempdir()).resolve() / f"{_PREFIX}{secrets.token_hex(6)}"


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[Callable[[Record], None]]:
    """Make the folder, and hold it. Gives what writes down whose it is."""
    # It gets its name when it is held: a sweep between the two would take it for a leftover.
    nameless = folder.with_name(folder.name.replace(_PREFIX, _NAMELESS))
    nameless.mkdir(mode=0o700)
    with (nameless / _RECORD).open("x") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        nameless.rename(folder)

        def write(record: Record) -> None:
            file.write(json.dumps(asdict(record)))
            file.flush()

        yield write


def running_on(port: int) -> Record | None:
    """Who has a command on this port that is guarded."""
    for folder in _folders():
        with _held(folder) as held:
            record = _record(folder)
            if not held and record is not None and record.port == port:
                return record
    return None


def sweep() -> None:
    """End and remove what nobody guards any more."""
    for folder in _folders():
        with _held(folder) as held:
            if held:
                record = _record(folder)
                if record is not None:
                    end_group(record.leader)
                # A leader that has ended may have left some of its group.
                for process in working_in(folder):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(process.pid, signal.SIGKILL)
                remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder. What was killed a moment ago may still write: tried some times."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def _folders() -> list[Path]:
    found = []
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid() and not folder.is_symlink():
                found.append(folder)
    return found


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold the folder if nobody does. Gives whether it is held now; a folder without a record is nobody's to remove."""
    try:
        file = (folder / _RECORD).open("r+")
    except OSError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _record(folder: Path) -> Record | None:
    try:
        document = json.loads((folder / _RECORD).read_text())
        return Record(
            document["port"], document["project"], Process(**document["asker"]), Process(**document["leader"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
