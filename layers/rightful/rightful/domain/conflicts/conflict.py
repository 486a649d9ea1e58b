"""A conflict: a refused claim, who asked, who holds, what was asked for, and how it went.

Which status follows which is drawn in docs/concepts.md, "Life of a conflict".
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from rightful.domain.address import Address
from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.explanation import NOTHING_SAID, Explanation, OutcomeCode, Statement
from rightful.domain.conflicts.obstacle import ObstacleCode
from rightful.domain.conflicts.refused_request import RefusedRequest

if TYPE_CHECKING:
    from rightful.domain.conflicts.evidence import Evidence, Grounds
    from rightful.domain.conflicts.next_step import Effect, NextStep


PENDING_CHANGE_LIFETIME = timedelta(days=28)
"""How long a refused change stays wanted: as long as Entra retries it."""


APPROVAL_LIFETIME = timedelta(days=7)
"""How long an approval counts: whoever gave it judged the facts of that week."""


class ConflictStatus(StrEnum):
    """Where a conflict is in its life."""

    OPEN = "open"
    WAITING_APPROVAL = "waiting_approval"
    REFUSED = "refused"
    PREPARED = "prepared"
    """What a user who is to be created asked for is kept for it: it is applied once the user is there."""
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


REOPENED_BY_RETRY = SETTLED_BY_PEOPLE | {ConflictStatus.FAILED}
"""An administrator's retry opens it again, as long as its change is wanted."""


OVER = frozenset({ConflictStatus.APPLIED, ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED})
"""The requester's pending change it is no more: the identity provider's next refused try is a conflict of its own."""


class Resolution(StrEnum):
    """What an approval lets happen where there is a choice."""

    RELEASE = "release"
    """Take the address from the holder."""
    RELINK = "relink"
    """Keep the address with the holder, and let the identity provider's next create link that account again."""


class ConflictClass(Code):
    """Who the holder is to the requester, in the order in which it is tested (docs/concepts.md, "Classes")."""

    SELF = "self", "the requester: a repeat, or another case"
    TOMBSTONE = "tombstone", "nobody: the wanted value is a soft delete's"
    UNVERIFIED_DOMAIN = "unverified_domain", "not looked at: the organization may not use the domain"
    STALE_INDEX = "stale_index", "missing, has another address by now, or nobody holds it any more"
    OTHER_ORGANIZATION = "other_organization", "another organization's account"
    PROTECTED = "protected", "any of those below, where either side is protected"
    LEAVING = "leaving", "about to move to another address itself"
    OTHER_DIRECTORY = "other_directory", "linked in another directory of the organization"
    ACTIVE_IN_DIRECTORY = "active_in_directory", "another active user of the same directory"
    REHIRE = "rehire", "a former account of the same person"
    PENDING_DELETION = "pending_deletion", "about to be deleted; the date stays"
    DEACTIVATED = "deactivated", "deactivated, and another person"
    UNCONFIRMED = "unconfirmed", "a sign-up, never confirmed or used, on an own domain"
    DUPLICATE = "duplicate", "an unused second account of the same person"
    CLAIMABLE = "claimable", "a personal account on an own domain"
    UNLINKED = "unlinked", "managed and in use, but of no directory"
    OTHER_KEY = "other_key", "another user with the wanted userName"
    UNKNOWN = "unknown", "uncertain: not readable, or the address is reserved for another"

    @property
    def sentence(self) -> str:
        """Who the holder is, in one sentence: the pattern is its end."""
        return f"The holder is {self.pattern}."


@dataclass(frozen=True, slots=True)
class Approval:
    """One administrator's yes to what was read: if the conflict has another `version` then, it approves nothing."""

    key_id: str
    owner: str
    reason: str
    given_at: datetime
    resolution: Resolution | None = None
    version: str = ""

    @property
    def ends_at(self) -> datetime:
        """From when on it counts no more."""
        return self.given_at + APPROVAL_LIFETIME


