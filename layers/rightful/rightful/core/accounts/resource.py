"""Between an account and the SCIM User resource that its directory sees."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from rightful.core.accounts.emails import chosen_email, without_placeholders
from rightful.domain.account import Account, AccountStatus, FormerLink, Link, Origin, canonical_user_name, scim_id_of
from rightful.domain.address import PLACEHOLDER_DOMAIN, Address, InvalidAddressError, parse_address
from rightful.scim.declared import declared
from rightful.scim.errors import ScimError, invalid_value
from rightful.scim.resources import Resource, schemas_of
from rightful.scim.schemas.attributes import ResourceType
from rightful.text.folding import is_plain
from rightful.text.ids import MAX_KEY_OCTETS, fits_key, time_text

_KEPT_BY_SERVER = frozenset({"id", "schemas", "meta", "active", "groups", "password"})
MAX_ATTRIBUTES_OCTETS = 128 * 1024
"""A user's attributes may stand three times in an item (400 KB at most): account, before-image, conflict."""


def resource_of(account: Account, base_url: str = "") -> dict[str, object]:
    """The User resource of a linked account; `base_url` is the directory's SCIM base URL."""
    scim_id = account.link.scim_id if account.link else account.id
    groups = [
        {"value": group_id, "$ref": f"{base_url}/Groups/{group_id}", "type": "direct"}
        for group_id in sorted(account.group_ids)
    ]
    return {
        **account.attributes,
        "id": scim_id,
        **({} if _hides_active(account) else {"active": account.active}),
        **({"groups": groups} if groups else {}),
        "meta": {
            "resourceType": "User",
            "created": time_text(account.link.linked_at if account.link else account.created_at),
            "lastModified": time_text(account.updated_at),
            "location": f"{base_url}/Users/{scim_id}",
            "version": f'W/"{account.tag}"',
        },
    }


def _hides_active(account: Account) -> bool:
    """Whether `active` is unassigned: the directory removed it, and nobody changed it since."""
    return account.unassigned_active == account.active


def attributes_of(resource: Mapping[str, object]) -> dict[str, object]:
    """What of a User resource is stored as the account's attributes: all that the server does not keep itself.

    Raises:
        ScimError: 400 invalidValue, userName or externalId is too long to be a key, or has characters that deceive.
    """
    attributes = {name: value for name, value in resource.items() if name not in _KEPT_BY_SERVER}
    user_name, external_id = attributes.get("userName"), attributes.get("externalId")
    if isinstance(user_name, str) and not fits_key(canonical_user_name(user_name)):
        raise invalid_value(f"'userName' has more than {MAX_KEY_OCTETS} octets: send a shorter one.")
    if isinstance(external_id, str) and not fits_key(external_id):
        raise invalid_value(f"'externalId' has more than {MAX_KEY_OCTETS} octets: send a shorter one.")
    for name, value in (("userName", user_name), ("externalId", external_id)):
        if isinstance(value, str) and not is_plain(value):
            raise invalid_value(f"{name!r} contains control or text-direction characters: remove them.")
    return attributes


def check_claimable(address: Address) -> None:
    """Refuse the one domain that remediation keeps for freed accounts.

    Raises:
        ScimError: 400 invalidValue.
    """
    if address.domain == PLACEHOLDER_DOMAIN:
        raise invalid_value(f"'emails.value' is on {PLACEHOLDER_DOMAIN}, which is reserved: send an address of yours.")


class UnverifiedDomainError(ScimError):
    """The answer to an address on a domain that the organization has not verified (never a 409: no oracle)."""

    def __init__(self, address: Address) -> None:
        answer = invalid_value(
            f"'emails.value' is on {address.domain}, which this organization has not verified: "
            "an organization administrator must verify it before users on it can be provisioned."
        )
        super().__init__(answer.status, answer.scim_type, answer.detail)


def user_resource(account: Account, rt: ResourceType, base_url: str) -> Resource:
    """An account as a User resource: with its schemas, what they declare, and no placeholder for an address."""
    resource = without_placeholders(declared(resource_of(account, base_url), rt))
    return {"schemas": schemas_of(resource, rt), **resource}


def address_of(attributes: Mapping[str, object]) -> Address | None:
    """The account's address: the email with primary true, else type work, else the first.

    None: there are no emails. Nothing is ever derived from userName: it may be an address that is not the person's.

    Raises:
        ScimError: 400 invalidValue, the chosen email is not an address.
    """
    chosen = chosen_email(attributes)
    try:
        return parse_address(chosen) if chosen is not None else None
    except InvalidAddressError as error:
        raise invalid_value(f"'emails.value' must be an email address: {error}.") from error


def new_account(
    account_id: str, organization_id: str, directory_id: str, resource: Mapping[str, object], now: datetime
) -> Account:
    """The account that a directory's create makes: managed, claimed, and trusted to be whose IdP says it is.

    Raises:
        ScimError: 400 invalidValue, its address or a key attribute cannot be used.
    """
    attributes = attributes_of(resource)
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
        pushed_version=1,
    )


def relinked_account(account: Account, directory_id: str, resource: Mapping[str, object], now: datetime) -> Account:
    """An unlinked account that its directory creates again: the same account, a new SCIM id."""
    links_made = account.links_made + 1
    linked = replace(
        account,
        link=_link(account.id, links_made, directory_id, attributes_of(resource), now),
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

    A resource that does not say `active` leaves that as it is, shown or not: a forgotten attribute must not let a
    leaver in again.
    One that says None does so, too, but was told to forget it: then it is not shown (RFC 7644 section 3.5.2.2: it is
    unassigned) until somebody changes it.

    Raises:
        ScimError: 400 invalidValue, its address or a key attribute cannot be used, or it is to be reactivated although
            it is about to be deleted.
    """
    attributes = attributes_of(resource)
    hidden = _hides_active(account)
    said = resource.get("active", None if hidden else account.active)
    unassigned = account.active if said is None else None
    active = account.active if said is None else said is not False
    same = (attributes, unassigned is not None, active) == (account.attributes, hidden, account.active)
    same = same and account.link is not None
    if same and account.expected is None:
        return None
    email = address_of(attributes)
    changed = replace(
        account,
        version=account.version + 1,
        updated_at=now,
        attributes=attributes,
        unassigned_active=unassigned,
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
