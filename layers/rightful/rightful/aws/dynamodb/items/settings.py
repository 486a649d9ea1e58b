"""Organizations, directories and keys as DynamoDB items, and back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Reader, Scalar, json_text, moment_of, text_of, write_item
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import indexes as index_keys
from rightful.domain.conflict import PENDING_CHANGE_LIFETIME, ConflictClass
from rightful.domain.key import Scope, Token
from rightful.domain.one_word import OneWord
from rightful.domain.organization import (
    AccountsAtEnd,
    Closing,
    Directory,
    DirectoryDeletion,
    DomainChallenge,
    DomainPolicy,
    OnDelete,
    Organization,
)
from rightful.domain.policy import read_brakes, read_policy, write_brakes, write_policy
from rightful.ports.key import ItemKey
from rightful.ports.writes.settings import NoteRevoked

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_A_DAY = timedelta(days=1)
_REVOKED_FOR = timedelta(days=365)
"""How long it is known of a key that it was revoked."""


def organization_item(organization: Organization) -> Item:
    """An organization's settings."""
    values: dict[str, Scalar] = {
        "organization_id": organization.id,
        "version": organization.version,
        "name": organization.name,
        "created_at": organization.created_at,
        "domain_policy": organization.domain_policy.value,
        "domains": json_text({name: text_of(moment) for name, moment in organization.domains.items()}),
        "policy": json_text(write_policy(organization.policy)),
        "brakes": json_text(write_brakes(organization.brakes)),
        "organization_key": index_keys.ORGANIZATIONS,
        "organization_sort": organization.id,
    }
    if organization.closing is not None:
        values["closing_since"] = organization.closing.asked_at
        values["closing_accounts"] = organization.closing.accounts.value
    if organization.challenges:
        values["challenges"] = json_text(
            {name: [each.secret, text_of(each.asked_at)] for name, each in organization.challenges.items()}
        )
    if organization.lowered:
        values["lowered"] = json_text({each.value: _word_document(word) for each, word in organization.lowered.items()})
    if organization.brakes.paused:
        values["due_key"] = index_keys.due("paused", organization.id)
        values["due_sort"] = organization.created_at
    return write_item(keys.organization(organization.id), values)


def read_organization(item: Mapping[str, "AttributeValueTypeDef"]) -> Organization:
    """The inverse of `organization_item`."""
    read = Reader(item)
    return Organization(
        id=read.text("organization_id"),
        version=read.number("version"),
        name=read.text("name"),
        created_at=read.moment("created_at"),
        domain_policy=DomainPolicy(read.text("domain_policy")),
        domains={name: moment_of(str(text)) for name, text in read.document("domains").items()},
        policy=read_policy(read.document("policy")),
        brakes=read_brakes(read.document("brakes")),
        challenges=_challenges(read.document("challenges")) if "challenges" in item else {},
        closing=_closing(read) if "closing_since" in item else None,
        lowered=_lowered(read.document("lowered")) if "lowered" in item else {},
    )


def _closing(read: Reader) -> Closing:
    return Closing(read.moment("closing_since"), AccountsAtEnd(read.text("closing_accounts")))


def _challenges(document: Mapping[str, object]) -> dict[str, DomainChallenge]:
    return {
        name: DomainChallenge(str(each[0]), moment_of(str(each[1])))
        for name, each in document.items()
        if isinstance(each, list)
    }


def _lowered(document: Mapping[str, object]) -> dict[ConflictClass, OneWord]:
    return {ConflictClass(name): word for name, each in document.items() if (word := _read_word(each)) is not None}


def _word_document(word: OneWord) -> list[str | None]:
    return [word.by, text_of(word.at), word.confirmed_by]


def _read_word(document: object) -> OneWord | None:
    if not isinstance(document, list):
        return None
    by, at, confirmed_by = document
    return OneWord(str(by), moment_of(str(at)), None if confirmed_by is None else str(confirmed_by))


def directory_item(directory: Directory) -> Item:
    """A directory's settings; one that is to go also with its place in the index of what is due."""
    deleting = directory.deleting
    return write_item(
        keys.directory(directory.organization_id, directory.id),
        {
            "directory_id": directory.id,
            "organization_id": directory.organization_id,
            "version": directory.version,
            "name": directory.name,
            "created_at": directory.created_at,
            "profile": directory.profile,
            "on_delete": directory.on_delete.value,
            "extensions": json_text(list(directory.extensions)) if directory.extensions else None,
            "deleting_since": deleting.asked_at if deleting else None,
            "deleting_by": deleting.by if deleting else None,
            "deleting_keeps_active": deleting.keeps_active if deleting else None,
            "due_key": index_keys.due("directory", directory.id) if deleting else None,
            "due_sort": deleting.asked_at if deleting else None,
            "erasing": json_text(_word_document(directory.erasing)) if directory.erasing else None,
        },
    )


def read_directory(item: Mapping[str, "AttributeValueTypeDef"]) -> Directory:
    """The inverse of `directory_item`."""
    read = Reader(item)
    return Directory(
        id=read.text("directory_id"),
        organization_id=read.text("organization_id"),
        version=read.number("version"),
        name=read.text("name"),
        created_at=read.moment("created_at"),
        profile=read.text("profile"),
        on_delete=OnDelete(read.text("on_delete")),
        extensions=tuple(read.documents("extensions")),
        deleting=_deletion(read) if "deleting_since" in item else None,
        erasing=_read_word(read.loaded("erasing")),
    )


def _deletion(read: Reader) -> DirectoryDeletion:
    return DirectoryDeletion(
        read.moment("deleting_since"), read.text("deleting_by"), read.flag("deleting_keeps_active")
    )


def revoked_item(note: NoteRevoked) -> Item:
    """That a key was revoked. Forgotten when nobody asks any more."""
    gone = int((note.at + _REVOKED_FOR).timestamp())
    return write_item(keys.revoked(note.token_id), {"token_id": note.token_id, "at": note.at, "expires_at": gone})


def token_item(token: Token, key: ItemKey) -> Item:
    """A key; readers check for themselves whether it has expired. DynamoDB removes it when no change that came with it
    can be wanted any more: until then a key that is gone is one that was revoked."""
    gone = token.expires_at + PENDING_CHANGE_LIFETIME + _A_DAY if token.expires_at else None
    return write_item(
        key,
        {
            "token_id": token.id,
            "sha256": token.sha256,
            "scope": token.scope.value,
            "holder": token.holder,
            "created_at": token.created_at,
            "live_until": token.expires_at,
            "expires_at": int(gone.timestamp()) if gone else None,
            "organization_id": token.organization_id,
            "directory_id": token.directory_id,
            "issued": json_text(_word_document(token.issued)) if token.issued else None,
        },
    )


def listed_token_item(token: Token, key: ItemKey) -> Item:
    """A key in its list; one that expires also with its place in the index of what is due."""
    item = token_item(token, key)
    if token.expires_at is not None:
        item |= {
            "due_key": {"S": index_keys.due("key", token.id)},
            "due_sort": {"S": index_keys.due_sort(token.expires_at)},
        }
    return item


def read_token(item: Mapping[str, "AttributeValueTypeDef"]) -> Token:
    """The inverse of `token_item`."""
    read = Reader(item)
    return Token(
        id=read.text("token_id"),
        sha256=read.text("sha256"),
        scope=Scope(read.text("scope")),
        holder=read.text("holder"),
        created_at=read.moment("created_at"),
        expires_at=read.optional_moment("live_until"),
        organization_id=read.optional_text("organization_id"),
        directory_id=read.optional_text("directory_id"),
        issued=_read_word(read.loaded("issued")),
    )
