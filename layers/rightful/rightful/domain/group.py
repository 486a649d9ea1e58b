"""A group: its head. Members are items of their own (`ports.writes.groups`), a group may have 100,000."""

from dataclasses import dataclass
from datetime import datetime

from rightful.text.folding import fold

MOST_GROUPS = 1_000
"""Groups that one user or group may be a direct member of: their ids stand in its item."""


@dataclass(frozen=True, slots=True)
class Group:
    """The head of a group.

    Attributes:
        version: raised by each change of the head or of the members; every change is conditional on it.
        parent_ids: the groups that it is a direct member of. Kept by the store apart from `version`.
        unfinished: its creation was interrupted before all members were in; the same POST goes on with it.
        deleted: nobody sees it any more; what is left of its members is being cleaned up.
    """

    id: str
    version: int
    directory_id: str
    display_name: str
    created_at: datetime
    updated_at: datetime
    external_id: str | None = None
    parent_ids: frozenset[str] = frozenset()
    unfinished: bool = False
    deleted: bool = False


def canonical_group_name(display_name: str) -> str:
    """The form by which a displayName is unique among a directory's groups (RFC 7643 section 4.2: not caseExact)."""
    return fold(display_name)


def is_user_id(member_id: str) -> bool:
    """Whether a member's id is that of a user: SCIM ids of users end with the number of the link, groups' do not."""
    return "-" in member_id
