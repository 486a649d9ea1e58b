"""A picture of the dashboard of template.yaml, with sample data, for the documentation.

    python -m local.dashboard_picture

CloudWatch draws the dashboard itself; this draws the same widgets at the same places from the same JSON, so that the
documentation cannot show another one (tests/template holds docs/dashboard.svg against the template).
"""

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from html import escape

from local.dashboard_samples import ALARMS_ON, CLASSES, POINTS, ROUTES, sample
from local.deployment import Json, read_template
from local.paths import ROOT

PICTURE = ROOT / "docs" / "dashboard.svg"

_CELL, _GAP = 60, 6
_COLORS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf")
_INK, _FAINT, _PAPER, _CARD = "#16191f", "#687078", "#f2f3f3", "#ffffff"
_END, _MIDDLE = 'text-anchor="end"', 'text-anchor="middle"'

_Pair = tuple[float, float]


def _say(at: _Pair, text: str, *, size: int = 14, color: str = _FAINT, style: str = "") -> str:
    x, y = at
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" {style}>{escape(text)}</text>'


def _box(at: _Pair, size: _Pair, color: str, *, style: str = "") -> str:
    (x, y), (width, height) = at, size
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}" {style}/>'


def _rule(left: float, right: float, y: float, color: str, *, style: str = "") -> str:
    return f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{color}" {style}/>'


def dashboard() -> list[dict[str, Json]]:
    """The widgets of the template's dashboard."""
    template = read_template()
    resources = template["Resources"]
    assert isinstance(resources, dict)
    (found,) = (
        resource["Properties"]
        for resource in resources.values()
        if isinstance(resource, dict) and resource["Type"] == "AWS::CloudWatch::Dashboard"
    )
    assert isinstance(found, dict)
    body = found["DashboardBody"]
    assert isinstance(body, dict)
    text = str(body["Fn::Sub"]).replace("${AWS::StackName}", "rightful").replace("${Stage}", "prod")
    widgets: list[dict[str, Json]] = json.loads(text)["widgets"]
    return widgets


def picture(widgets: list[dict[str, Json]]) -> str:
    """The dashboard as SVG; the same each time."""
    height = max(_number(widget["y"]) + _number(widget["height"]) for widget in widgets)
    width = 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * _CELL} {height * _CELL}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="15">',
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
    ]
    for widget in widgets:
        parts += _widget(widget)
    return "\n".join([*parts, "</svg>", ""])


def _widget(widget: dict[str, Json]) -> list[str]:
    x, y = _number(widget["x"]) * _CELL + _GAP, _number(widget["y"]) * _CELL + _GAP
    width, height = _number(widget["width"]) * _CELL - 2 * _GAP, _number(widget["height"]) * _CELL - 2 * _GAP
    properties = widget["properties"]
    assert isinstance(properties, dict)
    inside: list[str]
    if widget["type"] == "text":
        inside = _text(str(properties["markdown"]), width)
    else:
        title = _say((14, 28), str(properties["title"]), size=17, color=_INK, style='font-weight="bold"')
        inside = [_box((0, 0), (width, height), _CARD, style='rx="4" stroke="#d5dbdb"'), title]
        if widget["type"] == "alarm":
            inside += _alarms(properties, width)
        elif properties["view"] == "singleValue":
            inside += _numbers(properties, width, height)
        else:
            inside += _graph(properties, width, height)
    return [f'<g transform="translate({x} {y})">', *inside, "</g>"]


