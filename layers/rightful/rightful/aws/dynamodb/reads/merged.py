"""Several partitions of indexes as one list, in the order of time: what is asked of them is read a page at a time, and
never more than a bounded number of pages."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rightful.aws.dynamodb.attributes import write_key
from rightful.aws.dynamodb.table import ReadOrder, filtering

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.aws.dynamodb.table import Table
    from rightful.ports.key import ItemKey

    StoredItem = Mapping[str, AttributeValueTypeDef]

MOST_QUERIES = 20
"""For one page, and one BatchGetItem. An answer to Query has 1 MB, about 4,000 entries of an index."""
MOST_READS = 10
"""For one page of what no index says: queries, each with a BatchGetItem."""
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition whose entries sort by time.

    Attributes:
        index: its name.
        attribute: the index's partition key, and its `value` here.
        sort: the index's sort key: an id that begins with the time.
        pk: whose items; entries of others are passed over.
    """

    index: str
    attribute: str
    value: str
    sort: str
    pk: str


class Merged:
    """Partitions of one table, merged: each entry once, though it be in several."""

    def __init__(self, table: "Table", partitions: Sequence[Partition], order: ReadOrder, most_queries: int) -> None:
        """Args: most_queries: how many answers are read at most."""
        self._order = order
        self._streams = [_Stream(table, partition, order) for partition in partitions]
        self.left = most_queries

    def begin(self, sort: str, after: "ItemKey") -> None:
        """Start after the item with that sort key in the indexes, and that key."""
        for stream in self._streams:
            stream.begin(sort, after)

    def read(self, limit: int) -> "tuple[list[StoredItem], str | None]":
        """The next entries, up to `limit`, and after which sort key there may be more (None: there are none)."""
        found: list[StoredItem] = []
        while len(found) <= limit:
            hungry = [stream for stream in self._streams if stream.is_hungry]
            if len(hungry) > self.left:
                return self._cut(found, limit, hungry)
            for stream in hungry:
                self.left -= 1
                stream.fill(None if self._order.filters else limit + 1)
            if any(stream.is_hungry for stream in hungry):
                continue
            heads = [stream.head for stream in self._streams if stream.buffer]
            if not heads:
                return found, None
            found.append(self._taken(self._first(heads)))
        return found[:limit], self._sort_of(found[limit - 1])

    def _cut(
        self, found: "list[StoredItem]", limit: int, hungry: "Sequence[_Stream]"
    ) -> "tuple[list[StoredItem], str | None]":
        """So much was read, and no more than that: what is known to come before all that was not read."""
        seen = [stream.seen for stream in hungry]
        if None in seen:  # not even the first answers of all
            return found[:limit], self._sort_of(found[-1]) if found else None
        end = self._first([each for each in seen if each is not None])
        while True:
            heads = [stream.head for stream in self._streams if stream.buffer]
            if len(found) > limit or not heads or self._first([*heads, end]) == end:
                break
            found.append(self._taken(self._first(heads)))
        if len(found) > limit:
            return found[:limit], self._sort_of(found[limit - 1])
        return found, end

    def _first(self, sorts: Sequence[str]) -> str:
        return min(sorts) if self._order.oldest_first else max(sorts)

    def _taken(self, sort: str) -> "StoredItem":
        entries = [stream.buffer.popleft() for stream in self._streams if stream.buffer and stream.head == sort]
        return entries[0]

    def _sort_of(self, entry: "StoredItem") -> str:
        return entry[self._streams[0].partition.sort]["S"]


class _Stream:
    """One partition, as far as it was read."""

    def __init__(self, table: "Table", partition: Partition, order: ReadOrder) -> None:
        self.table, self.partition, self.order = table, partition, order
        self.buffer: deque[StoredItem] = deque()
        self.seen: str | None = None
        """The last sort key that was looked at."""
        self._start: StoredItem | None = None
        self._ended = False

    def begin(self, sort: str, after: "ItemKey") -> None:
        own: StoredItem = {self.partition.attribute: {"S": self.partition.value}, self.partition.sort: {"S": sort}}
        self._start, self.seen = {**write_key(after), **own}, sort

    @property
    def is_hungry(self) -> bool:
        return not self.buffer and not self._ended

    @property
    def head(self) -> str:
        return self.buffer[0][self.partition.sort]["S"]

    def fill(self, limit: int | None) -> None:
        """Read one more answer."""
        query = {**self._query, **({"Limit": limit} if limit else {})}
        if self._start is not None:
            query["ExclusiveStartKey"] = self._start
        answer = self.table.client.query(**query)
        self._start = answer.get("LastEvaluatedKey")
        self._ended = self._start is None
        self.seen = self._start[self.partition.sort]["S"] if self._start else None
        self.buffer.extend(entry for entry in answer["Items"] if entry["pk"]["S"] == self.partition.pk)

    @cached_property
    def _query(self) -> dict[str, Any]:
        partition, order = self.partition, self.order
        condition, values = f"{partition.attribute} = :key", {":key": {"S": partition.value}}
        if order.between:
            condition += f" AND {partition.sort} BETWEEN :first AND :last"
            values |= {":first": {"S": order.between[0]}, ":last": {"S": order.between[1]}}
        query: dict[str, Any] = {
            "TableName": self.table.name,
            "IndexName": partition.index,
            "KeyConditionExpression": condition,
            "ScanIndexForward": order.oldest_first,
        }
        if order.filters:
            query |= filtering(order.filters, values)
        return query | {"ExpressionAttributeValues": values}


class Listed(Protocol):
    """What is listed by its id."""

    @property
    def id(self) -> str: ...


_Kind = TypeVar("_Kind", bound=Listed)
Read = Callable[[str | None, int, int], tuple[list[_Kind], str | None, int]]


def wanted_page(
    read: Read[_Kind], position: str | None, limit: int, *, exact: bool = True
) -> tuple[list[_Kind], str | None]:
    """A page of what is wanted, and after which id the next one begins: nothing only where nothing is left, or so much
    was read that others have to wait.

    Args:
        read: after a position, up to so many entries, with so many queries: those that are wanted, after which position
            there may be more, and how many queries are left.
        exact: what is wanted is what the index says. Else one more is looked for, so that the next page has something.
    """
    found: list[_Kind] = []
    queries = MOST_QUERIES if exact else MOST_READS
    while True:
        more, position, queries = read(position, limit if exact else _AT_ONCE, queries)
        found += more
        if position is None or queries <= 0 or len(found) > limit or (exact and found):
            break
    return (found[:limit], found[limit - 1].id) if len(found) > limit else (found, position)
