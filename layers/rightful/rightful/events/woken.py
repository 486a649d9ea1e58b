"""Which addresses' waiting conflicts a committed write gives a new chance. Pure.

A conflict waits for an address: it is worth another look when the address changes hands or becomes free, and when its
holder becomes another kind of holder (deactivated, unlinked, claimed, confirmed, protected ...).
"""

from rightful.accounts.account import Account
from rightful.accounts.address import PLACEHOLDER_DOMAIN
from rightful.events.change import AccountChange, Change, HoldChange
from rightful.storage.writes import Hold


def woken_by(change: Change) -> str | None:
    """The canonical address whose waiters have to be woken; None: nobody's situation changed."""
    canonical = None
    if isinstance(change, HoldChange):
        if change.old is not None and _whose(change.old) != _whose(change.new):
            canonical = change.old.canonical
    elif isinstance(change, AccountChange):
        old, new = change.old, change.new
        if old is not None and new is not None and old.holds == new.holds and _kind(old) != _kind(new):
            canonical = new.holds
    return None if canonical is None or canonical.endswith(f"@{PLACEHOLDER_DOMAIN}") else canonical


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
        account.email_verified,
        account.last_login_at is None,
    )
