"""token list and token revoke: which keys there are, whose, and the end of one."""

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING, TextIO

from rightful.core.organizations.keys import every_key, keys_of, service_keys
from rightful.core.organizations.registry import revocation
from rightful.domain.key import Scope, Token
from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.output import day, write_rows
from rightful.ports.context import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterable

BY = "Operator"
"""Who did it, as an organization's event log names whoever runs a command."""
LISTED = ": rightful organization list."
"""Where the id of an organization is found."""
_COLUMNS = ("id", "scope", "owner", "organization", "directory", "issued_by", "created", "expires", "last_used", "live")


def add_to(token: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to `rightful token`."""
    listing = token.add_parser("list", help="which keys there are, whose, until when and when last used; never the key")
    listing.add_argument("--organization", help="only those of this organization, by id")
    listing.add_argument("--directory", help="only those of this directory of it, by id")
    listing.add_argument("--scope", choices=[scope.value for scope in Scope], help="only those that open this")
    listing.add_argument("--json", action="store_true", help="print a JSON list")
    listing.set_defaults(task=list_tokens)
    revoking = token.add_parser("revoke", help="end a key, within 60 seconds; whose, says token list")
    revoking.add_argument("id", help="the key's id, not what opens")
    revoking.add_argument("--reason", default="", help="why, for the organization's event log")
    revoking.set_defaults(task=revoke_token)


def list_tokens(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful token list`."""
    if asked.directory is not None and asked.organization is None:
        raise OperationError("A directory is an organization's: --organization <id>.")
    if asked.organization is not None:
        at.organization(asked.organization)
    now = Invocation().now
    rows = [
        {
            "id": key.id,
            "scope": key.scope.value,
            "owner": key.owner,
            "organization": key.organization_id,
            "directory": key.directory_id,
            "issued_by": _issued_by(key),
            "created": day(key.created_at),
            "expires": day(key.expires_at),
            "last_used": day(key.last_used_on),
            "live": key.is_live(now),
        }
        for key in _listed(at, asked)
        if asked.scope in {None, key.scope.value} and asked.directory in {None, key.directory_id}
    ]
    write_rows(out, _COLUMNS, rows, as_json=asked.json)
    return 0


def revoke_token(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful token revoke`."""
    context = at.context()
    key = next((key for key in every_key(at.store) if key.id == asked.id), None)
    if key is None:
        revoked_at = at.store.revoked_at(asked.id)
        if revoked_at is None:
            raise OperationError(f"There is no key {asked.id}: rightful token list shows their ids.")
        out.write(f"The key {asked.id} was revoked already, on {revoked_at:%Y-%m-%d}.\n")
        return 0
    context.commit(revocation(key, context.invocation, by=BY, reason=asked.reason))
    whose = f"{key.id} of {key.owner} ({key.scope.value})"
    out.write(f"The key {whose} is revoked: after 60 seconds at most it opens nothing.\n")
    if key.scope is Scope.ADMIN and key.organization_id is not None:
        left = [each for each in at.store.tokens(organization_id=key.organization_id) if each.is_live(context.now)]
        if not left:
            out.write(
                "It was the last key that administers its organization: rightful token issue --scope admin "
                f"--organization {key.organization_id} --owner <name>\n"
            )
    return 0


def _issued_by(key: Token) -> str:
    """Whose word it is; one administrator's is marked until it counts for what takes two."""
    if key.issued is None:
        return BY
    return f"{key.issued.by}, confirmed by {key.issued.confirmed_by}" if key.issued.confirmed_by else key.issued.by


def _listed(at: Deployment, asked: Namespace) -> "Iterable[Token]":
    if asked.organization is not None:
        return keys_of(at.store, asked.organization)
    if asked.scope in {Scope.APP.value, Scope.OPERATOR.value}:
        return service_keys(at.store)
    return every_key(at.store)
