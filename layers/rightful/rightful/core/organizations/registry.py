"""Organizations, directories and keys: how they come to be and end.

What an operator does when a customer arrives, and an administrator on the settings page. `by` is who holds the key that
asked for a change: the organization's event log has it, written in the same transaction. None: no key, no row.
"""

from dataclasses import replace
from datetime import timedelta

from rightful.core.organizations.log_rows import settings_row
from rightful.domain.conflicts.policy import STANDARD, Brakes, Policy
from rightful.domain.key import Grant, Scope, Token, digest, new_secret
from rightful.domain.one_word import word_of
from rightful.domain.organization import Directory, DomainPolicy, OnDelete, Organization
from rightful.domain.person import is_signature
from rightful.domain.plain_text import check_plain, plain_reason
from rightful.domain.request_error import RequestError, changed_meanwhile
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.settings import (
    DeleteToken,
    ListToken,
    NoteRevoked,
    PutDirectory,
    PutOrganization,
    PutToken,
    UnlistToken,
)
from rightful.ports.writes.transaction import RefusedError, Write

LIVE_KEYS_PER_DIRECTORY = 2
"""One in use and its successor: enough to rotate without an interruption, few enough to know where they are."""


def create_organization(
    context: Context,
    name: str,
    *,
    domain_policy: DomainPolicy = DomainPolicy.VERIFIED_ONLY,
    policy: Policy = STANDARD,
    brakes: Brakes | None = None,
) -> Organization:
    """A new organization without domains or directories.

    Raises:
        RequestError: invalid_value, the name.
    """
    check_plain("name", name)
    organization = Organization(
        id=context.invocation.new_id(),
        version=1,
        name=name,
        created_at=context.now,
        domain_policy=domain_policy,
        policy=policy,
        brakes=brakes or Brakes(),
    )
    context.commit([PutOrganization(organization, None)])
    return organization


def change_organization(
    context: Context,
    organization: Organization,
    sentence: str = "",
    *,
    by: str | None = None,
    subject: str | None = None,
) -> Organization:
    """Write changed settings of an organization as it was read, and with them the row that tells of it
    (`settings_row`).

    Raises:
        RequestError: somebody else changed them meanwhile.
    """
    changed = replace(organization, version=organization.version + 1)
    row = settings_row(organization, sentence, by, context.invocation, subject=subject)
    try:
        context.commit([PutOrganization(changed, organization.version), *row])
    except RefusedError as error:
        raise changed_meanwhile() from error
    return changed


def create_directory(
    context: Context,
    organization_id: str,
    name: str,
    profile: str = "generic",
    on_delete: OnDelete = OnDelete.DEACTIVATE,
) -> Directory:
    """A new directory: an IdP connection that has no key yet.

    Raises:
        RequestError: invalid_value, the name.
    """
    directory = Directory(
        context.invocation.new_id(), 1, organization_id, name, context.now, profile=profile, on_delete=on_delete
    )
    return add_directory(context, directory)


def add_directory(context: Context, directory: Directory, *, by: str | None = None) -> Directory:
    """Write a new directory, as it is to be.

    Raises:
        RequestError: invalid_value, the name.
    """
    check_plain("name", directory.name)
    if directory.on_delete is OnDelete.ERASE:
        directory = replace(directory, erasing=word_of(by, context.now))
    sentence = f"The directory was made, for the profile {directory.profile}."
    context.commit([PutDirectory(directory, None), *settings_row(directory, sentence, by, context.invocation)])
    return directory


def change_directory(context: Context, directory: Directory, sentence: str = "", *, by: str | None = None) -> Directory:
    """Write changed settings of a directory as it was read, and with them the row that tells of it.

    Raises:
        RequestError: somebody else changed them meanwhile.
    """
    check_plain("name", directory.name)
    _refuse_deleting(directory)
    changed = replace(directory, version=directory.version + 1)
    row = settings_row(directory, sentence, by, context.invocation)
    try:
        context.commit([PutDirectory(changed, directory.version), *row])
    except RefusedError as error:
        raise changed_meanwhile() from error
    return changed


def issue_token(
    context: Context, grant: Grant, owner: str, lifetime: timedelta | None = None, *, by: str | None = None
) -> tuple[str, Token]:
    """A new key: the secret, which is not stored and cannot be shown again, and its record.

    Raises:
        RequestError: there is no such directory, it has two live keys already, somebody else is issuing one, or it is
            the owner's name.
    """
    check_plain("owner", owner)
    if is_signature(owner):
        message = f"owner: {owner!r} is how a person who signs in is written. Leave what stands in brackets out."
        raise RequestError("invalid_value", message, "owner")
    room: tuple[Write, ...] = ()
    if grant.scope is Scope.SCIM:
        room = (_room_for_a_key(context, grant),)
    secret = new_secret()
    token = Token(
        id=context.invocation.new_id(),
        sha256=digest(secret),
        scope=grant.scope,
        owner=owner,
        created_at=context.now,
        expires_at=context.now + lifetime if lifetime else None,
        organization_id=grant.organization_id,
        directory_id=grant.directory_id,
        issued=word_of(by, context.now) if grant.scope is Scope.SCIM else None,
    )
    until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "without an end"
    row = settings_row(token, f"A key was issued to {owner}: {token.id}, {until}.", by, context.invocation)
    try:
        context.commit([PutToken(token), ListToken(token), *room, *row])
    except RefusedError as error:
        raise changed_meanwhile() from error
    return secret, token


def revoke_token(context: Context, token: Token, *, by: str | None = None) -> None:
    """End a key. Warm gateways may let it in for the 60 seconds that they cache an authorizer's answer."""
    context.commit(revocation(token, context.invocation, by=by))


def revocation(token: Token, invocation: Invocation, *, by: str | None, reason: str = "") -> list[Write]:
    """The writes that end a key.

    Raises:
        RequestError: invalid_value, the reason cannot be written down.
    """
    told = plain_reason(reason) if reason else ""
    sentence = f"The key {token.id} of {token.owner} was revoked. {told}".strip()
    row = settings_row(token, sentence, by, invocation)
    return [DeleteToken(token.sha256), UnlistToken(token), NoteRevoked(token.id, invocation.now), *row]


def _room_for_a_key(context: Context, grant: Grant) -> PutDirectory:
    """Check that the directory may have one more key; the write makes sure that nobody else finds the same room."""
    organization_id, directory_id = grant.organization_id or "", grant.directory_id or ""
    state = context.store.directory_state(organization_id, directory_id)
    if state is None:
        raise RequestError("not_found", "This organization has no such directory.")
    tokens = context.store.tokens(organization_id=organization_id, directory_id=directory_id)
    if sum(token.is_live(context.now) for token in tokens) >= LIVE_KEYS_PER_DIRECTORY:
        message = f"This directory has {LIVE_KEYS_PER_DIRECTORY} live keys. Revoke one of them, then issue a new one."
        raise RequestError("conflict", message)
    directory = state.directory
    _refuse_deleting(directory)
    return PutDirectory(replace(directory, version=directory.version + 1), directory.version)


def _refuse_deleting(directory: Directory) -> None:
    if directory.deleting is not None:
        raise RequestError("conflict", "This directory is being deleted: nothing about it can be changed any more.")
