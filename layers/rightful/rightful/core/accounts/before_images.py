"""What an account was before a remediation touched it, taken and put back. Pure.

Undo gives back what the remediation changed, and nothing else: what was written to the account since stays where it is
about something else (a login, a title), and stands in the way where it is about the same (its address, its link, its
status, whose account it is). So an image has both, what was before and what was left.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from rightful.core.accounts.claims import claim_by
from rightful.core.accounts.emails import with_address
from rightful.core.accounts.index_writes import AccountChange
from rightful.domain.account import Account, AccountStatus, BeforeImage, Left, Link, Passed, managed_by

PING_PONG_WINDOW = timedelta(days=7)
"""An address that a remediation took from somebody, or gave to them, does not come back by itself within this time."""

_MOST_PASSED = 20
"""How many addresses an account remembers at most: it changes by itself only a few times a day."""

_MOST_EARLIER = 3
_LARGEST_EARLIER = 8 * 1024
"""Octets of attributes. An account's item has room for the account's own and for one image with as many."""


def with_before_image(before: Account, after: Account, conflict_id: str, now: datetime) -> AccountChange:
    """A move by a remediation: a new version, and the before-image that undo restores."""
    image = _image(before, after, conflict_id, now)
    if (claim := claim_by(before, conflict_id)) is not None:
        # Undo gives that back, too.
        before_claim = replace(image.account, organization_id=claim.account.organization_id, claimed=False)
        image = replace(image, account=before_claim)
    return AccountChange(before, _with_image(replace(after, version=before.version + 1, updated_at=now), before, image))


def image_by(account: Account, conflict_id: str) -> BeforeImage | None:
    """What the account was before that conflict was applied; None: that is not known any more."""
    return next((image for image in _latest_first(account) if image.conflict_id == conflict_id), None)


def images_since(account: Account, image: BeforeImage) -> tuple[BeforeImage, ...]:
    """The images of what remediations did to the account after that one, the latest first."""
    return tuple(each for each in _latest_first(account) if each.version > image.version)


def without_images(account: Account, gone: Callable[[BeforeImage], bool]) -> Account:
    """The account without the images that are to go; the same object where it has none of these."""
    images = list(_latest_first(account))
    kept = [image for image in images if not gone(image)]
    if len(kept) == len(images):
        return account
    latest, earlier = (kept[0], tuple(reversed(kept[1:]))) if kept else (None, ())
    return replace(account, before_image=latest, earlier_images=earlier, version=account.version + 1)


def _latest_first(account: Account) -> Iterator[BeforeImage]:
    if account.before_image is not None:
        yield account.before_image
    yield from reversed(account.earlier_images)


def _with_image(after: Account, before: Account, image: BeforeImage) -> Account:
    """The account with one image more: the latest of each conflict counts."""
    earlier = [each for each in _latest_first(before) if each.conflict_id != image.conflict_id]
    small = [each for each in earlier if len(_text(each.account.attributes)) <= _LARGEST_EARLIER]
    kept = tuple(replace(each, passed=()) for each in reversed(small[:_MOST_EARLIER]))
    return replace(after, before_image=image, earlier_images=kept)


def restored(account: Account, image: BeforeImage, now: datetime, *, asked: bool) -> AccountChange:
    """A move back to before the image. What the remediation did not change, and what was written since, stays.

    The new before-image says what the undo took away: who asks for that again is asking against an administrator.

    Args:
        asked: the account asked for the change itself. Whether it is active is what its directory said then, or has
            said again since in a request that had nothing to write: that is no doing of the conflict's, and stays.
    """
    before, left = image.account, image.left
    awaited = None if left.awaits else account.awaited
    after = replace(account, version=account.version + 1, updated_at=now, awaited=awaited)
    as_left = (account.status, account.deactivated_at) == (left.status, left.deactivated_at)
    if before.status is not left.status and as_left and not asked:
        after = replace(after, status=before.status, deactivated_at=before.deactivated_at)
    if before.organization_id != left.organization_id:
        came_with = after.came_with if before.organization_id is not None else None
        after = replace(managed_by(after, before.organization_id, claimed=before.claimed), came_with=came_with)
    after = _with_attributes(_with_link(after, image), image)
    taken = _image(account, after, image.conflict_id, now)
    taken = replace(taken, account=replace(taken.account, group_ids=before.group_ids))
    return AccountChange(account, _with_image(after, account, taken))


def kept_deactivated(account: Account) -> Account:
    """A deactivated account that stays so when a remediation that deactivated it is undone; the same: none had."""
    latest, earlier = account.before_image, account.earlier_images
    if latest is None:
        return account
    images = tuple(map(_without_activity, (*earlier, latest)))
    if images == (*earlier, latest):
        return account
    return replace(account, before_image=images[-1], earlier_images=images[:-1])


def _without_activity(image: BeforeImage) -> BeforeImage:
    if not image.account.active or image.left.status is not AccountStatus.DEACTIVATED:
        return image
    return replace(image, account=replace(image.account, status=AccountStatus.DEACTIVATED))


def _with_link(account: Account, image: BeforeImage) -> Account:
    """The account linked as before, where the remediation unlinked it; else with the userName and the externalId of
    before, unless its directory has written newer ones."""
    before, left = image.account, image.left
    if scim_id_of_link(before.link) != left.scim_id:
        return replace(account, link=before.link, former_link=before.former_link)
    link = account.link
    if link is None or before.link is None or link.scim_id != before.link.scim_id:
        return account
    if _is_as_left(account, "userName", left):
        link = replace(link, user_name=before.link.user_name)
    if _is_as_left(account, "externalId", left):
        link = replace(link, external_id=before.link.external_id)
    return replace(account, link=link)


def _with_attributes(account: Account, image: BeforeImage) -> Account:
    """The account with the address and the attributes of before, as far as nobody has written newer ones."""
    before, left, attributes = image.account, image.left, dict(account.attributes)
    for name in left.attributes:
        if _is_as_left(account, name, left):
            attributes.pop(name, None)
            if name in before.attributes:
                attributes[name] = before.attributes[name]
    moves_back = before.holds not in {left.address, account.holds}
    as_left = _is_as_left(account, "emails", left)
    if moves_back and "emails" in left.attributes and not as_left:
        attributes.pop("emails", None)
        if before.email is not None:
            attributes["emails"] = with_address(account.attributes.get("emails"), before.email)
    changed = replace(account, attributes=attributes)
    if not moves_back and not (as_left and account.holds == before.holds):
        return changed
    verified, since = before.email_verified, before.held_since
    return replace(changed, email=before.email, email_verified=verified, held_since=since)


def scim_id_of_link(link: Link | None) -> str | None:
    """The SCIM id of a link; None: there is none."""
    return link.scim_id if link is not None else None


def _is_as_left(account: Account, name: str, left: Left) -> bool:
    """Whether an attribute that a remediation changed is as it was left."""
    return name in left.attributes and _digest(account.attributes, name) == left.attributes[name]


def _digest(attributes: Mapping[str, object], name: str) -> str:
    return hashlib.sha256(_text(attributes[name])).hexdigest()[:16] if name in attributes else ""


def _text(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=dict).encode("utf-8", "surrogatepass")


def _image(account: Account, after: Account, conflict_id: str, now: datetime) -> BeforeImage:
    """What the account is before the change, as far as undo restores it; the rest, which would only be stored twice, is
    as of a new one."""
    names = sorted(name for name in {**account.attributes, **after.attributes} if _differs(account, after, name))
    before = Account(
        id=account.id,
        version=account.version,
        email=account.email,
        email_verified=account.email_verified,
        status=account.status,
        origin=account.origin,
        created_at=account.created_at,
        updated_at=account.updated_at,
        organization_id=account.organization_id,
        claimed=account.claimed,
        deletion_date=account.deletion_date,
        deactivated_at=account.deactivated_at,
        held_since=account.held_since,
        link=account.link,
        former_link=account.former_link,
        attributes={name: account.attributes[name] for name in names if name in account.attributes},
        group_ids=account.group_ids,
    )
    left = Left(
        address=after.holds,
        scim_id=scim_id_of_link(after.link),
        status=after.status,
        organization_id=after.organization_id,
        deactivated_at=after.deactivated_at,
        awaits=after.awaited is not None and after.awaited != account.awaited,
        attributes={name: _digest(after.attributes, name) for name in names},
    )
    return BeforeImage(conflict_id, account.version + 1, now, before, left, _passed(account, after, conflict_id, now))


def _differs(before: Account, after: Account, name: str) -> bool:
    there = name in before.attributes, name in after.attributes
    return there != (True, True) or before.attributes[name] != after.attributes[name]


def _passed(account: Account, after: Account, conflict_id: str, now: datetime) -> tuple[Passed, ...]:
    """What the account remembers of addresses that went to it or from it: of the last days, this time included."""
    earlier = account.before_image.passed if account.before_image else ()
    kept = [passed for passed in earlier if now - passed.at < PING_PONG_WINDOW]
    if account.holds != after.holds:
        addresses = [email.canonical for email in (account.email, after.email) if email and not email.is_placeholder]
        kept += [Passed(canonical, conflict_id, now) for canonical in addresses]
    return tuple(kept[-_MOST_PASSED:])
