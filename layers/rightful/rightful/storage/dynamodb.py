"""The identity store on DynamoDB: commits and reads."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from rightful.accounts.account import Account
from rightful.conflicts.conflict import Conflict
from rightful.eventlog import LogEntry
from rightful.organizations.organization import Directory, Organization
from rightful.organizations.tokens import Token
from rightful.storage import keys
from rightful.storage.conflict_items import read_conflict
from rightful.storage.contract import DirectoryState, Pointer, Remaining
from rightful.storage.items import Reader, read_account, read_hold
from rightful.storage.settings_items import read_directory, read_organization, read_token
from rightful.storage.transactions import Action, Tables, Translator
from rightful.storage.writes import AppendLog, ContendedError, Hold, Refusal, RefusedError, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]


_CONTENTION = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "TransactionInProgressException"}
)
"""Cancellation reasons, and codes of single writes, that say nothing about the data: the same commit may go through
a moment later. botocore does not retry TransactionConflict by itself."""
_CONTENDED_ERRORS = frozenset(
    {
        "TransactionConflictException",
        "TransactionInProgressException",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    }
)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.4
_BATCH_GET_LIMIT = 100


class DynamoDBStore:
    """`storage.contract.IdentityStore` on two DynamoDB tables."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: Tables,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Args: the low-level client; the tables; how to wait and where randomness comes from, for tests."""
        self.client = client
        self.tables = tables
        self._translate = Translator(tables)
        self._sleep = sleep
        self._jitter = jitter

    # Writing

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        """See `IdentityStore.commit`. One write is a plain conditional write (half the capacity of a transaction)."""
        actions = [self._translate.action(write) for write in writes]
        pause = _FIRST_PAUSE
        while True:
            refusals = self._attempt(writes, actions)
            if refusals is not None:
                if refusals:
                    raise RefusedError(refusals)
                return
            # Full jitter, as the AWS Builders' Library has it: contenders spread out instead of meeting again.
            wait = pause * self._jitter()
            if remaining() < wait + _LONGEST_PAUSE:
                raise ContendedError
            self._sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _attempt(self, writes: Sequence[Write], actions: Sequence[Action]) -> tuple[Refusal, ...] | None:
        """Try once: () when it is done, the refusals when it is refused, None when it met contention."""
        try:
            if len(actions) == 1:
                self._write_one(actions[0])
            else:
                self._write_all(actions)
        except self.client.exceptions.ConditionalCheckFailedException as error:
            return (Refusal(writes[0], _found(writes[0], cast("StoredItem | None", error.response.get("Item")))),)
        except self.client.exceptions.TransactionCanceledException as error:
            return _read_reasons(
                writes, cast("Sequence[Mapping[str, object]]", error.response["CancellationReasons"]), error
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _CONTENDED_ERRORS:
                return None
            raise
        return ()

    def _write_one(self, action: Action) -> None:
        request = action.request(single=True)
        if action.verb == "Put":
            self.client.put_item(**request)  # type: ignore[arg-type]
        elif action.verb == "Update":
            self.client.update_item(**request)  # type: ignore[arg-type]
        elif action.verb == "Delete":
            self.client.delete_item(**request)  # type: ignore[arg-type]
        else:
            self._write_all([action])

    def _write_all(self, actions: Sequence[Action]) -> None:
        items = [action.request() for action in actions]
        self.client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]  # Action.request says the shape

    def mark_sent(self, pointer: Pointer) -> None:
        """See `IdentityStore.mark_sent`."""
        self.client.update_item(
            TableName=self.tables.identity,
            Key=keys.conflict(pointer.organization_id, pointer.conflict_id).item(),
            UpdateExpression="SET sent = :sent",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":sent": {"BOOL": True}},
        )

    def tally(self, names: Iterable[str], *, until: datetime) -> Mapping[str, int]:
        """See `IdentityStore.tally`."""
        return {name: self._count(name, until) for name in dict.fromkeys(names)}

    def _count(self, name: str, until: datetime) -> int:
        answer = self.client.update_item(
            TableName=self.tables.identity,
            Key=keys.tally(name).item(),
            UpdateExpression="ADD times :one SET expires_at = :until",
            ExpressionAttributeValues={":one": {"N": "1"}, ":until": {"N": str(int(until.timestamp()))}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["times"]["N"])

    def log_entry(self, entry: LogEntry) -> None:
        """See `IdentityStore.log_entry`."""
        self._write_one(self._translate.action(AppendLog(entry)))

    # Reading

    def directory_state(
        self,
        organization_id: str,
        directory_id: str,
        *,
        account_id: str | None = None,
        requester_key: str | None = None,
    ) -> DirectoryState | None:
        """See `IdentityStore.directory_state`."""
        organization_key = keys.organization(organization_id)
        directory_key = keys.directory(organization_id, directory_id)
        account_key = keys.account(account_id) if account_id is not None else None
        asking = requester_key or (f"account:{account_id}" if account_id is not None else None)
        pending_key = keys.pending(asking) if asking is not None else None
        wanted = [organization_key, directory_key, account_key, pending_key]
        items = self.get_items([key for key in wanted if key is not None])
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
        """See `IdentityStore.organization`."""
        item = self.get_item(keys.organization(organization_id))
        return read_organization(item) if item else None

    def account(self, account_id: str) -> Account | None:
        """See `IdentityStore.account`."""
        item = self.get_item(keys.account(account_id))
        return read_account(item) if item else None

    def accounts(self, account_ids: Iterable[str]) -> Mapping[str, Account]:
        """See `IdentityStore.accounts`."""
        items = self.get_items([keys.account(account_id) for account_id in dict.fromkeys(account_ids)])
        accounts = [read_account(item) for item in items.values()]
        return {account.id: account for account in accounts}

    def holds(self, canonicals: Iterable[str]) -> Mapping[str, Hold]:
        """See `IdentityStore.holds`."""
        items = self.get_items([keys.hold(canonical) for canonical in dict.fromkeys(canonicals)])
        holds = [read_hold(item) for item in items.values()]
        return {hold.canonical: hold for hold in holds}

    def account_id_of_user_name(self, directory_id: str, canonical_user_name: str) -> str | None:
        """See `IdentityStore.account_id_of_user_name`."""
        item = self.get_item(keys.user_name(directory_id, canonical_user_name))
        return Reader(item).text("account_id") if item else None

    def conflict(self, pointer: Pointer) -> Conflict | None:
        """See `IdentityStore.conflict`."""
        item = self.get_item(keys.conflict(pointer.organization_id, pointer.conflict_id))
        return read_conflict(item) if item else None

    def pending_conflicts(self, requester_keys: Iterable[str]) -> Mapping[str, str]:
        """See `IdentityStore.pending_conflicts`."""
        items = self.get_items([keys.pending(key) for key in dict.fromkeys(requester_keys)])
        readers = [Reader(item) for item in items.values()]
        return {read.text("requester_key"): read.text("conflict_id") for read in readers}

    def waiters(self, canonical: str) -> tuple[Pointer, ...]:
        """See `IdentityStore.waiters`."""
        readers = (Reader(item) for item in self.query_prefix(keys.hold(canonical).pk, keys.WAITER_PREFIX))
        return tuple(Pointer(read.text("organization_id"), read.text("conflict_id")) for read in readers)

    def directories(self, organization_id: str) -> tuple[Directory, ...]:
        """See `IdentityStore.directories`."""
        items = self.query_prefix(keys.organization(organization_id).pk, keys.DIRECTORY_PREFIX)
        return tuple(sorted(map(read_directory, items), key=lambda directory: directory.created_at))

    def organization_of_domain(self, domain: str) -> str | None:
        """See `IdentityStore.organization_of_domain`."""
        item = self.get_item(keys.domain(domain))
        return Reader(item).text("organization_id") if item else None

    def token(self, sha256: str) -> Token | None:
        """See `IdentityStore.token`."""
        item = self.get_item(keys.token(sha256))
        return read_token(item) if item else None

    def tokens(self, *, organization_id: str, directory_id: str | None = None) -> tuple[Token, ...]:
        """See `IdentityStore.tokens`."""
        items = self.query_prefix(keys.token_list(organization_id, directory_id), keys.TOKEN_PREFIX)
        return tuple(sorted(map(read_token, items), key=lambda token: token.created_at))

    def get_item(self, key: keys.Key) -> "StoredItem | None":
        """One item of the identity table, consistently."""
        return self.client.get_item(TableName=self.tables.identity, Key=key.item(), ConsistentRead=True).get("Item")

    def get_items(self, wanted: Sequence[keys.Key]) -> "dict[keys.Key, StoredItem]":
        """Many items of the identity table, consistently; what DynamoDB left unprocessed is asked for again."""
        found: dict[keys.Key, StoredItem] = {}
        table = self.tables.identity
        left: list[StoredItem] = [key.item() for key in wanted]
        if len(left) == 1:
            item = self.get_item(wanted[0])
            return {wanted[0]: item} if item else {}
        while left:
            answer = self.client.batch_get_item(
                RequestItems={table: {"Keys": left[:_BATCH_GET_LIMIT], "ConsistentRead": True}}
            )
            for item in answer["Responses"].get(table, []):
                found[keys.Key(item["pk"]["S"], item["sk"]["S"])] = item
            rest = answer.get("UnprocessedKeys", {}).get(table)
            unprocessed = rest["Keys"] if rest else ()
            left = [*unprocessed, *left[_BATCH_GET_LIMIT:]]
            if unprocessed:
                self._sleep(_FIRST_PAUSE + self._jitter() * _FIRST_PAUSE)
        return found

    def query_prefix(self, pk: str, prefix: str) -> "Iterable[StoredItem]":
        """All items of a partition whose sort key starts with the prefix, consistently, page by page."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.tables.identity,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def _read_reasons(
    writes: Sequence[Write], reasons: Sequence[Mapping[str, object]], error: ClientError
) -> tuple[Refusal, ...] | None:
    """Cancellation reasons come in the order of the request; "None" (a string) is a write that was fine.

    A failed condition outweighs contention: it will not go away by waiting.
    """
    refusals = []
    contended = False
    for write, reason in zip(writes, reasons, strict=True):
        code = reason.get("Code")
        if code == "ConditionalCheckFailed":
            refusals.append(Refusal(write, _found(write, cast("StoredItem | None", reason.get("Item")))))
        elif code in _CONTENTION:
            contended = True
        elif code != "None":
            raise error
    if refusals:
        return tuple(refusals)
    if contended:
        return None
    raise error


def _found(write: Write, item: "StoredItem | None") -> Account | Hold | Conflict | str | None:
    """What stood in the way of a write, read from the item that DynamoDB returned with the refusal."""
    if not item:
        return None
    sort_key = item["sk"]["S"]
    if sort_key == "ACCOUNT":
        return read_account(item)
    if sort_key == "EMAIL":
        return read_hold(item)
    if sort_key.startswith(keys.CONFLICT_PREFIX):
        return read_conflict(item)
    for name in ("account_id", "conflict_id", "organization_id"):
        if name in item:
            return Reader(item).text(name)
    return type(write).__name__
