"""The accounts of an existing system: from a line of a file to what is to be imported. Pure.

Columns and members have the same names; only `email` has to be there. What is blank, or a filler where it should name
somebody ("N/A", "0"), is as if it were not there. `sourceId` is the account's id in the existing system: with it, a
line is known again although its address changed, in the file or here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rightful.domain.address import Address, InvalidAddressError, parse_address
from rightful.text.identity import identifier

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
