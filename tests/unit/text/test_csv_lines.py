"""What is written for spreadsheets is never computed by one, whatever separator it takes."""

import csv
from pathlib import Path

import pytest

import rightful
from rightful.text.csv_lines import csv_line, harmless

ATTACKS = {
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    "+1": "'+1",
    "-1+cmd": "'-1+cmd",
    "@SUM(1)": "'@SUM(1)",
    "\t=1": "'\t'=1",
    "\rx": "'\rx",
    "\nx": "'\nx",
    " =1": "' =1",
    "\u00a0=1": "'\u00a0=1",
    "\ufeff=1": "'\ufeff=1",
    "\u200b@x": "'\u200b@x",
    "\x00=1": "'\x00=1",
    '"=1"': '\'"=1"',
    "'=1": "''=1",
    "\uff1d1": "'\uff1d1",
    "\uff0b1": "'\uff0b1",
    "\uff0d1": "'\uff0d1",
    "\uff20x": "'\uff20x",
    "\u22121": "'\u22121",
    "Ada;=1": "Ada;'=1",
    "Ada; =1;+2": "Ada;' =1;'+2",
    'Ada";"=1': 'Ada";\'"=1',
    "Ada\t=1": "Ada\t'=1",
    "Ada\n=1": "Ada\n'=1",
    "Ada\r\n@x": "Ada\r\n'@x",
    "Ada;\uff1d1": "Ada;'\uff1d1",
}


@pytest.mark.parametrize("cell", ATTACKS)
def test_a_cell_is_no_formula(cell: str) -> None:
    assert harmless(cell) == ATTACKS[cell]


@pytest.mark.parametrize("cell", ATTACKS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("quotes", [csv.QUOTE_MINIMAL, csv.QUOTE_NONE])
def test_whatever_a_spreadsheet_takes_for_the_separator(cell: str, separator: str, quotes: int) -> None:
    lines = csv_line(["x", cell]).splitlines(keepends=True)
    for read in csv.reader(lines, delimiter=separator, quoting=quotes):  # type: ignore[arg-type]
        for found in read:
            shown = found.strip('" \t\r\n\x00\u00a0\u200b\ufeff')
            assert not shown.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20\u2212")), read


HARMLESS = ["", "Ada", "a-b", "a=b", "ada+x@firm.example", "old -> new; x: 1 -> 2", "O'Neil", "1"]


@pytest.mark.parametrize("cell", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert next(csv.reader([csv_line([cell, None, 3])])) == [cell, "", "3"]


def test_nothing_else_of_the_product_writes_csv() -> None:
    package = Path(rightful.__file__).parent
    texts = {path.name: path.read_text() for path in package.rglob("*.py")}
    writing = [name for name, text in texts.items() if "csv.writer" in text or "DictWriter" in text]
    assert writing == ["csv_lines.py"]
