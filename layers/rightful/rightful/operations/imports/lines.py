"""The lines of a file of accounts, as CSV (RFC 4180) or JSON Lines, each with its number. Pure.

One line that cannot be read is one line that is reported: others go on after it.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from rightful.operations.imports.rows import RowError, check_known

Line = tuple[int, Mapping[str, object] | RowError]

_MOST_LINES = 20
"""A quoted field that goes on for longer was not closed: no field of an account is as long."""

_NOT_UTF_8 = "The line is not UTF-8. Save the file as UTF-8, and import it again."

_NOT_CLOSED = "A quotation mark is opened and not closed. Close it, or write it twice inside quoted text."


def text_lines(lines: Iterable[bytes]) -> Iterator[str]:
    """A file's lines as text. What is not UTF-8 becomes lone surrogates (PEP 383), which `read_rows` reports by line.

    Raises:
        RowError: the file is UTF-16 or UTF-32.
    """
    left = iter(lines)
    first = next(left, b"")
    if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first:
        raise RowError("The file is UTF-16 or no text at all. Save it as UTF-8, and import it again.")
    for line in chain([first.removeprefix(b"\xef\xbb\xbf")], left):
        yield line.decode("utf-8", "surrogateescape")


def read_rows(lines: Iterable[str], *, is_csv: bool) -> Iterator[Line]:
    """The lines of a file as documents, each with its number (the first one, where it has several); a line that is none
    as its error.

    Raises:
        RowError: the header of a CSV file names no `email`, a column twice, or one that is not known.
    """
    return _csv_lines(lines) if is_csv else _json_lines(lines)


def _csv_lines(lines: Iterable[str]) -> Iterator[Line]:
    left = iter(lines)
    header = next(left, "")
    separator = _separator(header)
    columns = _header(header, separator)
    waiting: list[str] = []
    number = 2
    while waiting or (waiting := list(islice(left, 1))):
        fields, took = _record(waiting, left, len(columns), separator)
        if isinstance(fields, RowError):
            yield number, fields
        elif len(fields) > len(columns):
            yield number, RowError("The line has more fields than the header.")
        elif fields:
            yield number, {name: value for name, value in zip(columns, fields, strict=False) if value}
        del waiting[:took]
        number += took


def _separator(header: str) -> str:
    """What stands between the columns: a comma, or what spreadsheets of other languages write instead."""
    return next((each for each in (",", ";", "\t") if each in header), ",")


def _header(line: str, separator: str) -> Sequence[str]:
    if not _is_text(line):
        raise RowError(_NOT_UTF_8)
    try:
        columns = [each.strip() for each in next(csv.reader([line], strict=True, delimiter=separator), [])]
    except csv.Error as error:
        raise RowError(f"The first line is no CSV: {error}.") from error
    if "email" not in columns:
        raise RowError(
            "The first line has to name the columns, separated by commas or semicolons, one of them `email`."
        )
    check_known(columns)
    twice = sorted(name for name, number in Counter(columns).items() if number > 1)
    if twice:
        raise RowError(f"The first line names the column {twice[0]!r} twice.")
    return columns


def _record(
    waiting: list[str], left: Iterator[str], width: int, separator: str
) -> tuple[Sequence[str] | RowError, int]:
    """The record that begins with the first of the waiting lines, and how many of them it takes. As many more lines
    as it needs come from `left`; a quotation mark that is not closed takes one line and no other."""
    if not _is_text(waiting[0]):
        return RowError(_NOT_UTF_8), 1
    for size in range(1, _MOST_LINES + 1):
        if len(waiting) < size:
            waiting += islice(left, 1)
        if len(waiting) < size:
            break
        text = "".join(waiting[:size])
        try:
            fields = next(csv.reader(waiting[:size], strict=True, delimiter=separator), [])
        except csv.Error as error:
            if text.count('"') % 2 == 0:
                return RowError(f"The line is no CSV: {error}."), 1
        else:
            if size > 1 and len(fields) != width:
                # No whole record together: another line's quotation mark closed this one's.
                return RowError(_NOT_CLOSED), 1
            return (fields if _is_text(text) else RowError(_NOT_UTF_8)), size
    return RowError(_NOT_CLOSED), 1


def _json_lines(lines: Iterable[str]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _json_document(line)


def _json_document(line: str) -> Mapping[str, object] | RowError:
    if not _is_text(line):
        return RowError(_NOT_UTF_8)
    try:
        document = json.loads(line, object_pairs_hook=_members)
    except RowError as error:
        return error
    except RecursionError:
        return RowError("The line is nested too deeply: write one flat JSON object.")
    except ValueError:
        return RowError("The line is no JSON.")
    return document if isinstance(document, dict) else RowError("The line is no JSON object.")


def _members(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name, number in Counter(name for name, _ in pairs).items() if number > 1)
        raise RowError(f"{twice}: stands in the line twice.")
    return members


def _is_text(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True
