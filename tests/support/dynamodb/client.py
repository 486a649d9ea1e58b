"""A client of DynamoDB with two tables of its own: the calls of `rightful.aws.dynamodb`, with botocore's exceptions and
DynamoDB's limits. An unknown parameter or expression is an error. Its indexes are never behind, and it asks nobody to
wait: what depends on that is tested on moto (tests/support/faults.py).

tests/contract holds it to the same behaviour as moto and MiniStack.
"""

import threading
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from tests.support.dynamodb import requests
from tests.support.dynamodb.expressions import Item, condition, key_condition
from tests.support.dynamodb.faults import Key, check_placeholders, exceptions, fail, invalid, key_of
from tests.support.dynamodb.tables import Index, Table, found_by
from tests.support.dynamodb.writes import PreparedWrite

TRANSACTION_LIMIT = 100
"""TransactWriteItems takes 100 actions, no two on one item."""
_BATCH_LIMIT = 100
_ANSWER_OCTETS = 1024 * 1024
_FEW = 1_000
"""Up to so many items are not weighed: no test has so many large ones."""

_Answer = dict[str, Any]
_Call = TypeVar("_Call", bound=Callable[..., Any])


def _one_at_a_time(call: _Call) -> _Call:
    def locked(client: "TablesClient", **parameters: Any) -> Any:
        with client.lock:
            client.calls[call.__name__] += 1
            return call(client, **parameters)

    return locked  # type: ignore[return-value]


