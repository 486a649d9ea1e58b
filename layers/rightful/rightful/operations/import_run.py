"""A whole file is imported: in batches, several lines at a time, and where it stopped if it stops."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rightful.invocation import Invocation
from rightful.operations.import_lines import Line, read_rows, text_lines
from rightful.operations.import_progress import Note, Reading, read_note
from rightful.operations.import_rows import ImportRow, RowError, import_row
from rightful.operations.importing import Imported, Outcome, Target, import_account
from rightful.storage.contract import IdentityStore

_BATCH = 200
_FINE = frozenset({Outcome.IMPORTED, Outcome.ALREADY_THERE})


@dataclass(slots=True)
class Summary:
    """How far it is: lines by outcome, and how many were skipped because an earlier run did them; `started_over`: an
    earlier run was stopped, and had another file under this name or another target."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    skipped: int = 0
    started_over: bool = False

    @property
    def conflicts(self) -> int:
        """Lines that somebody has to look at."""
        return sum(number for outcome, number in self.outcomes.items() if outcome not in _FINE)

    def text(self) -> str:
        """In one line."""
        parts = [f"{number:,} {outcome.value.replace('_', ' ')}" for outcome, number in sorted(self.outcomes.items())]
        if self.skipped:
            parts.append(f"{self.skipped:,} done by an earlier run")
        return ", ".join(parts) or "nothing to import"


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One file on its way, `at_once` lines at a time. `report` gets a row for each line that was not imported."""

    store: IdentityStore
    target: Target
    path: Path
    report: Path
    at_once: int = 8
    new_invocation: Callable[[], Invocation] = Invocation

    def run(self, progress: Callable[[Summary], None]) -> Summary:
        """Import what is left of the file.

        `progress` is told after each batch. Where a run was stopped, the next one goes on after the last whole batch.
        Without its note, with another target, or where what it read has changed, it starts over and finds what is
        there.

        Raises:
            RowError: the file cannot be read as what its name says.
            OSError: it cannot be read at all, or the report cannot be written beside it.
            ContendedError: no quiet moment for one line; run it again.
        """
        note = self.path.with_name(self.path.name + ".progress")
        earlier = read_note(note)
        there = earlier is not None and earlier.is_about(self.path, self._target)
        done = earlier.lines if earlier is not None and there else 0
        summary = Summary(started_over=note.exists() and not there)
        fresh = done == 0 or not self.report.exists()
        reading = Reading()
        with self.path.open("rb") as file, ThreadPoolExecutor(self.at_once) as pool:
            lines = read_rows(text_lines(reading.of(file)), is_csv=self.path.suffix.lower() == ".csv")
            with self.report.open("w" if fresh else "a", encoding="utf-8", newline="") as report:
                rows = csv.writer(report)
                if fresh:
                    rows.writerow(["line", "outcome", "accountId", "explanation"])
                for batch in _batches(lines):
                    left = [line for line in batch if line[0] > done]
                    summary.skipped += len(batch) - len(left)
                    for imported in self._import(pool, left):
                        summary.outcomes[imported.outcome] += 1
                        if imported.outcome not in _FINE:
                            rows.writerow(
                                [imported.number, imported.outcome, imported.account_id, imported.explanation]
                            )
                    report.flush()
                    if batch[-1][0] > done:
                        Note(batch[-1][0], self._target, reading.size, reading.sha256).write(note)
                    progress(summary)
        note.unlink(missing_ok=True)
        return summary

    @property
    def _target(self) -> str:
        organization = self.target.organization
        return f"{organization.id if organization else ''}/{self.target.directory_id or ''}"

    def _import(self, pool: ThreadPoolExecutor, lines: Iterable[Line]) -> Iterator[Imported]:
        """Several at a time; of two lines with one address, or one sourceId, the first one gets it, as in the file."""
        first: list[ImportRow] = []
        seen: set[tuple[str, str]] = set()
        later: list[ImportRow] = []
        for number, document in lines:
            try:
                if isinstance(document, RowError):
                    raise document
                row = import_row(number, document)
            except RowError as error:
                yield Imported(number, Outcome.INVALID, explanation=str(error))
                continue
            names = {("email", row.address.canonical), ("sourceId", row.key)}
            (later if names & seen else first).append(row)
            seen |= names
        yield from pool.map(self._import_row, first)
        yield from map(self._import_row, later)

    def _import_row(self, row: ImportRow) -> Imported:
        return import_account(self.store, self.new_invocation(), self.target, row)


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    left = iter(lines)
    while batch := list(islice(left, _BATCH)):
        yield batch
