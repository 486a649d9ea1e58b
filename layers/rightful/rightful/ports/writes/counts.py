"""The writes of figures. What is counted comes from a stream that may tell it again, in other company: so each occasion
is marked as counted in the transaction that adds its figures."""

from dataclasses import dataclass
from datetime import date, datetime

from rightful.domain.events.counts import Counts


@dataclass(frozen=True, slots=True)
class MarkCounted:
    """Note that an occasion was counted, until the stream has forgotten it. Condition: it was not noted yet."""

    occasion: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AddCounts:
    """Add to the figures of a directory and day. Condition, where there is a last push: none is known that was later.
    Who is refused has to leave it out."""

    organization_id: str
    directory_id: str
    day: date
    added: Counts

    @property
    def place(self) -> tuple[str, str, date]:
        """The figures that it adds to."""
        return self.organization_id, self.directory_id, self.day