def _text(markdown: str, width: int) -> list[str]:
    parts, y = [], 34
    for line in markdown.split("\n"):
        if line.startswith("#"):
            size = 30 - 5 * (len(line) - len(line.lstrip("#")))
            parts.append(_say((4, y), line.lstrip("# "), size=size, color=_INK, style='font-weight="bold"'))
            y += 34
            continue
        plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", line).replace("*", "")
        for part in _wrapped(plain, width // 8):
            parts.append(_say((4, y), part, size=15))
            y += 20
    return parts


def _alarms(properties: Mapping[str, Json], width: int) -> list[str]:
    arns = properties["alarms"]
    assert isinstance(arns, list)
    parts = []
    for number, arn in enumerate(arns):
        name = str(arn).rpartition(":alarm:rightful-")[2]
        x, y = 14 + number % 2 * (width // 2 - 8), 46 + number // 2 * 29
        paper, light = ("#fdecea", "#d13212") if name in ALARMS_ON else ("#eaf5ea", "#1d8102")
        parts.append(_box((x, y), (width // 2 - 20, 24), paper, style='rx="3"'))
        parts.append(f'<circle cx="{x + 13}" cy="{y + 12}" r="5" fill="{light}"/>')
        parts.append(_say((x + 25, y + 17), name, color=_INK))
    return parts


def _lines(properties: Mapping[str, Json]) -> list[tuple[str, str, list[float]]]:
    """(label, colour, values) of each line that is shown."""
    metrics = properties["metrics"]
    assert isinstance(metrics, list)
    found: list[tuple[str, str | None]] = []
    for entry in metrics:
        assert isinstance(entry, list)
        options = next((part for part in entry if isinstance(part, dict)), {})
        if options.get("visible") is False:
            continue
        if "SEARCH" in str(options.get("expression", "")):
            found += [(label, None) for label in (CLASSES if "class" in str(options["expression"]) else ROUTES)]
            continue
        color = options.get("color")
        label = options["label"] if "label" in options else entry[1]
        found.append((str(label), str(color) if color else None))
    title = str(properties["title"])
    return [
        (label, color or _COLORS[number % len(_COLORS)], sample(title, label))
        for number, (label, color) in enumerate(found)
    ]


def _numbers(properties: Mapping[str, Json], width: int, height: int) -> list[str]:
    lines = _lines(properties)
    parts = []
    each = (width - 14) / len(lines)
    for number, (label, color, values) in enumerate(lines):
        x = 14 + number * each
        parts.append(_say((x, 92), f"{max(values):.0f}", size=44, color=_INK))
        parts.append(_box((x, 108), (12, 12), color))
        parts += [_say((x + 18, 119 + 17 * row), part) for row, part in enumerate(_wrapped(label, 18))]
        top = max(*values, 1.0)
        points = [
            (x + step * (each - 14) / POINTS, height - 12 - 50 * value / top) for step, value in enumerate(values)
        ]
        parts.append(_curve(points, color, thickness=1.5))
    return parts


def _curve(points: Sequence[tuple[float, float]], color: str, *, thickness: float = 2) -> str:
    listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{listed}" fill="none" stroke="{color}" stroke-width="{thickness}"/>'


def _wrapped(text: str, most: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > most and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _ticks(most: float) -> list[float]:
    """Round numbers from 0 to the first beyond `most`; three to five of them."""
    magnitude = 10 ** math.floor(math.log10(most / 4))
    step = next(magnitude * each for each in (1, 2, 2.5, 5, 10) if magnitude * each * 4 >= most)
    return [step * number for number in range(math.ceil(most / step) + 1)]


def _unit(properties: Mapping[str, Json]) -> str:
    axes = properties.get("yAxis")
    left = axes.get("left") if isinstance(axes, dict) else None
    return str(left.get("label", "")) if isinstance(left, dict) else ""


def _graph(properties: Mapping[str, Json], width: int, height: int) -> list[str]:
    lines = _lines(properties)
    stacked = properties.get("stacked") is True
    marks = _marks(properties)
    rows = _legend_rows(lines, width)
    left, right, top, bottom = 58, width - 16, 46, height - 40 - 20 * rows
    sums = [sum(values[step] for _, _, values in lines) for step in range(POINTS)]
    most = max(sums) if stacked else max(max(values) for _, _, values in lines)
    ticks = _ticks(max([most, 1.0, *(value for _, value, _ in marks)]) * 1.05)
    most = ticks[-1]

    def place(step: int, value: float) -> tuple[float, float]:
        return left + step * (right - left) / (POINTS - 1), bottom - value * (bottom - top) / most

    parts = []
    for value in ticks:
        _, y = place(0, value)
        parts.append(_rule(left, right, y, "#eaeded"))
        parts.append(_say((left - 8, y + 5), f"{value:g}", size=13, style=_END))
    parts.append(_say((width - 16, 28), _unit(properties), size=13, style=_END))
    below = [0.0] * POINTS
    for _, color, values in lines:
        above = [low + value for low, value in zip(below, values, strict=True)] if stacked else values
        over = [place(step, value) for step, value in enumerate(above)]
        if stacked:
            under = [place(step, below[step]) for step in reversed(range(POINTS))]
            listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*over, *under])
            parts.append(f'<polygon points="{listed}" fill="{color}" fill-opacity="0.8"/>')
            below = above
        else:
            parts.append(_curve(over, color))
    for label, value, color in marks:
        _, y = place(0, value)
        parts.append(_rule(left, right, y, color, style='stroke-dasharray="6 4"'))
        parts.append(_say((right, y - 5), label, size=13, color=color, style=_END))
    parts += [
        _say((left + hour * (right - left) / 12, bottom + 20), f"{6 + hour:02d}:00", size=13, style=_MIDDLE)
        for hour in (0, 3, 6, 9, 12)
    ]
    return parts + _legend(lines, width, bottom + 42)


def _marks(properties: Mapping[str, Json]) -> list[tuple[str, float, str]]:
    """(label, value, colour) of each threshold line."""
    annotations = properties.get("annotations", {})
    assert isinstance(annotations, dict)
    horizontal = annotations.get("horizontal", [])
    assert isinstance(horizontal, list)
    return [
        (str(mark["label"]), float(str(mark["value"])), str(mark["color"]))
        for mark in horizontal
        if isinstance(mark, dict)
    ]


def _places(lines: list[tuple[str, str, list[float]]], width: int) -> list[tuple[int, int]]:
    places, x, row = [], 14, 0
    for label, _, _ in lines:
        size = 34 + 8 * len(label)
        if x + size > width and x > 14:
            x, row = 14, row + 1
        places.append((x, row))
        x += size
    return places


def _legend_rows(lines: list[tuple[str, str, list[float]]], width: int) -> int:
    return 1 + max((row for _, row in _places(lines, width)), default=0)


def _legend(lines: list[tuple[str, str, list[float]]], width: int, y: int) -> list[str]:
    parts = []
    for (label, color, _), (x, row) in zip(lines, _places(lines, width), strict=True):
        parts.append(_box((x, y + 20 * row - 10), (12, 12), color))
        parts.append(_say((x + 17, y + 20 * row), label))
    return parts


def _number(value: Json) -> int:
    assert isinstance(value, int)
    return value


if __name__ == "__main__":
    PICTURE.write_text(picture(dashboard()))
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}\n")
