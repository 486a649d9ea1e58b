"""Query parameters of the admin API that choose: words, moments, addresses."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from rightful.api.json_call import ApiError, JsonCall
from rightful.domain.address import Address, InvalidAddressError, parse_address

_Word = TypeVar("_Word", bound=StrEnum)


def chosen(call: JsonCall, name: str, choices: type[_Word]) -> frozenset[_Word]:
    """The choices that a parameter names, comma-separated; none: it is absent.

    Raises:
        ApiError: 400, it names one that there is not, or nothing.
    """
    known = {choice.value: choice for choice in choices}
    return frozenset(known[word] for word in words(call, name, known))


def words(call: JsonCall, name: str, known: Iterable[str]) -> list[str]:
    """The words that a parameter names, comma-separated; none: it is absent.

    Raises:
        ApiError: 400, it names one that is not among these, or nothing.
    """
    text = call.parameter(name)
    if text is None:
        return []
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found or not set(found) <= set(known):
        raise ApiError(400, "invalid_value", f"{name}: choose of {', '.join(known)}.", name)
    return found


def moment(call: JsonCall, name: str) -> datetime | None:
    """The moment that a parameter names, in UTC where it does not say otherwise.

    Raises:
        ApiError: 400, it is none.
    """
    text = call.parameter(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{name}: write a moment in ISO 8601, as 2026-11-23 or 2026-11-23T09:00:00Z."
        raise ApiError(400, "invalid_value", message, name) from error


def address(text: str | None, name: str) -> Address | None:
    """An address that a client wrote.

    Raises:
        ApiError: 400, it is none.
    """
    if text is None:
        return None
    try:
        return parse_address(text)
    except InvalidAddressError as error:
        raise ApiError(400, "invalid_value", f"{name}: {error}.", name) from error


def one_of(call: JsonCall, name: str, choices: Iterable[str]) -> str | None:
    """The one choice that a parameter names; None where it is absent.

    Raises:
        ApiError: 400, it names none of them.
    """
    text, known = call.parameter(name), list(choices)
    if text is not None and text not in known:
        raise ApiError(400, "invalid_value", f"{name}: choose of {', '.join(known)}.", name)
    return text
