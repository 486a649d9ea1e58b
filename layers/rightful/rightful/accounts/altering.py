"""One change of one account outside its directory: read, decide, commit, and again where it changed meanwhile.

The index writes are derived from the account before and after, by the same code as a remediation's (`conflicts.moves`),
and a pending change that the account's directory asked for ends where this change makes it pointless.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rightful.accounts.account import Account
from rightful.accounts.account_error import AccountError, AddressTakenError, no_such_account
from rightful.accounts.address import PLACEHOLDER_DOMAIN, Address, InvalidAddressError, parse_address
from rightful.accounts.soft_deletes import remembering
from rightful.conflicts.conflict import Conflict
from rightful.conflicts.ending import ending_writes, owes_deactivation
from rightful.conflicts.merging import deactivated, with_address
from rightful.conflicts.moves import Move, writes_of
from rightful.eventlog import LogEntry
from rightful.invocation import Invocation
from rightful.storage.contract import IdentityStore, Pointer
from rightful.storage.writes import (
    AppendLog,
    ClaimAddress,
    ContendedError,
    Hold,
    PutAccount,
    RefusedError,
    RequireDomain,
    Write,
)

Change = Callable[[Account], Account]
"""From an account as it is to the account as it is to be (its version is raised for it); the same object: there is
nothing to do. Raises AccountError."""

Rows = Callable[[Account, Account], Sequence[LogEntry]]
"""The event log rows of a change, from the account before and after it."""

Evidence = Callable[[Account], Sequence[Write]]
"""What has to hold besides, from the account after the change."""

_ATTEMPTS = 8
_TIME_FOR_ONE_MORE_ATTEMPT = 1.0


def alter(
    store: IdentityStore,
    invocation: Invocation,
    account_id: str,
    change: Change,
    rows: Rows,
    evidence: Evidence = lambda _: (),
    *,
    says_active: bool | None = None,
) -> Account:
    """Change an account and return it as it is then.

    Args:
        says_active: what is said here of the person's activity, whether or not that changes it: an older word of the
            account's directory that waits to be carried out gives way.

    Raises:
        AccountError: whatever `change` raises; not_found; email_taken (AddressTakenError); invalid_value, the domain of
            its new address is not verified any more.
        ContendedError: it kept changing.
    """
    for _ in range(_ATTEMPTS):
        before = store.account(account_id)
        if before is None:
            raise no_such_account()
        wanted = change(before)
        if wanted is before and says_active is None:
            return before
        pending = _pending_change(store, before)
        changes = wanted is not before
        if changes:
            if wanted.link is None and before.link and owes_deactivation(pending, before.link.scim_id, says_active):
                wanted = deactivated(wanted, invocation.now)
            wanted = replace(wanted, version=before.version + 1, updated_at=invocation.now)
        writes = list(ending_writes(pending, invocation, before=before, after=wanted, says_active=says_active))
        after = remembering(wanted, pending, writes) if changes else before
        if changes:
            writes += [*writes_of([Move(before, after)], invocation.now).writes, *evidence(after)]
        if not writes:
            return before
        writes += map(AppendLog, rows(before, after))
        try:
            store.commit(writes, remaining=invocation.remaining)
        except RefusedError as refused:
            _explain(refused)
            if invocation.remaining() < _TIME_FOR_ONE_MORE_ATTEMPT:
                break
            continue
        return after
    raise ContendedError


def read_address(text: str) -> Address:
    """An address that an account may get.

    Raises:
        AccountError: invalid_value, it is none or on the domain that remediation keeps.
    """
    try:
        address = parse_address(text)
    except InvalidAddressError as error:
        raise AccountError("invalid_value", f"email: {error}.", "email") from error
    if address.domain == PLACEHOLDER_DOMAIN:
        raise AccountError("invalid_value", f"email: {PLACEHOLDER_DOMAIN} is reserved.", "email")
    return address


def with_email(account: Account, address: Address, invocation: Invocation, *, verified: bool) -> Account:
    """The account with another address, or with another spelling of its own."""
    attributes = dict(account.attributes)
    if attributes.get("emails"):
        attributes["emails"] = with_address(attributes["emails"], address)
    same = address.canonical == account.holds
    return replace(
        account,
        email=address,
        email_verified=verified or (same and account.email_verified),
        held_since=account.held_since if same else invocation.now,
        attributes=attributes,
    )


def taken_by(refused: RefusedError) -> Hold | None:
    """Who has the address that a refused commit wanted to claim, if that was why."""
    for refusal in refused.refusals:
        if isinstance(refusal.write, ClaimAddress) and isinstance(refusal.found, Hold):
            return refusal.found
    return None


def ending_of(
    store: IdentityStore, invocation: Invocation, before: Account, after: Account | None
) -> tuple[Write, ...]:
    """The end of the change that the account's directory still wants, if this one makes it pointless. `after` None:
    the account goes."""
    return ending_writes(_pending_change(store, before), invocation, before=before, after=after)


def _pending_change(store: IdentityStore, account: Account) -> Conflict | None:
    """What the account's directory still wants."""
    if account.link is None or account.organization_id is None:
        return None
    key = f"account:{account.id}"
    conflict_id = store.pending_conflicts([key]).get(key)
    return store.conflict(Pointer(account.organization_id, conflict_id)) if conflict_id is not None else None


def _explain(refused: RefusedError) -> None:
    """Raise what stands in the way for good; what merely changed meanwhile is read again."""
    if any(isinstance(refusal.write, PutAccount) for refusal in refused.refusals):
        return
    for refusal in refused.refusals:
        # First: whether somebody has an address is told only to who may use its domain.
        if isinstance(refusal.write, RequireDomain):
            raise AccountError(
                "invalid_value",
                f"email: the domain {refusal.write.domain} is not verified by this organization.",
                "email",
            ) from refused
    hold = taken_by(refused)
    if hold is not None:
        raise AddressTakenError(hold) from refused
