"""Where things are in the tables and their indexes. Every key starts with what it belongs to, so that no client-made
text can reach outside its own directory's prefix; ids are made by the server and contain no "#"."""

import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from rightful.aws.dynamodb.attributes import text_of, write_key
from rightful.domain.conflicts.due import DueConflict
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


def account(account_id: str) -> ItemKey:
    """An account."""
    return ItemKey(f"ACCOUNT#{account_id}", "ACCOUNT")


def hold(canonical: str) -> ItemKey:
    """The email index item of an address; conflicts that wait for it are in the same partition."""
    return ItemKey(f"EMAIL#{canonical}", "EMAIL")


WAITER_PREFIX = "WAITER#"


def waiter(canonical: str, conflict_id: str) -> ItemKey:
    """A conflict that waits for an address. Conflict ids sort by time."""
    return ItemKey(f"EMAIL#{canonical}", f"{WAITER_PREFIX}{conflict_id}")


def user_name(directory_id: str, canonical_user_name: str) -> ItemKey:
    """The userName index item of a directory."""
    return ItemKey(f"DIR#{directory_id}#USERNAME#{canonical_user_name}", "USERNAME")


def organization(organization_id: str) -> ItemKey:
    """An organization's settings."""
    return ItemKey(f"ORG#{organization_id}", "ORG")


DIRECTORY_PREFIX = "DIR#"


def directory(organization_id: str, directory_id: str) -> ItemKey:
    """A directory's settings, in its organization's partition: the key itself proves whose it is."""
    return ItemKey(f"ORG#{organization_id}", f"{DIRECTORY_PREFIX}{directory_id}")


def domain(name: str) -> ItemKey:
    """Who verified a domain."""
    return ItemKey(f"DOMAIN#{name}", "DOMAIN")


CONFLICT_PREFIX = "CONFLICT#"


def conflict(organization_id: str, conflict_id: str) -> ItemKey:
    """A conflict, in its organization's partition, in the order of time."""
    return ItemKey(f"ORG#{organization_id}", f"{CONFLICT_PREFIX}{conflict_id}")


DEMAND_PREFIX = "DEMAND#"


def demand(organization_id: str, demand_id: str) -> ItemKey:
    """A demand for an address, in the partition of the organization whose account has it."""
    return ItemKey(f"ORG#{organization_id}", f"{DEMAND_PREFIX}{demand_id}")


def pending(requester_key: str) -> ItemKey:
    """A requester's one pending change."""
    return ItemKey(f"PENDING#{requester_key}", "PENDING")


ERASED = "ERASED"


def erased(account_id: str, organization_id: str) -> ItemKey:
    """Somebody of whom it is still looked for what an organization has left."""
    return ItemKey(ERASED, f"{account_id}#{organization_id}")


def token(sha256: str) -> ItemKey:
    """A key, by its hash."""
    return ItemKey(f"TOKEN#{sha256}", "TOKEN")


def listed_token(organization_id: str, directory_id: str | None, token_id: str) -> ItemKey:
    """A key in the list of its organization."""
    return ItemKey(token_list(organization_id), f"{listed_of(directory_id)}{token_id}")


def revoked(token_id: str) -> ItemKey:
    """That a key was revoked, and when."""
    return ItemKey(f"REVOKED#{token_id}", "REVOKED")


def token_list(organization_id: str) -> str:
    """The partition of that list: an organization's keys and those of its directories are one query."""
    return f"TOKENS#{organization_id}"


OF_ANY = "KEYOF#"
"""What all sort keys in the list begin with: no sort key of what the publisher hears of begins so."""


def listed_of(directory_id: str | None) -> str:
    """What the sort keys of an organization's own keys in the list begin with, or of those of a directory."""
    return f"{OF_ANY}{directory_id or ''}#TOKEN#"


OPEN_COUNTER = "attribute_not_exists(closed)"
"""The condition under which somebody is counted in."""


def source(key: str) -> ItemKey:
    """For which account of an existing system an account was imported."""
    return ItemKey(f"SOURCE#{key}", "SOURCE")


def counter(directory_id: str, shard: int) -> ItemKey:
    """One of a directory's counters of users."""
    return ItemKey(f"DIR#{directory_id}#COUNT", f"{shard}")


def landmarks(kind: str, directory_id: str) -> ItemKey:
    """The places of far entries of a listing."""
    return ItemKey(f"DIR#{directory_id}#PAGES#{kind}", "LANDMARKS")


def tally(name: str) -> ItemKey:
    """A counter that a cap is checked against."""
    return ItemKey(f"TALLY#{name}", "TALLY")


