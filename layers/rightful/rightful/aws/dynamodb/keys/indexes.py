"""Keys of the indexes by which administrators and the janitor look at what no directory lists."""

import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from rightful.aws.dynamodb.keys import base as keys
from rightful.domain.conflict import DueConflict
from rightful.ports.key import ItemKey

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


Due = DueConflict | Literal["reservation", "deletion", "directory", "paused", "key"]
"""What the janitor has to see to: another look at a conflict, the end of a reservation, the erasure of an account, the
deletion of a directory; the organizations that stopped automation, to be counted; and keys that expire, to be warned
of."""

SHARDS = 4
"""Over so many keys each kind is spread: a thousand refusals a second must not meet on one."""

LINKED, UNLINKED = "linked#", "unlinked#"


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
        **keys.organization(organization_id).item(),
        "organization_key": {"S": ORGANIZATIONS},
        "organization_sort": {"S": organization_id},
    }


def in_organization(account_id: str, *, linked: bool) -> str:
    """The place of an account under these: by whether a directory provisions it, then by age. The address is not part
    of it: a change of address leaves the index alone."""
    return f"{LINKED if linked else UNLINKED}{account_id}"


def account_start(partition: str, position: str) -> "dict[str, AttributeValueTypeDef]":
    """by_organization: the key after which a page starts; `position` is the last account's place."""
    account_id = position.rpartition("#")[2]
    return {
        **keys.account(account_id).item(),
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
    from rightful.aws.dynamodb.attributes import text_of

    return text_of(at)


def scan_position(segment: int) -> ItemKey:
    """Where the scan of a segment of the table stands."""
    return ItemKey(f"SCAN#{segment}", "SCAN")
