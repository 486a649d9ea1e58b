"""What happens when a claim is refused: it becomes a conflict, the remediator hears of it, and the IdP gets its 409.

The conflict is in the table before the 409 is answered. Telling the queue may fail: the 409 is answered all the same,
and what the queue did not get is found in the table and sent again.

Each function here records the refusal and returns the error, which the caller raises. What records and ends conflicts
is imported when there is one: few requests need it, and a cold start would pay for it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from rightful.core.accounts.log_rows import subject_of
from rightful.core.accounts.resource import MAX_ATTRIBUTES_OCTETS, UnverifiedDomainError, check_claimable
from rightful.core.organizations.may_claim import may_claim
from rightful.core.users.request import UserRequest, busy
from rightful.domain.account import Account
from rightful.domain.address import Address, shown
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, Pointer
from rightful.domain.conflicts.due import look_again_at
from rightful.domain.conflicts.explanation import NOTHING_SAID, Explanation, FindingCode, OutcomeCode, explained
from rightful.domain.conflicts.refused_request import (
    NOTHING,
    ExplicitIntent,
    Operation,
    PendingChange,
    RefusedRequest,
    Requester,
    UserName,
)
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.store.contract import DirectoryState, EventLogUnavailableError
from rightful.ports.writes.transaction import ContendedError, Write
from rightful.scim.errors import ScimError, forbidden, payload_too_large, uniqueness


class ClaimRefusedError(ScimError):
    """The standard 409, the same for every class of holder; `conflict` is for our own logs only."""

    def __init__(self, kind: str, value: str, conflict: Conflict | None) -> None:
        answer = uniqueness(kind, value)
        super().__init__(answer.status, answer.scim_type, answer.detail)
        self.conflict = conflict


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a request would make of a user: `before` (None: a create) and `after` it, by the state that was read."""

    state: DirectoryState
    operation: Operation
    requester: Requester
    before: Account | None
    after: Account
    intent: ExplicitIntent = NOTHING


