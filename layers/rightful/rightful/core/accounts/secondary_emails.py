"""By what an account is found besides the address that it holds: secondary emails, and its employeeNumber.

`emails.value eq "x"` has to find every user that has x among its emails. The address that an account holds stands in
the email index. Each other one is a key of the directory's index of secondary emails, so that only users that have
such addresses pay for it. Keys are made of values as filters compare them, whether or not they are addresses: what a
filter takes for equal has the same key. A blank is nobody's, and in no key.

An employeeNumber says who somebody is only where nobody else has it. So it is a key, too, of the account's
organization: a list in the same index, strongly consistent, linked or not. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rightful.domain.account import Account
from rightful.domain.address import InvalidAddressError, parse_address
from rightful.ports.writes.accounts import ListSecondaryEmail
from rightful.text.folding import fold
from rightful.text.identity import employee_number
from rightful.text.mailboxes import comparable

MOST_KEYS = 20
"""A user with more secondary emails than this is listed once, under `MANY`: a transaction has 100 items."""
MANY = ""
"""The key of those who have too many, which is no value's: whoever looks for an address has to look at them, too."""
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_NUMBER = "employeeNumber#"
_KEY_CHARACTERS = 400
"""Part of a partition key, which has 2,048 octets at most. No address is as long."""


def address_key(value: str) -> str:
    """The key of a value of `emails`."""
    return comparable(value)[:_KEY_CHARACTERS]


def held_as(key: str) -> str | None:
    """The canonical address by which the email index would have a value with that key; None: it is no address."""
    try:
        return parse_address(key).canonical
    except InvalidAddressError:
        return None


def secondary_keys(account: Account) -> frozenset[tuple[str, str]]:
    """Under which keys an account is to be listed: (directory id, or for its number the organization's; key)."""
    return _address_keys(account) | _number_keys(account)


def _address_keys(account: Account) -> frozenset[tuple[str, str]]:
    emails = account.attributes.get("emails")
    if account.link is None or not isinstance(emails, list):
        return frozenset()
    values = (entry.get("value") for entry in emails if isinstance(entry, dict))
    found = {address_key(value) for value in values if isinstance(value, str)} - {""}
    # A key by which the email index leads to the account already needs no second entry.
    secondary = {key for key in found if account.holds is None or held_as(key) != account.holds}
    if len(secondary) > MOST_KEYS:
        secondary = {MANY}
    return frozenset((account.link.directory_id, key) for key in secondary)


def _number_keys(account: Account) -> frozenset[tuple[str, str]]:
    number = number_of(account.attributes)
    if number is None or account.organization_id is None:
        return frozenset()
    return frozenset({number_key(account.organization_id, number)})


def number_key(organization_id: str, number: str) -> tuple[str, str]:
    """The list of those in an organization who have that employeeNumber. Whoever has it in another case counts (RFC
    7643 section 8.7.1: caseExact is false)."""
    return organization_id, f"{_NUMBER}{fold(number)}"[:_KEY_CHARACTERS]


def number_of(attributes: Mapping[str, object]) -> str | None:
    """The employeeNumber in an account's attributes, where it says who somebody is."""
    extension = attributes.get(ENTERPRISE_USER)
    return employee_number(extension.get("employeeNumber")) if isinstance(extension, Mapping) else None


def secondary_writes(updates: Iterable[tuple[Account | None, Account | None]]) -> list[ListSecondaryEmail]:
    """The writes that keep the index in step with accounts before and after (None: there is none): one for each key,
    as a transaction needs it."""
    added: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    removed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for before, after in updates:
        old, new = secondary_keys(before) if before else frozenset(), secondary_keys(after) if after else frozenset()
        for pair in new - old:
            added[pair].add(after.id if after else "")
        for pair in old - new:
            removed[pair].add(before.id if before else "")
    return [
        ListSecondaryEmail(*pair, frozenset(added.get(pair, ())), frozenset(removed.get(pair, ())))
        for pair in sorted({*added, *removed})
    ]
