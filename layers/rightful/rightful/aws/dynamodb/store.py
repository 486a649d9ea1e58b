"""The identity store on DynamoDB: commits and reads."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.aws.dynamodb.actions import action_of
from rightful.aws.dynamodb.actions.organizations import listing_key
from rightful.aws.dynamodb.attributes import Reader, write_key
from rightful.aws.dynamodb.commit import Commits
from rightful.aws.dynamodb.items.accounts import read_account, read_hold
from rightful.aws.dynamodb.items.conflicts import read_conflict
from rightful.aws.dynamodb.items.settings import read_directory, read_organization, read_token
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys.base import due_sort
from rightful.aws.dynamodb.reads.conflicts import ConflictReads
from rightful.aws.dynamodb.reads.counts import CountsReads
from rightful.aws.dynamodb.reads.demands import DemandReads
from rightful.aws.dynamodb.reads.emails import SecondaryEmailReads
from rightful.aws.dynamodb.reads.groups import GroupReads
from rightful.aws.dynamodb.reads.lists import ListingReads, counters, listed_entries, place_of, total_of
from rightful.aws.dynamodb.reads.log import LogReads
from rightful.aws.dynamodb.reads.names import NameReads
from rightful.aws.dynamodb.reads.organizations import ManagedReads
from rightful.aws.dynamodb.reads.upkeep import UpkeepReads
from rightful.aws.dynamodb.table import THERE, Table, Tables
from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.due import UNSENT_FOR
from rightful.domain.events.event_log import LogEntry
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.ports.store.contract import DirectoryState, EventLogUnavailableError, Remaining
from rightful.ports.store.groups import MOST_FOUND
from rightful.ports.store.lists import AccountPage, Listing
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import Write
from rightful.text.folding import fold

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]


class DynamoDBStore(
    CountsReads,
    DemandReads,
    SecondaryEmailReads,
    GroupReads,
    ListingReads,
    ManagedReads,
    ConflictReads,
    LogReads,
    NameReads,
    UpkeepReads,
):
    """`ports.store.contract.IdentityStore` on two DynamoDB tables."""

    def __init__(self, client: "DynamoDBClient", tables: Tables) -> None:
        """Args: the low-level client, and the tables."""
        self.client = client
        self.tables = tables
        self._commits = Commits(client, tables)
        self.identities = Table(client, tables.identity)
        self.event_log = Table(client, tables.event_log)

    # Writing

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        self._commits.commit(writes, remaining=remaining)

    def mark_sent(self, pointer: Pointer, *, now: datetime, again_at: datetime) -> None:
        # Nobody waits for this note: without it the janitor sends the pointer once more, and a repeat changes nothing.
        with suppress(ClientError, BotoCoreError):
            self.client.update_item(
                TableName=self.tables.identity,
                Key=write_key(keys.conflict(pointer.organization_id, pointer.conflict_id)),
                UpdateExpression="SET sent = :sent, due_sort = :again",
                ConditionExpression="due_sort <= :latest",
                ExpressionAttributeValues={
                    ":sent": {"BOOL": True},
                    ":again": {"S": due_sort(again_at)},
                    ":latest": {"S": due_sort(now + UNSENT_FOR)},
                },
            )

    def mark_used(self, token: Token, *, on: date) -> None:
        # The list first: whoever uses the key next looks at the key's own item, and does again what was cut off.
        for key in (listing_key(token), keys.token(token.sha256)):
            with suppress(self.client.exceptions.ConditionalCheckFailedException):
                self.client.update_item(
                    TableName=self.tables.identity,
                    Key=write_key(key),
                    UpdateExpression="SET last_used_on = :day",
                    ConditionExpression=f"{THERE} AND (attribute_not_exists(last_used_on) OR last_used_on < :day)",
                    ExpressionAttributeValues={":day": {"S": on.isoformat()}},
                )

    def tally(self, names: Iterable[str], *, until: datetime, most: int, times: int = 1) -> Mapping[str, int]:
        return {name: self._count(name, until, most, times) for name in dict.fromkeys(names)}

    def _count(self, name: str, until: datetime, most: int, times: int) -> int:
        if times > most:
            return times
        try:
            answer = self.client.update_item(
                TableName=self.tables.identity,
                Key=write_key(keys.tally(name)),
                UpdateExpression="ADD times :more SET expires_at = :until",
                ConditionExpression="attribute_not_exists(times) OR times <= :room",
                ExpressionAttributeValues={
                    ":more": {"N": str(times)},
                    ":room": {"N": str(most - times)},
                    ":until": {"N": str(int(until.timestamp()))},
                },
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.client.exceptions.ConditionalCheckFailedException as full:
            item: StoredItem = full.response["Item"]  # type: ignore[typeddict-item]
            return int(item["times"]["N"]) + times
        return int(answer["Attributes"]["times"]["N"])

    def tallied(self, names: Iterable[str]) -> Mapping[str, int]:
        places = {keys.tally(name): name for name in names}
        items = self.identities.get_items(list(places))
        return {places[key]: Reader(item).number("times") for key, item in items.items()}

    def log_entry(self, entry: LogEntry) -> None:
        try:
            self._commits.write_one(action_of(AppendLog(entry), self.tables))
        except (ClientError, BotoCoreError) as error:
            raise EventLogUnavailableError(str(error)) from error

    # Reading

    def directory_state(
        self,
        organization_id: str,
        directory_id: str,
        *,
        account_id: str | None = None,
        requester_key: str | None = None,
    ) -> DirectoryState | None:
        organization_key = keys.organization(organization_id)
        directory_key = keys.directory(organization_id, directory_id)
        account_key = keys.account(account_id) if account_id is not None else None
        asking = requester_key or (f"account:{account_id}" if account_id is not None else None)
        pending_key = keys.pending(asking) if asking is not None else None
        wanted = [organization_key, directory_key, account_key, pending_key]
        items = self.identities.get_items([key for key in wanted if key is not None])
        organization, directory = items.get(organization_key), items.get(directory_key)
        if organization is None or directory is None:
            return None
        account = items.get(account_key) if account_key else None
        pending = items.get(pending_key) if pending_key else None
        return DirectoryState(
            read_organization(organization),
            read_directory(directory),
            read_account(account) if account else None,
            Reader(pending).text("conflict_id") if pending else None,
        )

    def organization(self, organization_id: str) -> Organization | None:
        item = self.identities.get_item(keys.organization(organization_id))
        return read_organization(item) if item else None

    def account(self, account_id: str) -> Account | None:
        item = self.identities.get_item(keys.account(account_id))
        return read_account(item) if item else None

    def accounts(self, account_ids: Iterable[str]) -> Mapping[str, Account]:
        items = self.identities.get_items([keys.account(account_id) for account_id in dict.fromkeys(account_ids)])
        accounts = [read_account(item) for item in items.values()]
        return {account.id: account for account in accounts}

    def holds(self, canonicals: Iterable[str]) -> Mapping[str, Hold]:
        items = self.identities.get_items([keys.hold(canonical) for canonical in dict.fromkeys(canonicals)])
        holds = [read_hold(item) for item in items.values()]
        return {hold.canonical: hold for hold in holds}

    def account_id_of_user_name(self, directory_id: str, canonical_user_name: str) -> str | None:
        item = self.identities.get_item(keys.user_name(directory_id, canonical_user_name))
        return Reader(item).text("account_id") if item else None

    def account_id_of_source(self, key: str) -> str | None:
        item = self.identities.get_item(keys.source(key))
        return Reader(item).text("account_id") if item else None

    def account_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None:
        return self._found("external_id", keys.of_external_id(directory_id, external_id))

    def account_ids_of_display_name(self, directory_id: str, display_name: str) -> tuple[str, ...] | None:
        return self._found("display_name", keys.of_display_name(directory_id, fold(display_name)))

    def _found(self, what: str, key: str) -> tuple[str, ...] | None:
        entries, _ = self.identities.index(f"by_{what}", f"{what}_key", key, limit=MOST_FOUND + 1)
        found = sorted(keys.account_id_of(entry["pk"]["S"]) for entry in entries)
        return tuple(found) if len(found) <= MOST_FOUND else None

    def users(
        self, directory_id: str, *, limit: int, position: str | None = None, skip: int = 0, counted: bool = False
    ) -> AccountPage:
        """The position is the listed item's place in the index."""
        listing = Listing("users", directory_id)
        entries, last = listed_entries(self.identities, listing, limit=limit, position=position, skip=skip)
        listed = {keys.account(keys.account_id_of(entry["pk"]["S"])): place_of(entry) for entry in entries}
        items = self.identities.get_items([*listed, *(counters(listing) if counted else ())])
        there = {key: place for key, place in listed.items() if key in items}
        return AccountPage(
            tuple(read_account(items[key]) for key in there),
            last,
            total_of(listing, items) if counted else None,
            tuple(there.values()),
        )

    def number_of_users(self, directory_id: str) -> int:
        return self.numbers_of_users([directory_id])[directory_id]

    def numbers_of_users(self, directory_ids: Sequence[str]) -> Mapping[str, int]:
        listings = {each: Listing("users", each) for each in directory_ids}
        items = self.identities.get_items([key for listing in listings.values() for key in counters(listing)])
        return {each: total_of(listing, items) for each, listing in listings.items()}

    def conflict(self, pointer: Pointer) -> Conflict | None:
        item = self.identities.get_item(keys.conflict(pointer.organization_id, pointer.conflict_id))
        return read_conflict(item) if item else None

    def pending_conflicts(self, requester_keys: Iterable[str]) -> Mapping[str, str]:
        items = self.identities.get_items([keys.pending(key) for key in dict.fromkeys(requester_keys)])
        readers = [Reader(item) for item in items.values()]
        return {read.text("requester_key"): read.text("conflict_id") for read in readers}

    def waiters(self, canonical: str) -> tuple[Pointer, ...]:
        readers = (Reader(item) for item in self.identities.query_prefix(keys.hold(canonical).pk, keys.WAITER_PREFIX))
        return tuple(Pointer(read.text("organization_id"), read.text("conflict_id")) for read in readers)

    def directories(self, organization_id: str) -> tuple[Directory, ...]:
        items = self.identities.query_prefix(keys.organization(organization_id).pk, keys.DIRECTORY_PREFIX)
        return tuple(sorted(map(read_directory, items), key=lambda directory: directory.created_at))

    def organization_of_domain(self, domain: str) -> str | None:
        item = self.identities.get_item(keys.domain(domain))
        return Reader(item).text("organization_id") if item else None

    def token(self, sha256: str) -> Token | None:
        item = self.identities.get_item(keys.token(sha256))
        return read_token(item) if item else None

    def tokens(self, *, organization_id: str, directory_id: str | None = None) -> tuple[Token, ...]:
        items = self.identities.query_prefix(keys.token_list(organization_id), keys.listed_of(directory_id))
        return tuple(sorted(map(read_token, items), key=lambda token: token.created_at))

    def all_tokens(self, organization_id: str) -> tuple[Token, ...]:
        items = self.identities.query_prefix(keys.token_list(organization_id), keys.OF_ANY)
        return tuple(sorted(map(read_token, items), key=lambda token: (token.directory_id or "", token.created_at)))

    def revoked_at(self, token_id: str) -> datetime | None:
        item = self.identities.get_item(keys.revoked(token_id))
        return Reader(item).moment("at") if item else None
