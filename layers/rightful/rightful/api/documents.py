"""Accounts, conflicts and log rows as administrators read them (docs/openapi.yaml): JSON documents, camelCase."""

from collections.abc import Sequence
from datetime import date, datetime

from rightful.domain.account import Account
from rightful.domain.address import shown
from rightful.domain.events.event_log import LogEntry
from rightful.domain.key import Token
from rightful.domain.one_word import OneWord
from rightful.domain.organization import Directory, Organization
from rightful.text.ids import time_text


def _time(moment: datetime | None) -> str | None:
    return time_text(moment) if moment else None


_FOR_CLAIMING = ("id", "email", "emailVerified", "status", "origin", "lastLoginAt", "createdAt")
_FOR_ITS_ORGANIZATION = (
    "id", "email", "emailVerified", "status", "organizationId", "claimed", "origin", "lastLoginAt", "flags", "link",
    "heldSince", "deletionDate", "displayName", "createdAt", "updatedAt", "version",
)  # fmt: skip
_FOR_THE_HOST = (
    "id", "email", "emailVerified", "status", "managed", "organizationId", "linked", "origin", "lastLoginAt", "flags",
    "heldSince", "deletionDate", "createdAt", "updatedAt", "version",
)  # fmt: skip


def account_document(account: Account) -> dict[str, object]:
    """An account, for administrators of its own organization."""
    return _account_document(account, _FOR_ITS_ORGANIZATION)


def claimable_document(account: Account) -> dict[str, object]:
    """An account that an organization may claim, before it has: no more than it takes to decide."""
    return _account_document(account, _FOR_CLAIMING)


def reported_account_document(account: Account) -> dict[str, object]:
    """An account, for the host application: what it needs to know, and nothing that a directory wrote."""
    return _account_document(account, _FOR_THE_HOST)


def _account_document(account: Account, members: Sequence[str]) -> dict[str, object]:
    link = account.link
    known = {
        "id": account.id,
        "email": shown(account.email),
        "emailVerified": account.email_verified,
        "status": account.status.value,
        "managed": account.organization_id is not None,
        "organizationId": account.organization_id,
        "claimed": account.claimed,
        "linked": link is not None,
        "origin": account.origin.value,
        "lastLoginAt": _time(account.last_login_at),
        "flags": sorted(account.flags),
        "link": {
            "directoryId": link.directory_id,
            "scimId": link.scim_id,
            "externalId": link.external_id,
            "userName": link.user_name,
        }
        if link
        else None,
        "heldSince": _time(account.held_since),
        "deletionDate": _time(account.deletion_date),
        "displayName": account.attributes.get("displayName"),
        "createdAt": _time(account.created_at),
        "updatedAt": _time(account.updated_at),
        "version": account.version,
    }
    return {name: known[name] for name in members}


def holder_document(holder: Account) -> dict[str, object]:
    """The holder of a wanted address, for administrators of its own organization."""
    return {
        "accountId": holder.id,
        "email": shown(holder.email),
        "status": holder.status.value,
        "linkedDirectoryId": holder.link.directory_id if holder.link else None,
        "lastLoginAt": _time(holder.last_login_at),
        "origin": holder.origin.value,
    }


def log_document(entry: LogEntry) -> dict[str, object]:
    """A row of the event log."""
    return {
        "id": entry.id,
        "at": _time(entry.at),
        "action": entry.action.value,
        "result": entry.result.value,
        "directoryId": entry.directory_id,
        "accountId": entry.account_id,
        "subject": entry.subject,
        "scimId": entry.scim_id,
        "externalId": entry.external_id,
        "oldEmail": entry.old_email,
        "requestedEmail": entry.requested_email,
        "holder": entry.holder,
        "conflictId": entry.conflict_id,
        "class": entry.conflict_class,
        "explanation": entry.explanation,
        "explanationCode": entry.explanation_code or None,
        "nextStep": {
            "who": entry.next_step_who,
            "what": entry.next_step_what,
            "code": entry.next_step_code or None,
        }
        if entry.next_step_what
        else None,
        "retriedByIdp": entry.retried_by_idp,
        "approver": entry.approver,
        "correlationId": entry.correlation_id,
    }


def directory_document(directory: Directory, base_url: str) -> dict[str, object]:
    """A directory's settings, and the URL that goes into the identity provider."""
    deleting = directory.deleting
    return {
        "id": directory.id,
        "name": directory.name,
        "profile": directory.profile,
        "onDelete": directory.on_delete.value,
        "extensions": [dict(extension) for extension in directory.extensions],
        "scimBaseUrl": f"{base_url}/scim/directory/{directory.id}",
        "createdAt": _time(directory.created_at),
        "erasing": word_document(directory.erasing) if directory.erasing else None,
        "deleting": {"since": _time(deleting.asked_at), "by": deleting.by} if deleting else None,
    }


def organization_document(organization: Organization) -> dict[str, object]:
    """An organization. Its domains, directories, keys and policy have routes of their own."""
    return {
        "id": organization.id,
        "name": organization.name,
        "createdAt": _time(organization.created_at),
        "closing": {"since": _time(organization.closing.asked_at)} if organization.closing else None,
    }


def day_text(day: date | None) -> str | None:
    """A day as JSON has it (RFC 3339, full-date)."""
    return day.isoformat() if day else None


def token_document(token: Token) -> dict[str, object]:
    """A key, without the key."""
    return {
        "id": token.id,
        "scope": token.scope.value,
        "owner": token.owner,
        "createdAt": _time(token.created_at),
        "expiresAt": _time(token.expires_at),
        "lastUsedOn": day_text(token.last_used_on),
        "directoryId": token.directory_id,
        "issued": word_document(token.issued) if token.issued else None,
    }


def word_document(word: OneWord) -> dict[str, object]:
    """What one administrator said alone: who and when, until when it takes a second one, and who that was."""
    return {
        "by": word.by,
        "at": _time(word.at),
        "unconfirmedUntil": None if word.confirmed_by is not None else _time(word.until),
        "confirmedBy": word.confirmed_by,
    }
