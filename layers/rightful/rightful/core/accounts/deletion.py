"""The way to the end of an account: scheduled, cancellable, due. Pure.

A scheduled account keeps its address until it is erased: freeing is done by renaming, never by deleting.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.request_error import RequestError

GRACE = timedelta(days=14)
"""How long a deletion can be cancelled."""


def scheduled(account: Account, now: datetime) -> Account:
    """The account, to be erased after the grace period. One that is scheduled already keeps its date.

    Raises:
        RequestError: legal_hold.
    """
    if Flag.LEGAL_HOLD in account.flags:
        raise RequestError("legal_hold", "This account is on legal hold: it cannot be deleted before that is lifted.")
    if account.status is AccountStatus.PENDING_DELETION:
        return account
    return replace(account, status=AccountStatus.PENDING_DELETION, deletion_date=now + GRACE)


def cancelled(account: Account, now: datetime) -> Account:
    """The account as it was before its deletion was scheduled; a managed one stays deactivated.

    An organization's directory may have deactivated the person meanwhile, which a scheduled account does not show:
    reactivating it is a decision of its own.

    Raises:
        RequestError: not_scheduled.
    """
    if account.status is not AccountStatus.PENDING_DELETION:
        raise RequestError("not_scheduled", "No deletion of this account is scheduled.")
    if account.organization_id is None and account.deactivated_at is None:
        return replace(account, status=AccountStatus.ACTIVE, deletion_date=None)
    return replace(
        account,
        status=AccountStatus.DEACTIVATED,
        deletion_date=None,
        deactivated_at=account.deactivated_at or now,
    )


def is_due(account: Account, now: datetime) -> bool:
    """Whether it is to be erased now."""
    return (
        account.status is AccountStatus.PENDING_DELETION
        and account.deletion_date is not None
        and account.deletion_date <= now
        and not is_kept(account)
    )


def is_kept(account: Account) -> bool:
    """Whether a mark that came later keeps an account from being erased: a legal hold any account; any mark one that an
    organization manages, because one administrator may have scheduled it."""
    return Flag.LEGAL_HOLD in account.flags or (account.organization_id is not None and bool(account.flags))
