"""`rightful import`: the accounts of an existing system, before the first identity provider pushes.

Each line is one transaction, and can be tried again: the account that it made is found by its sourceId, whatever its
address is now, or else by its address and its key. A line that meets somebody else's account changes nothing and is
reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rightful.accounts.account import Account, AccountStatus, Link, Origin, canonical_user_name, scim_id_of
from rightful.accounts.further_addresses import further_writes
from rightful.accounts.history import entries_of
from rightful.accounts.resource import attributes_of, check_claimable
from rightful.accounts.sign_up import repeat_key
from rightful.invocation import Invocation
from rightful.operations.import_rows import ImportRow
from rightful.organizations.organization import Organization
from rightful.scim.errors import ScimError
from rightful.storage.contract import IdentityStore
from rightful.storage.source_writes import ClaimSource
from rightful.storage.writes import (
    AppendLog,
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    PutAccount,
    RefusedError,
    Write,
)

_SOURCE = "import"
_ATTEMPTS = 3


class Outcome(StrEnum):
    """What became of a line."""

    IMPORTED = "imported"
    ALREADY_THERE = "already_there"
    """An earlier run imported it."""
    KNOWN_WITH_ANOTHER_ADDRESS = "known_with_another_address"
    """An earlier run, or line, imported it; then the address changed, in the file or here."""
    ADDRESS_TAKEN = "address_taken"
    USER_NAME_TAKEN = "user_name_taken"
    OTHER_ORGANIZATION = "other_organization"
    """The domain of the address is another organization's."""
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a line; `account_id` is the account that it made, or that stands in its way."""

    number: int
    outcome: Outcome
    account_id: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where accounts go: to an organization that manages them, and to one of its directories, both optional.

    Without a directory they wait to be linked by their first identity provider; without an organization they are
    personal accounts.
    """

    organization: Organization | None = None
    directory_id: str | None = None


def import_account(store: IdentityStore, invocation: Invocation, target: Target, row: ImportRow) -> Imported:
    """Import one line.

    Raises:
        ContendedError: no quiet moment; try again.
    """
    key = _key_of(row, target)
    invalid = _invalid(row, invocation)
    if invalid is not None:
        return Imported(row.number, Outcome.INVALID, explanation=invalid)
    foreign = _domain_of_another(target, row)
    if foreign is not None:
        return foreign
    account = account_of(row, target, invocation, key)
    source = ClaimSource(key, account.id) if row.source_id is not None else None
    for _ in range(_ATTEMPTS):
        try:
            store.commit(_writes(account, source, invocation), remaining=invocation.remaining)
        except RefusedError as refused:
            known = _known_by(source, refused)
            holder = store.account(known) if known else None
            if holder is not None:
                return _known(row, holder)
            if known and source:
                source = replace(source, instead_of=known)  # that one was erased
                continue
            found = _refused(store, row, key, refused)
            if found is not None:
                return found
            continue  # whoever was in the way is gone again
        return Imported(row.number, Outcome.IMPORTED, account.id)
    return Imported(row.number, Outcome.ADDRESS_TAKEN, explanation="The address keeps changing hands.")


def _invalid(row: ImportRow, invocation: Invocation) -> str | None:
    """What is wrong with a line by the rules that hold for every user."""
    try:
        check_claimable(row.address)
    except ScimError as error:
        return f"email: {error.detail}"
    try:
        attributes_of(_attributes(row))
    except ScimError as error:
        return error.detail
    if row.last_login_at is not None and row.last_login_at > invocation.now:
        return "lastLoginAt: is in the future. Leave it out where it is not known."
    return None


def _key_of(row: ImportRow, target: Target) -> str:
    """Each organization has an existing system of its own."""
    organization_id = target.organization.id if target.organization else ""
    return repeat_key(f"{_SOURCE}#{organization_id}", row.key)


def account_of(row: ImportRow, target: Target, invocation: Invocation, key: str) -> Account:
    """The account that a line makes."""
    account_id = invocation.new_id()
    link = None
    if target.directory_id is not None:
        scim_id = scim_id_of(account_id, 1)
        link = Link(target.directory_id, scim_id, row.user_name, row.external_id, invocation.now)
    managed = target.organization is not None
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
        claimed=managed,
        last_login_at=row.last_login_at,
        held_since=invocation.now,
        link=link,
        attributes=_attributes(row),
        links_made=1 if link else 0,
        sign_up_key=key,
    )
    if row.active:
        return account
    return replace(account, status=AccountStatus.DEACTIVATED, deactivated_at=invocation.now)


def _attributes(row: ImportRow) -> Mapping[str, object]:
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


def _writes(account: Account, source: ClaimSource | None, invocation: Invocation) -> list[Write]:
    writes: list[Write] = [PutAccount(account, None)]
    if source is not None:
        writes.append(source)
    if account.holds is not None:
        writes.append(ClaimAddress(account.holds, account.id, invocation.now))
    if account.link is not None:
        link = account.link
        writes.append(ClaimUserName(link.directory_id, canonical_user_name(link.user_name), account.id, link.scim_id))
        writes.append(CountUsers(link.directory_id, account.id, 1))
        writes += further_writes([(None, account)])
    if account.organization_id is not None:
        writes += map(AppendLog, entries_of(None, account, invocation))
    return writes


def _domain_of_another(target: Target, row: ImportRow) -> Imported | None:
    """An organization takes over accounts on its own domains only: importing is no way around verifying."""
    organization = target.organization
    if organization is None or organization.may_claim_on(row.address.domain):
        return None
    explanation = f"The organization has not verified {row.address.domain}."
    return Imported(row.number, Outcome.OTHER_ORGANIZATION, explanation=explanation)


def _known_by(source: ClaimSource | None, refused: RefusedError) -> str | None:
    """The account that was imported for this line's sourceId before."""
    found = next((refusal.found for refusal in refused.refusals if refusal.write == source), None)
    return found if isinstance(found, str) else None


def _known(row: ImportRow, account: Account) -> Imported:
    if account.email is not None and account.email.canonical == row.address.canonical:
        return Imported(row.number, Outcome.ALREADY_THERE, account.id)
    explanation = (
        "This sourceId was imported before, and the account has another address or none, which importing does not "
        "change. If the address of this line is the right one, its identity provider sends it (if a "
        "directory provisions the account), an administrator sets it (set-email), or the person changes it."
    )
    return Imported(row.number, Outcome.KNOWN_WITH_ANOTHER_ADDRESS, account.id, explanation)


def _refused(store: IdentityStore, row: ImportRow, key: str, refused: RefusedError) -> Imported | None:
    if any(isinstance(refusal.write, ClaimAddress) for refusal in refused.refusals):
        hold = store.holds([row.address.canonical]).get(row.address.canonical)
        if hold is None:
            return None
        holder = store.account(hold.account_id) if hold.account_id is not None else None
        if holder is not None and holder.sign_up_key == key:
            return Imported(row.number, Outcome.ALREADY_THERE, holder.id)
        who = "an account" if hold.account_id is not None else "a user who is to be created"
        if holder is not None and holder.origin is Origin.IMPORT:
            who = "an account that another line imported"
        explanation = f"The address is held by {who}."
        return Imported(row.number, Outcome.ADDRESS_TAKEN, hold.account_id or "", explanation)
    if any(isinstance(refusal.write, ClaimUserName) for refusal in refused.refusals):
        explanation = "The userName is taken in this directory."
        return Imported(row.number, Outcome.USER_NAME_TAKEN, explanation=explanation)
    return None
