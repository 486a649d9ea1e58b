"""What happened in an organization's directories, in numbers."""

from datetime import date
from typing import Protocol

from rightful.domain.events.counts import DayCounts


class CountsStore(Protocol):
    """Reading the figures that `ports.writes.counts` adds to."""

    def counts(self, organization_id: str, first: date, last: date) -> tuple[DayCounts, ...]:
        """The figures of all directories of an organization, from one day to another, both included: by day, then by
        directory. A directory of which nothing was counted on a day is absent that day. Eventually consistent; one call
        for each megabyte, which is a few hundred octets for a directory and day."""
        ...
