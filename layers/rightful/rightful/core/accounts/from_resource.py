"""From an account and what a directory wants it to be, to the account as it should be. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from rightful.core.accounts import resource as resources
from rightful.core.accounts.emails import address_of
from rightful.domain.account import Account, AccountStatus, FormerLink, Link, Origin, scim_id_of
from rightful.scim.errors import invalid_value


def new_account(
    account_id: str, organization_id: str, directory_id: str, resource: Mapping[str, object], now: datetime
) -> Account:
    """The account that a directory's create makes: managed, claimed, and trusted to be whose IdP says it is.

    Raises:
        ScimError: 400 invalidValue, its address or a key attribute cannot be used.
    """
    attributes = resources.attributes_of(resource)
    email = address_of(attributes)
    active = resource.get("active") is not False
    return Account(
        id=account_id,
        version=1,
        email=email,
        email_verified=email is not None,
        status=AccountStatus.ACTIVE if active else AccountStatus.DEACTIVATED,
        origin=Origin.SCIM,
        created_at=now,
        updated_at=now,
        organization_id=organization_id,
        claimed=True,
        deactivated_at=None if active else now,
        held_since=now if email else None,
        link=_link(account_id, 1, directory_id, attributes, now),
        attributes=attributes,
        links_made=1,
    )


def relinked_account(account: Account, directory_id: str, resource: Mapping[str, object], now: datetime) -> Account:
    """An unlinked account that its directory creates again: the same account, a new SCIM id."""
    links_made = account.links_made + 1
    linked = replace(
        account,
        link=_link(account.id, links_made, directory_id, resources.attributes_of(resource), now),
        former_link=None,
        awaited=None,
        expected=None,
        links_made=links_made,
    )
    changed = changed_account(linked, {"active": True, **resource}, now)
    return changed or replace(linked, version=account.version + 1, updated_at=now)


def changed_account(account: Account, resource: Mapping[str, object], now: datetime) -> Account | None:
    """A linked account as its directory wants it to be; None where that is what it is already. The first time that a
    directory says something about an imported account is news even so: it knows it now.

    A resource that does not say `active` leaves that as it is: a forgotten attribute must not let a leaver in again.
    One that says None does so, too, but was told to forget it: then it is not shown (RFC 7644 section 3.5.2.2: it is
    unassigned) until somebody changes it. The value that is not shown stands with the attributes.

    Raises:
        ScimError: 400 invalidValue, its address or a key attribute cannot be used, or it is to be reactivated although
            it is about to be deleted.
    """
    attributes = resources.attributes_of(resource)
    active = resource.get("active", account.active)
    if active is None:
        active = account.active
        attributes = {**attributes, "active": active}
    active = active is not False
    same = attributes == account.attributes and active == account.active and account.link is not None
    if same and account.expected is None:
        return None
    email = address_of(attributes)
    changed = replace(
        account,
        version=account.version + 1,
        updated_at=now,
        attributes=attributes,
        email=email,
        expected=None,
    )
    if changed.holds != account.holds:
        # A directory vouches for the address that it gives somebody; it says nothing new about the one that stays.
        held_since = now if email else None
        changed = replace(changed, email_verified=email is not None, held_since=held_since, refused_names=())
    if account.link is not None:
        changed = replace(changed, link=_renamed(account.link, attributes))
    return _with_active(changed, active, now)


def unlinked_account(account: Account, now: datetime) -> Account:
    """An account that its directory let go: deactivated, without a SCIM id, and still holding its address."""
    link = account.link
    former = FormerLink(link.directory_id, link.user_name, link.external_id, now) if link else account.former_link
    unlinked = replace(
        account, version=account.version + 1, updated_at=now, link=None, former_link=former, expected=None
    )
    return _with_active(unlinked, False, now)


def _link(account_id: str, number: int, directory_id: str, attributes: Mapping[str, object], now: datetime) -> Link:
    return _renamed(Link(directory_id, scim_id_of(account_id, number), "", None, now), attributes)


def _renamed(link: Link, attributes: Mapping[str, object]) -> Link:
    external_id = attributes.get("externalId")
    return replace(
        link,
        user_name=str(attributes.get("userName", "")),
        external_id=external_id if isinstance(external_id, str) else None,
    )


def _with_active(account: Account, active: bool, now: datetime) -> Account:
    if active == account.active:
        return account
    if account.status is AccountStatus.PENDING_DELETION:
        if not active:
            return account
        raise invalid_value(
            "'active' cannot be true while the account is scheduled for deletion: "
            "an organization administrator must cancel the deletion before the user can be active again."
        )
    if active:
        return replace(account, status=AccountStatus.ACTIVE, deactivated_at=None)
    return replace(account, status=AccountStatus.DEACTIVATED, deactivated_at=now)
