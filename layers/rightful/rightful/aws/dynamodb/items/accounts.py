"""Accounts as DynamoDB items, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import (
    Item,
    Reader,
    Scalar,
    address_document,
    json_text,
    moment_of,
    read_address,
    text_of,
    write_item,
)
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import indexes as index_keys
from rightful.core.accounts.deletion import is_kept
from rightful.domain.account import (
    Account,
    AccountStatus,
    AwaitedLink,
    BeforeImage,
    ExpectedUser,
    Flag,
    FormerLink,
    Link,
    Origin,
    Passed,
)
from rightful.domain.address import Address
from rightful.text.folding import fold

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


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
        "awaited": json_text([account.awaited.requester_key, text_of(account.awaited.until)])
        if account.awaited
        else None,
        "expected": json_text(_expected_values(account.expected)) if account.expected else None,
        "before_image": json_text(_before_image_document(account.before_image)) if account.before_image else None,
        "links_made": account.links_made,
        "group_changes": account.group_changes or None,
        "sign_up_key": account.sign_up_key,
        "refused_names": json_text(account.refused_names) if account.refused_names else None,
        "two_until": account.two_until,
    }
    if link:
        values["scim_id"] = link.scim_id
        values["directory_key"] = keys.of_directory(link.directory_id)
        values["directory_sort"] = f"{text_of(link.linked_at)}#{account.id}"
        if account.display_name is not None:
            values["display_name_key"] = keys.of_display_name(link.directory_id, fold(account.display_name))
    tie = link or account.former_link
    if tie is not None and tie.external_id is not None:
        values["external_id_key"] = keys.of_external_id(tie.directory_id, tie.external_id)
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
    scheduled = account.status is AccountStatus.PENDING_DELETION and not is_kept(account)
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
        awaited=_read_awaited(read.loaded("awaited")),
        expected=_read_expected(read.loaded("expected")),
        attributes=read.document("attributes"),
        before_image=_read_before_image(before) if before else None,
        links_made=read.number("links_made"),
        group_ids=read.texts("group_ids"),
        group_changes=read.number("group_changes"),
        sign_up_key=read.optional_text("sign_up_key"),
        refused_names=_read_names(read.loaded("refused_names")),
        two_until=read.optional_moment("two_until"),
    )


def _read_names(loaded: object) -> tuple[str, ...]:
    return tuple(map(str, loaded)) if isinstance(loaded, list) else ()


def _email_values(email: Address | None) -> dict[str, Scalar]:
    return {"email": email.value, "email_canonical": email.canonical} if email else {}


def _read_email(value: str | None, canonical: str | None) -> Address | None:
    return Address(value, canonical) if value is not None and canonical is not None else None


def _read_awaited(document: object) -> AwaitedLink | None:
    return AwaitedLink(str(document[0]), moment_of(str(document[1]))) if isinstance(document, list) else None


def _expected_values(expected: ExpectedUser) -> list[str | None]:
    return [expected.organization_id, expected.directory_id, expected.user_name, expected.external_id]


def _read_expected(document: object) -> ExpectedUser | None:
    if not isinstance(document, list):
        return None
    organization_id, *others = document
    return ExpectedUser(str(organization_id), *(None if other is None else str(other) for other in others))


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
    group_ids, passed = document.get("groupIds"), document.get("passed")
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
