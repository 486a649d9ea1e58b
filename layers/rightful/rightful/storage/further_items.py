"""The index of further addresses in the identity table: one item per directory and key, with the accounts it names.

A list is changed in the transaction that changes the account, and never stands in its way: a change is first tried on
the list as it mostly is (there is none, or nobody else is in it), and else on the list as it was found. Either way on
the condition that it is so.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rightful.storage import keys
from rightful.storage.actions import Action
from rightful.storage.further_contract import FurtherList
from rightful.storage.hold_items import read_hold
from rightful.storage.items import Item, Reader

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.storage.table import Table
    from rightful.storage.writes import ListFurther

    StoredItem = Mapping[str, AttributeValueTypeDef]

SORT_KEY = "FURTHER"
_MARK = "#FURTHER#"


def list_key(directory_id: str, key: str) -> keys.Key:
    """A list of a directory's index."""
    return keys.Key(f"DIR#{directory_id}{_MARK}{key}", SORT_KEY)


def read_list(item: "StoredItem") -> FurtherList:
    """A list as it was read."""
    directory_id, _, key = item["pk"]["S"].removeprefix("DIR#").partition(_MARK)
    read = Reader(item)
    return FurtherList(directory_id, key, read.texts("account_ids"), read.number("unnamed"))


def likely_action(write: "ListFurther", table: str) -> Action:
    """The change of a list that names nobody but those who leave it."""
    assumed = FurtherList(write.directory_id, write.key, write.removed)
    return _action(assumed, assumed.changed(write.added, write.removed), table)


def fitting_action(write: "ListFurther", table: str, found: "StoredItem | None") -> Action | None:
    """The change of the list that was found; None: there is nothing to change."""
    there = read_list(found) if found else FurtherList(write.directory_id, write.key)
    after = there.changed(write.added, write.removed)
    return _action(there, after, table) if after != there else None


def _action(before: FurtherList, after: FurtherList, table: str) -> Action:
    condition, values = _unchanged(before)
    if after.empty:
        return Action("Delete", table, list_key(after.directory_id, after.key).item(), condition, values)
    return Action("Put", table, _item(after), condition, values)


def _item(content: FurtherList) -> Item:
    item = list_key(content.directory_id, content.key).item()
    if content.account_ids:
        item["account_ids"] = {"SS": sorted(content.account_ids)}
    if content.unnamed:
        item["unnamed"] = {"N": str(content.unnamed)}
    return item


def _unchanged(content: FurtherList) -> "tuple[str, dict[str, AttributeValueTypeDef] | None]":
    if content.empty:
        return "attribute_not_exists(pk)", None
    item = _item(content)
    values = {f":{name}": item[name] for name in ("account_ids", "unnamed") if name in item}
    parts = [
        f"{name} = :{name}" if f":{name}" in values else f"attribute_not_exists({name})"
        for name in ("account_ids", "unnamed")
    ]
    return " AND ".join(parts), values


class FurtherReads:
    """`storage.further_contract.FurtherStore` on the identity table."""

    identities: "Table"

    def account_ids_of_address(
        self, directory_id: str, wanted: Iterable[str], canonical: str | None
    ) -> tuple[str, ...] | None:
        """See `FurtherStore.account_ids_of_address`."""
        places = [list_key(directory_id, key) for key in dict.fromkeys(wanted)]
        hold_key = keys.hold(canonical) if canonical is not None else None
        items = self.identities.get_items([*places, hold_key] if hold_key else places)
        lists = [read_list(items[place]) for place in places if place in items]
        if any(each.unnamed for each in lists):
            return None
        holder = read_hold(items[hold_key]).account_id if hold_key in items else None
        return tuple(sorted({*([holder] if holder else []), *(name for each in lists for name in each.account_ids)}))

    def further_lists(self, pairs: Iterable[tuple[str, str]]) -> "Mapping[tuple[str, str], FurtherList]":
        """See `FurtherStore.further_lists`."""
        items = self.identities.get_items([list_key(*pair) for pair in dict.fromkeys(pairs)])
        found = [read_list(item) for item in items.values()]
        return {(each.directory_id, each.key): each for each in found}
