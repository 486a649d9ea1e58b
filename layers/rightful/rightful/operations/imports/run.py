"""A whole file is imported: in batches, several lines at a time, and where it stopped if it stops."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path

from rightful.operations.imports.account import Target
from rightful.operations.imports.identity import Seen, names_in_file
from rightful.operations.imports.line import ImportStore, import_account
from rightful.operations.imports.outcomes import FINE, Imported, Outcome
from rightful.operations.imports.rows import ImportRow, Line, RowError, import_row, read_rows, text_lines
from rightful.ports.context import Invocation
from rightful.text.csv_lines import csv_line

_BATCH = 200
_COLUMNS = ("line", "outcome", "accountId", "explanation")


@dataclass(slots=True)
class Summary:
    """How far it is: lines by outcome, and how many were skipped because an earlier run did them; `started_over`: an
    earlier run was stopped, and had another file under this name or another target."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    skipped: int = 0
    started_over: bool = False

    @property
    def lines(self) -> int:
        """How many lines were looked at."""
        return sum(self.outcomes.values()) + self.skipped

    @property
    def conflicts(self) -> int:
        """Lines that somebody has to look at."""
        return sum(number for outcome, number in self.outcomes.items() if outcome not in FINE)

    def text(self) -> str:
        """In one line."""
        parts = [f"{number:,} {outcome.value.replace('_', ' ')}" for outcome, number in sorted(self.outcomes.items())]
        if self.skipped:
            parts.append(f"{self.skipped:,} done by an earlier run")
        return ", ".join(parts) or "nothing to import"


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One file on its way, `at_once` lines at a time. `report` gets a row for each line that was not imported.

    `dry`: the store is a rehearsal (`imports.rehearsal`); nothing is noted, and the whole file is looked at.
    """

    store: ImportStore
    target: Target
    path: Path
    report: Path
    at_once: int = 8
    new_invocation: Callable[[], Invocation] = Invocation
    dry: bool = False

    def number_of_lines(self) -> int:
        """How many lines with something in them the file has.

        Raises:
            RowError: it cannot be read as what its name says.
            OSError: it cannot be read at all.
        """
        with self.path.open("rb") as file:
            return sum(1 for _ in self._lines(file))

    def run(self, progress: Callable[[Summary], None]) -> Summary:
        """Import what is left of the file.

        `progress` is told after each batch. Where a run was stopped, the next one goes on after the last whole batch.
        Without its note, with another target, or where what it read has changed, it starts over and finds what is
        there. A report is left only where a line was not imported.

        Raises:
            RowError: the file cannot be read as what its name says.
            OSError: it cannot be read at all, or the report cannot be written beside it.
            ContendedError: no quiet moment for one line; run it again.
        """
        note = Path(f"{self.path}.progress")
        earlier = None if self.dry else read_note(note)
        there = earlier is not None and earlier.is_about(self.path, self._target)
        done = earlier.lines if earlier is not None and there else 0
        summary = Summary(started_over=not self.dry and note.exists() and not there)
        seen, reading = Seen(self.target.directory_id is not None), Reading()
        reported = _reported(self.report) if done else frozenset()
        with self.path.open("rb") as file, ThreadPoolExecutor(self.at_once) as pool:
            lines = self._lines(reading.of(file))
            lines = chain(list(islice(lines, 1)), lines)  # a file that cannot be read at all leaves no report
            fresh = done == 0 or not self.report.exists()
            with self.report.open("w" if fresh else "a", encoding="utf-8", newline="") as report:
                if fresh:
                    report.write(csv_line(_COLUMNS))
                for batch in _batches(lines):
                    left = [line for line in batch if line[0] > done]
                    summary.skipped += len(batch) - len(left)
                    _remember(seen, (line for line in batch if line[0] <= done and line[0] not in reported))
                    for imported in self._import(pool, left, seen):
                        summary.outcomes[imported.outcome] += 1
                        if imported.outcome not in FINE:
                            cells = imported.number, imported.outcome, imported.account_id, imported.explanation
                            report.write(csv_line(cells))
                    report.flush()
                    if left and not self.dry:
                        Note(batch[-1][0], self._target, reading.size, reading.sha256).write(note)
                    progress(summary)
        if not summary.conflicts and not reported:
            self.report.unlink(missing_ok=True)
        if not self.dry:
            note.unlink(missing_ok=True)
        return summary

    @property
    def _target(self) -> str:
        organization = self.target.organization
        return f"{organization.id if organization else ''}/{self.target.directory_id or ''}"

    def _lines(self, file: Iterable[bytes]) -> Iterator[Line]:
        return read_rows(text_lines(file), is_csv=self.path.suffix.lower() == ".csv")

    def _import(self, pool: ThreadPoolExecutor, lines: Iterable[Line], seen: Seen) -> Iterator[Imported]:
        """Several at a time; of two lines that have something in common the first one gets it, as in the file."""
        first: list[ImportRow] = []
        names: set[tuple[str, str]] = set()
        later: list[ImportRow] = []
        for number, document in lines:
            try:
                row = _row(number, document)
            except RowError as error:
                yield Imported(number, Outcome.INVALID, explanation=str(error))
                continue
            own = set(names_in_file(row, in_directory=True))
            (later if own & names else first).append(row)
            names |= own
        for row, imported in [*self._import_all(pool, first, seen), *((row, None) for row in later)]:
            found = imported or seen.clash(row) or self._import_row(row)
            if found.outcome in FINE:
                seen.add(row)
            yield found

    def _import_all(
        self, pool: ThreadPoolExecutor, rows: Iterable[ImportRow], seen: Seen
    ) -> Iterator[tuple[ImportRow, Imported]]:
        clashes = [(row, seen.clash(row)) for row in rows]
        fine = [row for row, clash in clashes if clash is None]
        yield from ((row, clash) for row, clash in clashes if clash is not None)
        yield from zip(fine, pool.map(self._import_row, fine), strict=True)

    def _import_row(self, row: ImportRow) -> Imported:
        return import_account(self.store, self.new_invocation(), self.target, row)


def _row(number: int, document: Mapping[str, object] | RowError) -> ImportRow:
    if isinstance(document, RowError):
        raise document
    return import_row(number, document)


def _remember(seen: Seen, lines: Iterable[Line]) -> None:
    for number, document in lines:
        try:
            row = _row(number, document)
        except RowError:
            continue
        if seen.clash(row) is None:
            seen.add(row)


def _reported(report: Path) -> frozenset[int]:
    """The numbers of the lines that an earlier part of this run did not import."""
    try:
        with report.open(encoding="utf-8", newline="") as rows:
            return frozenset(int(row[0]) for row in csv.reader(rows) if row and row[0].isdecimal())
    except FileNotFoundError:
        return frozenset()


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    left = iter(lines)
    while batch := list(islice(left, _BATCH)):
        yield batch


@dataclass(frozen=True, slots=True)
class Note:
    """How far a file was imported, noted beside it after each batch: a run that was stopped goes on from there."""

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
