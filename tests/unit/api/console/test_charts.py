"""Charts: numbers, and where they are drawn."""

import re
from itertools import pairwise

import pytest

from rightful.api.console.pages.activity.charts import (
    HEIGHT,
    WIDTH,
    Chart,
    Column,
    Series,
    Words,
    bar_chart,
    number_text,
    percent_text,
    top_for,
)

_WORDS = Words("some", "Some of them", "things", "Day")
_TWO = (Series("Left", 1), Series("Right", 2))


def _chart(*values: tuple[float | None, float | None]) -> Chart:
    return bar_chart(_WORDS, _TWO, [Column(f"{number} Nov", each) for number, each in enumerate(values, 1)])


def test_bars_are_as_high_as_their_numbers_and_stand_on_each_other() -> None:
    chart = _chart((2, 6), (4, 0))
    low, high, other = chart.segments
    assert (low.series.name, high.series.name, other.series.name) == ("Left", "Right", "Left")
    assert high.height == pytest.approx(3 * low.height, abs=0.2)
    assert low.y + low.height == pytest.approx(chart.bottom, abs=0.1)
    assert high.y + high.height == pytest.approx(low.y, abs=0.2)
    assert high.y == pytest.approx(chart.top, abs=0.1)
    assert other.height == pytest.approx(2 * low.height, abs=0.2)
    assert (low.x, low.width) == (high.x, high.width)
    assert other.x > low.x + low.width
    assert high.text == "1 Nov: Right, 6"


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7, 9, 10, 11, 99, 1_000, 12_345, 10**9])
def test_the_axis_has_round_whole_numbers_and_room_for_all(most: int) -> None:
    chart = _chart((most, 0))
    texts = [tick.text for tick in chart.ups]
    numbers = [int(text.replace(",", "")) for text in texts]
    assert len(set(texts)) == len(texts) <= 6
    assert numbers[0] == 0
    assert numbers[-1] >= most
    assert all(re.fullmatch("0|[125]0*", str(right - left)) for left, right in pairwise(numbers))
    ats = [tick.at for tick in chart.ups]
    assert ats == sorted(ats, reverse=True)
    assert (ats[0], ats[-1]) == (chart.bottom, chart.top)


def test_a_chart_of_nothing_has_axes_and_says_that_it_is_empty() -> None:
    chart = _chart((0, 0), (None, 0))
    assert chart.is_empty
    assert bar_chart(_WORDS, _TWO, []).is_empty
    assert not _chart((0, 1)).is_empty


def test_a_day_without_a_number_is_no_zero() -> None:
    chart = bar_chart(_WORDS, _TWO[:1], [Column("1 Nov", [None]), Column("2 Nov", [0]), Column("3 Nov", [0.25])],
                      say=percent_text, top_of=0.5)  # fmt: skip
    assert len(chart.bare) == len(chart.segments) == 1
    assert chart.rows == [("1 Nov", ["none"]), ("2 Nov", ["0%"]), ("3 Nov", ["25%"])]
    assert [tick.text for tick in chart.ups] == ["0%", "20%", "40%", "60%"]


@pytest.mark.parametrize("number", [1, 2, 6, 7, 30, 90])
def test_labels_are_few_and_the_last_one_is_there(number: int) -> None:
    chart = bar_chart(_WORDS, _TWO, [Column(f"{each}", (1, 1)) for each in range(number)])
    assert chart.alongs[-1].text == f"{number - 1}"
    assert len(chart.alongs) <= 6
    assert len(chart.rows) == number
    distances = {round(b.at - a.at) for a, b in pairwise(chart.alongs)}
    assert len(distances) <= 2


def test_everything_is_within_the_box() -> None:
    chart = _chart(*[(each * 37 % 11, each) for each in range(90)])
    for each in chart.segments:
        assert 0 <= each.x <= each.x + each.width <= WIDTH
        assert 0 <= each.y <= each.y + each.height <= HEIGHT - 20
        assert each.height > 0


def test_more_series_than_there_are_patterns_are_refused() -> None:
    six = [Series(f"{number}", number) for number in range(1, 7)]
    with pytest.raises(ValueError, match="five"):
        bar_chart(_WORDS, six, [Column("1 Nov", [1] * 6)])
    with pytest.raises(ValueError, match="five"):
        bar_chart(_WORDS, _TWO, [Column("1 Nov", [1])])


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (1, "100%"), (0.5, "50%"), (0.1, "10%"), (0.0314, "3.1%"), (0.00001, "under 0.1%"), (0.001, "0.1%")],
)
def test_a_share_never_reads_as_nothing_where_there_is_something(share: float, text: str) -> None:
    assert percent_text(share) == text


def test_numbers_read_as_people_write_them() -> None:
    assert (number_text(0), number_text(1_234_567)) == ("0", "1,234,567")


@pytest.mark.parametrize(("shares", "top"), [([], 0.01), ([0, 0.03], 0.05), ([0.5], 0.5), ([0.51], 1), ([1], 1)])
def test_several_charts_have_one_scale_that_has_room_for_all(shares: list[float], top: float) -> None:
    assert top_for(shares) == top
