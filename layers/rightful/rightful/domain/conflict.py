"""A conflict: a refused claim, who asked, who holds, what was asked for, and how it went.

Which status follows which is drawn in docs/concepts.md, "Life of a conflict".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from rightful.domain.account import canonical_user_name
from rightful.domain.address import Address
from rightful.domain.explanation import NOTHING_SAID, Explanation
from rightful.text.identity import identifier, in_one_case

if TYPE_CHECKING:  # a cold start needs neither
    from rightful.domain.evidence import Evidence
    from rightful.domain.next_step import NextStep

PENDING_CHANGE_LIFETIME = timedelta(days=28)
"""How long a refused change stays wanted: as long as Entra retries it."""


class ConflictStatus(StrEnum):
    """Where a conflict is in its life."""

    OPEN = "open"
    WAITING_APPROVAL = "waiting_approval"
    REFUSED = "refused"
    APPLIED = "applied"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    FAILED = "failed"
    UNDONE = "undone"


LIVE = frozenset({ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL, ConflictStatus.REFUSED})
"""The change is still wanted: it may be examined again. A refused conflict is live, because the person its next
step names may take that step, and because the IdP will retry."""


SETTLED_BY_PEOPLE = frozenset({ConflictStatus.REJECTED, ConflictStatus.UNDONE})
"""An administrator said no. The identity provider does not know and keeps retrying: its retries are counted on the same
conflict instead of asking the administrator again each day, until the change expires or asks for another address."""


OVER = frozenset({ConflictStatus.APPLIED, ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED})
"""The requester's pending change it is no more: the identity provider's next refused try is a conflict of its own."""


class Collision(StrEnum):
    """Which unique value was taken. The names are SCIM's, as the 409 spells them."""

    EMAIL = "email"
    USER_NAME = "userName"


class Resolution(StrEnum):
    """What an approval lets happen where there is a choice."""

    RELEASE = "release"
    """Take the address from the holder."""
    RELINK = "relink"
    """Keep the address with the holder, and let the identity provider's next create link that account again."""


class ConflictClass(StrEnum):
    """Who the holder is to the requester, in the order in which it is tested (docs/concepts.md, "Classes")."""

    SELF = "self"
    TOMBSTONE = "tombstone"
    UNVERIFIED_DOMAIN = "unverified_domain"
    STALE_INDEX = "stale_index"
    OTHER_ORGANIZATION = "other_organization"
    PROTECTED = "protected"
    LEAVING = "leaving"
    OTHER_DIRECTORY = "other_directory"
    ACTIVE_IN_DIRECTORY = "active_in_directory"
    REHIRE = "rehire"
    PENDING_DELETION = "pending_deletion"
    DEACTIVATED = "deactivated"
    UNCONFIRMED = "unconfirmed"
    DUPLICATE = "duplicate"
    CLAIMABLE = "claimable"
    UNLINKED = "unlinked"
    OTHER_KEY = "other_key"
    UNKNOWN = "unknown"


