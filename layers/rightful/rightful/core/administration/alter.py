"""One change of one account outside its directory: read, decide, commit, and again where it changed meanwhile.

The index writes are derived from the account before and after, by the same code as a remediation's,
and a pending change that the account's directory asked for ends where this change makes it pointless.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rightful.core.accounts.edits import deactivated
from rightful.core.accounts.emails import remembering
from rightful.core.accounts.errors import AddressTakenError, no_such_account
from rightful.core.accounts.index_writes import AccountChange, index_writes
from rightful.core.conflicts.lifecycle.end import ending_writes
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, Pointer, owes_deactivation
from rightful.domain.conflicts.refused_request import ExplicitIntent
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context
from rightful.ports.refusals import Commits, commit_again, is_stale, taken_by
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import RequireDomain
from rightful.ports.writes.transaction import RefusedError, Write

Alteration = Callable[[Account], Account]
"""From an account as it is to the account as it is to be (its version is raised for it); the same object: there is
nothing to do. Raises RequestError."""

Besides = Callable[[Account, Account], Sequence[Write]]
"""What is written with a change (event log rows) and has to hold (evidence), from the account before and after it."""


def alter(
    context: Context,
    account_id: str,
    change: Alteration,
    besides: Besides = lambda *_: (),
    *,
    says_active: bool | None = None,
) -> Account:
    """Change an account and return it as it is then.

    Args:
        says_active: what is said here of the person's activity, whether or not that changes it: an older word of the
            account's directory that waits to be carried out gives way.

    Raises:
        RequestError: whatever `change` raises; not_found; email_taken (AddressTakenError); invalid_value, the domain of
            its new address is not verified any more.
        ContendedError: it kept changing.
    """
    commits = Commits(context)

    def attempt() -> Account:
        before = context.store.account(account_id)
        if before is None:
            raise no_such_account()
        wanted = change(before)
        if wanted is before and says_active is None:
            return before
        pending = _pending_change(context.store, before)
        changes = wanted is not before
        if changes:
            if wanted.link is None and before.link and owes_deactivation(pending, before.link.scim_id, says_active):
                wanted = deactivated(wanted, context.now)
            wanted = replace(wanted, version=before.version + 1, updated_at=context.now)
        writes = list(ending_writes(pending, context.now, before, wanted, ExplicitIntent(active=says_active)))
        after = remembering(wanted, pending, writes) if changes else before
        if changes:
            writes += index_writes([AccountChange(before, after)], context.now).writes
        if not writes:
            return before
        writes += besides(before, after)
        try:
            commits.commit(writes)
        except RefusedError as refused:
            _explain(refused)
            raise
        return after

    return commit_again(attempt, context.invocation)


def ending_of(context: Context, before: Account, after: Account | None) -> tuple[Write, ...]:
    """The end of the change that the account's directory still wants, if this one makes it pointless. `after` None:
    the account goes."""
    return ending_writes(_pending_change(context.store, before), context.now, before, after)


def _pending_change(store: IdentityStore, account: Account) -> Conflict | None:
    """What the account's directory still wants."""
    if account.link is None or account.organization_id is None:
        return None
    key = f"account:{account.id}"
    conflict_id = store.pending_conflicts([key]).get(key)
    return store.conflict(Pointer(account.organization_id, conflict_id)) if conflict_id is not None else None


def _explain(refused: RefusedError) -> None:
    """Raise what stands in the way for good; what merely changed meanwhile is read again."""
    if is_stale(refused):
        return
    for refusal in refused.refusals:
        # First: whether somebody has an address is told only to who may use its domain.
        if isinstance(refusal.write, RequireDomain):
            raise RequestError(
                "invalid_value",
                f"email: the domain {refusal.write.domain} is not verified by this organization. Verify it first.",
                "email",
            ) from refused
    hold = taken_by(refused)
    if hold is not None:
        raise AddressTakenError(hold) from refused
