"""The index of further addresses in memory."""

from collections.abc import Iterable, Mapping

from rightful.domain.hold import Hold
from rightful.ports.store.emails import FurtherList
from rightful.ports.writes.accounts import ListFurther

ItemKey = tuple[str, ...]


def change_list(write: ListFurther, key: ItemKey, items: dict[ItemKey, object]) -> None:
    """Do the write."""
    found = items.get(key)
    there = found if isinstance(found, FurtherList) else FurtherList(write.directory_id, write.key)
    after = there.changed(write.added, write.removed)
    items[key] = after
    if after.empty:
        del items[key]


class MemoryFurther:
    """`storage.further_contract.FurtherStore` on a dictionary of items."""

    _items: dict[ItemKey, object]

    def account_ids_of_address(
        self, directory_id: str, keys: Iterable[str], canonical: str | None
    ) -> tuple[str, ...] | None:
        """See `FurtherStore.account_ids_of_address`."""
        lists = self.further_lists((directory_id, key) for key in keys).values()
        if any(each.unnamed for each in lists):
            return None
        hold = self._items.get(("EMAIL", canonical)) if canonical is not None else None
        holder = hold.account_id if isinstance(hold, Hold) else None
        return tuple(sorted({*([holder] if holder else []), *(name for each in lists for name in each.account_ids)}))

    def further_lists(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], FurtherList]:
        """See `FurtherStore.further_lists`."""
        found = {pair: self._items.get(("FURTHER", *pair)) for pair in pairs}
        return {pair: each for pair, each in found.items() if isinstance(each, FurtherList)}
