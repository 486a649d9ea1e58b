"""A list of changes of addresses as people type or paste it: one a line, who and the new address. Pure."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from rightful.api.admin.conflicts.preview import LONGEST, NAME_THE_COLUMNS, columns_of, is_head
from rightful.domain.address import InvalidAddressError, parse_address

_SEPARATORS = "\t;,"
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class TypedChange:
    """One change, and on which line it stands (from 1)."""

    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said about a line."""

    line: int
    told: str


@dataclass(frozen=True, slots=True)
class TypedChanges:
    """What was read.

    Attributes:
        changes: each once, in the order of the lines.
        wrong: lines that cannot be read.
        repeats: lines that say once more what one before them says.
    """

    changes: Sequence[TypedChange]
    wrong: Sequence[Remark]
    repeats: Sequence[Remark]


def read_changes(text: str) -> TypedChanges:
    """Read a list: two columns, separated by tab, semicolon or comma; more where the first line names them."""
    lines = [(number, line) for number, line in enumerate(text.removeprefix(_BOM).split("\n"), 1) if _says(line)]
    separator, columns = "", None
    wrong: list[Remark] = []
    if lines and is_head([lines[0][1]]):
        number, head = lines.pop(0)
        separator = _separator(head)
        columns = columns_of(_cells(head, separator) or [])
        if columns is None:
            return TypedChanges((), (Remark(number, NAME_THE_COLUMNS),), ())
    first: dict[tuple[str, str], int] = {}
    changes: list[TypedChange] = []
    repeats: list[Remark] = []
    for number, line in lines:
        own = separator if separator and separator in line else _separator(line)
        found = _change(number, line, own, columns)
        if isinstance(found, Remark):
            wrong.append(found)
            continue
        known = first.setdefault((_compared(found.old), _compared(found.new)), number)
        if known == number:
            changes.append(found)
        else:
            repeats.append(Remark(number, f"The same as line {known}."))
    return TypedChanges(changes, wrong, repeats)


def _says(line: str) -> bool:
    """Whether anything stands there besides separators, as spreadsheets write for empty rows."""
    return bool(line.strip(f'{_SEPARATORS} \r\u00a0"'))


def _separator(line: str) -> str:
    """The first that the line has; addresses that are written as usual have none of them."""
    return next((each for each in _SEPARATORS if each in line), ",")


def _cells(line: str, separator: str) -> list[str] | None:
    """None: its quotation marks do not go together."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))]
    except csv.Error:
        return None


def _change(number: int, line: str, separator: str, columns: tuple[int, int] | None) -> TypedChange | Remark:
    cells = _cells(line, separator)
    if cells is None:
        return Remark(number, "Its quotation marks do not go together.")
    named = columns or (0, 1)
    if columns is None and sum(map(bool, cells[2:])):
        return Remark(number, "It has more than two columns. Name them in a first line, as: from, to.")
    old, new = (cells[at] if at < len(cells) else "" for at in named)
    if not old or not new:
        return Remark(number, "It has no two addresses: who, a comma, the new address.")
    if max(len(old), len(new)) > LONGEST:
        return Remark(number, f"An address has no more than {LONGEST} characters.")
    return TypedChange(number, old, new)


def _compared(address: str) -> str:
    try:
        return parse_address(address).canonical
    except InvalidAddressError:
        return address
