"""The accounts of an existing system: from a line of a file to what is to be imported. Pure.

Columns and members have the same names: email, sourceId, userName, externalId, givenName, familyName, emailVerified,
active, lastLoginAt. Only `email` has to be there. `sourceId` is the account's id in the existing system: with it, a
line is known again although its address changed, in the file or here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rightful.accounts.address import Address, InvalidAddressError, parse_address

FIELDS = frozenset(
    {
        "email", "sourceId", "userName", "externalId", "givenName", "familyName", "emailVerified", "active",
        "lastLoginAt",
    }
)  # fmt: skip

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
    user_name: str
    source_id: str | None = None
    external_id: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email_verified: bool = True
    active: bool = True
    last_login_at: datetime | None = None

    @property
    def key(self) -> str:
        """Which account of the existing system it is: without a sourceId, the address says so."""
        return self.source_id or self.address.canonical


def check_known(names: Iterable[str]) -> None:
    """Refuse a column or member that is not known.

    Raises:
        RowError: names it.
    """
    unknown = sorted(set(names) - FIELDS)
    if unknown:
        raise RowError(f"{unknown[0]!r} is not known. There are: {', '.join(sorted(FIELDS))}.")


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
        user_name=_text(document, "userName") or email,
        source_id=_text(document, "sourceId"),
        external_id=_text(document, "externalId"),
        given_name=_text(document, "givenName"),
        family_name=_text(document, "familyName"),
        email_verified=_flag(document, "emailVerified"),
        active=_flag(document, "active"),
        last_login_at=_moment(document, "lastLoginAt"),
    )


def _text(document: Mapping[str, object], name: str) -> str | None:
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or not 0 < len(str(value)) <= _LONGEST:
        raise RowError(f"{name}: has to be a text of 1 to {_LONGEST} characters.")
    if any("\ud800" <= character <= "\udfff" for character in str(value)):
        raise RowError(f"{name}: has half of a character (a lone surrogate).")
    return str(value)


def _flag(document: Mapping[str, object], name: str) -> bool:
    value = document.get(name, True)
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text not in _YES | _NO:
        raise RowError(f"{name}: has to be true or false.")
    return text in _YES


def _moment(document: Mapping[str, object], name: str) -> datetime | None:
    value = document.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowError(f"{name}: has to be a time like 2026-11-23T09:00:00Z.") from error
    if moment < _EARLIEST:
        raise RowError(f"{name}: is before {_EARLIEST:%Y}. Leave it out where it is not known.")
    return moment
