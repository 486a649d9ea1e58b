"""Pages of what is listed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from rightful.domain.account import Account
from rightful.domain.conflict import Conflict


class Page(Protocol):
    """A part of a list, and where the next one begins (None: there is none)."""

    @property
    def next_position(self) -> str | None: ...


AnyPage = TypeVar("AnyPage", bound=Page)


def every_page(read: Callable[[str | None], AnyPage]) -> Iterator[AnyPage]:
    """A list, page by page, from its beginning. `read` reads the page at a position."""
    position: str | None = None
    while True:
        page = read(position)
        yield page
        position = page.next_position
        if position is None:
            return


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
