"""From accounts before and after to the writes that make it so: accounts, email index, userName index, counters.

Every plan, and every undo, is a set of moves. The index writes are not planned one by one but derived from the
difference, so that no plan can give an address to two accounts or leave one behind. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from rightful.accounts.account import Account, BeforeImage, Passed, canonical_user_name
from rightful.accounts.further_addresses import further_writes
from rightful.storage.writes import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    Reservation,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
    Write,
)

_Key = TypeVar("_Key")

PING_PONG_WINDOW = timedelta(days=7)
"""An address that a remediation took from somebody, or gave to them, does not come back by itself within this time."""

_MOST_PASSED = 20
"""How many addresses an account remembers at most: it changes by itself only a few times a day."""


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


def touched(before: Account, after: Account, conflict_id: str, now: datetime) -> Move:
    """A move by a remediation: a new version, and the before-image that undo restores."""
    version = before.version + 1
    image = _image(before, after, conflict_id, now)
    if (claim := _claim_by(before, conflict_id)) is not None:
        image = replace(image, organization_id=claim.organization_id, claimed=False)
    return Move(before, replace(after, version=version, updated_at=now, before_image=image))


def _claim_by(account: Account, conflict_id: str) -> BeforeImage | None:
    """The account as it was before the same conflict had it claimed: undo gives that back, too, unless the organization
    made something else of the account since."""
    image = account.before_image
    if image is None or image.conflict_id != conflict_id or image.claimed or not account.claimed:
        return None
    same = (image.email, image.status, image.link) == (account.email, account.status, account.link)
    return image if same else None


def restored(account: Account, now: datetime, *, asked: bool) -> Move:
    """A move back to the before-image. What the image does not carry (logins, flags) stays as it is now.

    The new before-image says what the undo took away: who asks for that again is asking against an administrator.

    Args:
        asked: the account asked for the change itself. Whether it is active is what its directory said then, or has
            said again since in a request that had nothing to write: that is no doing of the conflict's, and stays.
    """
    image = account.before_image
    if image is None:
        raise ValueError("there is no before-image to restore")
    status, deactivated_at = (account.status, account.deactivated_at) if asked else (image.status, image.deactivated_at)
    after = replace(
        account,
        version=account.version + 1,
        updated_at=now,
        email=image.email,
        email_verified=image.email_verified,
        status=status,
        deletion_date=image.deletion_date,
        link=image.link,
        attributes=image.attributes,
        deactivated_at=deactivated_at,
        held_since=image.held_since,
        former_link=image.former_link,
        awaited=None,
        organization_id=image.organization_id,
        claimed=image.claimed,
    )
    taken = _image(account, after, image.conflict_id, now)
    return Move(account, replace(after, before_image=replace(taken, group_ids=image.group_ids)))


def _image(account: Account, after: Account, conflict_id: str, now: datetime) -> BeforeImage:
    return BeforeImage(
        conflict_id=conflict_id,
        version=account.version + 1,
        email=account.email,
        email_verified=account.email_verified,
        status=account.status,
        deletion_date=account.deletion_date,
        link=account.link,
        attributes=account.attributes,
        taken_at=now,
        deactivated_at=account.deactivated_at,
        held_since=account.held_since,
        former_link=account.former_link,
        organization_id=account.organization_id,
        claimed=account.claimed,
        group_ids=account.group_ids,
        passed=_passed(account, after, conflict_id, now),
    )


def _passed(account: Account, after: Account, conflict_id: str, now: datetime) -> tuple[Passed, ...]:
    """What the account remembers of addresses that went to it or from it: of the last days, this time included."""
    earlier = account.before_image.passed if account.before_image else ()
    kept = [passed for passed in earlier if now - passed.at < PING_PONG_WINDOW]
    if account.holds != after.holds:
        addresses = [email.canonical for email in (account.email, after.email) if email and not email.is_placeholder]
        kept += [Passed(canonical, conflict_id, now) for canonical in addresses]
    return tuple(kept[-_MOST_PASSED:])


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
