"""What CloudWatch makes of samples: the state of an alarm of the template, minute by minute.

"Using Amazon CloudWatch alarms": every minute, the last EvaluationPeriods times Period are looked at ("Alarm evaluation
window", sliding); with fewer than DatapointsToAlarm breaching ones among them, it is off. A period without samples has
no datapoint, and counts as TreatMissingData says.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.template.resources import text_of

ItemKey = tuple[str, frozenset[str]]
"""A metric, and values of its dimensions: those that tell it from others here."""
Series = Mapping[ItemKey, Mapping[int, Sequence[float]]]
"""By metric and minute, the samples that were taken in that minute."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
}


def minutes_on(alarm: Mapping[str, Any], series: Series, minutes: int) -> list[int]:
    """The minutes after which the alarm is on. Minute n is evaluated with the samples of the minutes before n."""
    return [now for now in range(1, minutes + 1) if _is_on(alarm, series, now)]


def _is_on(alarm: Mapping[str, Any], series: Series, now: int) -> bool:
    queries = alarm.get("Metrics") or [{"Id": "it", "ReturnData": True, "MetricStat": _single(alarm)}]
    period = next(query["MetricStat"]["Period"] for query in queries if "MetricStat" in query) // 60
    breaching = 0
    for back in range(alarm["EvaluationPeriods"]):
        until = now - back * period
        value = _value(queries, series, range(until - period, until))
        if value is None:
            breaching += alarm["TreatMissingData"] == "breaching"
        else:
            breaching += COMPARISONS[alarm["ComparisonOperator"]](value, alarm["Threshold"])
    return breaching >= alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])


def _single(alarm: Mapping[str, Any]) -> dict[str, Any]:
    metric = {name: alarm[name] for name in ("Namespace", "MetricName", "Dimensions")}
    stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    return {"Metric": metric, "Period": alarm["Period"], "Stat": stat}


def _value(queries: Sequence[Mapping[str, Any]], series: Series, window: range) -> float | None:
    """What the one query that returns data comes to in a window; None: nothing was measured."""
    values: dict[str, float | None] = {}
    for query in queries:
        if "MetricStat" in query:
            metric, stat = query["MetricStat"]["Metric"], query["MetricStat"]["Stat"]
            found = {text_of(dimension["Value"]) for dimension in metric["Dimensions"]}
            samples = [
                sample
                for (name, dimensions), by_minute in series.items()
                if name == metric["MetricName"] and dimensions == found
                for minute in window
                for sample in by_minute.get(minute, ())
            ]
            values[query["Id"]] = statistic(stat, samples) if samples else None
    (returned,) = [query for query in queries if query["ReturnData"]]
    return computed(returned["Expression"], values) if "Expression" in returned else values[returned["Id"]]


def statistic(name: str, samples: Sequence[float]) -> float:
    """A statistic of samples, of which there is at least one."""
    if name.startswith("p"):
        return sorted(samples)[math.ceil(len(samples) * float(name[1:]) / 100) - 1]
    named: Mapping[str, Callable[[Sequence[float]], float]] = {
        "Sum": sum,
        "Maximum": max,
        "Minimum": min,
        "SampleCount": len,
    }
    return named[name](samples)


def computed(expression: str, values: Mapping[str, float | None]) -> float | None:
    """An expression of metric math. Without a value for a name in it there is none for the whole."""
    if expression == "SUM(METRICS())":
        present = [value for value in values.values() if value is not None]
        return sum(present) if present else None
    as_python = re.sub(r"\b(AND|OR)\b", lambda found: found[0].lower(), expression)
    names = set(re.findall(r"\b[a-z][a-z0-9_]*\b", as_python)) - {"and", "or"}
    if any(values[name] is None for name in names):
        return None
    result: float = eval(as_python, {"IF": lambda so, then, otherwise: then if so else otherwise}, dict(values))
    return result
