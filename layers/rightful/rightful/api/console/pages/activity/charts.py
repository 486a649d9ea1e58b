"""Charts: from numbers to coordinates. Pure; a template draws them as SVG, and a table says the same in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 440.0, 200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 16.0, 24.0, 30.0
_GAP = 0.22
"""Of a bar's place."""
_MOST_DATES = 6
_STEPS = (1, 2, 5, 10)
_LINES = 4
_FILLS = 5


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of what is counted. `number` is 1 to 5: its colour (c1 and so on) and its pattern (p1 and so on)."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Column:
    """A place on the horizontal axis: what it is called, and a number for each series; None: there is none to be had,
    which is not 0. `short` is what is at the axis, where the label is too long for it."""

    label: str
    values: Sequence[float | None]
    short: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar."""

    x: float
    y: float
    width: float
    height: float
    series: Series
    text: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A text at an axis, and where."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart with its coordinates, in a box of `WIDTH` and `HEIGHT`.

    Attributes:
        id: unique in the page.
        title: what it shows, and its sum, for those who do not see it.
        bare: where columns are of which there is no number.
        head: of the column with the labels, in the table.
        rows: of the table: a label, then a text for each series.
    """

    id: str
    title: str
    axis: str
    series: Sequence[Series]
    segments: Sequence[Segment]
    bare: Sequence[float]
    ups: Sequence[Tick]
    alongs: Sequence[Tick]
    head: str
    rows: Sequence[tuple[str, Sequence[str]]]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.segments

    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a chart.

    Attributes:
        axis: what the vertical axis counts.
        head: of the column with the labels, in the table.
    """

    id: str
    title: str
    axis: str
    head: str


def number_text(value: float) -> str:
    """A count, as people read it."""
    return f"{value:,.0f}"


def percent_text(value: float) -> str:
    """A share: 0.031, "3.1%"; what is not 0 never reads as 0."""
    if 0 < value < 0.001:
        return "under 0.1%"
    return f"{value * 100:.1f}".rstrip("0").rstrip(".") + "%"


def bar_chart(
    words: Words,
    series: Sequence[Series],
    columns: Sequence[Column],
    *,
    say: Callable[[float], str] = number_text,
    top_of: float | None = None,
) -> Chart:
    """Bars side by side, the series stacked in each.

    Args:
        series: up to five, the lowest first.
        say: a number as a text.
        top_of: up to which number the vertical axis goes, so that several charts can be compared; None: as it fits.

    Raises:
        ValueError: more series than there are patterns, or a column has not one number for each.
    """
    if len(series) > _FILLS or any(len(column.values) != len(series) for column in columns):
        raise ValueError("up to five series, and one number of each in every column")
    sums = [sum(value or 0 for value in column.values) for column in columns]
    steps = _steps(top_of if top_of is not None else max(sums, default=0), whole=say is number_text)
    place = (WIDTH - _LEFT - _RIGHT) / max(len(columns), 1)
    segments: list[Segment] = []
    for number, column in enumerate(columns):
        segments += _bar(column, series, (_LEFT + number * place, place, steps[-1]), say)
    middles = [_LEFT + (number + 0.5) * place for number in range(len(columns))]
    return Chart(
        id=words.id,
        title=words.title,
        axis=words.axis,
        series=series,
        segments=segments,
        bare=[round(at, 1) for at, each in zip(middles, columns, strict=True) if _is_bare(each)],
        ups=[Tick(round(_up(step, steps[-1]), 1), say(step)) for step in steps],
        alongs=_alongs(middles, columns),
        head=words.head,
        rows=[
            (column.label, ["none" if value is None else say(value) for value in column.values])
            for column in columns
        ],
    )  # fmt: skip


def top_for(numbers: Sequence[float]) -> float:
    """Up to which share an axis goes that has all of these."""
    most = max(numbers, default=0.0)
    return next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if most <= step), 1.0)


def _bar(
    column: Column, series: Sequence[Series], place: tuple[float, float, float], say: Callable[[float], str]
) -> list[Segment]:
    start, width, top = place
    segments, below = [], 0.0
    for each, value in zip(series, column.values, strict=True):
        if not value:
            continue
        low, high = _up(below, top), _up(below + value, top)
        text = f"{column.label}: {each.name}, {say(value)}"
        x, wide = start + width * _GAP / 2, width * (1 - _GAP)
        segments.append(Segment(round(x, 1), round(high, 1), round(wide, 1), round(low - high, 1), each, text))
        below += value
    return segments


def _is_bare(column: Column) -> bool:
    return all(value is None for value in column.values)


def _up(value: float, top: float) -> float:
    """How high a number is: SVG counts from above."""
    high = HEIGHT - _BOTTOM
    return high - (high - _TOP) * value / top


def _steps(most: float, *, whole: bool) -> list[float]:
    """The numbers at the vertical axis, from 0 to at least `most`."""
    if most <= 0:
        return [0.0, 1.0]
    raw = most / _LINES
    power = 10.0 ** floor(log10(raw))
    step = next(each * power for each in _STEPS if raw <= each * power * (1 + 1e-9))
    if whole:
        step = max(step, 1.0)
    steps = [0.0]
    while steps[-1] < most * (1 - 1e-9):
        steps.append(round(len(steps) * step, 9))
    return steps


def _alongs(middles: Sequence[float], columns: Sequence[Column]) -> list[Tick]:
    """The labels at the horizontal axis: all of a few, else some at equal distances, the last one among them."""
    every = -(-len(columns) // _MOST_DATES) if columns else 1
    last = len(columns) - 1
    return [
        Tick(round(at, 1), column.short or column.label)
        for number, (at, column) in enumerate(zip(middles, columns, strict=True))
        if (last - number) % every == 0
    ]
