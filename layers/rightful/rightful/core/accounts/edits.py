"""Changes of an account that several use cases make: of its address and activity; towards its deletion and back; and
what it was before a remediation touched it, taken and put back. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from rightful.core.accounts.emails import with_address
from rightful.core.accounts.index_writes import AccountChange
from rightful.domain.account import Account, AccountStatus, BeforeImage, Flag, Passed
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


PING_PONG_WINDOW = timedelta(days=7)
"""An address that a remediation took from somebody, or gave to them, does not come back by itself within this time."""


_MOST_PASSED = 20
"""How many addresses an account remembers at most: it changes by itself only a few times a day."""


def with_before_image(before: Account, after: Account, conflict_id: str, now: datetime) -> AccountChange:
    """A move by a remediation: a new version, and the before-image that undo restores."""
    version = before.version + 1
    image = _image(before, after, conflict_id, now)
    if (claim := _claim_by(before, conflict_id)) is not None:
        before_claim = replace(image.account, organization_id=claim.organization_id, claimed=False)
        image = replace(image, account=before_claim)
    return AccountChange(before, replace(after, version=version, updated_at=now, before_image=image))


def _claim_by(account: Account, conflict_id: str) -> Account | None:
    """The account as it was before the same conflict had it claimed: undo gives that back, too, unless the organization
    made something else of the account since."""
    image = account.before_image
    if image is None or image.conflict_id != conflict_id or image.account.claimed or not account.claimed:
        return None
    before = image.account
    same = (before.email, before.status, before.link) == (account.email, account.status, account.link)
    return before if same else None


def restored(account: Account, now: datetime, *, asked: bool) -> AccountChange:
    """A move back to the before-image. What the image does not carry (logins, flags) stays as it is now.

    The new before-image says what the undo took away: who asks for that again is asking against an administrator.

    Args:
        asked: the account asked for the change itself. Whether it is active is what its directory said then, or has
            said again since in a request that had nothing to write: that is no doing of the conflict's, and stays.
    """
    image = account.before_image
    if image is None:
        raise ValueError("there is no before-image to restore")
    before = image.account
    activity = account if asked else before
    after = replace(
        account,
        version=account.version + 1,
        updated_at=now,
        email=before.email,
        email_verified=before.email_verified,
        status=activity.status,
        deletion_date=before.deletion_date,
        link=before.link,
        attributes=before.attributes,
        deactivated_at=activity.deactivated_at,
        held_since=before.held_since,
        former_link=before.former_link,
        awaited=None,
        organization_id=before.organization_id,
        claimed=before.claimed,
    )
    taken = _image(account, after, image.conflict_id, now)
    taken = replace(taken, account=replace(taken.account, group_ids=before.group_ids))
    return AccountChange(account, replace(after, before_image=taken))


def _image(account: Account, after: Account, conflict_id: str, now: datetime) -> BeforeImage:
    passed = _passed(account, after, conflict_id, now)
    return BeforeImage(conflict_id, account.version + 1, now, _restorable(account), passed)


def _restorable(account: Account) -> Account:
    """What undo restores of an account; the rest, which would only be stored twice, is as of a new one."""
    return replace(
        account,
        last_login_at=None,
        flags=frozenset(),
        awaited=None,
        expected=None,
        before_image=None,
        links_made=0,
        group_changes=0,
        sign_up_key=None,
        refused_names=(),
        unassigned_active=None,
        two_until=None,
    )


def _passed(account: Account, after: Account, conflict_id: str, now: datetime) -> tuple[Passed, ...]:
    """What the account remembers of addresses that went to it or from it: of the last days, this time included."""
    earlier = account.before_image.passed if account.before_image else ()
    kept = [passed for passed in earlier if now - passed.at < PING_PONG_WINDOW]
    if account.holds != after.holds:
        addresses = [email.canonical for email in (account.email, after.email) if email and not email.is_placeholder]
        kept += [Passed(canonical, conflict_id, now) for canonical in addresses]
    return tuple(kept[-_MOST_PASSED:])
