"""Sign-up: an account that its own person makes, in the host application.

It belongs to no organization. Its address is held from the first moment, confirmed or not; what an organization may do
about a sign-up on its own domain is said by the classes `unconfirmed` and `claimable`.
"""

from dataclasses import dataclass

from rightful.core.accounts.errors import AddressTakenError
from rightful.core.accounts.index_writes import AccountUpdate, index_writes
from rightful.domain.account import Account, AccountStatus, Origin
from rightful.domain.address import Address
from rightful.ports.context import Context
from rightful.ports.refusals import taken_by
from rightful.ports.writes.transaction import ContendedError, RefusedError


@dataclass(frozen=True, slots=True)
class SignUp:
    """What the host application says about a new person.

    Attributes:
        verified: whether the application has proof that the mailbox is the person's.
        key: what makes a repeat of this very sign-up known (see `repeat_key`); None: a repeat is a refusal.
    """

    address: Address
    verified: bool = False
    origin: Origin = Origin.SIGNUP
    key: str | None = None


@dataclass(frozen=True, slots=True)
class SignedUp:
    """The account, and whether this call made it."""

    account: Account
    created: bool


def sign_up(context: Context, asked: SignUp) -> SignedUp:
    """Make an account that holds the address, or find the one that this very sign-up made before.

    An address alone never finds an account: whoever signs up with an address that somebody else signed up with before
    must not get that account (nor leave theirs to the next).

    Raises:
        RequestError: email_taken (AddressTakenError).
        ContendedError: no quiet moment.
    """
    account = Account(
        id=context.invocation.new_id(),
        version=1,
        email=asked.address,
        email_verified=asked.verified,
        status=AccountStatus.ACTIVE,
        origin=asked.origin,
        created_at=context.now,
        updated_at=context.now,
        held_since=context.now,
        sign_up_key=asked.key,
    )
    try:
        context.commit(index_writes([AccountUpdate(None, account)], context.now).writes)
    except RefusedError as refused:
        hold = taken_by(refused)
        if hold is None:
            raise ContendedError from refused
        holder = context.store.account(hold.account_id) if hold.account_id and asked.key else None
        if holder is not None and holder.sign_up_key == asked.key and holder.holds == asked.address.canonical:
            return SignedUp(holder, created=False)
        raise AddressTakenError(hold) from refused
    return SignedUp(account, created=True)
