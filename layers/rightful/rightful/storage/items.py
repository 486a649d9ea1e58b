"""Accounts, holds and settings as DynamoDB items, and back.

Scalars are attributes of their own, so that conditions, indexes and a person in the AWS console can read them; SCIM
attributes and other documents are JSON text, which is smaller and an order of magnitude faster to read than maps.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightful.accounts.account import (
    Account,
    AccountStatus,
    BeforeImage,
    Flag,
    FormerLink,
    Link,
    Origin,
    Passed,
)
from rightful.accounts.address import Address
from rightful.scim.filters import fold
from rightful.storage import index_keys, keys
from rightful.storage.writes import Hold, Reservation

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item = dict[str, "AttributeValueTypeDef"]
Scalar = str | int | bool | datetime | None


def text_of(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: sorts as time does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> datetime:
    """The inverse of `text_of`."""
    return datetime.fromisoformat(text)


def optional_moment(text: str | None) -> datetime | None:
    """A moment that may be absent."""
    return datetime.fromisoformat(text) if text else None


def write_item(key: keys.Key, values: Mapping[str, Scalar]) -> Item:
    """An item with these attributes; those that are None are left out."""
    item: Item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    for name, value in values.items():
        if value is None:
            continue
        if isinstance(value, bool):
            item[name] = {"BOOL": value}
        elif isinstance(value, int):
            item[name] = {"N": str(value)}
        elif isinstance(value, datetime):
            item[name] = {"S": text_of(value)}
        else:
            item[name] = {"S": value}
    return item


class Reader:
    """Reads an item's attributes as the Python types they were written from."""

    __slots__ = ("_item",)

    def __init__(self, item: Mapping[str, "AttributeValueTypeDef"]) -> None:
        self._item = item

    def text(self, name: str) -> str:
        """A string that is always there."""
        return self._item[name]["S"]

    def optional_text(self, name: str) -> str | None:
        """A string that may be absent."""
        value = self._item.get(name)
        return value["S"] if value else None

    def number(self, name: str) -> int:
        """A whole number; absent means 0."""
        value = self._item.get(name)
        return int(value["N"]) if value else 0

    def flag(self, name: str) -> bool:
        """A boolean; absent means false."""
        value = self._item.get(name)
        return bool(value["BOOL"]) if value else False

    def moment(self, name: str) -> datetime:
        """A moment that is always there."""
        return moment_of(self.text(name))

    def optional_moment(self, name: str) -> datetime | None:
        """A moment that may be absent."""
        return optional_moment(self.optional_text(name))

    def texts(self, name: str) -> frozenset[str]:
        """A set of strings; absent means an empty one."""
        value = self._item.get(name)
        return frozenset(value["SS"]) if value else frozenset()

    def loaded(self, name: str) -> object:
        """A JSON value; absent means None."""
        value = self._item.get(name)
        return json.loads(value["S"]) if value else None

    def document(self, name: str) -> dict[str, object]:
        """A JSON object; absent means an empty one."""
        loaded = self.loaded(name)
        return loaded if isinstance(loaded, dict) else {}

    def documents(self, name: str) -> list[dict[str, object]]:
        """A JSON array of objects; absent means an empty one."""
        loaded = self.loaded(name)
        return [entry for entry in loaded if isinstance(entry, dict)] if isinstance(loaded, list) else []


