"""Changes of an account that several use cases make: of its address and activity; towards its deletion and back.
Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from rightful.core.accounts.emails import with_address
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.address import Address
from rightful.domain.request_error import RequestError
from rightful.ports.context import Invocation


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


def deactivated(account: Account, now: datetime) -> Account:
    """The account, unable to sign in. One that is scheduled for deletion stays so."""
    if account.status is not AccountStatus.ACTIVE:
        return account
    return replace(account, status=AccountStatus.DEACTIVATED, deactivated_at=now)


def without_address(account: Account, placeholder: Address, now: datetime) -> Account:
    """A holder whose address was taken: it has a placeholder instead, also in what its directory sees of it."""
    attributes = dict(account.attributes)
    if attributes.get("emails"):
        attributes["emails"] = with_address(attributes["emails"], placeholder)
    return replace(account, attributes=attributes, email=placeholder, email_verified=False, held_since=now)


GRACE = timedelta(days=14)
"""How long a deletion can be cancelled."""


def scheduled(account: Account, now: datetime) -> Account:
    """The account, to be erased after the grace period. One that is scheduled already keeps its date.

    Raises:
        RequestError: legal_hold.
    """
    if Flag.LEGAL_HOLD in account.flags:
        message = "This account is on legal hold: it cannot be deleted before the host application takes that mark off."
        raise RequestError("legal_hold", message)
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
