"""What commands print: lines for people, JSON for machines, and progress for whoever watches."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from rightful.text.folding import without_breaks


def progress(text: str) -> None:
    """One line that is written over, for whoever watches; nothing in a file."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text:<78}\r")
        sys.stderr.flush()


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


def day(moment: datetime | None) -> str | None:
    """A moment as people write a day; None stays None."""
    return f"{moment:%Y-%m-%d}" if moment is not None else None


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    # What an identity provider sent must not take a terminal over.
    return without_breaks((", ".join(map(str, value)) or "-") if isinstance(value, list | tuple) else str(value))
