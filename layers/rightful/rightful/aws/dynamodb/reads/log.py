"""The event log, from a table of its own: an organization's rows in the order of time, and by index those of an
account, of an address, and of a conflict."""

from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import key_of
from rightful.aws.dynamodb.items.conflicts import log_filters, read_log_entry, time_range
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.reads.merged import Merged, Partition, wanted_page
from rightful.aws.dynamodb.table import ReadOrder
from rightful.domain.events.event_log import EVERYTHING, LogEntry, LogFilter

if TYPE_CHECKING:
    from rightful.aws.dynamodb.table import Table
    from rightful.ports.store.contract import LogPage


class LogReads:
    """The event log of `ports.store.contract.IdentityStore`."""

    event_log: "Table"

    def log(
        self, organization_id: str, *, limit: int, position: str | None = None, wanted: LogFilter = EVERYTHING
    ) -> "LogPage":
        """The position is the last row's id."""
        from rightful.ports.store.contract import LogPage

        partitions = _partitions(organization_id, wanted)
        between = time_range(wanted.since, wanted.until)
        if not partitions:
            items, last = self.event_log.in_order(
                keys.log(organization_id, "").pk,
                ReadOrder(between, filters=log_filters(wanted)),
                limit=limit,
                start=keys.log(organization_id, position) if position else None,
            )
            return LogPage(tuple(read_log_entry(item) for item in items), last)

        def read(after: str | None, most: int, queries: int) -> tuple[list[LogEntry], str | None, int]:
            merged = Merged(self.event_log, partitions, ReadOrder(between), queries)
            if after is not None:
                merged.begin(after, keys.log(organization_id, after))
            entries, last = merged.read(most)
            there = list(map(key_of, entries))
            rows = self.event_log.get_items(there)
            read = [read_log_entry(rows[key]) for key in there if key in rows]
            return [row for row in read if wanted.wants(row)], last, merged.left

        found, last = wanted_page(read, position, limit, exact=_is_served(wanted))
        return LogPage(tuple(found), last)


def _is_served(wanted: LogFilter) -> bool:
    """Whether one index says all that is wanted."""
    asked = [each for each in (wanted.conflict_id, wanted.account_id, wanted.address) if each is not None]
    return len(asked) == 1 and not log_filters(wanted)


def _partitions(organization_id: str, wanted: LogFilter) -> list[Partition]:
    """By what is the most particular of what is asked for; none: the table itself."""
    pk = keys.log(organization_id, "").pk
    if wanted.conflict_id is not None:
        return [Partition("by_conflict", "conflict_key", keys.of_rows(organization_id, wanted.conflict_id), "sk", pk)]
    if wanted.account_id is not None:
        return [Partition("by_account", "account_key", keys.of_rows(organization_id, wanted.account_id), "sk", pk)]
    if wanted.address is not None:
        key = keys.of_rows(organization_id, wanted.address)
        return [
            Partition("by_old_address", "old_key", key, "sk", pk),
            Partition("by_requested_address", "requested_key", key, "sk", pk),
        ]
    return []
