"""Writes of an organization's settings, directories, domains and keys as DynamoDB actions."""

from rightful.aws.dynamodb.attributes import write_item
from rightful.aws.dynamodb.items.settings import (
    directory_item,
    listed_token_item,
    organization_item,
    revoked_item,
    token_item,
)
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.aws.dynamodb.table import NEW, SAME_VERSION, THERE, Action, Tables, action_of, on, put, update, versioned
from rightful.domain.key import Token
from rightful.ports.key import ItemKey
from rightful.ports.writes import settings as s

_OURS = "organization_id = :organization"


@action_of.register
def _(write: s.PutOrganization, tables: Tables) -> Action:
    return versioned(tables, organization_item(write.organization), write.expected_version)


@action_of.register
def _(write: s.PutDirectory, tables: Tables) -> Action:
    return versioned(tables, directory_item(write.directory), write.expected_version)


@action_of.register
def _(write: s.ClaimDomain, tables: Tables) -> Action:
    item = write_item(
        keys.domain(write.domain),
        {"domain": write.domain, "organization_id": write.organization_id, "verified_at": write.verified_at},
    )
    return put(tables, item, f"{NEW} OR {_OURS}", organization=write.organization_id)


@action_of.register
def _(write: s.ReleaseDomain, tables: Tables) -> Action:
    return on(tables, "Delete", keys.domain(write.domain), _OURS, organization=write.organization_id)


@action_of.register
def _(write: s.PutToken, tables: Tables) -> Action:
    return put(tables, token_item(write.token, keys.token(write.token.sha256)), NEW)


@action_of.register
def _(write: s.ConfirmToken, tables: Tables) -> Action:
    return put(tables, token_item(write.token, keys.token(write.token.sha256)), THERE)


@action_of.register
def _(write: s.NoteReminded, tables: Tables) -> Action:
    key = listing_key(write.token) if write.listed else keys.token(write.token.sha256)
    new = f"{THERE} AND (attribute_not_exists(reminded_days) OR reminded_days > :days)"
    return update(tables, key, "SET reminded_days = :days", new, days=write.days)


@action_of.register
def _(write: s.DeleteToken, tables: Tables) -> Action:
    return on(tables, "Delete", keys.token(write.sha256))


@action_of.register
def _(write: s.ListToken, tables: Tables) -> Action:
    return put(tables, listed_token_item(write.token, listing_key(write.token)))


@action_of.register
def _(write: s.UnlistToken, tables: Tables) -> Action:
    return on(tables, "Delete", listing_key(write.token))


@action_of.register
def _(write: s.NoteRevoked, tables: Tables) -> Action:
    return put(tables, revoked_item(write))


@action_of.register
def _(write: s.CloseCounter, tables: Tables) -> Action:
    counter = keys.counter if write.kind == "users" else group_keys.counter
    number = "user_count" if write.kind == "users" else "group_count"
    until = int(write.until.timestamp()) if write.until else None
    ends = ", expires_at = :until" if until else ""
    change = f"SET closed = :closed{ends} ADD {number} :none, shifts :none"
    return update(tables, counter(write.directory_id, write.shard), change, closed=True, until=until, none=0)


@action_of.register
def _(write: s.RemoveDirectory, tables: Tables) -> Action:
    key = keys.directory(write.organization_id, write.directory_id)
    return on(tables, "Delete", key, SAME_VERSION, version=write.expected_version)


@action_of.register
def _(write: s.RemoveOrganization, tables: Tables) -> Action:
    key = keys.organization(write.organization_id)
    return on(tables, "Delete", key, SAME_VERSION, version=write.expected_version)


@action_of.register
def _(write: s.RemoveConflict, tables: Tables) -> Action:
    key = keys.conflict(write.organization_id, write.conflict_id)
    if write.expected_version is None:
        return on(tables, "Delete", key)
    return on(tables, "Delete", key, SAME_VERSION, version=write.expected_version)


def listing_key(token: Token) -> ItemKey:
    """Where a key is listed."""
    if token.organization_id is None:
        return keys.listed_token("", None, token.id)
    return keys.listed_token(token.organization_id, token.directory_id, token.id)
