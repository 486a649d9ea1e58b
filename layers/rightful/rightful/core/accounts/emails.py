"""The addresses of a user, as its resource has them."""

from collections.abc import Mapping, Sequence

from rightful.core.accounts.resource import chosen_email
from rightful.domain.address import Address, InvalidAddressError, parse_address
from rightful.scim.errors import invalid_value


def address_of(attributes: Mapping[str, object]) -> Address | None:
    """The account's address: the email with primary true, else type work, else the first.

    None: there are no emails. Nothing is ever derived from userName: it may be an address that is not the person's.

    Raises:
        ScimError: 400 invalidValue, the chosen email is not an address.
    """
    chosen = chosen_email(attributes)
    try:
        return parse_address(chosen) if chosen is not None else None
    except InvalidAddressError as error:
        raise invalid_value(f"'emails.value' must be an email address: {error}.") from error


def with_address(emails: object, address: Address) -> list[object]:
    """The `emails` value with another address in the entry that is the account's: the primary one, else the work one,
    else the first (as `accounts.resource.address_of` chooses)."""
    entries: list[object] = list(emails) if isinstance(emails, Sequence) and not isinstance(emails, str) else []
    usable = [
        (position, entry)
        for position, entry in enumerate(entries)
        if isinstance(entry, Mapping) and isinstance(entry.get("value"), str) and entry["value"].strip()
    ]
    if not usable:
        return [*entries, {"value": address.value, "type": "work", "primary": True}]
    position, chosen = next(
        (each for each in usable if each[1].get("primary") is True),
        next((each for each in usable if str(each[1].get("type", "")).lower() == "work"), usable[0]),
    )
    if chosen["value"] != address.value:
        entries[position] = {**chosen, "value": address.value}
    return entries
