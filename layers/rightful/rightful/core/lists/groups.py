"""A directory's groups as something to list and search (RFC 7644 section 3.4.2).

Heads are read first; members only where the filter or the answer needs them, and of these only what it needs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rightful.core.groups.read import MOST_MEMBERS, MOST_MEMBERS_IN_FULL, members_up_to, shown_with, too_many_members
from rightful.core.groups.resource import head_resource, members_asked_for, wants_members, with_members
from rightful.core.lists.collection import Entry, Page
from rightful.domain.account import account_id_of
from rightful.domain.group import Group, canonical_group_name, is_user_id
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import Listing
from rightful.scim.errors import invalid_value
from rightful.scim.filters.expressions import Filter
from rightful.scim.filters.paths import locate
from rightful.scim.filters.sorting import SortKey, sort_key
from rightful.scim.patch.members import MEMBERS, Member
from rightful.scim.resources import Resource
from rightful.scim.schemas.attributes import ResourceType
from rightful.scim.schemas.resource_types import GROUP
from rightful.text.ids import fits_key, is_id

_READ_ALONG = 1_000
MOST_LOOKED_INTO = 100
"""Groups of whose members one answer reads: each is a call."""
MOST_MEMBERS_LOOKED_AT = 20_000
"""Members that a filter looks at in one request, in all groups together: about two seconds of reading."""


@dataclass(slots=True)
class Look:
    """How many members a filter may still look at."""

    left: int = field(default_factory=lambda: MOST_MEMBERS_LOOKED_AT)


@dataclass(frozen=True, slots=True)
class Groups:
    """`lists.collection.Collection` over the groups of a directory."""

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
    look: Look = field(default_factory=Look)

    @property
    def listing(self) -> Listing:
        return Listing("groups", self.directory_id)

    def equal(self, attribute: str, value: str) -> list[Resource] | None:
        """The groups of a member stand on the member itself."""
        ids = self._ids(attribute, value)
        if ids is None:
            return None
        if len(ids) == 1 and self.shows_members:
            return self._with_members_along(ids[0])
        groups = self.store.groups(ids) if ids else {}
        return self._resources([groups[group_id] for group_id in ids if group_id in groups])

    def page(self, limit: int, position: str | None, *, skip: int = 0, counted: bool = False) -> Page:
        page = self.store.listed_groups(self.directory_id, limit=limit, position=position, skip=skip, counted=counted)
        entries = [
            Entry(head_resource(group, self.base_url), place)
            for group, place in zip(page.groups, page.positions, strict=True)
            if self._is_group(group)
        ]
        return Page(tuple(entries), page.next_position, page.total)

    def total(self) -> int:
        return self.store.number_of_groups(self.directory_id)

    def most_evaluated(self, wanted: Filter) -> int | None:
        """See `Collection.most_evaluated`: a look at members is a call for each group."""
        asked = members_asked_for(wanted)
        return None if asked is not None and not asked else MOST_LOOKED_INTO * 5

    def sort_key(self, sort_by: str) -> Callable[[Resource], SortKey]:
        """Not by members, who stand in no order of their own."""
        target = locate(sort_by, self.rt)
        if target is not None and target.attribute is MEMBERS:
            raise invalid_value("'sortBy': groups are not put in order by their members: name another attribute.")
        return sort_key(sort_by, self.rt)

    def for_filter(self, resources: Sequence[Resource], wanted: Filter) -> list[Resource]:
        """See `Collection.for_filter`: with the members that decide, which mostly are none or one. One group may have
        as many as an answer shows; else the members of all of them are limited."""
        asked = members_asked_for(wanted)
        if asked is not None and not asked:
            return list(resources)
        complete: list[Resource] = []
        for resource in resources:
            members = self._deciding(str(resource["id"]), asked)
            if members is None:
                break
            complete.append(with_members(resource, members, self.base_url))
        return complete

    def _deciding(self, group_id: str, asked: frozenset[str] | None) -> Iterable[Member] | None:
        """None: that is more than this request may still look at."""
        if group_id in self.read:
            return self.read[group_id]
        if asked is not None and asked <= self.found_by:
            return map(Member, asked)
        left, first = self.look.left, self.look.left == MOST_MEMBERS_LOOKED_AT
        if left <= 0:
            return None
        if asked is not None:
            readable = [value for value in asked if is_id(value)]
            self.look.left -= len(readable)
            return self.store.membership(group_id, readable).members.values() if readable else ()
        members = members_up_to(self.store, group_id, MOST_MEMBERS if first else left)
        if members is None:
            if first:
                raise too_many_members()
            return None
        self.look.left -= len(members)
        self.read[group_id] = members
        return members

    def for_answer(
        self, resources: Sequence[Resource], attributes: Sequence[str], excluded: Sequence[str]
    ) -> list[Resource]:
        """See `Collection.for_answer`: with all members, unless the answer leaves them out. They are a call for each
        group. A group with more members than any answer shows is listed without them."""
        heads = [{name: value for name, value in resource.items() if name != "members"} for resource in resources]
        if not wants_members(attributes, excluded):
            return heads
        complete: list[Resource] = []
        shown = 0
        for head in heads:
            if complete and (shown >= MOST_MEMBERS_IN_FULL or len(complete) == MOST_LOOKED_INTO):
                break
            group_id, most = str(head["id"]), MOST_MEMBERS_IN_FULL - shown if complete else MOST_MEMBERS
            members = self.read.get(group_id)
            if members is None:
                members = members_up_to(self.store, group_id, most)
            if complete and (members is None or len(members) > most):
                break
            complete.append(shown_with(head, members, self.base_url) if members is not None else head)
            shown += len(members) if members is not None else MOST_MEMBERS
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
        return [head_resource(group, self.base_url) for group in groups if self._is_group(group)]

    def _is_group(self, group: Group) -> bool:
        return group.directory_id == self.directory_id and not group.deleted
