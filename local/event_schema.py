"""The documented shape of every event, for consumers and for the tests that hold the events to it.

`python -m local.event_schema` prints docs/events.schema.json. The service itself has no part in this: it
makes events from plain data, without pydantic.
"""

import json
import sys
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from rightful.core.conflicts.decision.ended_approvals import WhyEnded
from rightful.domain.account import AccountStatus, Origin
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus, Resolution
from rightful.domain.conflicts.explanation import FindingCode, OutcomeCode
from rightful.domain.conflicts.next_step import StepCode
from rightful.domain.conflicts.refused_request import Collision, Operation
from rightful.domain.key import Scope

_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
Time = Annotated[str, Field(pattern=_TIME)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True)


class AccountState(_Document):
    """An account right after the change; for one that was erased, as it was. `version` orders an account's events."""

    id: str
    version: int
    display_name: str | None
    user_name: str | None
    email: str | None
    canonical_email: str | None
    email_verified: bool
    status: AccountStatus
    claimed: bool
    origin: Origin
    directory_id: str | None
    directory_name: str | None


class Requester(_Document):
    """Who wants the address; no account yet for a create."""

    account_id: str | None
    scim_id: str | None
    user_name: str
    external_id: str | None
    display_name: str | None


class HolderState(_Document):
    """Who holds the address, where it is an account of the same organization; names as they are when it is told."""

    account_id: str
    display_name: str | None
    user_name: str | None
    status: AccountStatus | None
    directory_id: str | None


class Leg(_Document):
    """One of the changes of a swap or rotation, which are resolved as one."""

    conflict_id: str
    requester: Requester
    directory_id: str
    directory_name: str | None
    old_email: str | None
    wanted_email: str | None


class ApprovalState(_Document):
    """One administrator's yes, and until when it counts."""

    by: str
    reason: str
    at: Time
    until: Time
    resolution: Resolution | None


class EndedApproval(ApprovalState):
    """An approval that counts no more: the facts changed, its 7 days are over, or its key was revoked."""

    why: WhyEnded


class Said(_Document):
    """A code of docs/codes.md, and what its sentence names."""

    code: FindingCode | OutcomeCode | StepCode
    parameters: dict[str, str]


class NextStep(_Document):
    """Who must do what. `who` and `what` are for people; their codes stay."""

    who: str
    who_code: str
    what: str
    code: StepCode
    statements: list[Said]


class ConflictState(_Document):
    """A conflict right after the change. `revision` orders a conflict's events; `version` is what a decision names."""

    id: str
    revision: int
    version: str
    status: ConflictStatus
    class_: ConflictClass | None = Field(alias="class")
    decision: str | None
    directory_id: str
    directory_name: str | None
    operation: Operation
    collision: Collision
    requester: Requester
    wanted_email: str | None
    wanted_user_name: str | None
    old_email: str | None
    holder_account_id: str | None
    holder: HolderState | None
    explanation: str
    explanation_code: FindingCode | OutcomeCode | None
    statements: list[Said]
    next_step: NextStep | None
    approved_by: list[str]
    undo_approved_by: list[str]
    decided_by: str | None
    touched_account_ids: list[str]
    legs: list[Leg]
    created_at: Time
    waiting_since: Time | None
    expires_at: Time
    correlation_id: str


class _Event(_Document):
    """What every event has. `id` is the same each time the event is delivered."""

    id: str = Field(min_length=1, max_length=200)
    schema_version: Literal[1]
    occurred_at: Time
    organization_id: str | None


class _AboutAccount(_Event):
    account: AccountState


class AccountCreated(_AboutAccount):
    """An account was made: provisioned, or signed up."""

    type: Literal["account.created"]


class AccountClaimed(_AboutAccount):
    """An organization claimed the account: from now on it manages it. The person should be told."""

    type: Literal["account.claimed"]


class AccountUnclaimed(_AboutAccount):
    """The account is the person's own again: no organization manages it any more. The person should be told."""

    type: Literal["account.unclaimed"]


class AccountLinked(_AboutAccount):
    """A directory provisions an account that was there before."""

    type: Literal["account.linked"]
    directory_id: str
    directory_name: str | None
    scim_id: str


class AccountUnlinked(_AboutAccount):
    """The directory that provisioned the account let it go. It keeps its address."""

    type: Literal["account.unlinked"]
    directory_id: str
    directory_name: str | None
    scim_id: str


class Wanted(_Document):
    """Since when another organization, which has verified the address's domain, wants it; and until when, as things
    are."""

    domain: str
    since: Time
    until: Time


