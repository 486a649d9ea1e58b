"""What is stored, on the keys and indexes of template.yaml."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence

from tests.support.dynamodb.expressions import Item, Value
from tests.support.dynamodb.faults import Key
from tests.support.dynamodb.schema import table_properties

Place = tuple[str, str, str]
"""Where an item is in a partition: its sort key there, and its own key."""


class Index:
    """A table's items by one key: a partition, then a sort key. That of the table, or a global secondary index."""

    def __init__(
        self, schema: Sequence[Mapping[str, str]], *, all_attributes: bool, included: Sequence[str] = ()
    ) -> None:
        names = {part["KeyType"]: part["AttributeName"] for part in schema}
        self.partition: str = names["HASH"]
        self.sort: str | None = names.get("RANGE")
        self.keys = {"pk", "sk", *names.values()}
        self.all_attributes = all_attributes
        self.projected = self.keys | {*included}
        self.places: dict[str, list[Place]] = {}

    def copy_from(self, other: "Index") -> None:
        """Be as another one is."""
        self.places = {partition: list(places) for partition, places in other.places.items()}

    def place(self, item: Mapping[str, Value]) -> tuple[str, Place] | None:
        """The partition of an item and where it is there; None: it is not in this index."""
        if self.partition not in item or (self.sort is not None and self.sort not in item):
            return None
        sort = item[self.sort]["S"] if self.sort is not None else ""
        return item[self.partition]["S"], (sort, item["pk"]["S"], item["sk"]["S"])

    def replace(self, before: Mapping[str, Value], after: Mapping[str, Value]) -> None:
        """An item is another one now; empty: there is none."""
        if self.partition not in before and self.partition not in after:
            return
        old, new = self.place(before), self.place(after)
        if old == new:
            return
        if old is not None:
            places = self.places[old[0]]
            del places[bisect_left(places, old[1])]
        if new is not None:
            insort(self.places.setdefault(new[0], []), new[1])

    def shown(self, item: Item) -> Item:
        """What a read of this index gives of an item."""
        if self.all_attributes:
            return dict(item)
        return {name: value for name, value in item.items() if name in self.projected}

    def key_in(self, item: Item) -> Item:
        """An item's key in this index, after which a page starts."""
        return {name: value for name, value in item.items() if name in self.keys}


class Table:
    """Items by their keys, oldest first, and where they are in the indexes."""

    def __init__(self, logical_id: str) -> None:
        properties = table_properties(logical_id)
        self.items: dict[Key, Item] = {}
        self.puts = 0
        self.indexes: dict[str | None, Index] = {None: Index(properties["KeySchema"], all_attributes=True)}
        for each in properties.get("GlobalSecondaryIndexes", ()):
            projection = each["Projection"]
            assert projection["ProjectionType"] in {"KEYS_ONLY", "INCLUDE"}
            included = projection.get("NonKeyAttributes", ())
            self.indexes[each["IndexName"]] = Index(each["KeySchema"], all_attributes=False, included=included)
        self.keys = frozenset(part["AttributeName"] for part in properties["AttributeDefinitions"])
        self.partitions = frozenset(index.partition for index in self.indexes.values())

    def copy_from(self, other: "Table") -> None:
        """Be as another one is. Its items are shared: a write replaces an item, and changes none."""
        self.items = dict(other.items)
        self.puts += 1
        for name, index in other.indexes.items():
            self.indexes[name].copy_from(index)

    def put(self, key: Key, item: Item | None) -> None:
        """An item, or that there is none any more."""
        before = self.items.get(key, {})
        if item is None and not before:
            return
        self.puts += 1
        for index in self.indexes.values():
            index.replace(before, item or {})
        if item is not None:
            self.items[key] = item
        else:
            self.items.pop(key, None)


def found_by(places: Sequence[Place], comparison: str, values: Sequence[str]) -> tuple[int, int]:
    """Where the places of a partition are that a key condition wants: the first, and the first that is not."""
    if comparison == "begins_with":
        [prefix] = values
        first = bisect_left(places, prefix, key=_sort_key)
        return first, bisect_right(places, prefix, lo=first, key=lambda place: place[0][: len(prefix)])
    if comparison == "BETWEEN":
        return bisect_left(places, values[0], key=_sort_key), bisect_right(places, values[1], key=_sort_key)
    if comparison == ">":
        return bisect_right(places, values[0], key=_sort_key), len(places)
    return 0, len(places)


def _sort_key(place: Place) -> str:
    return place[0]
