"""CSV that people open in a spreadsheet: what came from outside never becomes a formula there.

OWASP, "CSV Injection": a cell that begins with one of these characters is computed. Which cells there are decides the
spreadsheet: one that takes a semicolon or a tab for the separator begins a cell after each, even within quotation
marks that this file means; and it does not see blanks, or characters that are not shown, before the sign.
"""

import csv
import io
import re
from collections.abc import Iterable

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
"""What begins a formula; also in full width, small, and the minus of mathematics."""
_UNSEEN = "\\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_FORMULA = re.compile(rf"[{_UNSEEN}\"']*[{_SIGNS}]")
_ENDS_CELL = re.compile("([;\t\r\n\v\f\x85\u2028\u2029\uff1b])")


def harmless(cell: str) -> str:
    """The cell with an apostrophe wherever a spreadsheet would begin a formula: it shows a text then."""
    parts = (f"'{part}" if _FORMULA.match(part) else part for part in _ENDS_CELL.split(cell))
    defused = "".join(parts)
    return f"'{defused}" if defused.startswith(("\t", "\r", "\n")) else defused


def csv_line(cells: Iterable[object]) -> str:
    """One line (RFC 4180) with its end."""
    text = io.StringIO()
    csv.writer(text).writerow([harmless("" if cell is None else str(cell)) for cell in cells])
    return text.getvalue()
