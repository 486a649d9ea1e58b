"""What the lines of one file have in common: a person who stands in it twice is told of with both lines' numbers. Pure.

Only hashes are kept: a file has millions of lines.
"""

import hashlib
from dataclasses import dataclass, field

from rightful.operations.imports.identity import names_in_file, same_line
from rightful.operations.imports.outcomes import TAKEN_IN_FILE, Imported
from rightful.operations.imports.rows import ImportRow


@dataclass(slots=True)
class Seen:
    """The lines so far whose accounts are there. `in_directory`: userNames count, too."""

    in_directory: bool
    _numbers: dict[bytes, int] = field(default_factory=dict)
    _lines: dict[int, bytes] = field(default_factory=dict)

    def clash(self, row: ImportRow) -> Imported | None:
        """What becomes of a line that has what an earlier one has and is not that line again; None: it is imported."""
        for column, value in names_in_file(row, in_directory=self.in_directory):
            earlier = self._numbers.get(_digest(column, value))
            if earlier is not None and self._lines[earlier] != _digest("line", same_line(row)):
                explanation = (
                    f"{column}: line {earlier:,} has the same{_how(column)}, and says otherwise who it is. Find out "
                    "whose it is, and mend the one that is wrong."
                )
                return Imported(row.number, TAKEN_IN_FILE[column], explanation=explanation)
        return None

    def add(self, row: ImportRow) -> None:
        """A line whose account is there."""
        self._lines[row.number] = _digest("line", same_line(row))
        for column, value in names_in_file(row, in_directory=self.in_directory):
            self._numbers.setdefault(_digest(column, value), row.number)


def _how(column: str) -> str:
    return {"email": " address", "userName": " (upper and lower case do not count)"}.get(column, "")


def _digest(column: str, value: str) -> bytes:
    return hashlib.blake2b(f"{column}\0{value}".encode("utf-8", "surrogatepass"), digest_size=12).digest()
