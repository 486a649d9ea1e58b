"""What is due, the whole table, and an organization's accounts and open conflicts, in memory."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar, cast, get_args

from rightful.aws.dynamodb.keys import indexes as index_keys
from rightful.core.accounts.deletion import is_kept
from rightful.domain.account import Account, AccountStatus
from rightful.domain.conflict import Conflict
from rightful.domain.hold import Hold
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.domain.schedule import DueConflict, due_as, due_at
from rightful.ports.store.emails import FurtherList
from rightful.ports.store.upkeep import Piece, UserNameHold

if TYPE_CHECKING:
    from rightful.domain.conflict import Pointer
    from rightful.ports.pages import AccountPage, ConflictPage
    from rightful.ports.store.organizations import OrganizationPage

_Kind = TypeVar("_Kind")
ItemKey = tuple[str, ...]


class _Stored(Protocol):
    _items: dict[ItemKey, object]

    def all_of(self, kind: type[_Kind]) -> tuple[_Kind, ...]: ...

    def due_at(self, conflict: Conflict) -> datetime | None: ...


class MemoryUpkeep:
    """`UpkeepStore` and `ManagedStore` on a dictionary of items."""

    _items: dict[ItemKey, object]

    def due_conflicts(self: _Stored, now: datetime, *, limit: int) -> "tuple[Pointer, ...]":
        """See `UpkeepStore.due_conflicts`."""
        from rightful.domain.conflict import Pointer

        urgency = get_args(DueConflict)
        due: list[tuple[int, datetime, Pointer]] = []
        for conflict in self.all_of(Conflict):
            at = self.due_at(conflict)
            if at is not None and at <= now:
                due.append((urgency.index(due_as(conflict)), at, Pointer(conflict.organization_id, conflict.id)))
        return tuple(pointer for *_, pointer in sorted(due, key=lambda each: each[:2])[:limit])

    def due_at(self: _Stored, conflict: Conflict) -> datetime | None:
        """When a conflict comes due: as it was written, or as it was noted since."""
        at = due_at(conflict)
        noted = self._items.get(_look_key(conflict.organization_id, conflict.id))
        if at is not None and isinstance(noted, tuple) and noted[0] == conflict.version:
            return cast("datetime", noted[1])
        return at

    def look_again(self: _Stored, pointer: "Pointer", at: datetime) -> None:
        """See `UpkeepStore.look_again`."""
        conflict = self._items.get(("CONFLICT", pointer.organization_id, pointer.conflict_id))
        if isinstance(conflict, Conflict):
            self._items[_look_key(conflict.organization_id, conflict.id)] = (conflict.version, at)

    def number_of_open_conflicts(self: _Stored, *, most: int) -> int:
        """See `UpkeepStore.number_of_open_conflicts`."""
        return min(most, sum(conflict.live for conflict in self.all_of(Conflict)))

    def unfinished_deactivations(self: _Stored, *, limit: int) -> tuple[Conflict, ...]:
        """See `UpkeepStore.unfinished_deactivations`."""
        return tuple(conflict for conflict in self.all_of(Conflict) if conflict.deactivation_pending)[:limit]

    def undecided_conflicts(self: _Stored) -> "tuple[Pointer, ...]":
        """See `UpkeepStore.undecided_conflicts`."""
        from rightful.domain.conflict import Pointer

        undecided = [conflict for conflict in self.all_of(Conflict) if due_as(conflict) == "undecided"]
        by_age = sorted(undecided, key=lambda conflict: conflict.id)
        return tuple(Pointer(conflict.organization_id, conflict.id) for conflict in by_age)

    def paused_organizations(self: _Stored, *, limit: int) -> int:
        """See `UpkeepStore.paused_organizations`."""
        return min(limit, sum(organization.brakes.paused for organization in self.all_of(Organization)))

    def keys_that_expire(self: _Stored, after: datetime, until: datetime, *, limit: int) -> tuple[Token, ...]:
        """See `UpkeepStore.keys_that_expire`."""
        listed = [item for key, item in self._items.items() if isinstance(item, Token) and key[0] == "TOKENS"]
        ending = [(key.expires_at, key) for key in listed if key.expires_at and after <= key.expires_at <= until]
        return tuple(key for _, key in sorted(ending, key=lambda each: each[0])[:limit])

    def user_names(self: _Stored, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """See `UpkeepStore.user_names`."""
        found = {pair: self._items.get(("USERNAME", *pair)) for pair in pairs}
        return {pair: account_id for pair, account_id in found.items() if isinstance(account_id, str)}

    def ended_reservations(self: _Stored, now: datetime, *, limit: int) -> Sequence[Hold]:
        """See `UpkeepStore.ended_reservations`."""
        return [hold for hold in self.all_of(Hold) if hold.reservation and hold.reservation.until <= now][:limit]

    def due_deletions(self: _Stored, now: datetime, *, limit: int) -> tuple[str, ...]:
        """See `UpkeepStore.due_deletions`."""
        due = [
            account.id
            for account in self.all_of(Account)
            if account.status is AccountStatus.PENDING_DELETION
            and not is_kept(account)
            and account.deletion_date
            and account.deletion_date <= now
        ]
        return tuple(due[:limit])

    def directories_to_delete(self: _Stored, *, limit: int) -> tuple[Directory, ...]:
        """See `UpkeepStore.directories_to_delete`."""
        return tuple(directory for directory in self.all_of(Directory) if directory.deleting)[:limit]

    def piece(self: _Stored, segment: int, segments: int, position: str | None, *, limit: int) -> Piece:
        """See `UpkeepStore.piece`."""
        mine = sorted(
            key for key in self._items if zlib.crc32("#".join(key[:2]).encode("utf-8", "replace")) % segments == segment
        )
        after = [key for key in mine if position is None or "\0".join(key) > position]
        looked_at = after[:limit]
        found = [(key, self._items[key]) for key in looked_at]
        return Piece(
            accounts=tuple(item for _, item in found if isinstance(item, Account)),
            holds=tuple(item for _, item in found if isinstance(item, Hold)),
            user_names=tuple(UserNameHold(key[1], key[2], str(item)) for key, item in found if key[0] == "USERNAME"),
            further_lists=tuple(item for _, item in found if isinstance(item, FurtherList)),
            next_position="\0".join(looked_at[-1]) if len(after) > limit else None,
        )

    def scan_position(self: _Stored, segment: int) -> str | None:
        """See `UpkeepStore.scan_position`."""
        position = self._items.get(("SCAN", str(segment)))
        return position if isinstance(position, str) else None

    def put_scan_position(self: _Stored, segment: int, position: str | None) -> None:
        """See `UpkeepStore.put_scan_position`."""
        self._items[("SCAN", str(segment))] = position

    def managed_accounts(
        self: _Stored, organization_id: str, *, limit: int, position: str | None = None, unlinked_only: bool = False
    ) -> "AccountPage":
        """See `ManagedStore.managed_accounts`."""
        mine = [
            account
            for account in self.all_of(Account)
            if account.organization_id == organization_id and not (unlinked_only and account.link)
        ]
        return _accounts(mine, limit, position)

    def unmanaged_accounts(self: _Stored, domain: str, *, limit: int, position: str | None = None) -> "AccountPage":
        """See `ManagedStore.unmanaged_accounts`."""
        mine = [
            account
            for account in self.all_of(Account)
            if account.organization_id is None and account.email is not None and account.email.domain == domain
        ]
        return _accounts(mine, limit, position)

    def number_of_unlinked(self: _Stored, organization_id: str, *, most: int) -> int:
        """See `ManagedStore.number_of_unlinked`."""
        return sum(a.organization_id == organization_id and a.link is None for a in self.all_of(Account))

    def organizations(self: _Stored, *, limit: int, position: str | None = None) -> "OrganizationPage":
        """See `ManagedStore.organizations`."""
        from rightful.ports.store.organizations import OrganizationPage

        mine = sorted(self.all_of(Organization), key=lambda organization: organization.id)
        after = [organization for organization in mine if position is None or organization.id > position]
        return OrganizationPage(tuple(after[:limit]), after[limit - 1].id if len(after) > limit else None)

    def open_conflicts(
        self: _Stored, organization_id: str, *, limit: int, position: str | None = None
    ) -> "ConflictPage":
        """See `ManagedStore.open_conflicts`."""
        from rightful.ports.pages import ConflictPage

        mine = [each for each in self.all_of(Conflict) if each.organization_id == organization_id and each.live]
        page, next_position = _page(mine, lambda conflict: conflict.id, limit, position)
        return ConflictPage(tuple(page), next_position)


def _look_key(organization_id: str, conflict_id: str) -> ItemKey:
    return ("LOOK", organization_id, conflict_id)


def _accounts(accounts: list[Account], limit: int, position: str | None) -> "AccountPage":
    from rightful.ports.pages import AccountPage

    page, next_position = _page(
        accounts,
        lambda account: index_keys.in_organization(account.id, linked=account.link is not None),
        limit,
        position,
    )
    return AccountPage(tuple(page), next_position)


def _page(
    items: Sequence[_Kind], place: Callable[[_Kind], str], limit: int, position: str | None
) -> tuple[list[_Kind], str | None]:
    after = sorted((item for item in items if position is None or place(item) > position), key=place)
    page = after[:limit]
    return page, place(page[-1]) if len(after) > limit else None