def check(request: UserRequest, attempt: Attempt) -> None:
    """Everything that can refuse a user before any index is touched.

    Raises:
        ScimError: 400 invalidValue, 413. The administrators are told of an address on a domain that is not theirs.
    """
    before, after, state = attempt.before, attempt.after, attempt.state
    size = len(json.dumps(after.attributes, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > MAX_ATTRIBUTES_OCTETS:
        raise payload_too_large(f"A user's attributes may have {MAX_ATTRIBUTES_OCTETS} octets; these have {size}.")
    address = after.email
    if address is None or (before is not None and before.holds == address.canonical):
        return
    check_claimable(address)
    if not may_claim(request.context.store, state.organization, address.domain):
        raise unverified_domain(request, attempt)


def taken_address(request: UserRequest, attempt: Attempt) -> ScimError:
    """The address is held by another."""
    return record_refusal(request, attempt, attempt.after.email)


def taken_user_name(request: UserRequest, attempt: Attempt) -> ScimError:
    """Another user of the directory has the userName; a rename is recorded as a conflict.

    A create is not: the identity provider then looks the user up and goes on with it.
    """
    user_name = attempt.after.link.user_name if attempt.after.link else ""
    if attempt.operation is Operation.CREATE:
        _log_once(request, _namesake_row(request, attempt, user_name))
        return ClaimRefusedError("userName", user_name, None)
    return record_refusal(request, attempt, UserName(attempt.state.directory.id, user_name))


def held_address(request: UserRequest, attempt: Attempt, why: str) -> ScimError:
    """The change of an address takes two people and came with one administrator's key. The conflict carries a
    deactivation out, and is how two administrators can let the change through."""
    if attempt.before is not None:
        request.observer.held(attempt.before)
    explanation = explained(OutcomeCode.BY_ONE, why=why, done="changed")
    recorded = record_refusal(request, attempt, attempt.after.email, explanation)
    # Whether somebody else has the address is not told. What could not be recorded has to be sent again.
    return _held(request, attempt.state) if isinstance(recorded, ClaimRefusedError) else recorded


def held_removal(request: UserRequest, attempt: Attempt, why: str, done: str = "removed") -> ScimError:
    """One administrator's key did not take an address away, or write it otherwise (`done` to it): its administrators
    are told. Repeats within an hour are one row."""
    from rightful.domain.conflicts.next_step import StepCode

    before = attempt.before or attempt.after
    entry = replace(
        _refusal_row(request, attempt, before),
        conflict_class=ConflictClass.PROTECTED.value,
        explanation=explained(OutcomeCode.BY_ONE, why=why, done=done).sentence,
        explanation_code=OutcomeCode.BY_ONE,
        next_step_what=StepCode.CONFIRM_KEY_ONLY.pattern,
        next_step_code=StepCode.CONFIRM_KEY_ONLY,
    )
    request.observer.held(before)
    _log_once(request, entry)
    return _held(request, attempt.state)


def unverified_domain(request: UserRequest, attempt: Attempt) -> ScimError:
    """The address is on a domain that is not the organization's: its administrators are told; the index was not looked
    at. Repeats within an hour are one row."""
    from rightful.domain.conflicts.next_step import StepCode

    after = attempt.after
    if after.email is None:
        raise ValueError("only an address has a domain")
    answer = UnverifiedDomainError(after.email)
    entry = replace(
        _refusal_row(request, attempt, after),
        requested_email=after.email.value,
        conflict_class="unverified_domain",
        explanation=answer.detail,
        explanation_code=FindingCode.UNVERIFIED_DOMAIN,
        next_step_what=StepCode.VERIFY_DOMAIN_AND_PUSH.pattern,
        next_step_code=StepCode.VERIFY_DOMAIN_AND_PUSH,
    )
    _log_once(request, entry)
    return answer


def record_refusal(
    request: UserRequest,
    attempt: Attempt,
    wanted: Address | UserName | None,
    explanation: Explanation = NOTHING_SAID,
) -> ScimError:
    """Record a refused claim as a conflict, tell the remediator, and return the answer: 409; 503 if not recorded."""
    from rightful.core.conflicts.lifecycle.record import needs_remediation, record

    if wanted is None:
        raise ValueError("only an account with an address can be refused one")
    context, before, state = request.context, attempt.before, attempt.state
    refused = RefusedRequest(
        organization_id=state.organization.id,
        directory_id=state.directory.id,
        operation=attempt.operation,
        requester=attempt.requester,
        wanted=wanted,
        old_email=before.email if before else None,
        change=pending_change(before, attempt.after),
        key_id=request.key_id,
        profile=state.directory.profile,
    )
    try:
        active = attempt.intent.active
        conflict = record(context, refused, says_active=active, explanation=explanation)
    except ContendedError:
        return busy()
    request.observer.recorded(conflict)
    if needs_remediation(conflict):
        pointer = conflict.pointer
        try:
            context.queue.send(pointer, correlation_id=context.invocation.correlation_id)
            again_at = look_again_at(conflict, context.now)
            context.store.mark_sent(pointer, now=context.now, again_at=again_at)
        except QueueUnavailableError as error:
            request.observer.failed("conflict_not_sent", error)
    return ClaimRefusedError(refused.collision.value, refused.wanted.value, conflict)


def pending_conflict(request: UserRequest, state: DirectoryState) -> Conflict | None:
    """The one pending change of the account, or of the user to be created, that `state` was read with."""
    if state.pending_conflict_id is None:
        return None
    return request.context.store.conflict(Pointer(state.organization.id, state.pending_conflict_id))


def ending(
    request: UserRequest,
    conflict: Conflict | None,
    before: Account | None,
    after: Account | None,
    intent: ExplicitIntent = NOTHING,
) -> tuple[Write, ...]:
    """What a request that goes through has to write besides, so that no older refused change outlives it."""
    if conflict is None:
        return ()
    context = request.context
    if conflict.prepared and after is not None:
        from rightful.core.conflicts.lifecycle.prepared import ending_by_create

        return ending_by_create(context.store, conflict, after, context.now)
    from rightful.core.conflicts.lifecycle.end import ending_writes

    return ending_writes(conflict, context.now, before, after, intent)


def pending_change(before: Account | None, after: Account) -> PendingChange:
    """What of a refused change has to be applied later: the attributes it would have changed, as they were and as
    they were to be. For a create, everything."""
    if before is None:
        return PendingChange({}, after.attributes, after.active)
    names = [
        name
        for name in {**before.attributes, **after.attributes}
        if before.attributes.get(name) != after.attributes.get(name)
    ]
    return PendingChange(
        before=_only(names, before.attributes),
        after=_only(names, after.attributes),
        active=after.active if after.active != before.active else None,
    )


def _only(names: list[str], attributes: Mapping[str, object]) -> dict[str, object]:
    return {name: attributes[name] for name in names if name in attributes}


def _held(request: UserRequest, state: DirectoryState) -> ScimError:
    """The answer to what takes two people and came with one administrator's key."""
    route = (
        f"POST /admin/v1/orgs/{state.organization.id}/directories/{state.directory.id}/tokens/{request.key_id}"
        "/confirmation"
    )
    return forbidden(
        "'emails' was not changed: this account is protected, its address takes two people, and one administrator "
        "alone issued the key of this request within the last 7 days. A different administrator of the "
        f"organization has to confirm the key: {route} (it counts within a minute). Other attributes can be "
        "changed meanwhile."
    )


def _refusal_row(request: UserRequest, attempt: Attempt, person: Account) -> LogEntry:
    """A row for a claim that is refused without a conflict, and that an administrator has to act on."""
    from rightful.core.conflicts.retries import retries
    from rightful.domain.conflicts.next_step import Role

    context, before, link = request.context, attempt.before, person.link
    return LogEntry(
        id=row_id(context.now, context.invocation.new_id()),
        organization_id=attempt.state.organization.id,
        at=context.now,
        action=Action.CLAIM_REFUSED,
        result=Result.REFUSED,
        directory_id=attempt.state.directory.id,
        account_id=before.id if before else None,
        subject=subject_of(person),
        scim_id=link.scim_id if link and before else None,
        external_id=link.external_id if link else None,
        old_email=shown(before.email) if before else None,
        next_step_who=Role.ADMINISTRATOR.value,
        retried_by_idp=retries(attempt.state.directory.profile),
        correlation_id=context.invocation.correlation_id,
    )


def _namesake_row(request: UserRequest, attempt: Attempt, user_name: str) -> LogEntry:
    """The row of a create whose userName another user of the directory has."""
    from rightful.domain.conflicts.next_step import Role, StepCode

    told = explained(OutcomeCode.NAMESAKE, user_name=user_name)
    return replace(
        _refusal_row(request, attempt, attempt.after),
        requested_email=attempt.after.email.value if attempt.after.email else None,
        conflict_class=ConflictClass.OTHER_KEY.value,
        explanation=told.sentence,
        explanation_code=OutcomeCode.NAMESAKE,
        next_step_who=Role.IDP_ADMINISTRATOR.value,
        next_step_what=StepCode.CORRECT_NAMESAKE.pattern,
        next_step_code=StepCode.CORRECT_NAMESAKE,
    )


def _log_once(request: UserRequest, entry: LogEntry) -> None:
    """Write a row that is the same for each repeat of the request within an hour."""
    hour = entry.at.replace(minute=0, second=0, microsecond=0)
    names = [entry.directory_id or "", entry.account_id or "", entry.subject, entry.requested_email or ""]
    said = "\x00".join([*names, entry.explanation]).encode("utf-8", "surrogatepass")
    entry = replace(entry, id=row_id(hour, sha256(said).hexdigest()))
    try:
        request.context.store.log_entry(entry)
    except EventLogUnavailableError as error:
        request.observer.failed("event_log", error)
