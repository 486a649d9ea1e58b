"""Figures of days: what they say together, and of a time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rightful.domain.events.counts import (
    DECIDED,
    FIGURES,
    OPENED,
    Counts,
    DayCounts,
    Ending,
    Took,
    ended,
    median,
    refused,
    share_refused,
    since_hour,
    took,
    total,
    written,
)

_DAY = date(2026, 11, 20)
_AT = datetime(2026, 11, 20, 9, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "name"),
    [
        (timedelta(), Took.UNDER_A_MINUTE),
        (timedelta(seconds=-1), Took.UNDER_A_MINUTE),
        (timedelta(seconds=59.9), Took.UNDER_A_MINUTE),
        (timedelta(minutes=1), Took.UNDER_TEN_MINUTES),
        (timedelta(minutes=10), Took.UNDER_AN_HOUR),
        (timedelta(hours=1), Took.UNDER_A_DAY),
        (timedelta(hours=24), Took.UNDER_A_WEEK),
        (timedelta(days=7), Took.LONGER),
        (timedelta(days=700), Took.LONGER),
    ],
)
def test_a_time_has_one_name_and_a_limit_belongs_to_the_next(time: timedelta, name: Took) -> None:
    assert took(time) is name


def test_each_figure_has_a_name_of_its_own() -> None:
    assert len(FIGURES) == 3 + 48 + len(Ending) * len(Took)


def test_counts_say_what_their_figures_are_together() -> None:
    counts = Counts(
        {
            OPENED: 4,
            written(0): 1,
            written(23): 5,
            refused(12): 2,
            ended(Ending.APPROVED, Took.UNDER_A_DAY): 2,
            ended(Ending.EXPIRED, Took.LONGER): 3,
        }
    )
    assert (counts.writes, counts.refusals, counts.opened, counts.reopened) == (6, 2, 4, 0)
    assert (counts.ended_as(Ending.APPROVED), counts.ended_as(Ending.REJECTED)) == (2, 0)
    assert share_refused(counts) == 0.25
    assert share_refused(Counts()) is None
    assert counts.times()[Took.UNDER_A_DAY] == 2
    assert counts.times()[Took.LONGER] == 0, "what expired was not decided"
    assert counts.times([Ending.EXPIRED])[Took.LONGER] == 3
    assert Ending.UNDONE not in DECIDED


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], None),
        ([0, 0, 0, 0, 0, 1], Took.LONGER),
        ([1, 0, 0, 1], Took.UNDER_A_MINUTE),
        ([1, 0, 0, 2], Took.UNDER_A_DAY),
        ([2, 2, 1], Took.UNDER_TEN_MINUTES),
        ([0, 0, 3, 2], Took.UNDER_AN_HOUR),
    ],
)
def test_the_median_is_the_time_in_which_half_of_them_were_over(numbers: list[int], expected: Took | None) -> None:
    assert median(dict(zip(Took, numbers, strict=False))) is expected


def test_the_total_has_the_latest_push_in_whatever_order() -> None:
    counts = [Counts({OPENED: 1}, _AT), Counts({OPENED: 2, written(1): 1}), Counts({}, _AT - timedelta(days=1))]
    assert total(counts) == total(reversed(counts)) == Counts({OPENED: 3, written(1): 1}, _AT)
    assert total([]) == Counts()


def test_of_the_first_day_only_the_hours_count_that_are_not_over() -> None:
    days = [
        DayCounts("d", _DAY - timedelta(days=1), Counts({written(23): 100})),
        DayCounts("d", _DAY, Counts({written(8): 10, written(9): 1, refused(23): 1, OPENED: 7}, _AT)),
        DayCounts("d", _DAY + timedelta(days=1), Counts({written(0): 2, refused(8): 1})),
    ]
    found = since_hour(days, _AT)
    assert (found.writes, found.refusals, found.last_push_at) == (3, 2, _AT)
