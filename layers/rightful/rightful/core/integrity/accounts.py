"""Whether an index item and the account it is about agree; if not, why, and what would repair it. Pure.

A disagreement is a mistake that no use case makes: indexes change with accounts, in one transaction. It is always
reported. It is repaired only where nothing else can explain it, and the repair carries what it rests on as conditions:
where anything of it has changed, nothing happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rightful.core.accounts.index_writes import secondary_keys
from rightful.domain.account import Account, canonical_user_name
from rightful.domain.address import Hold
from rightful.ports.key import ItemKey
from rightful.ports.store.emails import SecondaryEmailList
from rightful.ports.store.upkeep import UserNameHold
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    ListSecondaryEmail,
    ReleaseAddress,
    ReleaseUserName,
    RequireAccount,
    TransferAddress,
)
from rightful.ports.writes.transaction import Write


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What does not agree. `kind` is for counting, `account_id` the account in question; without a `repair` a person
    has to look at it. `item` is the key of one that cannot be read; it may hold an address."""

    kind: str
    account_id: str
    repair: tuple[Write, ...] = ()
    item: ItemKey | None = None


def judge_hold(hold: Hold, account: Account | None) -> Disagreement | None:
    """An email index item and the account that it names (None: there is none)."""
    if hold.account_id is None:
        return None  # reserved: it names nobody yet
    release = ReleaseAddress(hold.canonical, hold.account_id)
    if account is None:
        return Disagreement("address_of_no_account", hold.account_id, (release,))
    if account.holds == hold.canonical:
        return None
    return Disagreement("address_of_another_time", account.id, (release, RequireAccount(account.id, account.version)))


def judge_address(account: Account, hold: Hold | None, holder: Account | None, now: datetime) -> Disagreement | None:
    """An account and the email index item of its address; `holder` is the account that the item names."""
    canonical = account.holds
    if canonical is None or (hold is not None and hold.account_id == account.id):
        return None
    unchanged = RequireAccount(account.id, account.version)
    if hold is None:
        return Disagreement("address_not_held", account.id, (ClaimAddress(canonical, account.id, now), unchanged))
    if hold.account_id is None or (holder is not None and holder.holds == canonical):
        # Reserved for somebody else, or two accounts with one address: who is right is not for a program to say.
        return Disagreement("address_of_two", account.id)
    transfer = TransferAddress(canonical, hold.account_id, account.id)
    evidence = () if holder is None else (RequireAccount(holder.id, holder.version),)
    return Disagreement("address_held_by_another", account.id, (transfer, unchanged, *evidence))


def judge_secondary_email_list(found: SecondaryEmailList, accounts: Mapping[str, Account]) -> list[Disagreement]:
    """A list of secondary emails and the accounts that it names."""
    disagreements = []
    for account_id in sorted(found.account_ids):
        account = accounts.get(account_id)
        unlist = ListSecondaryEmail(found.directory_id, found.key, removed=frozenset({account_id}))
        if account is None:
            disagreements.append(Disagreement("secondary_email_of_no_account", account_id, (unlist,)))
        elif (found.directory_id, found.key) not in secondary_keys(account):
            unchanged = RequireAccount(account_id, account.version)
            disagreements.append(Disagreement("secondary_email_of_another_time", account_id, (unlist, unchanged)))
    return disagreements


def judge_secondary_emails(account: Account, lists: Mapping[tuple[str, str], SecondaryEmailList]) -> list[Disagreement]:
    """An account and the lists of its secondary emails. One that counts more than it names may mean the account."""
    unchanged = RequireAccount(account.id, account.version)
    missing = []
    for directory_id, key in sorted(secondary_keys(account)):
        found = lists.get((directory_id, key))
        if found is None or not (account.id in found.account_ids or found.unnamed):
            listing = ListSecondaryEmail(directory_id, key, added=frozenset({account.id}))
            missing.append(Disagreement("secondary_email_not_listed", account.id, (listing, unchanged)))
    return missing


def judge_user_name(item: UserNameHold, account: Account | None) -> Disagreement | None:
    """A userName index item and the account that it names."""
    release = ReleaseUserName(item.directory_id, item.canonical_user_name, item.account_id)
    if account is None:
        return Disagreement("user_name_of_no_account", item.account_id, (release,))
    link = account.link
    if link is not None and (link.directory_id, canonical_user_name(link.user_name)) == (
        item.directory_id,
        item.canonical_user_name,
    ):
        return None
    unchanged = RequireAccount(account.id, account.version)
    return Disagreement("user_name_of_another_time", account.id, (release, unchanged))


def judge_link(account: Account, user_name_holder_id: str | None) -> Disagreement | None:
    """A linked account and who has its userName in its directory."""
    link = account.link
    if link is None or user_name_holder_id == account.id:
        return None
    if user_name_holder_id is not None:
        return Disagreement("user_name_of_two", account.id)
    claim = ClaimUserName(link.directory_id, canonical_user_name(link.user_name), account.id, link.scim_id)
    return Disagreement("user_name_not_held", account.id, (claim, RequireAccount(account.id, account.version)))
