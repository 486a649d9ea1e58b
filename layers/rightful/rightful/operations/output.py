"""What commands print and ask: lines for people, JSON for machines, progress for whoever watches."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import TextIO

from rightful.operations.deployment import OperationError
from rightful.text.folding import without_breaks

FINE, LOOK = 0, 1
"""Exit codes: all is well; somebody has to look at what was printed."""

_EVERY_SECONDS = 30.0


def progress(text: str) -> None:
    """One line that is written over, for whoever watches; nothing in a file."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text:<78}\r")
        sys.stderr.flush()


@dataclass(slots=True)
class Telling:
    """Tells on stderr how far a command is: in a terminal a line that is written over, in a file one now and then."""

    _told_at: float = field(default_factory=monotonic)

    def __call__(self, text: str) -> None:
        """Say how far it is; nothing: it is done."""
        progress(text)
        if text and not sys.stderr.isatty() and monotonic() - self._told_at >= _EVERY_SECONDS:
            sys.stderr.write(f"{text}\n")
            self._told_at = monotonic()


def of_total(done: int, total: int, what: str) -> str:
    """So many of so many."""
    share = f" ({done * 100 // total} %)" if total else ""
    return f"{done:,} of {total:,} {what}{share}"


def json_text(document: object) -> str:
    """A document for machines."""
    return json.dumps(document, indent=2) + "\n"


def write_rows(out: TextIO, names: Sequence[str], rows: Iterable[Mapping[str, object]], *, as_json: bool) -> None:
    """Rows as a table with a line of headings, or as a JSON list. The last column may be as wide as it likes."""
    listed = list(rows)
    if as_json:
        out.write(json_text(listed))
        return
    cells = [[name.replace("_", " ") for name in names], *([_cell(row[name]) for name in names] for row in listed)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(names))]
    out.writelines(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in cells
    )


def write_fields(out: TextIO, fields: Mapping[str, object], *, as_json: bool) -> None:
    """One thing: a line for each field, or a JSON object."""
    if as_json:
        out.write(json_text(dict(fields)))
        return
    width = max(map(len, fields)) + 1
    out.writelines(f"{name.replace('_', ' '):{width}} {_cell(value)}".rstrip() + "\n" for name, value in fields.items())


def day(moment: date | None) -> str | None:
    """A day, or the day of a moment, as people write it; None stays None."""
    return f"{moment:%Y-%m-%d}" if moment is not None else None


def confirm(name: str, given: str | None, what: str, out: TextIO) -> None:
    """Have what cannot be taken back confirmed by its name: typed at a terminal, or else by an option.

    Args:
        given: what the option --confirm says, if it is there.
        what: what will be done, in a sentence.

    Raises:
        OperationError: it is another name, or there is nobody to ask.
    """
    answer = (
        given if given is not None else answer_to(f"{what}\nIt cannot be taken back. Type its name to go on: ", out)
    )
    if answer is None:
        raise OperationError(f"{what} It cannot be taken back. Say that you mean it: --confirm '{name}'.")
    if answer != name:
        raise OperationError(f"Its name is '{name}', not '{answer}'. Nothing was done.")


def answer_to(question: str, out: TextIO) -> str | None:
    """The answer to a question; None: there is nobody at a terminal."""
    if not (sys.stdin.isatty() and out.isatty()):
        return None
    out.write(question)
    out.flush()
    return sys.stdin.readline().rstrip("\n")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    # What an identity provider sent must not take a terminal over.
    return without_breaks((", ".join(map(str, value)) or "-") if isinstance(value, list | tuple) else str(value))
