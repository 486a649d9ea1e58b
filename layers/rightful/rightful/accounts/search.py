"""A directory's users as something to list and search (RFC 7644 section 3.4.2).

An equality on userName, externalId, the address or the id goes through an index and costs two reads. So does one on an
address that is nobody's; the first of a user's further addresses is found with three.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rightful.accounts.account import Account, account_id_of, canonical_user_name
from rightful.accounts.address import InvalidAddressError, parse_address
from rightful.accounts.resource import fits_key, resource_of
from rightful.listing.collection import Page, Resource
from rightful.scim.attributes import ResourceType
from rightful.scim.expressions import Filter
from rightful.scim.resources import schemas_of
from rightful.storage.contract import IdentityStore
from rightful.storage.listing_contract import Listing


@dataclass(frozen=True, slots=True)
class Users:
    """`listing.collection.Collection` over the users of a directory."""

    store: IdentityStore
    directory_id: str
    rt: ResourceType
    base_url: str

    @property
    def listing(self) -> Listing:
        """See `Collection.listing`."""
        return Listing("users", self.directory_id)

    def equal(self, attribute: str, value: str) -> list[Resource] | None:
        """See `Collection.equal`."""
        if attribute == "displayName":
            return None
        found = self._read(self._ids(attribute, value))
        if attribute != "emails.value" or found:
            return found
        # Nobody here has it as their own: a further address, perhaps.
        canonical = _canonical(value)
        return self._read(self.store.account_ids_of_other_email(self.directory_id, canonical)) if canonical else []

    def page(self, limit: int, position: str | None, *, counted: bool) -> Page:
        """See `Collection.page`."""
        page = self.store.users(self.directory_id, limit=limit, position=position, counted=counted)
        return Page(tuple(self._resources(page.accounts)), page.next_position, page.total)

    def total(self) -> int:
        """See `Collection.total`."""
        return self.store.number_of_users(self.directory_id)

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

    def _ids(self, attribute: str, value: str) -> list[str]:
        if attribute == "id":
            return [account_id_of(value)] if fits_key(value) and account_id_of(value) else []
        if attribute == "userName":
            canonical = canonical_user_name(value)
            found = self.store.account_id_of_user_name(self.directory_id, canonical) if fits_key(canonical) else None
            return [found] if found else []
        if attribute == "externalId":
            return list(self.store.account_ids_of_external_id(self.directory_id, value)) if fits_key(value) else []
        if attribute == "emails.value":
            return self._holder_of(value)
        return []

    def _read(self, account_ids: Sequence[str]) -> list[Resource]:
        accounts = self.store.accounts(account_ids) if account_ids else {}
        return self._resources([accounts[account_id] for account_id in account_ids if account_id in accounts])

    def _holder_of(self, value: str) -> list[str]:
        canonical = _canonical(value)
        if canonical is None:
            return []
        hold = self.store.holds([canonical]).get(canonical)
        return [hold.account_id] if hold and hold.account_id else []

    def _resources(self, accounts: Sequence[Account]) -> list[Resource]:
        return [user_resource(account, self.rt, self.base_url) for account in accounts if self._is_user(account)]

    def _is_user(self, account: Account) -> bool:
        return account.link is not None and account.link.directory_id == self.directory_id


def _canonical(value: str) -> str | None:
    try:
        return parse_address(value).canonical
    except InvalidAddressError:
        return None


def user_resource(account: Account, rt: ResourceType, base_url: str) -> Resource:
    """An account as a User resource, with its schemas."""
    resource = resource_of(account, base_url)
    return {"schemas": schemas_of(resource, rt), **resource}
