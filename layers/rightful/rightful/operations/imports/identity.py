"""Who a line of a file of accounts is, so that it is known again: in the file, and from one run to the next. Pure.

An address alone says it of nobody: two people can have had it, one after the other. What says it is the account's id in
the existing system, or else the externalId in one directory, or else the whole of what the line says about who it is.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from rightful.domain.account import canonical_user_name, repeat_key
from rightful.operations.imports.outcomes import TAKEN_IN_FILE, Imported
from rightful.operations.imports.rows import ImportRow
from rightful.text.identity import in_one_case

_SOURCE = "import"


def line_key(row: ImportRow, organization_id: str, directory_id: str | None) -> str:
    """Under what a line is remembered. Each organization has an existing system of its own."""
    who: list[str | None]
    if row.source_id is not None:
        who = ["sourceId", row.source_id]
    elif row.external_id is not None:
        who = ["externalId", directory_id, row.external_id]
    else:
        who = ["line", *_says(row)]
    return repeat_key(f"{_SOURCE}#{organization_id}", json.dumps(who))


def earlier_keys(row: ImportRow, organization_id: str) -> frozenset[str]:
    """Under what the same line is remembered where it was imported for less: for no directory, or for nobody."""
    return frozenset({line_key(row, organization_id, None), line_key(row, "", None)})


def names_in_file(row: ImportRow, *, in_directory: bool) -> Iterator[tuple[str, str]]:
    """What no other line of the file may have: (column, value as it is compared)."""
    yield "email", row.address.canonical
    if row.source_id is not None:
        yield "sourceId", row.source_id
    if row.external_id is not None:
        yield "externalId", row.external_id
    if in_directory:
        yield "userName", canonical_user_name(row.user_name)


def same_line(row: ImportRow) -> str:
    """What is equal for two lines that say the same about who it is: one of them is a mere repeat."""
    return json.dumps([row.source_id, *_says(row)])


def _says(row: ImportRow) -> list[str | None]:
    """In one case, and not folded further: what looks nearly alike may be somebody else."""
    name = in_one_case(row.given_user_name) if row.given_user_name is not None else None
    address = f"{in_one_case(row.address.value.rpartition('@')[0])}@{row.address.domain}"
    return [address, name, row.external_id, row.given_name, row.family_name]


@dataclass(slots=True)
class Seen:
    """The lines of a file so far whose accounts are there: a person who stands in it twice is told of by both.

    Only hashes are kept: a file has millions of lines. `in_directory`: userNames count, too.
    """

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
