"""From accounts before and after to the writes that make it so: accounts, email index, userName index, counters.

Every plan, and every undo, is a set of moves. The index writes are not planned one by one but derived from the
difference, so that no plan can give an address to two accounts or leave one behind. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from rightful.core.accounts.secondary_emails import further_writes
from rightful.domain.account import Account, canonical_user_name
from rightful.domain.hold import Reservation
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
)
from rightful.ports.writes.transaction import Write

_Key = TypeVar("_Key")


class CollidingMovesError(ValueError):
    """Two of the accounts would end up with the same address or userName."""


@dataclass(frozen=True, slots=True)
class Move:
    """One account as it was read, and as it is to be (with its new version)."""

    before: Account
    after: Account


@dataclass(frozen=True, slots=True)
class Moved:
    """The writes of a set of moves, and the addresses that nobody holds after them."""

    writes: tuple[Write, ...]
    released: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the email index says beyond the accounts of the moves.

    Attributes:
        listed: canonical address -> an account id that is listed there wrongly.
        reserve: canonical address -> the reservation it gets instead of being free.
        requester_key: whose reservation may be claimed.
    """

    listed: Mapping[str, str] = field(default_factory=dict)
    reserve: Mapping[str, Reservation] = field(default_factory=dict)
    requester_key: str | None = None


def writes_of(moves: Sequence[Move], now: datetime, indexed: Indexed | None = None) -> Moved:
    """The writes that carry out all the moves together.

    Raises:
        CollidingMovesError: two accounts would hold one address or one userName.
    """
    addresses, released = _address_writes(moves, now, indexed or Indexed())
    writes: list[Write] = [PutAccount(move.after, move.before.version) for move in moves]
    writes += further_writes((move.before, move.after) for move in moves)
    return Moved((*writes, *addresses, *_user_name_writes(moves), *_count_writes(moves)), released)


def _address_writes(moves: Sequence[Move], now: datetime, indexed: Indexed) -> tuple[list[Write], tuple[str, ...]]:
    before = {**indexed.listed, **{move.before.holds: move.before.id for move in moves if move.before.holds}}
    after = _unique([(move.after.holds, move.after.id) for move in moves if move.after.holds])
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


def _user_name_writes(moves: Sequence[Move]) -> list[Write]:
    before, after = dict(_user_names([move.before for move in moves])), _user_names([move.after for move in moves])
    scim_ids = {move.after.id: move.after.link.scim_id for move in moves if move.after.link}
    wanted = _unique(after)
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


def _count_writes(moves: Sequence[Move]) -> list[Write]:
    """One for each directory: a transaction has one write to an item."""
    counts: dict[str, list[tuple[int, str]]] = {}
    for move in moves:
        before, after = move.before.link, move.after.link
        if before and after and (before.directory_id, before.linked_at) == (after.directory_id, after.linked_at):
            continue
        for link, delta in ((before, -1), (after, 1)):
            if link is not None:
                counts.setdefault(link.directory_id, []).append((delta, move.after.id))
    return [
        # An undo gives back a link that others have come after.
        CountUsers(directory_id, parts[0][1], sum(delta for delta, _ in parts), earlier=max(parts)[0] > 0)
        for directory_id, parts in counts.items()
    ]


def _unique(pairs: Sequence[tuple[_Key, str]]) -> dict[_Key, str]:
    unique: dict[_Key, str] = {}
    for key, account_id in pairs:
        if unique.setdefault(key, account_id) != account_id:
            raise CollidingMovesError
    return unique
