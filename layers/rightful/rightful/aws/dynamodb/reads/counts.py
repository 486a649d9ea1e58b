"""Figures by directory and day, from the table of the event log."""

from typing import TYPE_CHECKING

from rightful.aws.dynamodb.keys import base as keys

if TYPE_CHECKING:
    from datetime import date

    from rightful.aws.dynamodb.table import Table
    from rightful.domain.events.counts import DayCounts


class CountsReads:
    """`ports.store.counts.CountsStore`."""

    event_log: "Table"

    def counts(self, organization_id: str, first: "date", last: "date") -> "tuple[DayCounts, ...]":
        from rightful.aws.dynamodb.items.counts import read_counts

        begin = keys.counts(organization_id, first.isoformat(), "")
        end = keys.counts(organization_id, last.isoformat(), keys.AFTER_ANY_ID)
        pages = self.event_log.client.get_paginator("query").paginate(
            TableName=self.event_log.name,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={":pk": {"S": begin.pk}, ":first": {"S": begin.sk}, ":last": {"S": end.sk}},
        )
        return tuple(read_counts(item) for page in pages for item in page["Items"])
