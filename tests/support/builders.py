"""Accounts, conflicts, settings and rows with everything a test does not care about filled in."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from rightful.domain.account import Account, AccountStatus, Link, Origin, scim_id_of
from rightful.domain.address import Address, parse_address
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Finding, Outcome
from rightful.domain.conflicts.refused_request import Operation, PendingChange, RefusedRequest, Requester
from rightful.domain.events.event_log import Action, LogEntry, Result
from rightful.domain.key import Scope, Token
from rightful.domain.organization import Directory, Organization

NOW = datetime(2026, 11, 23, 10, 15, 30, 123456, tzinfo=UTC)
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


def a_link(account_id: str, directory_id: str, **changed: Any) -> Link:
    """The first link of an account in a directory."""
    values: dict[str, Any] = {
        "directory_id": directory_id,
        "scim_id": scim_id_of(account_id, 1),
        "user_name": account_id,
        "external_id": None,
        "linked_at": NOW,
    }
    return Link(**values | changed)


def an_account(account_id: str, **changed: Any) -> Account:
    """An active account, version 1; `email` may be given as text."""
    email = changed.get("email")
    if isinstance(email, str):
        changed["email"] = parse_address(email)
    values: dict[str, Any] = {
        "id": account_id,
        "version": 1,
        "email": None,
        "email_verified": True,
        "status": AccountStatus.ACTIVE,
        "origin": Origin.SCIM,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Account(**values | changed)


def a_conflict(organization_id: str, conflict_id: str, **changed: Any) -> Conflict:
    """An open conflict, version 1, about a PATCH. What its request, finding and outcome have is given by name."""
    values: dict[str, Any] = {
        "id": conflict_id,
        "version": 1,
        "status": ConflictStatus.OPEN,
        "created_at": NOW,
        "updated_at": NOW,
        "expires_at": NOW + timedelta(days=28),
        "correlation_id": "correlation",
    }
    request: dict[str, Any] = {
        "organization_id": organization_id,
        "directory_id": "directory",
        "operation": Operation.PATCH,
        "requester": Requester("requester", "requester-1", "user name", None),
        "wanted": Address("Wanted@example.com", "wanted@example.com"),
        "old_email": None,
        "change": PendingChange({}, {}),
    }
    parts: dict[str, Any] = {"request": (RefusedRequest, request), "finding": (Finding, {}), "outcome": (Outcome, {})}
    for name, (part, given) in parts.items():
        inside = {each.name for each in fields(part)}
        values[name] = part(**given | {each: changed.pop(each) for each in list(changed) if each in inside})
    return Conflict(**values | changed)


def a_row(organization_id: str, row_id: str, **changed: Any) -> LogEntry:
    """An event log row."""
    values: dict[str, Any] = {
        "id": row_id,
        "organization_id": organization_id,
        "at": NOW,
        "action": Action.USER_CREATED,
        "result": Result.DONE,
    }
    return LogEntry(**values | changed)


def an_organization(organization_id: str, **changed: Any) -> Organization:
    """An organization without domains, version 1."""
    values: dict[str, Any] = {"id": organization_id, "version": 1, "name": "Example", "created_at": NOW}
    return Organization(**values | changed)


def a_directory(organization_id: str, directory_id: str, **changed: Any) -> Directory:
    """A directory, version 1."""
    values: dict[str, Any] = {
        "id": directory_id,
        "version": 1,
        "organization_id": organization_id,
        "name": "IdP",
        "created_at": NOW,
    }
    return Directory(**values | changed)


def a_token(sha256: str, **changed: Any) -> Token:
    """A key that has no end."""
    values: dict[str, Any] = {
        "id": f"key-{sha256[-6:]}",
        "sha256": sha256,
        "scope": Scope.SCIM,
        "owner": "IdP",
        "created_at": NOW,
    }
    return Token(**values | changed)


def a_user(user_name: str, *emails: str | Mapping[str, object], **more: object) -> dict[str, object]:
    """A User resource as the SCIM engine hands it over; an email given as text is the primary work one."""
    resource: dict[str, object] = {"schemas": [CORE], "userName": user_name, "active": True}
    if emails:
        resource["emails"] = [
            {"value": email, "type": "work", "primary": True} if isinstance(email, str) else dict(email)
            for email in emails
        ]
    return resource | more