class TablesClient:
    """The client; `tables` has what is stored and `calls` how often each call was made, for tests that look."""

    def __init__(self, *logical_ids: str) -> None:
        self.exceptions = exceptions()
        self.lock = threading.RLock()
        self.calls: Counter[str] = Counter()
        self.tables = {logical_id: Table(logical_id) for logical_id in logical_ids}

    @_one_at_a_time
    def put_item(self, **parameters: Any) -> _Answer:
        """PutItem."""
        self._write("Put", parameters)
        return {}

    @_one_at_a_time
    def delete_item(self, **parameters: Any) -> _Answer:
        """DeleteItem."""
        told = parameters.pop("ReturnValues", "NONE")
        if told not in {"NONE", "ALL_OLD"}:
            raise NotImplementedError(told)
        before = self._write("Delete", parameters).before
        return {"Attributes": dict(before)} if told == "ALL_OLD" and before else {}

    @_one_at_a_time
    def update_item(self, **parameters: Any) -> _Answer:
        """UpdateItem."""
        told = parameters.pop("ReturnValues", "NONE")
        if told not in {"NONE", "UPDATED_NEW"}:
            raise NotImplementedError(told)
        write = self._write("Update", parameters)
        before, after = write.before or {}, write.after or {}
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        return {"Attributes": changed} if told == "UPDATED_NEW" else {}

    def _write(self, verb: str, parameters: Mapping[str, Any]) -> PreparedWrite:
        write = self._prepared(verb, f"{verb}Item", parameters)
        if not write.allowed:
            told = "The conditional request failed"
            fail("ConditionalCheckFailedException", f"{verb}Item", told, **write.found())
        write.do()
        return write

    def _prepared(self, verb: str, operation: str, parameters: Mapping[str, Any]) -> PreparedWrite:
        request = requests.Write(**parameters)
        return PreparedWrite(self.tables[request.TableName], verb, operation, request)

    @_one_at_a_time
    def transact_write_items(self, *, TransactItems: Sequence[Mapping[str, Mapping[str, Any]]]) -> _Answer:
        """TransactWriteItems."""
        operation = "TransactWriteItems"
        if not 0 < len(TransactItems) <= TRANSACTION_LIMIT:
            invalid(operation, f"a transaction has 1 to {TRANSACTION_LIMIT} actions, not {len(TransactItems)}")
        actions = [next(iter(action.items())) for action in TransactItems]
        writes = [self._prepared(verb, operation, parameters) for verb, parameters in actions]
        places = {(parameters["TableName"], write.key) for (_, parameters), write in zip(actions, writes, strict=True)}
        if len(places) < len(writes):
            invalid(operation, "Transaction request cannot include multiple operations on one item")
        if not all(write.allowed for write in writes):
            reasons = [write.reason() for write in writes]
            told = f"Transaction cancelled, please refer cancellation reasons: {[each['Code'] for each in reasons]}"
            fail("TransactionCanceledException", operation, told, CancellationReasons=reasons)
        for write in writes:
            write.do()
        return {}

    @_one_at_a_time
    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> _Answer:
        """GetItem."""
        item = self.tables[TableName].items.get(key_of("GetItem", Key))
        return {"Item": dict(item)} if item is not None else {}

    @_one_at_a_time
    def batch_get_item(self, *, RequestItems: Mapping[str, Mapping[str, Any]]) -> _Answer:
        """BatchGetItem."""
        found: dict[str, list[Item]] = {}
        for name, request in RequestItems.items():
            if request.keys() - {"Keys", "ConsistentRead"}:
                raise NotImplementedError(request.keys())
            wanted = [key_of("BatchGetItem", key) for key in request["Keys"]]
            if not 0 < len(wanted) <= _BATCH_LIMIT or len(set(wanted)) < len(wanted):
                invalid("BatchGetItem", f"a batch has 1 to {_BATCH_LIMIT} keys, each once")
            items = self.tables[name].items
            found[name] = [dict(items[key]) for key in wanted if key in items]
        return {"Responses": found, "UnprocessedKeys": {}}

    @_one_at_a_time
    def query(self, **parameters: Any) -> _Answer:
        """Query."""
        request = requests.Query(**parameters)
        index = self.tables[request.TableName].indexes[request.IndexName]
        if request.IndexName is not None and request.ConsistentRead:
            invalid("Query", "Consistent reads are not supported on global secondary indexes")
        asked = key_condition(request.KeyConditionExpression)
        if asked.partition[0] != index.partition or asked.sort not in {None, index.sort}:
            invalid("Query", f"Query condition missed key schema element: {index.partition}")
        values = request.ExpressionAttributeValues
        places = index.places.get(values[asked.partition[1]]["S"], [])
        first, end = found_by(places, asked.comparison, [values[each]["S"] for each in asked.values])
        if request.ExclusiveStartKey is not None:
            placed = index.place(request.ExclusiveStartKey)
            if placed is None or request.ExclusiveStartKey.keys() != index.keys:
                invalid("Query", "The provided starting key is invalid")
            if request.ScanIndexForward:
                first = max(first, bisect_right(places, placed[1]))
            else:
                end = min(end, bisect_left(places, placed[1]))
        order = range(first, end) if request.ScanIndexForward else range(end - 1, first - 1, -1)
        return self._page(request, "Query", (places[each][1:] for each in order), asked.placeholders)

    @_one_at_a_time
    def scan(self, **parameters: Any) -> _Answer:
        """Scan."""
        request = requests.Scan(**parameters)
        table = self.tables[request.TableName]
        index = table.indexes[request.IndexName]
        start = key_of("Scan", request.ExclusiveStartKey) if request.ExclusiveStartKey is not None else ("", "")
        segments = request.TotalSegments
        keys = (
            key
            for key in sorted(table.items)
            if key > start
            and (segments == 1 or zlib.crc32(key[0].encode("utf-8", "replace")) % segments == request.Segment)
            and index.place(table.items[key]) is not None
        )
        return self._page(request, "Scan", keys, frozenset())

    def _page(self, request: requests.Read, operation: str, keys: Iterable[Key], used: frozenset[str]) -> _Answer:
        if request.Select not in {"ALL", "COUNT"} or (request.Limit is not None and request.Limit < 1):
            raise NotImplementedError((request.Select, request.Limit))
        table, values = self.tables[request.TableName], request.ExpressionAttributeValues
        index: Index = table.indexes[request.IndexName]
        items, full = self._taken(index.shown(table.items[key]) for key in islice(keys, request.Limit))
        wanted = items
        if request.FilterExpression:
            asked = condition(request.FilterExpression, tuple(request.ExpressionAttributeNames.items()))
            used |= asked.placeholders
            wanted = [item for item in items if asked.holds(item, values)]
        check_placeholders(operation, used, values, request.ExpressionAttributeNames)
        answer: _Answer = {"Count": len(wanted), "ScannedCount": len(items)}
        if request.Select == "ALL":
            answer["Items"] = wanted
        # A page that is full says where to go on, even if nothing is left: so does DynamoDB.
        if full or (request.Limit is not None and len(items) == request.Limit):
            answer["LastEvaluatedKey"] = index.key_in(items[-1])
        return answer

    @staticmethod
    def _taken(found: Iterator[Item]) -> tuple[list[Item], bool]:
        """The items that fit into an answer, and whether there are more. What does not fit is not even looked at."""
        items = [*islice(found, _FEW)]
        if len(items) < _FEW:
            return items, False
        octets = 0
        for number, item in enumerate(chain(items.copy(), found)):
            octets += sum(len(name) + len(next(iter(value.values()))) for name, value in item.items() if "S" in value)
            if octets > _ANSWER_OCTETS:
                return items[:number], True
            if number >= _FEW:
                items.append(item)
        return items, False

    def get_paginator(self, operation: str) -> "_Paginator":
        """Of `query` or `scan`."""
        return _Paginator(getattr(self, operation))


class _Paginator:
    """Asks for page after page."""

    def __init__(self, call: Callable[..., _Answer]) -> None:
        self._call = call

    def paginate(self, *, PaginationConfig: Mapping[str, int] | None = None, **parameters: Any) -> Iterator[_Answer]:
        if PaginationConfig:
            parameters["Limit"] = PaginationConfig["PageSize"]
        while True:
            page = self._call(**parameters)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]
