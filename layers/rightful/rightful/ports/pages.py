"""Pages of what is listed."""

from dataclasses import dataclass

from rightful.domain.account import Account
from rightful.domain.conflict import Conflict


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Accounts in the order of the listing, where the next page begins (None: there is none), and how many users the
    directory has, if that was asked for. `positions`: of each of them, in a listing of users."""

    accounts: tuple[Account, ...]
    next_position: str | None
    total: int | None = None
    positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Conflicts, newest first, and where the next page begins (None: there is none)."""

    conflicts: tuple[Conflict, ...]
    next_position: str | None
