"""How far a file was imported: noted beside it after each batch, so that a run that was stopped goes on from there."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Note:
    """What was done: up to which line, for whom, and what the file had in it so far."""

    lines: int
    target: str
    size: int
    sha256: str

    def write(self, path: Path) -> None:
        """Put it there."""
        path.write_text(json.dumps(asdict(self)))

    def is_about(self, file: Path, target: str) -> bool:
        """Whether the file still begins with what was read, and is imported for the same one."""
        read = Reading()
        with file.open("rb") as opened:
            left = self.size
            while left and (chunk := opened.read(min(left, 1 << 20))):
                read.add(chunk)
                left -= len(chunk)
        return (target, read.size, read.sha256) == (self.target, self.size, self.sha256)


def read_note(path: Path) -> Note | None:
    """The note of an earlier run; None: there is none that can be read."""
    try:
        found = json.loads(path.read_text())
        return Note(int(found["lines"]), str(found["target"]), int(found["size"]), str(found["sha256"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


@dataclass(slots=True)
class Reading:
    """What was read of a file so far, as size and hash."""

    size: int = 0
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """The hash of everything so far."""
        return self._hash.hexdigest()

    def add(self, chunk: bytes) -> None:
        """Some more of it."""
        self.size += len(chunk)
        self._hash.update(chunk)

    def of(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines, counted as they are read."""
        for line in lines:
            self.add(line)
            yield line