def log(organization_id: str, entry_id: str) -> ItemKey:
    """A row of the event log (a table of its own)."""
    return ItemKey(f"ORG#{organization_id}", entry_id)


def counts(organization_id: str, day: str, directory_id: str) -> ItemKey:
    """The figures of a directory and day (in the table of the event log): a month of an organization is one query."""
    return ItemKey(f"COUNTS#{organization_id}", f"{day}#{directory_id}")


AFTER_ANY_ID = "~"
"""Sorts after every id."""


def counted(occasion: str) -> ItemKey:
    """That an occasion is among the figures (in the table of the event log)."""
    return ItemKey(f"COUNTED#{occasion}", "COUNTED")


def account_id_of(pk: str) -> str:
    """The account that a partition key of `account` names."""
    return pk.removeprefix("ACCOUNT#")


# Keys of the global secondary indexes.


_NAME_CHARACTERS = 400


def of_directory(directory_id: str) -> str:
    """by_directory: the users of a directory."""
    return f"DIR#{directory_id}"


def of_external_id(directory_id: str, external_id: str) -> str:
    """by_external_id: the users of a directory that have that externalId, and the accounts that had it there last."""
    return f"DIR#{directory_id}#EXTERNALID#{external_id}"


def of_display_name(directory_id: str, folded_name: str) -> str:
    """by_display_name: the users of a directory whose displayName begins with that, whatever the case. An index key has
    2,048 octets at most."""
    return f"DIR#{directory_id}#DISPLAYNAME#{folded_name[:_NAME_CHARACTERS]}"


def of_conflicts(organization_id: str, word: str) -> str:
    """The indexes of conflicts: those of an organization with one status, class, directory or account, about one
    address, or in which one role has to act next."""
    return f"ORG#{organization_id}#{word}"


def of_rows(organization_id: str, about: str) -> str:
    """The indexes of the event log: an organization's rows about one account, conflict or address."""
    return f"ORG#{organization_id}#{about}"


def listing_start(directory_id: str, position: str) -> "dict[str, AttributeValueTypeDef]":
    """by_directory: the key after which a page starts; `position` is the last item's sort key, which ends with the
    account's id."""
    account_id = position.rpartition("#")[2]
    return {
        **write_key(account(account_id)),
        "directory_key": {"S": of_directory(directory_id)},
        "directory_sort": {"S": position},
    }


Due = DueConflict | Literal["reservation", "deletion", "directory", "paused", "key"]
"""What the janitor has to see to: another look at a conflict, the end of a reservation, the erasure of an account, the
deletion of a directory; the organizations that stopped automation, to be counted; and keys that expire, to be warned
of."""


SHARDS = 4
"""Over so many keys each kind is spread: a thousand refusals a second must not meet on one."""


def of_organization(organization_id: str) -> str:
    """by_organization: the accounts that an organization manages."""
    return f"ORG#{organization_id}"


def of_domain(domain: str) -> str:
    """by_organization: the accounts on a domain that no organization manages."""
    return f"DOMAIN#{domain}"


ORGANIZATIONS = "ORGANIZATIONS"
"""by_organization: the organizations themselves, oldest first."""


def organization_start(organization_id: str) -> "dict[str, AttributeValueTypeDef]":
    """by_organization: the key after which a page of organizations starts."""
    return {
        **write_key(organization(organization_id)),
        "organization_key": {"S": ORGANIZATIONS},
        "organization_sort": {"S": organization_id},
    }


LINKED, UNLINKED = "linked#", "unlinked#"


def in_organization(account_id: str, *, linked: bool) -> str:
    """The place of an account under these: by whether a directory provisions it, then by age. The address is not part
    of it: a change of address leaves the index alone."""
    return f"{LINKED if linked else UNLINKED}{account_id}"


def account_start(partition: str, position: str) -> "dict[str, AttributeValueTypeDef]":
    """by_organization: the key after which a page starts; `position` is the last account's place."""
    account_id = position.rpartition("#")[2]
    return {
        **write_key(account(account_id)),
        "organization_key": {"S": partition},
        "organization_sort": {"S": position},
    }


def due(kind: Due, unique: str) -> str:
    """due: one of the partitions of a kind."""
    return shard_of(kind, zlib.crc32(unique.encode()) % SHARDS)


def shard_of(kind: Due, shard: int) -> str:
    """due: a partition by its number."""
    return f"{kind.upper()}#{shard}"


def due_sort(at: datetime) -> str:
    """due: when. Items of the same moment are told apart by their primary keys."""
    return text_of(at)


def scan_position(segment: int) -> ItemKey:
    """Where the scan of a segment of the table stands."""
    return ItemKey(f"SCAN#{segment}", "SCAN")
