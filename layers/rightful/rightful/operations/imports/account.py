"""The account that a line of a file makes, or that an earlier run made of it, and the writes of both. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rightful.core.accounts.index_writes import AccountUpdate, index_writes
from rightful.core.accounts.log_rows import changed_row, entries_of
from rightful.domain.account import Account, AccountStatus, ExpectedUser, Link, Origin, scim_id_of
from rightful.domain.organization import Organization
from rightful.operations.imports.rows import ImportRow
from rightful.ports.context import Invocation
from rightful.ports.writes.accounts import ClaimSource, ReleaseSource
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import Write


@dataclass(frozen=True, slots=True)
class Target:
    """Where accounts go: to an organization that manages them, and to one of its directories, both optional.

    Without a directory they wait to be linked by the first create on proof (`core.users.expected`); without an
    organization they are personal accounts.
    """

    organization: Organization | None = None
    directory_id: str | None = None


def account_of(row: ImportRow, target: Target, invocation: Invocation, key: str) -> Account:
    """The account that a line makes."""
    account_id = invocation.new_id()
    link = _link(account_id, row, target, invocation.now)
    account = Account(
        id=account_id,
        version=1,
        email=row.address,
        email_verified=row.email_verified,
        status=AccountStatus.ACTIVE,
        origin=Origin.IMPORT,
        created_at=invocation.now,
        updated_at=invocation.now,
        organization_id=target.organization.id if target.organization else None,
        claimed=target.organization is not None,
        last_login_at=row.last_login_at,
        held_since=invocation.now,
        link=link,
        expected=_expected(row, target),
        attributes=attributes_from(row),
        links_made=1 if link else 0,
        sign_up_key=key,
    )
    if row.active:
        return account
    return replace(account, status=AccountStatus.DEACTIVATED, deactivated_at=invocation.now)


def adopted(account: Account, row: ImportRow, target: Target, key: str, now: datetime) -> tuple[Account | None, str]:
    """An imported account with the organization and directory of a later run of the same line; None, and why not:
    somebody has used it since, so that it is not the file's any more.

    A personal account is its person's own: nothing at all may have happened to it. One that the organization manages
    may have been signed in to, and no directory may ever have had it.
    """
    personal = account.organization_id is None
    if account.link is not None or account.links_made:
        return None, "This line was imported before, and another directory provisions the account, or one did."
    if personal and (account.version > 1 or account.last_login_at != row.last_login_at):
        return None, (
            "This line was imported before as a personal account, and its person has used it since: an administrator "
            "of the organization claims it."
        )
    if account.flags or account.status is AccountStatus.PENDING_DELETION or account.awaited is not None:
        return (
            None,
            "This line was imported before, and the account is marked, about to be deleted, or being decided on.",
        )
    link = _link(account.id, row, target, now)
    return (
        replace(
            account,
            version=account.version + 1,
            updated_at=now,
            organization_id=target.organization.id if target.organization else None,
            claimed=target.organization is not None,
            link=link,
            expected=_expected(row, target),
            attributes=attributes_from(row),
            links_made=1 if link else 0,
            sign_up_key=key,
        ),
        "",
    )


def attributes_from(row: ImportRow) -> Mapping[str, object]:
    """The SCIM attributes that a directory would have sent."""
    names = {"givenName": row.given_name, "familyName": row.family_name}
    attributes: dict[str, object] = {
        "userName": row.user_name,
        "emails": [{"value": row.address.value, "type": "work", "primary": True}],
    }
    if row.external_id is not None:
        attributes["externalId"] = row.external_id
    if any(names.values()):
        attributes["name"] = {name: value for name, value in names.items() if value is not None}
    return attributes


def creation(account: Account, source: ClaimSource, invocation: Invocation) -> list[Write]:
    """A new account, and for which line it was imported."""
    return [source, *_writes(None, account, invocation)]


def adoption(before: Account, after: Account, invocation: Invocation) -> list[Write]:
    """An imported account for more than before."""
    writes = _writes(before, after, invocation)
    if after.sign_up_key is not None and after.sign_up_key != before.sign_up_key:
        writes.append(ClaimSource(after.sign_up_key, after.id))
        if before.sign_up_key is not None:
            writes.append(ReleaseSource(before.sign_up_key, after.id))
    return writes


def _writes(before: Account | None, after: Account, invocation: Invocation) -> list[Write]:
    writes = [*index_writes([AccountUpdate(before, after)], invocation.now).writes]
    if after.organization_id is not None:
        writes += map(AppendLog, entries_of(before, after, invocation))
    if before is not None and before.organization_id != after.organization_id:
        explanation = "The operator imported it for this organization, which manages it from now on."
        writes += map(AppendLog, changed_row(after, invocation, explanation))
    return writes


def _link(account_id: str, row: ImportRow, target: Target, now: datetime) -> Link | None:
    if target.directory_id is None:
        return None
    return Link(target.directory_id, scim_id_of(account_id, 1), row.user_name, row.external_id, now)


def _expected(row: ImportRow, target: Target) -> ExpectedUser | None:
    if target.organization is None:
        return None
    return ExpectedUser(target.organization.id, target.directory_id, row.given_user_name, row.external_id)
