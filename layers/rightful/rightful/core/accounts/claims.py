"""An organization's claim of an account that was a person's own: what it did, and giving the account back. Pure."""

from dataclasses import replace

from rightful.core.accounts.edits import with_email
from rightful.core.accounts.index_writes import AccountChange, index_writes
from rightful.domain.account import Account, BeforeImage, CameWith, Origin, managed_by
from rightful.domain.address import Address
from rightful.ports.context import Invocation
from rightful.ports.writes.accounts import ReleaseSource
from rightful.ports.writes.transaction import Write

_NAMES = ("displayName", "name")
"""What a released account keeps of what the organization wrote: how the person is called."""


def claimed(account: Account, organization_id: str) -> Account:
    """The account, managed by an organization from now on. It remembers the address with which it came."""
    came_with = account.came_with
    if account.organization_id is None:
        came_with = CameWith(account.email, account.email_verified) if account.email is not None else None
    return replace(managed_by(account, organization_id, claimed=True), came_with=came_with)


def own_address(account: Account) -> Address | None:
    """The address with which it came, where it has another one now, or none."""
    came_with = account.came_with
    if came_with is None or came_with.email.canonical == account.holds or came_with.email.is_placeholder:
        return None
    return came_with.email


def with_own_address(account: Account, invocation: Invocation) -> Account:
    """The account with the address with which it came, confirmed as it was then, where it has another one now."""
    if account.came_with is None or own_address(account) is None:
        return account
    changed = with_email(account, account.came_with.email, invocation, verified=False)
    return replace(changed, email_verified=account.came_with.verified)


def claim_by(account: Account, conflict_id: str) -> BeforeImage | None:
    """What the account was before that conflict had it claimed. None: it had not, or the organization has made
    something else of the account since."""
    image = account.before_image
    if image is None or image.conflict_id != conflict_id or image.account.claimed or not account.claimed:
        return None
    before = image.account
    same = (before.email, before.status, before.link) == (account.email, account.status, account.link)
    return image if same and account.awaited is None else None


def released(account: Account, invocation: Invocation) -> Account:
    """An account that no organization manages any more: the person's own, with login, address, marks and name, and
    without what the organization wrote about them."""
    imported = account.origin is Origin.IMPORT
    return replace(
        managed_by(account, None, claimed=False),
        version=account.version + 1,
        updated_at=invocation.now,
        former_link=None,
        awaited=None,
        came_with=None,
        before_image=None,
        earlier_images=(),
        unassigned_active=None,
        attributes={name: account.attributes[name] for name in _NAMES if name in account.attributes},
        sign_up_key=None if imported else account.sign_up_key,
    )


def source_of_released(before: Account, after: Account) -> list[ReleaseSource]:
    """The end of the import's claim on an account that was released: its line can be imported anew."""
    if before.sign_up_key is None or after.sign_up_key is not None:
        return []
    return [ReleaseSource(before.sign_up_key, before.id)]


def release_writes(before: Account, after: Account, invocation: Invocation) -> list[Write]:
    """The writes that make a released account of it."""
    moved = index_writes([AccountChange(before, after)], invocation.now)
    return [*moved.writes, *source_of_released(before, after)]