class Operation(StrEnum):
    """The SCIM operation that was refused."""

    CREATE = "create"
    PATCH = "patch"
    PUT = "put"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who wants the address. `account_id` and `scim_id` are None for a create: there is no account yet."""

    account_id: str | None
    scim_id: str | None
    user_name: str
    external_id: str | None
    display_name: str = ""

    @property
    def subject(self) -> str:
        """The name by which an administrator knows the person."""
        return (self.display_name or self.user_name)[:200]

    @property
    def identifier(self) -> str | None:
        """The externalId, where it says who the user is."""
        return identifier(self.external_id)

    def key(self, directory_id: str) -> str:
        """What identifies the one pending change a requester can have: the account, or the user to be created.

        That user is known by its externalId (RFC 7643 3.1: it is the client's own, and caseExact), whatever it is
        called by now; two externalIds are two people, whatever their userName. Without one, or with one that
        identifies nobody (`rightful.text.identity`), the userName has to do.
        """
        if self.account_id is not None:
            return f"account:{self.account_id}"
        if self.identifier is not None:
            return f"create:{directory_id}:externalId:{self.identifier}"
        return f"create:{directory_id}:userName:{in_one_case(self.user_name)}"

    def keys(self, directory_id: str) -> tuple[str, ...]:
        """Under which keys something may be kept for this requester: its own; and where a directory has begun to send
        externalIds, what the same userName was promised before it did."""
        key = self.key(directory_id)
        if self.account_id is not None or self.identifier is None:
            return (key,)
        return key, Requester(None, None, self.user_name, None).key(directory_id)


@dataclass(frozen=True, slots=True)
class PendingChange:
    """What the refused request asked for.

    `before` and `after` are the account's SCIM attributes (names as in Account.attributes; plus `active` where the
    request set it): applied later as a three-way merge, so that an attribute written since keeps its newer value.
    For a create `before` is empty and `after` is the whole user.
    """

    before: Mapping[str, object]
    after: Mapping[str, object]
    active: bool | None = None
    active_said_at: datetime | None = None
    """When a request said last what `active` is."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One administrator's yes to what was read: if the conflict has another `version` then, it approves nothing."""

    key_id: str
    holder: str
    reason: str
    given_at: datetime
    resolution: Resolution | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A refused claim.

    Attributes:
        old_email: what the requester held when it asked; None for a create.
        holder_account_id: the holder as last diagnosed. Shown only to the holder's own organization.
        holder_organization_id: whose account that was.
        decision: the rule that was applied, or None before the first diagnosis.
        evidence: what the diagnosis rests on, as far as the organization that asked may know it.
        deactivation_pending: the request also carried `active: false`, not applied yet.
        sent: whether its pointer reached the queue; the janitor re-sends those that did not.
        collision: which value was taken.
        wanted: the address; its canonical form is what the conflict waits for. For a userName see `wanted_user_name`.
        underlying_class: the class that would hold if nobody were protected; only where the class is `protected`.
        participant_ids: the other conflicts that were applied in its transaction (swap, rotation): undone together.
        placeholder: the address the holder got instead.
        touched_account_ids: the accounts the remediation wrote; each has a before-image.
        sessions_revoked_of: those of them whose sessions have to end.
        released: canonical addresses that nobody holds any more since it was applied; who waits for them is woken.
        key_id: the directory's key that the request came with, empty if unknown: revoking it ends the pending change.
        prepared: it is applied, and the user that is to be created has not come yet (`promises`): until then it stays
            the pending change and goes on waiting for the address.
        decided_by: the administrator who rejected it, undid it or opened it again.
        undo_approvals: who wants it undone, where that needs two people.
        judged: what was judged when it was examined last, of which its version is made (`version`); empty: nobody has.
    """

    id: str
    version: int
    organization_id: str
    directory_id: str
    status: ConflictStatus
    operation: Operation
    requester: Requester
    wanted: Address
    old_email: Address | None
    change: PendingChange
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    correlation_id: str
    occurrences: int = 1
    sent: bool = False
    conflict_class: ConflictClass | None = None
    decision: str | None = None
    evidence: "Evidence | None" = None
    explanation: Explanation = NOTHING_SAID
    next_step: "NextStep | None" = None
    holder_account_id: str | None = None
    holder_organization_id: str | None = None
    approvals: tuple[Approval, ...] = ()
    resolved_at: datetime | None = None
    deactivation_pending: bool = False
    placeholder: Address | None = None
    touched_account_ids: tuple[str, ...] = ()
    collision: Collision = Collision.EMAIL
    underlying_class: ConflictClass | None = None
    participant_ids: tuple[str, ...] = ()
    sessions_revoked_of: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    decided_by: str = ""
    key_id: str = ""
    undo_approvals: tuple[Approval, ...] = ()
    prepared: bool = False
    judged: str = ""

    @property
    def settled_by_people(self) -> bool:
        """Whether an administrator said no to it; the identity provider's retries change nothing about that."""
        return self.status in SETTLED_BY_PEOPLE

    @property
    def activity_said_at(self) -> datetime:
        """When its directory said last whether the person is active; if it said nothing, when it asked."""
        return self.change.active_said_at or self.created_at

    @property
    def live(self) -> bool:
        """Whether the change is still wanted."""
        return self.status in LIVE

    @property
    def requester_key(self) -> str:
        """See `Requester.key`."""
        return self.requester.key(self.directory_id)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What has to be free, in canonical form: the wanted value, and a userName that the same change asks for."""
        before, after = self.change.before.get("userName"), self.change.after.get("userName")
        if self.collision is Collision.USER_NAME or not isinstance(after, str):
            return (self.wanted.canonical,)
        if isinstance(before, str) and canonical_user_name(before) == canonical_user_name(after):
            return (self.wanted.canonical,)
        return self.wanted.canonical, wanted_user_name(self.directory_id, after).canonical


def without_outcome(conflict: Conflict) -> Conflict:
    """The conflict without what was done about it before: neither another life nor another end inherits any of it."""
    return replace(
        conflict,
        holder_account_id=None,
        holder_organization_id=None,
        placeholder=None,
        touched_account_ids=(),
        participant_ids=(),
        sessions_revoked_of=(),
        released=(),
        decided_by="",
        undo_approvals=(),
        prepared=False,
        resolved_at=None,
    )


def wanted_user_name(directory_id: str, user_name: str) -> Address:
    """What stands in the place of the wanted address where a conflict is about a userName.

    Its canonical form can be no address: those are in lower case, and this has a capital letter.
    """
    return Address(user_name, f"userName:{directory_id}:{canonical_user_name(user_name)}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a conflict is: what the queue carries, and never an authority."""

    organization_id: str
    conflict_id: str
