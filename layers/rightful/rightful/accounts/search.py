"""Finding a directory's users by a SCIM filter (RFC 7644 section 3.4.2.2).

An equality on userName, externalId, the address or the id goes through an index and costs two reads; anything else is
evaluated over the directory, page by page, up to a bound.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rightful.accounts.account import Account, account_id_of, canonical_user_name
from rightful.accounts.address import InvalidAddressError, parse_address
from rightful.accounts.resource import fits_key
from rightful.scim.errors import too_many
from rightful.storage.contract import IdentityStore

_PAGE = 100
MOST_EVALUATED = 5_000
"""How many users one request may look at: about two seconds of reading."""

Matches = Callable[[Account], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the users that were found, and how many there are in all."""

    accounts: tuple[Account, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Search:
    """Searches one directory."""

    store: IdentityStore
    directory_id: str

    def by_equality(self, attribute: str, value: str, matches: Matches, *, start: int, count: int) -> Found | None:
        """The users that an index gives for `attribute eq value` and that match; None: there is no such index.

        Args:
            attribute: canonical, as `scim.filters.equality` names it.
            start: 1-based.
        """
        candidates = self._candidates(attribute, value)
        if candidates is None:
            return None
        found = [account for account in candidates if self._is_user(account) and matches(account)]
        return Found(tuple(found[start - 1 : start - 1 + count]), len(found))

    def by_evaluation(self, matches: Matches, *, start: int, count: int) -> Found:
        """The users that match, by looking at each.

        Raises:
            ScimError: 400 tooMany, the directory has more users than one request may look at.
        """
        found: list[Account] = []
        total = 0
        for account in self._all(MOST_EVALUATED):
            if matches(account):
                total += 1
                if start <= total < start + count:
                    found.append(account)
        return Found(tuple(found), total)

    def listing(self, *, start: int, count: int) -> Found:
        """A page of the directory in the order in which users were linked."""
        total = self.store.number_of_users(self.directory_id)
        skipped = 0
        found: list[Account] = []
        position: str | None = None
        while len(found) < count and skipped + len(found) < total:
            limit = min(_PAGE, start - 1 - skipped) if skipped < start - 1 else min(_PAGE, count - len(found))
            page = self.store.users(self.directory_id, limit=limit, position=position)
            if skipped < start - 1:
                skipped += limit
            else:
                found += [account for account in page.accounts if self._is_user(account)]
            position = page.next_position
            if position is None:
                break
        return Found(tuple(found), total)

    def _candidates(self, attribute: str, value: str) -> list[Account] | None:
        if attribute == "id":
            ids = [account_id_of(value)] if fits_key(value) else []
        elif attribute == "userName":
            canonical = canonical_user_name(value)
            found = fits_key(canonical) and self.store.account_id_of_user_name(self.directory_id, canonical)
            ids = [found or ""]
        elif attribute == "externalId":
            ids = list(self.store.account_ids_of_external_id(self.directory_id, value)) if fits_key(value) else []
        elif attribute == "emails.value":
            ids = [self._holder_of(value)]
        else:
            return None
        accounts = self.store.accounts(account_id for account_id in ids if account_id)
        return [accounts[account_id] for account_id in ids if account_id in accounts]

    def _holder_of(self, value: str) -> str:
        try:
            canonical = parse_address(value).canonical
        except InvalidAddressError:
            return ""
        hold = self.store.holds([canonical]).get(canonical)
        return hold.account_id or "" if hold else ""

    def _is_user(self, account: Account) -> bool:
        return account.link is not None and account.link.directory_id == self.directory_id

    def _all(self, most: int) -> Iterator[Account]:
        position: str | None = None
        seen = 0
        while True:
            page = self.store.users(self.directory_id, limit=_PAGE, position=position)
            for account in page.accounts:
                if self._is_user(account):
                    yield account
            seen += len(page.accounts)
            position = page.next_position
            if position is None:
                return
            if seen >= most:
                raise too_many(
                    f"The filter would have to look at more than {most} users. "
                    "Use an equality on userName, externalId, emails.value or id."
                )
