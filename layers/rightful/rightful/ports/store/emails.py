"""The index of secondary emails: who is found by an address besides the one that the account holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

MOST_LISTED = 500
"""Accounts that one list names. Of an address that more users share, the others are only counted."""


@dataclass(frozen=True, slots=True)
class SecondaryEmailList:
    """The accounts that are listed under one key of a directory.

    Attributes:
        account_ids: those that are named.
        unnamed: how many more there are.
    """

    directory_id: str
    key: str
    account_ids: frozenset[str] = frozenset()
    unnamed: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nobody: then there is no such list."""
        return not self.account_ids and not self.unnamed

    def changed(self, added: frozenset[str], removed: frozenset[str]) -> "SecondaryEmailList":
        """The list with these and without those. Who is named already is not added again; who is not named was one of
        the unnamed."""
        named = self.account_ids - removed
        unnamed = max(0, self.unnamed - len(removed - self.account_ids))
        new = sorted(added - named)
        room = max(0, MOST_LISTED - len(named))
        return replace(self, account_ids=named.union(new[:room]), unnamed=unnamed + len(new[room:]))


class SecondaryEmailStore(Protocol):
    """Look-ups by address. Strongly consistent."""

    def account_ids_of_address(
        self, directory_id: str, keys: Iterable[str], canonical: str | None
    ) -> tuple[str, ...] | None:
        """Who holds `canonical`, if it is given, and who is listed under these keys in that directory, in one call.
        None: there are some that are not named."""
        ...

    def secondary_email_lists(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], SecondaryEmailList]:
        """Lists by (directory id, key); empty ones are absent."""
        ...