def json_text(document: object) -> str:
    """Compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def account_item(account: Account) -> Item:
    """An account, with the keys under which its directory lists and finds it."""
    link = account.link
    values: dict[str, Scalar] = {
        "account_id": account.id,
        "version": account.version,
        **_email_values(account.email),
        "email_verified": account.email_verified,
        "status": account.status.value,
        "origin": account.origin.value,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        "organization_id": account.organization_id,
        "claimed": account.claimed,
        "deletion_date": account.deletion_date,
        "deactivated_at": account.deactivated_at,
        "last_login_at": account.last_login_at,
        "held_since": account.held_since,
        "flags": " ".join(sorted(account.flags)) or None,
        "attributes": json_text(account.attributes) if account.attributes else None,
        "link": json_text(_link_document(link)) if link else None,
        "former_link": json_text(_former_link_document(account.former_link)) if account.former_link else None,
        "before_image": json_text(_before_image_document(account.before_image)) if account.before_image else None,
        "links_made": account.links_made,
        "group_changes": account.group_changes or None,
        "sign_up_key": account.sign_up_key,
    }
    if link:
        values["scim_id"] = link.scim_id
        values["directory_key"] = keys.of_directory(link.directory_id)
        values["directory_sort"] = f"{text_of(link.linked_at)}#{account.id}"
        if link.external_id is not None:
            values["external_id_key"] = keys.of_external_id(link.directory_id, link.external_id)
        if account.display_name is not None:
            values["display_name_key"] = keys.of_display_name(link.directory_id, fold(account.display_name))
    values |= _places(account)
    item = write_item(keys.account(account.id), values)
    if account.group_ids:
        item["group_ids"] = {"SS": sorted(account.group_ids)}
    return item


def _places(account: Account) -> dict[str, Scalar]:
    """Where the indexes of administrators and of the janitor have it."""
    places: dict[str, Scalar] = {}
    if account.organization_id is not None:
        places["organization_key"] = index_keys.of_organization(account.organization_id)
    elif account.email is not None and not account.email.is_placeholder:
        places["organization_key"] = index_keys.of_domain(account.email.domain)
    if places:
        places["organization_sort"] = index_keys.in_organization(account.id, linked=account.link is not None)
    scheduled = account.status is AccountStatus.PENDING_DELETION and Flag.LEGAL_HOLD not in account.flags
    if scheduled and account.deletion_date is not None:
        places["due_key"] = index_keys.due("deletion", account.id)
        places["due_sort"] = index_keys.due_sort(account.deletion_date)
    return places


def read_account(item: Mapping[str, "AttributeValueTypeDef"]) -> Account:
    """The inverse of `account_item`."""
    read = Reader(item)
    link, former, before = read.document("link"), read.document("former_link"), read.document("before_image")
    return Account(
        id=read.text("account_id"),
        version=read.number("version"),
        email=_read_email(read.optional_text("email"), read.optional_text("email_canonical")),
        email_verified=read.flag("email_verified"),
        status=AccountStatus(read.text("status")),
        origin=Origin(read.text("origin")),
        created_at=read.moment("created_at"),
        updated_at=read.moment("updated_at"),
        organization_id=read.optional_text("organization_id"),
        claimed=read.flag("claimed"),
        deletion_date=read.optional_moment("deletion_date"),
        deactivated_at=read.optional_moment("deactivated_at"),
        last_login_at=read.optional_moment("last_login_at"),
        held_since=read.optional_moment("held_since"),
        flags=frozenset(Flag(flag) for flag in (read.optional_text("flags") or "").split()),
        link=_read_link(link) if link else None,
        former_link=_read_former_link(former) if former else None,
        attributes=read.document("attributes"),
        before_image=_read_before_image(before) if before else None,
        links_made=read.number("links_made"),
        group_ids=read.texts("group_ids"),
        group_changes=read.number("group_changes"),
        sign_up_key=read.optional_text("sign_up_key"),
    )


def _email_values(email: Address | None) -> dict[str, Scalar]:
    return {"email": email.value, "email_canonical": email.canonical} if email else {}


def _read_email(value: str | None, canonical: str | None) -> Address | None:
    return Address(value, canonical) if value is not None and canonical is not None else None


def address_document(address: Address | None) -> list[str] | None:
    """An address inside a JSON document."""
    return [address.value, address.canonical] if address else None


def read_address(document: object) -> Address | None:
    """The inverse of `address_document`."""
    return Address(str(document[0]), str(document[1])) if isinstance(document, list) else None


def _link_document(link: Link) -> dict[str, object]:
    return {
        "directoryId": link.directory_id,
        "scimId": link.scim_id,
        "userName": link.user_name,
        "externalId": link.external_id,
        "linkedAt": text_of(link.linked_at),
    }


def _read_link(document: Mapping[str, object]) -> Link:
    external_id = document["externalId"]
    return Link(
        directory_id=str(document["directoryId"]),
        scim_id=str(document["scimId"]),
        user_name=str(document["userName"]),
        external_id=None if external_id is None else str(external_id),
        linked_at=moment_of(str(document["linkedAt"])),
    )


def _former_link_document(link: FormerLink) -> dict[str, object]:
    return {
        "directoryId": link.directory_id,
        "userName": link.user_name,
        "externalId": link.external_id,
        "unlinkedAt": text_of(link.unlinked_at),
    }


def _read_former_link(document: Mapping[str, object]) -> FormerLink:
    external_id = document["externalId"]
    return FormerLink(
        directory_id=str(document["directoryId"]),
        user_name=str(document["userName"]),
        external_id=None if external_id is None else str(external_id),
        unlinked_at=moment_of(str(document["unlinkedAt"])),
    )


def _before_image_document(image: BeforeImage) -> dict[str, object]:
    return {
        "conflictId": image.conflict_id,
        "version": image.version,
        "email": address_document(image.email),
        "emailVerified": image.email_verified,
        "status": image.status.value,
        "deletionDate": text_of(image.deletion_date) if image.deletion_date else None,
        "link": _link_document(image.link) if image.link else None,
        "attributes": dict(image.attributes),
        "takenAt": text_of(image.taken_at),
        "deactivatedAt": text_of(image.deactivated_at) if image.deactivated_at else None,
        "heldSince": text_of(image.held_since) if image.held_since else None,
        "formerLink": _former_link_document(image.former_link) if image.former_link else None,
        "organizationId": image.organization_id,
        "claimed": image.claimed,
        "groupIds": sorted(image.group_ids),
        "passed": [[passed.canonical, passed.conflict_id, text_of(passed.at)] for passed in image.passed],
    }


def _read_before_image(document: Mapping[str, object]) -> BeforeImage:
    link, attributes, deletion_date = document["link"], document["attributes"], document["deletionDate"]
    version, former, organization_id = document["version"], document["formerLink"], document["organizationId"]
    group_ids, passed = document["groupIds"], document["passed"]
    return BeforeImage(
        conflict_id=str(document["conflictId"]),
        version=version if isinstance(version, int) else 0,
        email=read_address(document["email"]),
        email_verified=bool(document["emailVerified"]),
        status=AccountStatus(str(document["status"])),
        deletion_date=_read_moment(deletion_date),
        link=_read_link(link) if isinstance(link, dict) else None,
        attributes=attributes if isinstance(attributes, dict) else {},
        taken_at=moment_of(str(document["takenAt"])),
        deactivated_at=_read_moment(document["deactivatedAt"]),
        held_since=_read_moment(document["heldSince"]),
        former_link=_read_former_link(former) if isinstance(former, dict) else None,
        organization_id=None if organization_id is None else str(organization_id),
        claimed=bool(document["claimed"]),
        group_ids=frozenset(map(str, group_ids)) if isinstance(group_ids, list) else frozenset(),
        passed=tuple(Passed(str(at), str(by), moment_of(str(when))) for at, by, when in passed)
        if isinstance(passed, list)
        else (),
    )


def _read_moment(text: object) -> datetime | None:
    return moment_of(text) if isinstance(text, str) else None


def hold_item(hold: Hold) -> Item:
    """An email index item."""
    values: dict[str, Scalar] = {"account_id": hold.account_id, "canonical": hold.canonical}
    if hold.reservation:
        values |= {
            "reserved_for": hold.reservation.requester_key,
            "reserved_until": hold.reservation.until,
            "reserved_by": hold.reservation.conflict_id,
            "organization_id": hold.reservation.organization_id,
            "due_key": index_keys.due("reservation", hold.canonical),
            "due_sort": index_keys.due_sort(hold.reservation.until),
        }
    return write_item(keys.hold(hold.canonical), values)


def read_hold(item: Mapping[str, "AttributeValueTypeDef"]) -> Hold:
    """The inverse of `hold_item`."""
    read = Reader(item)
    reserved_for = read.optional_text("reserved_for")
    return Hold(
        canonical=read.text("canonical"),
        account_id=read.optional_text("account_id"),
        reservation=Reservation(
            requester_key=reserved_for,
            conflict_id=read.text("reserved_by"),
            organization_id=read.text("organization_id"),
            until=read.moment("reserved_until"),
        )
        if reserved_for is not None
        else None,
    )
