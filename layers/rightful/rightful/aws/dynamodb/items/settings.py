"""Organizations, directories and keys as DynamoDB items, and back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys.base import ORGANIZATIONS, due, due_sort
from rightful.domain.conflicts.conflict import PENDING_CHANGE_LIFETIME
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.ports.key import ItemKey
from rightful.ports.writes.settings import NoteRevoked

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_A_DAY = timedelta(days=1)
_REVOKED_FOR = timedelta(days=365)
"""How long it is known of a key that it was revoked."""


_ORGANIZATION = Codec(
    Organization,
    names={"id": "organization_id", "closing_asked_at": "closing_since"},
    spread={"closing": "closing_"},
)
_DIRECTORY = Codec(
    Directory,
    names={"id": "directory_id", "deleting_asked_at": "deleting_since"},
    spread={"deleting": "deleting_"},
)
_TOKEN = Codec(Token, names={"id": "token_id", "expires_at": "live_until"})


def organization_item(organization: Organization) -> Item:
    """An organization's settings."""
    values = _ORGANIZATION.values(organization)
    values["organization_key"] = ORGANIZATIONS
    values["organization_sort"] = organization.id
    if organization.brakes.paused:
        values["due_key"] = due("paused", organization.id)
        values["due_sort"] = organization.created_at
    return write_item(keys.organization(organization.id), values)


def read_organization(item: Mapping[str, "AttributeValueTypeDef"]) -> Organization:
    """The inverse of `organization_item`."""
    return _ORGANIZATION.read(item)


def directory_item(directory: Directory) -> Item:
    """A directory's settings; one that is to go also with its place in the index of what is due."""
    values = _DIRECTORY.values(directory)
    if directory.deleting:
        values["due_key"] = due("directory", directory.id)
        values["due_sort"] = directory.deleting.asked_at
    return write_item(keys.directory(directory.organization_id, directory.id), values)


def read_directory(item: Mapping[str, "AttributeValueTypeDef"]) -> Directory:
    """The inverse of `directory_item`."""
    return _DIRECTORY.read(item)


def revoked_item(note: NoteRevoked) -> Item:
    """That a key was revoked. Forgotten when nobody asks any more."""
    gone = int((note.at + _REVOKED_FOR).timestamp())
    return write_item(keys.revoked(note.token_id), {"token_id": note.token_id, "at": note.at, "expires_at": gone})


def token_item(token: Token, key: ItemKey) -> Item:
    """A key; readers check for themselves whether it has expired. DynamoDB removes it when no change that came with it
    can be wanted any more: until then a key that is gone is one that was revoked."""
    gone = token.expires_at + PENDING_CHANGE_LIFETIME + _A_DAY if token.expires_at else None
    return write_item(key, {**_TOKEN.values(token), "expires_at": int(gone.timestamp()) if gone else None})


def listed_token_item(token: Token, key: ItemKey) -> Item:
    """A key in its list; one that expires also with its place in the index of what is due."""
    item = token_item(token, key)
    if token.expires_at is not None:
        item |= {
            "due_key": {"S": due("key", token.id)},
            "due_sort": {"S": due_sort(token.expires_at)},
        }
    return item


def read_token(item: Mapping[str, "AttributeValueTypeDef"]) -> Token:
    """The inverse of `token_item`."""
    return _TOKEN.read(item)
