"""A directory's users as something to list and search (RFC 7644 section 3.4.2).

An equality on userName, externalId, displayName, an address or the id goes through an index and costs two calls, and
one more for each hundred users beyond the first that it finds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rightful.core.accounts.index_writes import MANY, address_key, held_as
from rightful.core.accounts.resource import user_resource
from rightful.core.lists.collection import Entry, Page
from rightful.domain.account import Account, account_id_of, canonical_user_name
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import Listing
from rightful.scim.filters.expressions import Filter
from rightful.scim.filters.sorting import SortKey, sort_key
from rightful.scim.resources import Resource
from rightful.scim.schemas.attributes import ResourceType
from rightful.text.identity import trimmed
from rightful.text.ids import fits_key


@dataclass(frozen=True, slots=True)
class Users:
    """`lists.collection.Collection` over the users of a directory."""

    store: IdentityStore
    directory_id: str
    rt: ResourceType
    base_url: str

    @property
    def listing(self) -> Listing:
        return Listing("users", self.directory_id)

    def equal(self, attribute: str, value: str) -> list[Resource] | None:
        ids = self._ids(attribute, value)
        return self._read(ids) if ids is not None else None

    def page(self, limit: int, position: str | None, *, skip: int = 0, counted: bool = False) -> Page:
        page = self.store.users(self.directory_id, limit=limit, position=position, skip=skip, counted=counted)
        entries = [
            Entry(user_resource(account, self.rt, self.base_url), place)
            for account, place in zip(page.accounts, page.positions, strict=True)
            if self._is_user(account)
        ]
        return Page(tuple(entries), page.next_position, page.total)

    def total(self) -> int:
        return self.store.number_of_users(self.directory_id)

    def most_evaluated(self, wanted: Filter) -> int | None:  # noqa: ARG002 - the protocol's
        """See `Collection.most_evaluated`: a user is read whole."""
        return None

    def sort_key(self, sort_by: str) -> Callable[[Resource], SortKey]:
        return sort_key(sort_by, self.rt)

    def for_filter(self, resources: Sequence[Resource], wanted: Filter) -> list[Resource]:  # noqa: ARG002 - the protocol's
        """See `Collection.for_filter`: a user is read whole."""
        return list(resources)

    def for_answer(
        self,
        resources: Sequence[Resource],
        attributes: Sequence[str],  # noqa: ARG002 - the protocol's
        excluded: Sequence[str],  # noqa: ARG002 - the protocol's
    ) -> list[Resource]:
        """See `Collection.for_answer`: a user is read whole."""
        return list(resources)

    def _ids(self, attribute: str, value: str) -> Sequence[str] | None:
        store, directory_id = self.store, self.directory_id
        if attribute != "displayName" and not trimmed(value):
            return []  # a blank is nobody's: whoever asks for it must not take somebody for somebody else
        if attribute == "id":
            return [account_id_of(value)] if fits_key(value) and account_id_of(value) else []
        if attribute == "userName":
            canonical = canonical_user_name(value)
            found = store.account_id_of_user_name(directory_id, canonical) if fits_key(canonical) else None
            return [found] if found else []
        if attribute == "externalId":
            return store.account_ids_of_external_id(directory_id, value) if fits_key(value) else []
        if attribute == "emails.value":
            key = address_key(value)
            return store.account_ids_of_address(directory_id, (key, MANY), held_as(key))
        if attribute == "displayName":
            return store.account_ids_of_display_name(directory_id, value)
        return []

    def _read(self, account_ids: Sequence[str]) -> list[Resource]:
        accounts = self.store.accounts(account_ids) if account_ids else {}
        found = [accounts[account_id] for account_id in account_ids if account_id in accounts]
        return [user_resource(account, self.rt, self.base_url) for account in found if self._is_user(account)]

    def _is_user(self, account: Account) -> bool:
        return account.link is not None and account.link.directory_id == self.directory_id