@dataclass(frozen=True, slots=True)
class Choice:
    """One way in which a waiting conflict can be resolved: what an approval of it does, and what keeps it from being
    done (None: nothing)."""

    resolution: Resolution
    effect: "Effect"
    obstacle: Statement[ObstacleCode] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found when the conflict was examined last; all empty before the first time.

    Attributes:
        underlying_class: the class that would hold if nobody were protected; only where the class is `protected`.
        evidence: what the diagnosis rests on, as far as the organization that asked may know it.
        rule: the rule that was applied.
        holder_account_id: who has what is wanted. Shown only to the holder's own organization.
        holder_organization_id: whose account that is.
        judged: what was judged, of which the conflict's version for people is made (`version`).
        asked: the version that people were asked about, while it waits for them.
        would_do: what would have been done by itself, were it not for the dry run.
        circle_ids: the other conflicts of the swap or rotation that it would be resolved with.
        choices: what an approval would do, first what happens where nobody names a resolution; empty: none would help.
        held_back_by: why it was not resolved by itself although the policy would let it be.
        automatic_at: when it will be, if nothing else happens.
        blocked_by: the conflict that has to be resolved before it.
        grounds: what else was decided on, where there is anything; dropped with the evidence.
    """

    conflict_class: ConflictClass | None = None
    underlying_class: ConflictClass | None = None
    evidence: "Evidence | None" = None
    rule: str | None = None
    holder_account_id: str | None = None
    holder_organization_id: str | None = None
    judged: str = ""
    asked: str = ""
    would_do: OutcomeCode | None = None
    circle_ids: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    held_back_by: Statement[OutcomeCode] | None = None
    automatic_at: datetime | None = None
    blocked_by: str | None = None
    grounds: "Grounds | None" = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done in the end; all empty while nothing was. A conflict that is opened again begins without one.

    Attributes:
        placeholder: the address the holder got instead.
        touched_account_ids: the accounts the remediation wrote; each has a before-image.
        sessions_revoked_of: those of them whose sessions have to end.
        released: canonical addresses that nobody holds any more since it was applied; who waits for them is woken.
        participant_ids: the other conflicts that were applied in its transaction (swap, rotation): undone together.
        decided_by: the administrator who rejected it, undid it or opened it again.
        undo_approvals: who wants it undone, where that needs two people.
    """

    resolved_at: datetime | None = None
    placeholder: Address | None = None
    touched_account_ids: tuple[str, ...] = ()
    sessions_revoked_of: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    participant_ids: tuple[str, ...] = ()
    decided_by: str = ""
    undo_approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a conflict is: what the queue carries, and never an authority."""

    organization_id: str
    conflict_id: str


class Notice(StrEnum):
    """What people were told of a conflict because time has passed (`due`)."""

    REFUSED = "refused"
    """Nothing can be done, and that has settled."""
    WAITS_A_DAY = "waits_a_day"
    WAITS_THREE_DAYS = "waits_three_days"
    EXPIRES_SOON = "expires_soon"
    OWNER_TOLD = "owner_told"
    """Another organization, whose account has the address, was told that it is wanted (`demand`)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A refused claim: what was refused, what was found, what was done; and where it is in its life.

    Attributes:
        expires_at: until when its change is wanted.
        occurrences: how often the identity provider has tried, and `last_seen_at` when last; None: when it was opened.
        sent: whether its pointer reached the queue; the janitor re-sends those that did not.
        deactivation_pending: the request also carried `active: false`, not applied yet.
        explanation: why it is as it is, and `next_step` who must do what, for people.
        stands_since: since when it has waited for approval, or has been refused for the same reason (`due`).
        told: what people were told of it besides, once each.
    """

    id: str
    version: int
    status: ConflictStatus
    request: RefusedRequest
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    correlation_id: str
    finding: Finding = field(default_factory=Finding)
    outcome: Outcome = field(default_factory=Outcome)
    occurrences: int = 1
    last_seen_at: datetime | None = None
    sent: bool = False
    deactivation_pending: bool = False
    approvals: tuple[Approval, ...] = ()
    explanation: Explanation = NOTHING_SAID
    next_step: "NextStep | None" = None
    stands_since: datetime | None = None
    told: frozenset[Notice] = frozenset()

    @property
    def pointer(self) -> Pointer:
        """Where it is."""
        return Pointer(self.request.organization_id, self.id)

    @property
    def settled_by_people(self) -> bool:
        """Whether an administrator said no to it; the identity provider's retries change nothing about that."""
        return self.status in SETTLED_BY_PEOPLE

    @property
    def activity_said_at(self) -> datetime:
        """When its directory said last whether the person is active; if it said nothing, when it asked."""
        return self.request.change.active_said_at or self.created_at

    @property
    def prepared(self) -> bool:
        """Whether it waits for its user to be created (`lifecycle.prepared`): until then it stays the pending change
        and goes on waiting for the address."""
        return self.status is ConflictStatus.PREPARED

    @property
    def live(self) -> bool:
        """Whether the change is still wanted."""
        return self.status in LIVE


def without_holder(conflict: Conflict) -> Conflict:
    """The conflict without what was known of a holder that is the organization's no more."""
    return replace(
        conflict, finding=replace(conflict.finding, holder_organization_id=None, evidence=None, grounds=None)
    )


UNDECIDED = frozenset({ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL})
"""Nobody has decided on it yet: neither the policy nor a person."""


def owes_deactivation(conflict: Conflict | None, scim_id: str, says_active: bool | None) -> bool:
    """Whether a refused request deactivated that user, which was not carried out yet, and this one says nothing else:
    then this one does it, too, so that whatever it ends nobody stays active because of an address."""
    return (
        conflict is not None
        and conflict.deactivation_pending
        and conflict.request.requester.scim_id == scim_id
        and says_active is None
    )
