"""Changes of an account that several use cases make."""

from dataclasses import replace
from datetime import datetime

from rightful.core.accounts.resource import with_address
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Address
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
