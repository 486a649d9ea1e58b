"""From accounts before and after to the writes that make it so: accounts, email index, userName index, counters, and
the index of secondary emails.

Every plan, every undo, and every request that changes accounts is a set of updates. The index writes are not planned
one by one but derived from the difference, so that nothing can give an address to two accounts or leave one behind.
Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from rightful.core.accounts.log_rows import display_name_of, entries_of
from rightful.domain.account import Account, canonical_user_name
from rightful.domain.address import InvalidAddressError, Reservation, parse_address
from rightful.domain.conflicts.refused_request import Requester
from rightful.ports.context import Invocation
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    DeleteAccount,
    ListSecondaryEmail,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
)
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import Write
from rightful.text.folding import fold
from rightful.text.identity import employee_number, trimmed
from rightful.text.mailboxes import comparable

_Key = TypeVar("_Key")


class CollidingUpdatesError(ValueError):
    """Two of the accounts would end up with the same address or userName."""


@dataclass(frozen=True, slots=True)
class AccountUpdate:
    """One account as it was read, and as it is to be (with its new version).

    Attributes:
        before: None: it is new.
        after: None: it goes.
    """

    before: Account | None
    after: Account | None


@dataclass(frozen=True, slots=True)
class AccountChange(AccountUpdate):
    """An update of an account that is there before and after."""

    before: Account
    after: Account


@dataclass(frozen=True, slots=True)
class IndexWrites:
    """The writes of a set of updates, and the addresses that nobody holds after them."""

    writes: tuple[Write, ...]
    released: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the email index says beyond the accounts of the updates.

    Attributes:
        listed: canonical address -> an account id that is listed there wrongly.
        reserve: canonical address -> the reservation it gets instead of being free.
        requester_key: whose reservation may be claimed.
    """

    listed: Mapping[str, str] = field(default_factory=dict)
    reserve: Mapping[str, Reservation] = field(default_factory=dict)
    requester_key: str | None = None


def index_writes(updates: Sequence[AccountUpdate], now: datetime, indexed: Indexed | None = None) -> IndexWrites:
    """The writes that carry out all the updates together.

    Raises:
        CollidingUpdatesError: two accounts would hold one address or one userName.
    """
    before = [update.before for update in updates if update.before]
    after = [update.after for update in updates if update.after]
    addresses, released = _address_writes(before, after, now, indexed or Indexed())
    writes: list[Write] = [_account_write(update) for update in updates]
    writes += secondary_writes((update.before, update.after) for update in updates)
    writes += [*addresses, *_user_name_writes(before, after), *_count_writes(updates, now)]
    return IndexWrites(tuple(writes), released)


def user_writes(
    before: Account | None, after: Account, invocation: Invocation, *, requester_key: str | None = None
) -> list[Write]:
    """A user that its directory created (`before` None), linked or changed, and what the event log says of it."""
    indexed = Indexed(requester_key=requester_key)
    writes = index_writes([AccountUpdate(before, after)], invocation.now, indexed).writes
    return [*writes, *map(AppendLog, entries_of(before, after, invocation))]


def requester_of(account: Account) -> Requester:
    """A linked account as the one who asks.

    Raises:
        ValueError: the account is not linked.
    """
    link = account.link
    if link is None:
        raise ValueError("only a linked account can ask through its directory")
    return Requester(account.id, link.scim_id, link.user_name, link.external_id, display_name_of(account))


def _account_write(update: AccountUpdate) -> Write:
    expected = update.before.version if update.before else None
    if update.after is not None:
        return PutAccount(update.after, expected)
    if update.before is None:
        raise ValueError("an update of no account")
    return DeleteAccount(update.before.id, update.before.version)


def _address_writes(
    accounts_before: Sequence[Account], accounts_after: Sequence[Account], now: datetime, indexed: Indexed
) -> tuple[list[Write], tuple[str, ...]]:
    before = {**indexed.listed, **{account.holds: account.id for account in accounts_before if account.holds}}
    after = _unique([(account.holds, account.id) for account in accounts_after if account.holds])
    writes: list[Write] = []
    for canonical, account_id in after.items():
        former = before.get(canonical)
        if former is None:
            writes.append(ClaimAddress(canonical, account_id, now, indexed.requester_key))
        elif former != account_id:
            writes.append(TransferAddress(canonical, former, account_id))
    left = {canonical: account_id for canonical, account_id in before.items() if canonical not in after}
    released = []
    for canonical, account_id in left.items():
        reservation = indexed.reserve.get(canonical)
        if reservation is not None:
            writes.append(ReserveAddress(canonical, account_id, reservation, now))
        else:
            writes.append(ReleaseAddress(canonical, account_id))
            released.append(canonical)
    return writes, tuple(released)


def _user_name_writes(accounts_before: Sequence[Account], accounts_after: Sequence[Account]) -> list[Write]:
    before, wanted = dict(_user_names(accounts_before)), _unique(_user_names(accounts_after))
    scim_ids = {account.id: account.link.scim_id for account in accounts_after if account.link}
    writes: list[Write] = []
    for (directory_id, name), account_id in wanted.items():
        former = before.get((directory_id, name))
        if former is None:
            writes.append(ClaimUserName(directory_id, name, account_id, scim_ids[account_id]))
        elif former != account_id:
            writes.append(TransferUserName(directory_id, name, former, account_id, scim_ids[account_id]))
    writes += [
        ReleaseUserName(directory_id, name, account_id)
        for (directory_id, name), account_id in before.items()
        if (directory_id, name) not in wanted
    ]
    return writes


def _user_names(accounts: Sequence[Account]) -> list[tuple[tuple[str, str], str]]:
    return [
        ((account.link.directory_id, canonical_user_name(account.link.user_name)), account.id)
        for account in accounts
        if account.link
    ]


def _count_writes(updates: Sequence[AccountUpdate], now: datetime) -> list[Write]:
    """One for each directory: a transaction has one write to an item."""
    counts: dict[str, list[tuple[int, str, bool]]] = {}
    for update in updates:
        before, after = _linked(update.before), _linked(update.after)
        if before and after and before[1:] == after[1:]:
            continue
        for side, delta in ((before, -1), (after, 1)):
            if side is not None:
                account_id, directory_id, linked_at = side
                # An undo gives back a link that others have come after.
                counts.setdefault(directory_id, []).append((delta, account_id, delta > 0 and linked_at < now))
    return [
        CountUsers(
            directory_id,
            parts[0][1],
            sum(delta for delta, _, _ in parts),
            earlier=any(earlier for _, _, earlier in parts),
        )
        for directory_id, parts in counts.items()
    ]


def _linked(account: Account | None) -> tuple[str, str, datetime] | None:
    return (account.id, account.link.directory_id, account.link.linked_at) if account and account.link else None


def _unique(pairs: Sequence[tuple[_Key, str]]) -> dict[_Key, str]:
    unique: dict[_Key, str] = {}
    for key, account_id in pairs:
        if unique.setdefault(key, account_id) != account_id:
            raise CollidingUpdatesError
    return unique


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
    found = {address_key(value) for value in values if isinstance(value, str) and trimmed(value)}
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
