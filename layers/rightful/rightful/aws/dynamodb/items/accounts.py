"""Accounts, and who holds an address, as DynamoDB items, and back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Scalar, text_of, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys.base import due, due_sort, in_organization, of_domain, of_organization
from rightful.core.accounts.edits import is_kept
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Hold
from rightful.domain.erasure import ErasedPerson
from rightful.text.folding import fold

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_ACCOUNT = Codec(Account, names={"id": "account_id", "email_value": "email"}, spread={"email": "email_"})


def account_item(account: Account) -> Item:
    """An account, with the keys under which its directory lists and finds it."""
    values = _ACCOUNT.values(account)
    link = account.link
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
    return write_item(keys.account(account.id), values)


def _places(account: Account) -> dict[str, Scalar]:
    """Where the indexes of administrators and of the janitor have it."""
    places: dict[str, Scalar] = {}
    if account.organization_id is not None:
        places["organization_key"] = of_organization(account.organization_id)
    elif account.email is not None and not account.email.is_placeholder:
        places["organization_key"] = of_domain(account.email.domain)
    if places:
        places["organization_sort"] = in_organization(account.id, linked=account.link is not None)
    scheduled = account.status is AccountStatus.PENDING_DELETION and not is_kept(account)
    if scheduled and account.deletion_date is not None:
        places["due_key"] = due("deletion", account.id)
        places["due_sort"] = due_sort(account.deletion_date)
    return places


def read_account(item: Mapping[str, "AttributeValueTypeDef"]) -> Account:
    """The inverse of `account_item`."""
    return _ACCOUNT.read(item)


_HOLD = Codec(
    Hold,
    names={"requester_key": "reserved_for", "until": "reserved_until", "conflict_id": "reserved_by"},
    spread={"reservation": ""},
)


def hold_item(hold: Hold) -> Item:
    """An email index item."""
    values = _HOLD.values(hold)
    if hold.reservation:
        values["due_key"] = due("reservation", hold.canonical)
        values["due_sort"] = due_sort(hold.reservation.until)
    return write_item(keys.hold(hold.canonical), values)


def read_hold(item: Mapping[str, "AttributeValueTypeDef"]) -> Hold:
    """The inverse of `hold_item`."""
    return _HOLD.read(item)


_ERASED = Codec(ErasedPerson)


def erased_item(person: ErasedPerson) -> Item:
    """The note of somebody who was erased."""
    return write_item(keys.erased(person.account_id, person.organization_id), _ERASED.values(person))


def read_erased(item: Mapping[str, "AttributeValueTypeDef"]) -> ErasedPerson:
    """The inverse of `erased_item`."""
    return _ERASED.read(item)
