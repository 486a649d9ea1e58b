"""What happened in a directory on one day, in numbers: pushes, refusals, and what became of conflicts.

Days and hours are UTC's. The figures are counted from the change stream (`core.events.counting`), so they follow what
was committed by a few seconds, and a request that wrote nothing is not among them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

KEPT_FOR = timedelta(days=400)
"""So that a day can be compared with the same one a year ago. There is no person in a number."""


class Ending(StrEnum):
    """How a conflict ended, as far as somebody who looks at a month wants to know it."""

    AUTOMATIC = "automatic"
    """What was refused was done, or prepared for a create, by the policy alone."""
    APPROVED = "approved"
    """The same, after people had approved it."""
    WENT_THROUGH = "went_through"
    """The address had become free, and the identity provider's own next try had it."""
    SUPERSEDED = "superseded"
    """Nobody wants it any more."""
    EXPIRED = "expired"
    REJECTED = "rejected"
    FAILED = "failed"
    UNDONE = "undone"
    """What had been done was taken back: it counts here, too, and not instead."""


DECIDED = frozenset({Ending.AUTOMATIC, Ending.APPROVED, Ending.WENT_THROUGH, Ending.REJECTED})
"""The endings of which the time says how long people had to wait: what nobody wanted any more, or nobody could look
at, was not decided."""


class Took(StrEnum):
    """How long it was from when a conflict was first seen until it ended."""

    UNDER_A_MINUTE = "under_a_minute"
    UNDER_TEN_MINUTES = "under_ten_minutes"
    UNDER_AN_HOUR = "under_an_hour"
    UNDER_A_DAY = "under_a_day"
    UNDER_A_WEEK = "under_a_week"
    LONGER = "longer"


_LIMITS = {
    Took.UNDER_A_MINUTE: timedelta(minutes=1),
    Took.UNDER_TEN_MINUTES: timedelta(minutes=10),
    Took.UNDER_AN_HOUR: timedelta(hours=1),
    Took.UNDER_A_DAY: timedelta(days=1),
    Took.UNDER_A_WEEK: timedelta(days=7),
}


def took(time: timedelta) -> Took:
    """In which of them a time falls."""
    return next((name for name, limit in _LIMITS.items() if time < limit), Took.LONGER)


# The names of figures, as they are stored: short, because a day has up to a hundred of them.

OPENED, REOPENED, WOULD_BE_AUTOMATIC = "opened", "reopened", "would_be_automatic"
_RANKS = {name: rank for rank, name in enumerate(Took)}


def written(hour: int) -> str:
    """The users that the directory created, changed or removed within an hour of the day."""
    return f"w{hour:02}"


def refused(hour: int) -> str:
    """The requests that were refused within an hour of the day, and recorded as a conflict or counted on one."""
    return f"r{hour:02}"


def ended(ending: Ending, time: Took) -> str:
    """The conflicts that ended so, after that time."""
    return f"{ending.value}_{_RANKS[time]}"


FIGURES = frozenset(
    {
        OPENED,
        REOPENED,
        WOULD_BE_AUTOMATIC,
        *(name(hour) for name in (written, refused) for hour in range(24)),
        *(ended(ending, time) for ending in Ending for time in Took),
    }
)
"""All of them."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures by name, those that are 0 left out; of a day, or of several together.

    Attributes:
        last_push_at: when the directory wrote or was refused last.
    """

    figures: Mapping[str, int] = field(default_factory=dict)
    last_push_at: datetime | None = None

    @property
    def writes(self) -> int:
        """Users that were created, changed or removed by a directory."""
        return self._of(map(written, range(24)))

    @property
    def refusals(self) -> int:
        """Requests that were refused and recorded as a conflict, repeats included."""
        return self._of(map(refused, range(24)))

    @property
    def opened(self) -> int:
        """Conflicts that were recorded."""
        return self.figures.get(OPENED, 0)

    @property
    def reopened(self) -> int:
        """Conflicts that had ended, and are open again."""
        return self.figures.get(REOPENED, 0)

    @property
    def would_be_automatic(self) -> int:
        """Conflicts of which was found that only the dry run held them back."""
        return self.figures.get(WOULD_BE_AUTOMATIC, 0)

    def ended_as(self, ending: Ending) -> int:
        """The conflicts that ended so."""
        return self._of(ended(ending, time) for time in Took)

    def times(self, endings: Iterable[Ending] = DECIDED) -> dict[Took, int]:
        """How long those conflicts took that ended so: a number for each time, 0 included."""
        chosen = tuple(endings)
        return {time: self._of(ended(ending, time) for ending in chosen) for time in Took}

    def _of(self, names: Iterable[str]) -> int:
        return sum(self.figures.get(name, 0) for name in names)


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The figures of one directory and one day."""

    directory_id: str
    day: date
    counts: Counts


def share_refused(counts: Counts) -> float | None:
    """Which part of what a directory asked for was refused, 0 to 1; None: it asked for nothing."""
    asked = counts.writes + counts.refusals
    return counts.refusals / asked if asked else None


def median(times: Mapping[Took, int]) -> Took | None:
    """The time in which at least half of them were over; None: there are none."""
    half, passed = sum(times.values()) / 2, 0
    for time in Took:
        passed += times.get(time, 0)
        if passed and passed >= half:
            return time
    return None


def total(several: Iterable[Counts]) -> Counts:
    """All of them together."""
    figures: Counter[str] = Counter()
    pushes: list[datetime] = []
    for each in several:
        figures.update(each.figures)
        if each.last_push_at is not None:
            pushes.append(each.last_push_at)
    return Counts(dict(figures), max(pushes, default=None))


def since_hour(days: Iterable[DayCounts], first: datetime) -> Counts:
    """The writes and refusals of the hour in which `first` is, and of all after it."""
    start = first.replace(minute=0, second=0, microsecond=0)
    return total(Counts(_from(each, start), each.counts.last_push_at) for each in days if each.day >= start.date())


def _from(each: DayCounts, start: datetime) -> dict[str, int]:
    begins = start.hour if each.day == start.date() else 0
    names = [name(hour) for name in (written, refused) for hour in range(begins, 24)]
    return {name: each.counts.figures[name] for name in names if name in each.counts.figures}
