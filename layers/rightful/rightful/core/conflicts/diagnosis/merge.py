"""A refused change applied to an account later: a three-way merge, so that what was written since stays. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from rightful.core.accounts.before_images import kept_deactivated
from rightful.core.accounts.edits import deactivated
from rightful.core.accounts.emails import with_address
from rightful.domain.account import Account, AccountStatus
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.refused_request import PendingChange


def with_change(account: Account, conflict: Conflict, now: datetime, *, take_address: bool = True) -> Account:
    """The requester as the refused change wanted it, as far as nothing newer contradicts.

    Args:
        take_address: False leaves the address and the emails as they are (a tombstone).

    Returns:
        The account without a new version: `moves.touched` gives it one.
    """
    email = account.email
    attributes = _merged(
        _as_written(account, conflict.request.change), conflict.request.change, skip_emails=not take_address
    )
    if take_address and conflict.request.address is not None:
        email = conflict.request.address
        attributes["emails"] = with_address(_wanted_emails(account, conflict.request.change), email)
    changed = replace(
        account,
        attributes=attributes,
        email=email,
        email_verified=email is not None if take_address else account.email_verified,
        held_since=account.held_since if email and email.canonical == account.holds else now,
    )
    if account.link is not None:
        external_id = attributes.get("externalId")
        changed = replace(
            changed,
            link=replace(
                account.link,
                user_name=str(attributes.get("userName", account.link.user_name)),
                external_id=external_id if isinstance(external_id, str) else None,
            ),
        )
    return _with_active(changed, conflict, now)


def wanted_user_name_of(account: Account, change: PendingChange) -> str | None:
    """The userName that the change would write; None: it asks for none, or a newer one was written since."""
    wanted = change.after.get("userName")
    merged = _merged(_as_written(account, change), change, skip_emails=True).get("userName")
    return wanted if isinstance(wanted, str) and merged == wanted else None


def kept_out(account: Account, now: datetime) -> Account:
    """The account, deactivated on somebody's word: it stays so when a remediation is undone that had deactivated it
    before."""
    return kept_deactivated(deactivated(account, now))


def _as_written(account: Account, change: PendingChange) -> Mapping[str, object]:
    """The account's attributes; where the change asks for another userName, without the one that a remediation put in
    the place of what it gave away: nobody wrote that."""
    email, before, after = account.email, change.before.get("userName"), change.after.get("userName")
    stands_in = email.user_name_instead if email is not None and email.is_placeholder else None
    replaced = stands_in is not None and account.attributes.get("userName") == stands_in
    if not replaced or after in {None, before}:
        return account.attributes
    return {**account.attributes, "userName": before}


def _merged(current: Mapping[str, object], change: PendingChange, *, skip_emails: bool) -> dict[str, object]:
    """Each attribute that the change touches takes its new value unless it was written since it was refused."""
    merged = dict(current)
    for name in {**change.before, **change.after}:
        if skip_emails and name == "emails":
            continue
        before, after = change.before.get(name), change.after.get(name)
        if before == after or current.get(name) != before:
            continue
        if name in change.after:
            merged[name] = after
        else:
            merged.pop(name, None)
    return merged


def _wanted_emails(account: Account, change: PendingChange) -> object:
    """The emails to put the address into: those of the change, unless the list was written since.

    That a remediation meanwhile put a placeholder into the list does not count as written.
    """
    current, before = account.attributes.get("emails"), change.before.get("emails")
    if "emails" not in change.after:
        return current
    replaced = account.email is not None and account.email.is_placeholder
    same = current == before or (replaced and account.email and current == with_address(before, account.email))
    return change.after["emails"] if same else current


def _with_active(account: Account, conflict: Conflict, now: datetime) -> Account:
    if conflict.request.change.active is False:
        return deactivated(account, now)
    since = account.deactivated_at
    written_since = since is not None and since > conflict.activity_said_at
    if conflict.request.change.active is True and account.status is AccountStatus.DEACTIVATED and not written_since:
        return replace(account, status=AccountStatus.ACTIVE, deactivated_at=None)
    return account
