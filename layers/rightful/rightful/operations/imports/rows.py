"""The accounts of an existing system: from a file, as CSV (RFC 4180) or JSON Lines, to what is to be imported. Pure.

One line that cannot be read is one line that is reported: others go on after it.

Columns and members have the same names; only `email` has to be there. What is blank, or a filler where it should name
somebody ("N/A", "0"), is as if it were not there. `sourceId` is the account's id in the existing system: with it, a
line is known again although its address changed, in the file or here.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice

from rightful.domain.address import Address, InvalidAddressError, parse_address
from rightful.text.identity import identifier
from rightful.text.utf8 import decoded, is_intact

COLUMNS: Mapping[str, str | bool | None] = {
    "email": None,
    "sourceId": None,
    "userName": "email",
    "externalId": None,
    "givenName": None,
    "familyName": None,
    "emailVerified": False,
    "active": True,
    "lastLoginAt": None,
}
"""The columns, and what holds where one is missing or empty: a value, another column's, or nothing (None).

A mailbox counts as confirmed only where the file says so: that is what lets accounts be given to people later.
"""

_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_LONGEST = 400
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_LINES = 20
"""A quoted field that goes on for longer was not closed: no field of an account is as long."""

_NOT_UTF_8 = "The line is not UTF-8, or letters of it were lost (U+FFFD). Save the file as UTF-8, and import it again."

_NOT_CLOSED = "A quotation mark is opened and not closed. Close it, or write it twice inside quoted text."


class RowError(Exception):
    """A line that cannot be imported, and why: names the column."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One account to import."""

    number: int
    address: Address
    given_user_name: str | None = None
    source_id: str | None = None
    external_id: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email_verified: bool = False
    active: bool = True
    last_login_at: datetime | None = None

    @property
    def user_name(self) -> str:
        """The userName: where the file gives none, the address."""
        return self.given_user_name or self.address.value


def check_known(names: Iterable[str]) -> None:
    """Refuse a column or member that is not known.

    Raises:
        RowError: names it.
    """
    unknown = sorted(set(names) - COLUMNS.keys())
    if unknown:
        raise RowError(f"{unknown[0]!r} is not known. There are: {', '.join(sorted(COLUMNS))}.")


def import_row(number: int, document: Mapping[str, object]) -> ImportRow:
    """A document as an account to import.

    Raises:
        RowError: it cannot be one.
    """
    check_known(document)
    email = _text(document, "email")
    if email is None:
        raise RowError("email: is missing.")
    try:
        address = parse_address(email)
    except InvalidAddressError as error:
        raise RowError(f"email: {error}.") from error
    return ImportRow(
        number=number,
        address=address,
        given_user_name=_text(document, "userName"),
        source_id=_identifier(document, "sourceId"),
        external_id=_identifier(document, "externalId"),
        given_name=_text(document, "givenName"),
        family_name=_text(document, "familyName"),
        email_verified=_flag(document, "emailVerified"),
        active=_flag(document, "active"),
        last_login_at=_moment(document, "lastLoginAt"),
    )


def _text(document: Mapping[str, object], name: str) -> str | None:
    value = document.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > _LONGEST:
        raise RowError(f"{name}: has to be a text of 1 to {_LONGEST} characters.")
    if any("\ud800" <= character <= "\udfff" for character in str(value)):
        raise RowError(f"{name}: has half of a character (a lone surrogate).")
    return str(value)


def _identifier(document: Mapping[str, object], name: str) -> str | None:
    return identifier(_text(document, name))


def _flag(document: Mapping[str, object], name: str) -> bool:
    value = document.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return COLUMNS[name] is True
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text not in _YES | _NO:
        raise RowError(f"{name}: has to be true or false.")
    return text in _YES


def _moment(document: Mapping[str, object], name: str) -> datetime | None:
    value = document.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowError(f"{name}: has to be a time like 2026-11-23T09:00:00Z.") from error
    if moment < _EARLIEST:
        raise RowError(f"{name}: is before {_EARLIEST:%Y}. Leave it out where it is not known.")
    return moment


Line = tuple[int, Mapping[str, object] | RowError]


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
        yield decoded(line)


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
    if not is_intact(line):
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
    if not is_intact(waiting[0]):
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
            return (fields if is_intact(text) else RowError(_NOT_UTF_8)), size
    return RowError(_NOT_CLOSED), 1


def _json_lines(lines: Iterable[str]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _json_document(line)


def _json_document(line: str) -> Mapping[str, object] | RowError:
    if not is_intact(line):
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
