"""What ids are called: read for many at once, for whoever tells people of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, Pointer


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose names are wanted. `directories` are pairs of an organization's id and a directory's."""

    accounts: frozenset[str] = frozenset()
    directories: frozenset[tuple[str, str]] = frozenset()
    conflicts: frozenset[Pointer] = frozenset()

    @property
    def size(self) -> int:
        """How many items that are."""
        return len(self.accounts) + len(self.directories) + len(self.conflicts)


@dataclass(frozen=True, slots=True)
class Named:
    """What was found, by id: accounts, the names of directories, conflicts."""

    accounts: Mapping[str, Account] = field(default_factory=dict)
    directories: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)


NOBODY = Named()


def all_asked(parts: Iterable[Asked]) -> Asked:
    """All of it."""
    parts = list(parts)
    return Asked(
        frozenset().union(*(part.accounts for part in parts)),
        frozenset().union(*(part.directories for part in parts)),
        frozenset().union(*(part.conflicts for part in parts)),
    )


class NamesStore(Protocol):
    """Reading them."""

    def named(self, asked: Asked) -> Named:
        """What there is of it, in one call for each hundred. Who is not there, or cannot be read, is absent."""
        ...


def named(store: NamesStore, asked: Asked) -> Named:
    """What there is of it; nobody is asked where nothing is wanted."""
    return store.named(asked) if asked.size else NOBODY
