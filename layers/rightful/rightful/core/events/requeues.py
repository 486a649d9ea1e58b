"""Whose waiting conflicts a committed write gives a new chance. Pure.

A conflict waits for an address: it is worth another look when the address changes hands or becomes free, and when its
holder becomes another kind of holder (deactivated, unlinked, claimed, confirmed, protected, promised to a create ...).
A conflict about a userName waits for that. All of an organization's rest on its settings, and each on who asked.
"""

from rightful.domain.account import Account
from rightful.domain.address import PLACEHOLDER_DOMAIN, Hold
from rightful.domain.conflicts.refused_request import UserName
from rightful.domain.events.change import AccountChange, Change, HoldChange, OrganizationChange
from rightful.domain.organization import Organization


def requeued_by(change: Change) -> tuple[str, ...]:
    """What was waited for, as the store's `waiters` takes it; nothing where nobody's situation changed."""
    if isinstance(change, HoldChange):
        moved = change.old is not None and _whose(change.old) != _whose(change.new)
        return _real(change.old.canonical) if change.old is not None and moved else ()
    if isinstance(change, AccountChange) and change.old is not None:
        return (*_by_kind(change.old, change.new), *_by_user_name(change.old, change.new))
    return ()


def asker_changed_by(change: Change) -> Account | None:
    """Somebody, as they were, whose own refused change rests on what is different now: it takes two people where one is
    marked, it may have asked for a userName, and only a user of the directory is given an address."""
    old, new = (change.old, change.new) if isinstance(change, AccountChange) else (None, None)
    if old is None or new is None or old.link is None or _asker(old) == _asker(new):
        return None
    return old


def _asker(account: Account) -> tuple[object, ...]:
    scim_id = account.link.scim_id if account.link is not None else None
    return account.flags, account.organization_id, scim_id, _user_name(account)


def swept_by(change: Change) -> str | None:
    """The organization whose live conflicts all have to be examined again: its policy, its brakes or the domains that
    it may use are others now."""
    if not isinstance(change, OrganizationChange) or change.old is None or change.new is None:
        return None
    return change.new.id if _ground(change.old) != _ground(change.new) else None


def _ground(organization: Organization) -> tuple[object, ...]:
    lowered = frozenset(organization.lowered.items())
    return (
        organization.policy,
        lowered,
        organization.brakes,
        organization.domain_policy,
        frozenset(organization.domains),
    )


def _by_kind(old: Account, new: Account | None) -> tuple[str, ...]:
    """A holder of the same address that is another kind of holder now. Another address is the index's to tell."""
    if new is None or old.holds is None or old.holds != new.holds or _kind(old) == _kind(new):
        return ()
    return _real(old.holds)


def _by_user_name(old: Account, new: Account | None) -> tuple[str, ...]:
    before, after = _user_name(old), _user_name(new) if new is not None else None
    return () if before is None or before == after else (before,)


def _user_name(account: Account) -> str | None:
    link = account.link
    return UserName(link.directory_id, link.user_name).canonical if link is not None else None


def _real(canonical: str) -> tuple[str, ...]:
    return () if canonical.endswith(f"@{PLACEHOLDER_DOMAIN}") else (canonical,)


def _whose(hold: Hold | None) -> tuple[str | None, str | None]:
    if hold is None:
        return None, None
    return hold.account_id, hold.reservation.requester_key if hold.reservation else None


def _kind(account: Account) -> tuple[object, ...]:
    """What the class of a conflict with this holder rests on, as far as only a write can change it."""
    return (
        account.status,
        account.deletion_date,
        account.link.scim_id if account.link else None,
        account.organization_id,
        account.claimed,
        account.flags,
        account.two_until,
        account.email_verified,
        account.last_login_at is None,
        account.awaited.requester_key if account.awaited else None,
    )
