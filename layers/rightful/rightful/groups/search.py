"""A directory's groups as something to list and search (RFC 7644 section 3.4.2).

Heads are read first; members only where the filter or the answer needs them, and of these only what it needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rightful.accounts.account import account_id_of
from rightful.accounts.resource import fits_key
from rightful.groups.group import Group, canonical_group_name, is_user_id
from rightful.groups.reading import MOST_MEMBERS, MOST_MEMBERS_IN_FULL, every_member, shown_with
from rightful.groups.resource import head_resource, members_asked_for, wants_members, with_members
from rightful.ids import is_id
from rightful.listing.collection import Page, Resource
from rightful.scim.attributes import ResourceType
from rightful.scim.expressions import Filter
from rightful.scim.members import Member
from rightful.scim.schema import GROUP
from rightful.storage.contract import IdentityStore
from rightful.storage.listing_contract import Listing

_READ_ALONG = 1_000
MOST_LOOKED_INTO = 100
"""Groups of whose members one answer reads: each is a call."""


@dataclass(frozen=True, slots=True)
class Groups:
    """`listing.collection.Collection` over the groups of a directory."""

    store: IdentityStore
    directory_id: str
    base_url: str
    shows_members: bool = True
    """Whether the answer will show members: then an index look-up reads them along."""
    rt: ResourceType = GROUP
    read: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    """All members of the groups that were read along."""
    found_by: set[str] = field(default_factory=set)
    """Members whose groups these are, because they were found by them."""

    @property
    def listing(self) -> Listing:
        """See `Collection.listing`."""
        return Listing("groups", self.directory_id)

    def equal(self, attribute: str, value: str) -> list[Resource] | None:
        """See `Collection.equal`. The groups of a member stand on the member itself."""
        ids = self._ids(attribute, value)
        if ids is None:
            return None
        if len(ids) == 1 and self.shows_members:
            return self._with_members_along(ids[0])
        groups = self.store.groups(ids) if ids else {}
        return self._resources([groups[group_id] for group_id in ids if group_id in groups])

    def page(self, limit: int, position: str | None, *, counted: bool) -> Page:
        """See `Collection.page`."""
        page = self.store.listed_groups(self.directory_id, limit=limit, position=position, counted=counted)
        return Page(tuple(self._resources(page.groups)), page.next_position, page.total)

    def total(self) -> int:
        """See `Collection.total`."""
        return self.store.number_of_groups(self.directory_id)

    def most_evaluated(self, wanted: Filter) -> int | None:
        """See `Collection.most_evaluated`: a look at members is a call for each group."""
        asked = members_asked_for(wanted)
        return None if asked is not None and not asked else MOST_LOOKED_INTO * 5

    def for_filter(self, resources: Sequence[Resource], wanted: Filter) -> list[Resource]:
        """See `Collection.for_filter`: with the members that decide, which mostly are none or one."""
        asked = members_asked_for(wanted)
        if asked is not None and not asked:
            return list(resources)
        return [
            with_members(resource, self._deciding(str(resource["id"]), asked), self.base_url) for resource in resources
        ]

    def _deciding(self, group_id: str, asked: frozenset[str] | None) -> Iterable[Member]:
        if group_id in self.read:
            return self.read[group_id]
        if asked is None:
            return every_member(self.store, group_id)
        if asked <= self.found_by:
            return map(Member, asked)
        readable = [value for value in asked if is_id(value)]
        return self.store.membership(group_id, readable).members.values() if readable else ()

    def for_answer(
        self, resources: Sequence[Resource], attributes: Sequence[str], excluded: Sequence[str]
    ) -> list[Resource]:
        """See `Collection.for_answer`: with all members, unless the answer leaves them out. They are a call for each
        group."""
        heads = [{name: value for name, value in resource.items() if name != "members"} for resource in resources]
        if not wants_members(attributes, excluded):
            return heads
        complete: list[Resource] = []
        shown = 0
        for head in heads:
            group_id = str(head["id"])
            members = self.read.get(group_id)
            if members is None:
                members = every_member(self.store, group_id, most=MOST_MEMBERS)
            shown += len(members)
            if complete and (shown > MOST_MEMBERS_IN_FULL or len(complete) == MOST_LOOKED_INTO):
                break
            complete.append(shown_with(head, members, self.base_url))
        return complete

    def _with_members_along(self, group_id: str) -> list[Resource]:
        group, page = self.store.group_with_members(group_id, limit=_READ_ALONG)
        if group is None:
            return []
        if page.next_position is None:
            self.read[group_id] = page.members
        return self._resources([group])

    def _ids(self, attribute: str, value: str) -> Sequence[str] | None:
        if attribute == "id":
            return [value] if is_id(value) else []
        if attribute == "displayName":
            canonical = canonical_group_name(value)
            found = self.store.group_id_of_name(self.directory_id, canonical) if fits_key(canonical) else None
            return [found] if found else []
        if attribute == "externalId":
            return self.store.group_ids_of_external_id(self.directory_id, value) if fits_key(value) else []
        if attribute == "members.value":
            return self._ids_of_member(value)
        return []

    def _ids_of_member(self, value: str) -> list[str]:
        if not is_id(value):
            return []
        if is_user_id(value):
            account = self.store.account(account_id_of(value))
            if account is None or account.link is None or account.link.scim_id != value:
                return []
            self.found_by.add(value)
            return sorted(account.group_ids)
        group = self.store.group(value)
        self.found_by.add(value)
        return sorted(group.parent_ids) if group else []

    def _resources(self, groups: Sequence[Group]) -> list[Resource]:
        mine = [group for group in groups if group.directory_id == self.directory_id and not group.deleted]
        return [head_resource(group, self.base_url) for group in mine]
