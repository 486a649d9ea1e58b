"""What happens when a claim is refused: it becomes a conflict, the remediator hears of it, and the IdP gets its 409.

The conflict is in the table before the 409 is answered. Telling the queue may fail: the 409 is answered all the same,
and what the queue did not get is found in the table and sent again.

What records and ends conflicts is imported when there is one: few requests need it, and a cold start would pay for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rightful.core.accounts.index_writes import requester_of
from rightful.core.accounts.log_rows import subject_of
from rightful.core.users.intent import NOTHING, ExplicitIntent
from rightful.domain.account import Account
from rightful.domain.conflict import Conflict, ConflictClass, Pointer
from rightful.domain.event_log import Action, LogEntry, Result, row_id
from rightful.domain.explanation import NOTHING_SAID, Explanation, OutcomeCode, explained
from rightful.domain.refused_request import Operation, PendingChange, RefusedRequest, Requester, UserName
from rightful.domain.schedule import look_again_at
from rightful.ports.invocation import Invocation
from rightful.ports.queue import ConflictQueue, QueueUnavailableError
from rightful.ports.store.contract import DirectoryState, EventLogUnavailableError, IdentityStore
from rightful.ports.writes.transaction import ContendedError, Write
from rightful.scim.errors import ScimError, forbidden, unavailable, uniqueness


class ClaimRefusedError(ScimError):
    """The standard 409, the same for every class of holder; `conflict` is for our own logs only."""

    def __init__(self, kind: str, value: str, conflict: Conflict | None) -> None:
        answer = uniqueness(kind, value)
        super().__init__(answer.status, answer.scim_type, answer.detail)
        self.conflict = conflict


def ignore(_: str, __: Exception) -> None:
    """Nobody wants to hear of what could not be done."""


def unnoticed(_: Conflict) -> None:
    """Nobody wants to hear of what was recorded."""


def unheld(_: Account) -> None:
    """Nobody wants to hear of what takes two people."""


@dataclass(frozen=True, slots=True)
class RefusalRecorder:
    """Records refused claims. `on_failure(what, error)` hears of what could not be done and is done later,
    `on_recorded` of each conflict that is in the table, `on_held` of each account that one administrator's key did not
    reach. `key_id` is the key that the requests come with."""

    store: IdentityStore
    queue: ConflictQueue
    on_failure: Callable[[str, Exception], None] = field(default=ignore)
    on_recorded: Callable[[Conflict], None] = field(default=unnoticed)
    key_id: str = ""
    on_held: Callable[[Account], None] = field(default=unheld)

    def taken_address(
        self,
        state: DirectoryState,
        operation: Operation,
        requester: Requester,
        before: Account | None,
        after: Account,
        invocation: Invocation,
        intent: ExplicitIntent = NOTHING,
    ) -> ScimError:
        """Record that the address is held by another, and return the answer to raise."""
        if after.email is None:
            raise ValueError("only an account with an address can be refused one")
        refused = RefusedRequest(
            organization_id=state.organization.id,
            directory_id=state.directory.id,
            operation=operation,
            requester=requester,
            wanted=after.email,
            old_email=before.email if before else None,
            change=pending_change(before, after),
            key_id=self.key_id,
        )
        return self._record(refused, intent, invocation)

    def held_address(
        self,
        state: DirectoryState,
        operation: Operation,
        before: Account,
        after: Account,
        invocation: Invocation,
        intent: ExplicitIntent,
        why: str,
    ) -> ScimError:
        """Record a change of an address that takes two people and came with one administrator's key, and return the
        answer to raise. The conflict carries a deactivation out, and is how two administrators can let the change
        through."""
        if after.email is None:
            raise ValueError("an address that goes is no claim")
        refused = RefusedRequest(
            organization_id=state.organization.id,
            directory_id=state.directory.id,
            operation=operation,
            requester=requester_of(before),
            wanted=after.email,
            old_email=before.email,
            change=pending_change(before, after),
            key_id=self.key_id,
        )
        self.on_held(before)
        # Whether somebody else has the address is not told.
        self._record(refused, intent, invocation, explained(OutcomeCode.BY_ONE, why=why, done="changed"))
        return self._held(state)

    def held_removal(
        self, state: DirectoryState, before: Account, invocation: Invocation, why: str, done: str = "removed"
    ) -> ScimError:
        """Tell the administrators of an address that one administrator's key did not take away, or write otherwise
        (`done` to it), and return the answer to raise. Repeats within an hour are one row."""
        from rightful.domain.next_step import Role, StepCode

        link, hour = before.link, invocation.now.replace(minute=0, second=0, microsecond=0)
        entry = LogEntry(
            id=row_id(hour, f"{before.id[-13:]}{done[-7:]}"),
            organization_id=state.organization.id,
            at=invocation.now,
            action=Action.CLAIM_REFUSED,
            result=Result.REFUSED,
            directory_id=state.directory.id,
            account_id=before.id,
            subject=subject_of(before),
            scim_id=link.scim_id if link else None,
            external_id=link.external_id if link else None,
            old_email=before.email.value if before.email else None,
            conflict_class=ConflictClass.PROTECTED.value,
            explanation=explained(OutcomeCode.BY_ONE, why=why, done=done).sentence,
            next_step_who=Role.ADMINISTRATOR.value,
            next_step_what=StepCode.CONFIRM_KEY_ONLY.pattern,
            retried_by_idp=True,
            correlation_id=invocation.correlation_id,
        )
        self.on_held(before)
        try:
            self.store.log_entry(entry)
        except EventLogUnavailableError as error:
            self.on_failure("event_log", error)
        return self._held(state)

    def _held(self, state: DirectoryState) -> ScimError:
        """The answer to what takes two people and came with one administrator's key."""
        route = (
            f"POST /admin/v1/orgs/{state.organization.id}/directories/{state.directory.id}/tokens/{self.key_id}"
            "/confirmation"
        )
        return forbidden(
            "'emails' was not changed: this account is protected, its address takes two people, and one administrator "
            "alone issued the key of this request within the last 7 days. A different administrator of the "
            f"organization has to confirm the key: {route} (it counts within a minute). Other attributes can be "
            "changed meanwhile."
        )

    def taken_user_name(
        self,
        state: DirectoryState,
        operation: Operation,
        requester: Requester,
        before: Account | None,
        after: Account,
        invocation: Invocation,
        intent: ExplicitIntent = NOTHING,
    ) -> ScimError:
        """The answer to a userName that another user of the directory has; a rename is recorded as a conflict.

        A create is not: the identity provider then looks the user up and goes on with it.
        """
        user_name = after.link.user_name if after.link else ""
        if operation is Operation.CREATE:
            return ClaimRefusedError("userName", user_name, None)
        refused = RefusedRequest(
            organization_id=state.organization.id,
            directory_id=state.directory.id,
            operation=operation,
            requester=requester,
            wanted=UserName(state.directory.id, user_name),
            old_email=before.email if before else None,
            change=pending_change(before, after),
            key_id=self.key_id,
        )
        return self._record(refused, intent, invocation)

    def unverified_domain(
        self,
        state: DirectoryState,
        before: Account | None,
        after: Account,
        answer: ScimError,
        invocation: Invocation,
    ) -> None:
        """Tell the administrators of an address on a domain that is not theirs; the index was not looked at."""
        from rightful.domain.next_step import Role, StepCode

        link = after.link
        entry = LogEntry(
            id=row_id(invocation.now, invocation.new_id()),
            organization_id=state.organization.id,
            at=invocation.now,
            action=Action.CLAIM_REFUSED,
            result=Result.REFUSED,
            directory_id=state.directory.id,
            account_id=before.id if before else None,
            subject=subject_of(after),
            scim_id=link.scim_id if link and before else None,
            external_id=link.external_id if link else None,
            old_email=before.email.value if before and before.email else None,
            requested_email=after.email.value if after.email else None,
            conflict_class="unverified_domain",
            explanation=answer.detail,
            next_step_who=Role.ADMINISTRATOR.value,
            next_step_what=StepCode.VERIFY_DOMAIN.pattern,
            retried_by_idp=True,
            correlation_id=invocation.correlation_id,
        )
        try:
            self.store.log_entry(entry)
        except EventLogUnavailableError as error:
            self.on_failure("event_log", error)

    def pending(self, state: DirectoryState) -> Conflict | None:
        """The one pending change of the account, or of the user to be created, that `state` was read with."""
        if state.pending_conflict_id is None:
            return None
        return self.store.conflict(Pointer(state.organization.id, state.pending_conflict_id))

    def ending(
        self,
        conflict: Conflict | None,
        before: Account | None,
        after: Account | None,
        invocation: Invocation,
        intent: ExplicitIntent = NOTHING,
    ) -> tuple[Write, ...]:
        """What a request that goes through has to write besides, so that no older refused change outlives it."""
        if conflict is None:
            return ()
        if conflict.outcome.prepared and after is not None:
            from rightful.core.conflicts.lifecycle.prepared import ending_by_create

            return ending_by_create(self.store, conflict, after, invocation.now)
        from rightful.core.conflicts.lifecycle.end import ending_writes

        return ending_writes(
            conflict,
            invocation,
            before=before,
            after=after,
            states_address=intent.address,
            says_active=intent.active,
            soft_deleted=intent.soft_delete,
        )

    def _record(
        self,
        refused: RefusedRequest,
        intent: ExplicitIntent,
        invocation: Invocation,
        explanation: Explanation = NOTHING_SAID,
    ) -> ScimError:
        from rightful.core.conflicts.lifecycle.record import needs_remediation, record

        try:
            conflict = record(self.store, invocation, refused, says_active=intent.active, explanation=explanation)
        except ContendedError:
            return unavailable(1)
        self.on_recorded(conflict)
        if needs_remediation(conflict):
            pointer = conflict.pointer
            try:
                self.queue.send(pointer, correlation_id=invocation.correlation_id)
                again_at = look_again_at(conflict, invocation.now)
                self.store.mark_sent(pointer, now=invocation.now, again_at=again_at)
            except QueueUnavailableError as error:
                self.on_failure("conflict_not_sent", error)
        return ClaimRefusedError(refused.collision.value, refused.wanted.value, conflict)


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
