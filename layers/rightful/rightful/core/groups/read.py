"""Reading groups with their members, however many these are."""

from collections.abc import Sequence

from rightful.core.groups.resource import with_bare_members, with_members
from rightful.domain.group import Group
from rightful.ports.store.contract import IdentityStore
from rightful.scim.errors import ScimError, too_many
from rightful.scim.patch.members import Member
from rightful.scim.rendering import MOST_OCTETS, response_size
from rightful.scim.resources import Resource

MOST_MEMBERS_IN_FULL = 10_000
"""Members that one answer shows with name, type and URL. Of a larger group it shows the ids."""
MOST_MEMBERS = 100_000
"""Members that one answer shows at all: Lambda's answers have 6 MB at most."""
_PAGE = 2_000


def shown_with(resource: Resource, members: Sequence[Member], base_url: str) -> Resource:
    """The group with all these members: in full where an answer takes that, else by their ids alone."""
    if len(members) <= MOST_MEMBERS_IN_FULL:
        whole = with_members(resource, members, base_url)
        if response_size(whole) <= MOST_OCTETS:
            return whole
    return with_bare_members(resource, members)


def every_member(store: IdentityStore, group_id: str) -> tuple[Member, ...]:
    """All members of a group."""
    return _rest(store, group_id, [], None, None) or ()


def members_up_to(store: IdentityStore, group_id: str, most: int) -> tuple[Member, ...] | None:
    """All members of a group; None: there are more than `most`."""
    return _rest(store, group_id, [], None, most)


def whole_group(store: IdentityStore, group_id: str) -> tuple[Group | None, tuple[Member, ...]]:
    """A group's head and all its members: one call where it has fewer than some thousand. A deleted group has none.

    Raises:
        ScimError: 400 tooMany, there are more than an answer can show.
    """
    group, page = store.group_with_members(group_id, limit=_PAGE)
    if group is None or group.deleted:
        return group, ()
    if page.next_position is None:
        return group, page.members
    members = _rest(store, group_id, list(page.members), page.next_position, MOST_MEMBERS)
    if members is None:
        raise too_many_members()
    return group, members


def too_many_members() -> ScimError:
    """400 tooMany: a group has more members than an answer can show, or a filter look at."""
    return too_many(
        f"'members' has more than {MOST_MEMBERS} values: ask with excludedAttributes=members, and for one member "
        "with the filter members.value eq."
    )


def _rest(
    store: IdentityStore, group_id: str, members: list[Member], position: str | None, most: int | None
) -> tuple[Member, ...] | None:
    while True:
        page = store.members(group_id, limit=_PAGE, position=position)
        members += page.members
        position = page.next_position
        if most is not None and len(members) > most:
            return None
        if position is None:
            return tuple(members)
