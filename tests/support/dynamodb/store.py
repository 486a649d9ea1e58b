"""The real store on tables of a test's own, and what tests look at in them."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rightful.aws.dynamodb.items.accounts import read_account, read_hold
from rightful.aws.dynamodb.items.conflicts import read_conflict, read_log_entry
from rightful.aws.dynamodb.items.demands import read_demand
from rightful.aws.dynamodb.items.emails import SORT_KEY as EMAIL_LIST
from rightful.aws.dynamodb.items.emails import read_list
from rightful.aws.dynamodb.items.groups import read_group
from rightful.aws.dynamodb.items.settings import read_directory, read_organization, read_token
from rightful.aws.dynamodb.store import DynamoDBStore
from tests.support.dynamodb.client import TablesClient
from tests.support.dynamodb.expressions import Item
from tests.support.dynamodb.schema import CONSOLE, EVENT_LOG, IDENTITY, TABLES
from tests.support.dynamodb.tables import Table

ItemKey = tuple[str, ...]
Items = dict[ItemKey, object]
"""What is stored, by what it is (("ACCOUNT", id), ("WAITER", address, conflict id), ...), read where it has a type."""

_Kind = TypeVar("_Kind")
_READERS: Mapping[str, Callable[[Any], object]] = {
    "ACCOUNT": read_account,
    "EMAIL": read_hold,
    "GROUP": read_group,
    "ORGANIZATION": read_organization,
    "DIRECTORY": read_directory,
    "CONFLICT": read_conflict,
    "DEMAND": read_demand,
    "TOKEN": read_token,
    "TOKENS": read_token,
    "LOG": read_log_entry,
    EMAIL_LIST: read_list,
}


class TestedStore(DynamoDBStore):
    """A store with empty tables."""

    __test__ = False

    def __init__(self) -> None:
        self._tables = TablesClient(IDENTITY, EVENT_LOG, CONSOLE)
        self._read: dict[tuple[str, str, str], tuple[Item, ItemKey, object]] = {}
        self._seen: tuple[int, Items] = (0, {})
        super().__init__(self._tables, TABLES)  # type: ignore[arg-type]

    @property
    def dynamodb_calls(self) -> Counter[str]:
        """How often each call of DynamoDB was made."""
        return self._tables.calls

    @property
    def tables_of_test(self) -> Mapping[str, Table]:
        """The tables, for who puts very many items into them."""
        return self._tables.tables

    def snapshot(self) -> Items:
        """All that is stored now."""
        return dict(self._now())

    def _now(self) -> Items:
        """All that is stored, gathered anew only where something was written since."""
        with self._tables.lock:
            puts = sum(table.puts for table in self._tables.tables.values())
            if puts == self._seen[0]:
                return self._seen[1]
            found: Items = {}
            for name, table in self._tables.tables.items():
                for key, item in table.items.items():
                    place, content = self._content(name, key, item)
                    found[place] = content
                    if place[0] == "CONFLICT" and "due_sort" in item:
                        found["LOOK", *place[1:]] = item["due_sort"]["S"]
            self._seen = (puts, found)
            return found

    def _content(self, table: str, key: tuple[str, str], item: Item) -> tuple[ItemKey, object]:
        known = self._read.get((table, *key))
        if known is None or known[0] is not item:
            place = known[1] if known else _place_in_log(*key) if table == EVENT_LOG else _place(*key)
            reader = _READERS.get(place[0], dict)
            known = self._read[(table, *key)] = (item, place, reader(item))
        return known[1:]

    def all_of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """Every item of a kind: what a test looks at to see whether the whole is right."""
        return tuple(item for item in self._now().values() if isinstance(item, kind))

    def copy_from(self, other: "TestedStore") -> None:
        """Have what another store has, besides."""
        for name, table in other._tables.tables.items():
            for key, item in table.items.items():
                self._tables.tables[name].put(key, item)

    def copy(self) -> "TestedStore":
        """Another store that has the same; what is written into one of them is not in the other."""
        made = TestedStore()
        for name, table in self._tables.tables.items():
            made._tables.tables[name].copy_from(table)
        made._read = dict(self._read)
        return made

    def has_the_same_as(self, other: "TestedStore") -> bool:
        """Whether every item is the same, to the last attribute."""
        return all(table.items == other._tables.tables[name].items for name, table in self._tables.tables.items())

    def lose(self, *gone: ItemKey) -> None:
        """Be without some items, as if nobody had ever written them."""
        for table in self._tables.tables.values():
            for key in [key for key in table.items if _place(*key) in gone]:
                table.put(key, None)


def _place_in_log(pk: str, sk: str) -> ItemKey:
    """What an item of the event log's table is: a row, or a figure."""
    kind, _, rest = pk.partition("#")
    return ("LOG" if kind == "ORG" else kind, rest, sk)


def _place(pk: str, sk: str) -> ItemKey:
    """What an item of the identity table is, and its ids: its kind first."""
    first, _, rest = pk.partition("#")
    head, _, tail = sk.partition("#")
    if first == "DIR":
        directory_id, _, more = rest.partition("#")
        kind, _, name = more.partition("#")
        return (kind, directory_id, name or sk)
    if first == "ORG":
        return {"ORG": ("ORGANIZATION", rest), "DIR": ("DIRECTORY", rest, tail)}.get(head, (head, rest, tail))
    if first == "TOKENS":
        return (first, rest, *tail.split("#TOKEN#"))
    if first == "DELETEDGROUPS":
        return ("DELETEDGROUP", sk)
    return (head, rest, tail) if tail else (first, rest)
