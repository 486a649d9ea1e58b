"""Between an account and the SCIM User resource that its directory sees."""

from collections.abc import Mapping

from rightful.core.accounts.placeholders import without_placeholders
from rightful.domain.account import Account, canonical_user_name
from rightful.domain.address import PLACEHOLDER_DOMAIN, Address
from rightful.scim.declared import declared
from rightful.scim.errors import ScimError, invalid_value
from rightful.scim.resources import Resource, schemas_of
from rightful.scim.schemas.attributes import ResourceType
from rightful.text.ids import MAX_KEY_OCTETS, fits_key
from rightful.text.plain import is_plain
from rightful.text.times import time_text

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
    unassigned = account.attributes.get("active") == account.active  # see `changes.changed_account`
    return {
        **{name: value for name, value in account.attributes.items() if name != "active"},
        "id": scim_id,
        **({} if unassigned else {"active": account.active}),
        **({"groups": groups} if groups else {}),
        "meta": {
            "resourceType": "User",
            "created": time_text(account.link.linked_at if account.link else account.created_at),
            "lastModified": time_text(account.updated_at),
            "location": f"{base_url}/Users/{scim_id}",
            "version": f'W/"{account.tag}"',
        },
    }


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


def chosen_email(attributes: Mapping[str, object]) -> str | None:
    """The email that is the account's address, as it was sent; None: there are none."""
    emails = attributes.get("emails")
    entries = [entry for entry in emails if isinstance(entry, dict)] if isinstance(emails, list) else []
    entries = [entry for entry in entries if isinstance(entry.get("value"), str) and entry["value"].strip()]
    if not entries:
        return None
    chosen = next(
        (entry for entry in entries if entry.get("primary") is True),
        next((entry for entry in entries if str(entry.get("type", "")).lower() == "work"), entries[0]),
    )
    return str(chosen["value"])


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
