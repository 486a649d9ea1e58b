"""What is due, and the whole table piece by piece, from the identity table."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, get_args

from rightful.aws.dynamodb.attributes import Reader, key_of, write_item, write_key
from rightful.aws.dynamodb.items import emails as email_items
from rightful.aws.dynamodb.items.accounts import read_account, read_erased, read_hold
from rightful.aws.dynamodb.items.conflicts import read_conflict
from rightful.aws.dynamodb.items.settings import read_directory, read_token
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys.base import SHARDS, Due, due_sort, scan_position, shard_of
from rightful.domain.address import Hold
from rightful.domain.conflicts.due import DueConflict
from rightful.ports.key import ItemKey
from rightful.ports.store.upkeep import UNREADABLE, Piece, UserNameHold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, QueryOutputTypeDef

    from rightful.aws.dynamodb.table import Table
    from rightful.domain.account import Account
    from rightful.domain.conflicts.conflict import Conflict, Pointer
    from rightful.domain.erasure import ErasedPerson
    from rightful.domain.key import Token
    from rightful.domain.organization import Directory
    from rightful.ports.store.emails import SecondaryEmailList

    StoredItem = Mapping[str, AttributeValueTypeDef]

_NEVER, _ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

_OPEN: tuple[DueConflict, ...] = ("undecided", "refused", "deactivation")

_SCANNED = {
    ":account": {"S": "ACCOUNT"},
    ":email": {"S": "EMAIL"},
    ":name": {"S": "USERNAME"},
    ":secondary": {"S": email_items.SORT_KEY},
}


class UpkeepReads:
    """`ports.store.upkeep.UpkeepStore` on the identity table."""

    client: "DynamoDBClient"
    identities: "Table"

    def due_conflicts(self, now: datetime, *, limit: int) -> "tuple[Pointer, ...]":
        found: list[ItemKey] = []
        for kind in get_args(DueConflict):
            found += self._due(kind, now, limit)
        return tuple(map(_pointer, found[:limit]))

    def look_again(self, pointer: "Pointer", at: datetime) -> None:
        with suppress(self.client.exceptions.ConditionalCheckFailedException):
            self.client.update_item(
                TableName=self.identities.name,
                Key=write_key(keys.conflict(pointer.organization_id, pointer.conflict_id)),
                UpdateExpression="SET due_sort = :at",
                ConditionExpression="attribute_exists(due_key)",
                ExpressionAttributeValues={":at": {"S": due_sort(at)}},
            )

    def number_of_open_conflicts(self, *, most: int) -> int:
        number = 0
        for kind in _OPEN:
            for shard in range(SHARDS):
                for page in self._shard(shard_of(kind, shard), Select="COUNT"):
                    number += page["Count"]
                    if number >= most:
                        return number
        return number

    def _shard(self, key: str, **more: str) -> "Iterable[QueryOutputTypeDef]":
        """The answers about a partition of the index, one after the other."""
        query = {
            "TableName": self.identities.name,
            "IndexName": "due",
            "KeyConditionExpression": "due_key = :key",
            "ExpressionAttributeValues": {":key": {"S": key}},
        }
        return self.client.get_paginator("query").paginate(**query, **more)  # type: ignore[arg-type]

    def unfinished_deactivations(self, *, limit: int) -> "tuple[Conflict, ...]":
        items = self.identities.get_items(self._due("deactivation", _ALWAYS, limit))
        found: list[Conflict] = []
        for item in items.values():
            with suppress(*UNREADABLE):  # the remediator fails on it, and its message is set aside
                found.append(read_conflict(item))
        return tuple(conflict for conflict in found if conflict.deactivation_pending)

    def undecided_conflicts(self, *, most: int) -> "tuple[Pointer, ...]":
        found: list[Pointer] = []
        share = max(1, most // SHARDS)
        for shard in range(SHARDS):
            items = (item for page in self._shard(shard_of("undecided", shard)) for item in page["Items"])
            found += [_pointer(key_of(item)) for item in islice(items, share)]
        return tuple(sorted(found, key=lambda pointer: pointer.conflict_id))

    def paused_organizations(self, *, limit: int) -> int:
        return len(self._due("paused", _ALWAYS, limit))

    def keys_that_expire(self, after: datetime, until: datetime, *, limit: int) -> "tuple[Token, ...]":
        items = self.identities.get_items(self._due("key", until, limit, after=after))
        return tuple(map(read_token, items.values()))

    def user_names(self, pairs: "Iterable[tuple[str, str]]") -> "Mapping[tuple[str, str], str]":
        places = {keys.user_name(*pair): pair for pair in pairs}
        items = self.identities.get_items(list(places))
        return {places[key]: Reader(item).text("account_id") for key, item in items.items()}

    def ended_reservations(self, now: datetime, *, limit: int) -> tuple[Hold, ...]:
        items = self.identities.get_items(self._due("reservation", now, limit))
        holds: list[Hold] = []
        for item in items.values():
            with suppress(*UNREADABLE):  # the scan tells of it
                holds.append(read_hold(item))
        return tuple(holds)

    def due_deletions(self, now: datetime, *, limit: int) -> tuple[str, ...]:
        return tuple(keys.account_id_of(key.pk) for key in self._due("deletion", now, limit))

    def erased_people(self, *, limit: int) -> "tuple[ErasedPerson, ...]":
        answer = self.client.query(
            TableName=self.identities.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.ERASED}},
            ConsistentRead=True,
            Limit=limit,
        )
        return tuple(map(read_erased, answer["Items"]))

    def directories_to_delete(self, *, limit: int) -> "tuple[Directory, ...]":
        items = self.identities.get_items(self._due("directory", _ALWAYS, limit))
        return tuple(directory for directory in map(read_directory, items.values()) if directory.deleting)

    def _due(self, kind: Due, now: datetime, limit: int, *, after: datetime = _NEVER) -> list[ItemKey]:
        found: list[ItemKey] = []
        for shard in range(SHARDS):
            answer = self.client.query(
                TableName=self.identities.name,
                IndexName="due",
                KeyConditionExpression="due_key = :key AND due_sort BETWEEN :after AND :now",
                ExpressionAttributeValues={
                    ":key": {"S": shard_of(kind, shard)},
                    ":after": {"S": due_sort(after)},
                    ":now": {"S": due_sort(now)},
                },
                Limit=max(1, limit // SHARDS),
            )
            found += list(map(key_of, answer["Items"]))
        return found

    def piece(self, segment: int, segments: int, position: str | None, *, limit: int) -> Piece:
        """The position is the last key that was looked at."""
        start = {"ExclusiveStartKey": write_key(ItemKey(*json.loads(position)))} if position else {}
        answer = self.client.scan(
            TableName=self.identities.name,
            Segment=segment,
            TotalSegments=segments,
            Limit=limit,
            FilterExpression="sk IN (:account, :email, :name, :secondary)",
            ExpressionAttributeValues=_SCANNED,
            **start,  # type: ignore[arg-type]  # one optional parameter
        )
        accounts: list[Account] = []
        holds: list[Hold] = []
        user_names: list[UserNameHold] = []
        secondary_email_lists: list[SecondaryEmailList] = []
        unreadable: list[ItemKey] = []
        for item in answer["Items"]:
            try:
                if item["sk"]["S"] == "ACCOUNT":
                    accounts.append(read_account(item))
                elif item["sk"]["S"] == "EMAIL":
                    holds.append(read_hold(item))
                elif item["sk"]["S"] == email_items.SORT_KEY:
                    secondary_email_lists.append(email_items.read_list(item))
                else:
                    user_names.append(_user_name(item))
            except UNREADABLE:
                unreadable.append(key_of(item))
        last = answer.get("LastEvaluatedKey")
        return Piece(
            tuple(accounts),
            tuple(holds),
            tuple(user_names),
            tuple(secondary_email_lists),
            json.dumps([last["pk"]["S"], last["sk"]["S"]]) if last else None,
            tuple(unreadable),
        )

    def scan_position(self, segment: int) -> str | None:
        item = self.identities.get_item(scan_position(segment))
        return Reader(item).optional_text("position") if item else None

    def put_scan_position(self, segment: int, position: str | None) -> None:
        item = write_item(scan_position(segment), {"position": position})
        self.client.put_item(TableName=self.identities.name, Item=item)


def _pointer(key: ItemKey) -> "Pointer":
    from rightful.domain.conflicts.conflict import Pointer

    return Pointer(key.pk.removeprefix("ORG#"), key.sk.removeprefix(keys.CONFLICT_PREFIX))


def _user_name(item: "StoredItem") -> UserNameHold:
    directory_id, _, name = item["pk"]["S"].removeprefix("DIR#").partition("#USERNAME#")
    return UserNameHold(directory_id, name, Reader(item).text("account_id"))
