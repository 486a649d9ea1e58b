"""What an account was before a remediation touched it: taken, and put back."""

from dataclasses import replace
from datetime import datetime, timedelta

from rightful.core.accounts.index_writes import AccountChange
from rightful.domain.account import Account, BeforeImage, Passed

PING_PONG_WINDOW = timedelta(days=7)
"""An address that a remediation took from somebody, or gave to them, does not come back by itself within this time."""


_MOST_PASSED = 20
"""How many addresses an account remembers at most: it changes by itself only a few times a day."""


def with_before_image(before: Account, after: Account, conflict_id: str, now: datetime) -> AccountChange:
    """A move by a remediation: a new version, and the before-image that undo restores."""
    version = before.version + 1
    image = _image(before, after, conflict_id, now)
    if (claim := _claim_by(before, conflict_id)) is not None:
        image = replace(image, organization_id=claim.organization_id, claimed=False)
    return AccountChange(before, replace(after, version=version, updated_at=now, before_image=image))


def _claim_by(account: Account, conflict_id: str) -> BeforeImage | None:
    """The account as it was before the same conflict had it claimed: undo gives that back, too, unless the organization
    made something else of the account since."""
    image = account.before_image
    if image is None or image.conflict_id != conflict_id or image.claimed or not account.claimed:
        return None
    same = (image.email, image.status, image.link) == (account.email, account.status, account.link)
    return image if same else None


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
    status, deactivated_at = (account.status, account.deactivated_at) if asked else (image.status, image.deactivated_at)
    after = replace(
        account,
        version=account.version + 1,
        updated_at=now,
        email=image.email,
        email_verified=image.email_verified,
        status=status,
        deletion_date=image.deletion_date,
        link=image.link,
        attributes=image.attributes,
        deactivated_at=deactivated_at,
        held_since=image.held_since,
        former_link=image.former_link,
        awaited=None,
        organization_id=image.organization_id,
        claimed=image.claimed,
    )
    taken = _image(account, after, image.conflict_id, now)
    return AccountChange(account, replace(after, before_image=replace(taken, group_ids=image.group_ids)))


def _image(account: Account, after: Account, conflict_id: str, now: datetime) -> BeforeImage:
    return BeforeImage(
        conflict_id=conflict_id,
        version=account.version + 1,
        email=account.email,
        email_verified=account.email_verified,
        status=account.status,
        deletion_date=account.deletion_date,
        link=account.link,
        attributes=account.attributes,
        taken_at=now,
        deactivated_at=account.deactivated_at,
        held_since=account.held_since,
        former_link=account.former_link,
        organization_id=account.organization_id,
        claimed=account.claimed,
        group_ids=account.group_ids,
        passed=_passed(account, after, conflict_id, now),
    )


def _passed(account: Account, after: Account, conflict_id: str, now: datetime) -> tuple[Passed, ...]:
    """What the account remembers of addresses that went to it or from it: of the last days, this time included."""
    earlier = account.before_image.passed if account.before_image else ()
    kept = [passed for passed in earlier if now - passed.at < PING_PONG_WINDOW]
    if account.holds != after.holds:
        addresses = [email.canonical for email in (account.email, after.email) if email and not email.is_placeholder]
        kept += [Passed(canonical, conflict_id, now) for canonical in addresses]
    return tuple(kept[-_MOST_PASSED:])
