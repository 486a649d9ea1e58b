"""The charts of the overview: from figures of days to series and columns. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from rightful.api.console.pages.activity.charts import Chart, Column, Series, Words, bar_chart, percent_text, top_for
from rightful.domain.events.counts import DECIDED, Counts, DayCounts, Ending, Took, share_refused, total
from rightful.domain.organization import Directory

OUTCOMES: Sequence[tuple[Series, frozenset[Ending]]] = (
    (Series("By the policy alone", 1), frozenset({Ending.AUTOMATIC})),
    (Series("After an approval", 2), frozenset({Ending.APPROVED})),
    (Series("By the identity provider's own next try", 3), frozenset({Ending.WENT_THROUGH})),
    (Series("Rejected", 4), frozenset({Ending.REJECTED})),
    (
        Series("Without a decision (not wanted any more, expired, failed)", 5),
        frozenset({Ending.SUPERSEDED, Ending.EXPIRED, Ending.FAILED}),
    ),
)
"""How conflicts end. What was undone had ended before: it is no end of its own."""

TIMES: dict[Took, tuple[str, str]] = {
    Took.UNDER_A_MINUTE: ("under a minute", "<1 min"),
    Took.UNDER_TEN_MINUTES: ("1 to 10 minutes", "<10 min"),
    Took.UNDER_AN_HOUR: ("10 minutes to an hour", "<1 hour"),
    Took.UNDER_A_DAY: ("an hour to a day", "<1 day"),
    Took.UNDER_A_WEEK: ("a day to a week", "<1 week"),
    Took.LONGER: ("a week or more", "longer"),
}
"""How long it took, as people read it, and as it stands at an axis."""

MEDIANS: dict[Took, str] = {
    Took.UNDER_A_MINUTE: "half of them within a minute",
    Took.UNDER_TEN_MINUTES: "half of them within ten minutes",
    Took.UNDER_AN_HOUR: "half of them within an hour",
    Took.UNDER_A_DAY: "half of them within a day",
    Took.UNDER_A_WEEK: "half of them within a week",
    Took.LONGER: "more than half of them took a week or more",
}
"""The median, as far as it is known: figures know in which time it falls."""

_DAY = timedelta(days=1)


def days_until(today: date, number: int) -> list[date]:
    """So many days, the last one today."""
    return [today - ahead * _DAY for ahead in range(number - 1, -1, -1)]


def day_name(day: date) -> str:
    """A day as it stands at an axis."""
    return f"{day.day} {day:%b}"


def outcomes_chart(figures: Iterable[DayCounts], days: Sequence[date]) -> Chart:
    """How conflicts ended, day by day."""
    by_day = _by_day(figures, days)
    columns = [
        Column(day_name(day), [_ended(by_day[day], endings) for _, endings in OUTCOMES])
        for day in days
    ]  # fmt: skip
    ended = sum(value or 0 for column in columns for value in column.values)
    words = Words("outcomes", f"Conflicts that ended, by outcome: {ended:,.0f} in {len(days)} days", "conflicts", "Day")
    return bar_chart(words, [series for series, _ in OUTCOMES], columns)


def times_chart(figures: Iterable[DayCounts], days: Sequence[date]) -> Chart:
    """How long people waited for what was decided."""
    times = total(each.counts for each in figures).times(DECIDED)
    columns = [Column(name, [times[time]], short) for time, (name, short) in TIMES.items()]
    words = Words(
        "times",
        f"Time to decide: {sum(times.values()):,} conflicts in {len(days)} days",
        "conflicts",
        "Time to decide",
    )
    return bar_chart(words, [Series("Conflicts", 2)], columns)


def share_charts(figures: Sequence[DayCounts], days: Sequence[date], directories: Sequence[Directory]) -> list[Chart]:
    """Which part of its pushes each directory was refused, day by day, all on one scale."""
    found = [
        (directory, _by_day([each for each in figures if each.directory_id == directory.id], days))
        for directory in directories
    ]  # fmt: skip
    top = top_for([share_refused(counts) or 0.0 for _, by_day in found for counts in by_day.values()])
    return [
        bar_chart(
            Words(
                f"share-{number}",
                f"Refused of what {directory.name} pushed: {share_text(total(by_day.values()))} in {len(days)} days",
                "of its pushes",
                "Day",
            ),
            [Series("Refused", 4)],
            [Column(day_name(day), [share_refused(by_day[day])]) for day in days],
            say=percent_text,
            top_of=top,
        )
        for number, (directory, by_day) in enumerate(found, 1)
    ]


def share_text(counts: Counts) -> str:
    """Which part was refused, as people read it."""
    share = share_refused(counts)
    return "no pushes" if share is None else percent_text(share)


def _by_day(figures: Iterable[DayCounts], days: Sequence[date]) -> dict[date, Counts]:
    found: dict[date, list[Counts]] = {day: [] for day in days}
    for each in figures:
        if each.day in found:
            found[each.day].append(each.counts)
    return {day: total(counts) for day, counts in found.items()}


def _ended(counts: Counts, endings: Iterable[Ending]) -> float:
    return float(sum(counts.ended_as(ending) for ending in endings))