class EmailWanted(_AboutAccount):
    """Another organization wants the account's address. Nothing has happened to it."""

    type: Literal["account.email.wanted"]
    wanted: Wanted


class EmailChanged(_AboutAccount):
    """The account has another address (`account.email`)."""

    type: Literal["account.email.changed"]
    previous_email: str | None
    conflict_id: str | None


class EmailReleased(_AboutAccount):
    """The account lost its address and has none now."""

    type: Literal["account.email.released"]
    released_email: str
    conflict_id: str | None


class WithoutAddress(_AboutAccount):
    """The person may sign in, and the account has lost its address."""

    type: Literal["account.without_address"]


class AccountDeactivated(_AboutAccount):
    """The person can no longer sign in."""

    type: Literal["account.deactivated"]


class AccountReactivated(_AboutAccount):
    """The person can sign in again."""

    type: Literal["account.reactivated"]


class DeletionScheduled(_AboutAccount):
    """The account is erased on that day unless somebody cancels it. The person can no longer sign in."""

    type: Literal["account.deletion.scheduled"]
    deletion_date: Time


class DeletionCancelled(_AboutAccount):
    """The account is not erased after all; `account.status` says whether the person can sign in."""

    type: Literal["account.deletion.cancelled"]


class AccountDeleted(_AboutAccount):
    """The account was erased; `account` is what it was."""

    type: Literal["account.deleted"]


class SessionsRevoke(_AboutAccount):
    """End every session and revoke every token of the account."""

    type: Literal["account.sessions.revoke"]
    reason: Literal["deactivated", "deletion_scheduled", "deleted", "email_released", "linked"]


class ConflictEvent(_Event):
    """A refused claim was recorded, or went on."""

    type: Literal[
        "conflict.opened",
        "conflict.needs_approval",
        "conflict.refused",
        "conflict.prepared",
        "conflict.applied",
        "conflict.rejected",
        "conflict.undone",
        "conflict.failed",
        "conflict.reopened",
        "conflict.ended",
        "conflict.expires_soon",
    ]
    conflict: ConflictState


class ApprovalGiven(_Event):
    """An administrator approved, and `missing` more have to."""

    type: Literal["conflict.approval_given"]
    conflict: ConflictState
    approval: ApprovalState
    missing: int


class ApprovalEnded(_Event):
    """Approvals came to an end without being carried out."""

    type: Literal["conflict.approval_ended"]
    conflict: ConflictState
    ended: list[EndedApproval]


class StillWaiting(_Event):
    """It has waited for an approval for so many days."""

    type: Literal["conflict.still_waiting"]
    conflict: ConflictState
    days: Literal[1, 3]


class KeyState(_Document):
    """A key, without what opens; `directory_id` where it opens a directory."""

    id: str
    scope: Scope
    owner: str
    directory_id: str | None
    directory_name: str | None
    created_at: Time
    expires_at: Time | None


class KeyEvent(_Event):
    """A key was issued, or revoked before its end."""

    type: Literal["key.issued", "key.revoked"]
    key: KeyState


class KeyExpiresSoon(_Event):
    """A key ends within so many days."""

    type: Literal["key.expires_soon"]
    key: KeyState
    days: Literal[30, 7]


class SettingState(_Document):
    """What one administrator said alone; `id` is the key's, the directory's, or the class whose rule is meant."""

    kind: Literal["key", "delete_rule", "policy", "sign_in"]
    id: str
    directory_id: str | None
    by: str
    at: Time
    until: Time
    confirmed_by: str | None


class SettingsEvent(_Event):
    """One administrator issued a directory's key, let a directory erase, or lowered a rule that took two people; or a
    second one confirmed it."""

    type: Literal["settings.unconfirmed", "settings.confirmed"]
    setting: SettingState


DomainEvent = Annotated[
    AccountCreated
    | AccountClaimed
    | AccountUnclaimed
    | AccountLinked
    | AccountUnlinked
    | EmailWanted
    | EmailChanged
    | EmailReleased
    | WithoutAddress
    | AccountDeactivated
    | AccountReactivated
    | DeletionScheduled
    | DeletionCancelled
    | AccountDeleted
    | SessionsRevoke
    | ConflictEvent
    | ApprovalGiven
    | ApprovalEnded
    | StillWaiting
    | KeyEvent
    | KeyExpiresSoon
    | SettingsEvent,
    Field(discriminator="type"),
]

domain_event: TypeAdapter[DomainEvent] = TypeAdapter(DomainEvent)


def schema_text() -> str:
    """The JSON Schema of EventBridge's `detail`, as docs/events.schema.json has it."""
    return json.dumps(domain_event.json_schema(by_alias=True), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
