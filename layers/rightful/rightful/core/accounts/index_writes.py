"""The writes by which a directory's users come to hold addresses and userNames, and let them go. Pure."""

from rightful.core.accounts.log_rows import display_name_of, entries_of
from rightful.core.accounts.secondary_emails import further_writes
from rightful.domain.account import Account, canonical_user_name
from rightful.domain.conflict import Requester
from rightful.ports.invocation import Invocation
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
)
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import Write


def creation(account: Account, directory_id: str, requester: Requester, invocation: Invocation) -> list[Write]:
    """A new user with its address, its userName and its place in the count. `requester`: whose reservation counts."""
    writes: list[Write] = [
        PutAccount(account, None),
        user_name_claim(account, directory_id),
        CountUsers(directory_id, account.id, 1),
        *further_writes([(None, account)]),
        *map(AppendLog, entries_of(None, account, invocation)),
    ]
    if account.email is not None:
        writes.append(ClaimAddress(account.email.canonical, account.id, invocation.now, requester.key(directory_id)))
    return writes


def alteration(before: Account, after: Account, directory_id: str, invocation: Invocation) -> list[Write]:
    """A changed user: what it holds now instead of what it held before."""
    writes: list[Write] = [
        PutAccount(after, before.version),
        *further_writes([(before, after)]),
        *map(AppendLog, entries_of(before, after, invocation)),
    ]
    if before.holds != after.holds:
        if after.email is not None:
            writes.append(ClaimAddress(after.email.canonical, after.id, invocation.now))
        if before.holds is not None:
            writes.append(ReleaseAddress(before.holds, before.id))
    old_name = canonical_user_name(before.link.user_name) if before.link else ""
    if after.link and canonical_user_name(after.link.user_name) != old_name:
        writes.append(user_name_claim(after, directory_id))
        writes.append(ReleaseUserName(directory_id, old_name, before.id))
    return writes


def user_name_claim(account: Account, directory_id: str) -> ClaimUserName:
    """The claim of a linked account's userName.

    Raises:
        ValueError: the account is not linked.
    """
    if account.link is None:
        raise ValueError("only a linked account has a userName")
    return ClaimUserName(directory_id, canonical_user_name(account.link.user_name), account.id, account.link.scim_id)


def requester_of(account: Account) -> Requester:
    """A linked account as the one who asks.

    Raises:
        ValueError: the account is not linked.
    """
    link = account.link
    if link is None:
        raise ValueError("only a linked account can ask through its directory")
    return Requester(account.id, link.scim_id, link.user_name, link.external_id, display_name_of(account))
