"""The index of secondary emails in the identity table: one item per directory and key, with the accounts it names.

A list is changed in the transaction that changes the account, and never stands in its way: a change is first tried on
the list as it mostly is (there is none, or nobody else is in it), and else on the list as it was found. Either way on
the condition that it is so.
"""

from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Reader, write_key
from rightful.aws.dynamodb.table import Action
from rightful.ports.key import ItemKey
from rightful.ports.store.emails import SecondaryEmailList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.ports.writes.accounts import ListSecondaryEmail

    StoredItem = Mapping[str, AttributeValueTypeDef]

SORT_KEY = "SECONDARY"
_MARK = "#SECONDARY#"


def list_key(directory_id: str, key: str) -> ItemKey:
    """A list of a directory's index."""
    return ItemKey(f"DIR#{directory_id}{_MARK}{key}", SORT_KEY)


def read_list(item: "StoredItem") -> SecondaryEmailList:
    """A list as it was read."""
    directory_id, _, key = item["pk"]["S"].removeprefix("DIR#").partition(_MARK)
    read = Reader(item)
    return SecondaryEmailList(directory_id, key, read.texts("account_ids"), read.number("unnamed"))


def likely_action(write: "ListSecondaryEmail", table: str) -> Action:
    """The change of a list that names nobody but those who leave it."""
    assumed = SecondaryEmailList(write.directory_id, write.key, write.removed)
    return _action(assumed, assumed.changed(write.added, write.removed), table)


def fitting_action(write: "ListSecondaryEmail", table: str, found: "StoredItem | None") -> Action | None:
    """The change of the list that was found; None: there is nothing to change."""
    there = read_list(found) if found else SecondaryEmailList(write.directory_id, write.key)
    after = there.changed(write.added, write.removed)
    return _action(there, after, table) if after != there else None


def _action(before: SecondaryEmailList, after: SecondaryEmailList, table: str) -> Action:
    condition, values = _unchanged(before)
    if after.empty:
        return Action("Delete", table, write_key(list_key(after.directory_id, after.key)), condition, values)
    return Action("Put", table, _item(after), condition, values)


def _item(content: SecondaryEmailList) -> Item:
    item = write_key(list_key(content.directory_id, content.key))
    if content.account_ids:
        item["account_ids"] = {"SS": sorted(content.account_ids)}
    if content.unnamed:
        item["unnamed"] = {"N": str(content.unnamed)}
    return item


def _unchanged(content: SecondaryEmailList) -> "tuple[str, dict[str, AttributeValueTypeDef] | None]":
    if content.empty:
        return "attribute_not_exists(pk)", None
    item = _item(content)
    values = {f":{name}": item[name] for name in ("account_ids", "unnamed") if name in item}
    parts = [
        f"{name} = :{name}" if f":{name}" in values else f"attribute_not_exists({name})"
        for name in ("account_ids", "unnamed")
    ]
    return " AND ".join(parts), values
