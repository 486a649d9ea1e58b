"""Lists of an organization's conflicts, from the identity table.

What one index answers exactly is asked of that; what else is wanted is filtered from its small entries. Several words
of one kind (three statuses are "live") are several partitions, merged.
"""

from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Reader, key_of
from rightful.aws.dynamodb.items.conflicts import read_conflict, time_range
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.reads.merged import MOST_QUERIES, Merged, Partition, wanted_page
from rightful.aws.dynamodb.table import ReadOrder
from rightful.domain.conflicts.conflict import LIVE, ConflictStatus
from rightful.ports.store.lists import EVERY_CONFLICT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.aws.dynamodb.table import Table
    from rightful.domain.conflicts.conflict import Conflict
    from rightful.ports.store.lists import ConflictFilter, ConflictPage, ListedConflict, ListedConflicts

    StoredItem = Mapping[str, AttributeValueTypeDef]
    _Filters = Mapping[str, Sequence[str]]

_FEW = 6
"""So many classes are looked up one by one; more are filtered from what else is asked for."""


class ConflictReads:
    """The conflicts of `ports.store.lists.ManagedStore`."""

    identities: "Table"

    def conflicts(
        self,
        organization_id: str,
        *,
        limit: int,
        position: str | None = None,
        wanted: "ConflictFilter" = EVERY_CONFLICT,
    ) -> "ConflictPage":
        """The position is the last conflict's id."""
        from rightful.ports.store.lists import ConflictPage

        partitions, order = _asked(organization_id, wanted)
        if not partitions:
            items, last = self._in_order(organization_id, wanted, limit, position)
            return ConflictPage(tuple(map(read_conflict, items)), last)

        def read(after: str | None, most: int, queries: int) -> "tuple[list[Conflict], str | None, int]":
            merged = self._merged(organization_id, partitions, order, after, queries)
            entries, last = merged.read(most)
            return self._still(entries, wanted), last, merged.left

        found, last = wanted_page(read, position, limit)
        return ConflictPage(tuple(found), last)

    def _still(self, entries: "Sequence[StoredItem]", wanted: "ConflictFilter") -> "list[Conflict]":
        """The conflicts of these entries that are still as the index says."""
        there = list(map(key_of, entries))
        items = self.identities.get_items(there)
        conflicts = [read_conflict(items[key]) for key in there if key in items]
        return [conflict for conflict in conflicts if wanted.wants(conflict)]

    def _in_order(
        self, organization_id: str, wanted: "ConflictFilter", limit: int, position: str | None
    ) -> "tuple[list[StoredItem], str | None]":
        first, last = time_range(wanted.since, wanted.until) or ("", "~")
        between = (f"{keys.CONFLICT_PREFIX}{first}", f"{keys.CONFLICT_PREFIX}{last}")
        items, last_sort = self.identities.in_order(
            keys.organization(organization_id).pk,
            ReadOrder(between, wanted.oldest_first),
            limit=limit,
            start=keys.conflict(organization_id, position) if position else None,
        )
        return items, last_sort.removeprefix(keys.CONFLICT_PREFIX) if last_sort else None

    def _merged(
        self,
        organization_id: str,
        partitions: "Sequence[Partition]",
        order: ReadOrder,
        position: str | None = None,
        most_queries: int = MOST_QUERIES,
    ) -> Merged:
        merged = Merged(self.identities, partitions, order, most_queries)
        if position is not None:
            merged.begin(position, keys.conflict(organization_id, position))
        return merged

    def listed_conflicts(self, organization_id: str, wanted: "ConflictFilter", *, most: int) -> "ListedConflicts":
        from rightful.ports.store.lists import ListedConflicts

        partitions, order = _asked(organization_id, wanted)
        if not partitions:
            partitions = _by_status(organization_id, ConflictStatus)
        entries, position = self._merged(organization_id, partitions, order).read(most)
        return ListedConflicts(tuple(map(_listed, entries)), position is None)


def _asked(organization_id: str, wanted: "ConflictFilter") -> "tuple[list[Partition], ReadOrder]":
    """The partitions that have what is wanted (none: the table itself), and what is filtered from their entries."""
    partitions, served = _partitions(organization_id, wanted)
    words: dict[str, Sequence[str]] = {
        "status": sorted(wanted.statuses),
        "class": sorted(wanted.classes),
        "who_key": sorted(keys.of_conflicts(organization_id, role.code) for role in wanted.who),
        "directory_id": [wanted.directory_id] if wanted.directory_id is not None else [],
    }
    filters = {name: values for name, values in words.items() if values and name != served}
    return partitions, ReadOrder(time_range(wanted.since, wanted.until), wanted.oldest_first, filters)


def _partitions(organization_id: str, wanted: "ConflictFilter") -> "tuple[list[Partition], str]":
    """By what is the most particular of what is asked for, and which of the filters that serves.

    Raises:
        ValueError: an account and an address at once, which no index has.
    """
    if wanted.account_id is not None and wanted.address is not None:
        raise ValueError("conflicts of an account, or about an address")
    pk = keys.organization(organization_id).pk

    def of(index: str, attribute: str, *values: str) -> "list[Partition]":
        places = sorted(keys.of_conflicts(organization_id, value) for value in values)
        return [Partition(index, attribute, place, "conflict_id", pk) for place in places]

    if wanted.account_id is not None:
        requester = of("conflicts_by_requester", "requester_of_key", wanted.account_id)
        return requester + of("conflicts_by_holder", "holder_key", wanted.account_id), "account"
    if wanted.address is not None:
        claimed = of("conflicts_by_wanted_address", "wanted_key", wanted.address)
        return claimed + of("conflicts_by_old_address", "old_key", wanted.address), "address"
    if wanted.who:
        return of("conflicts_by_who", "who_key", *(role.code for role in wanted.who)), "who_key"
    if wanted.statuses and wanted.statuses <= LIVE | {ConflictStatus.FAILED}:
        return _by_status(organization_id, wanted.statuses), "status"
    if 0 < len(wanted.classes) <= _FEW:
        return of("conflicts_by_class", "class_key", *wanted.classes), "class"
    if wanted.directory_id is not None:
        return of("conflicts_by_directory", "asking_directory_key", wanted.directory_id), "directory_id"
    if wanted.statuses or wanted.classes:
        return _by_status(organization_id, wanted.statuses or ConflictStatus), "status"
    return [], ""


def _by_status(organization_id: str, statuses: "Iterable[ConflictStatus]") -> "list[Partition]":
    pk = keys.organization(organization_id).pk
    values = sorted(keys.of_conflicts(organization_id, status) for status in statuses)
    return [Partition("conflicts_by_status", "status_key", value, "conflict_id", pk) for value in values]


def _listed(entry: "StoredItem") -> "ListedConflict":
    from rightful.ports.store.lists import ListedConflict

    read = Reader(entry)
    who = read.optional_text("who_key")
    return ListedConflict(
        read.text("conflict_id"),
        read.optional_text("status") or "",
        read.optional_text("class"),
        who.rpartition("#")[2] if who else None,
        read.optional_text("directory_id") or "",
    )
