"""Which alarms go off in which situations: the template's own, over samples of hours."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.template.alarm_evaluation import ItemKey, Series, minutes_on
from tests.template.resources import ROLLBACK, Resources, text_of

API = frozenset({"${AWS::StackName}", "${Stage}"})
NIGHT = 8 * 60
PAGING = ("ServerErrorsAlarm", "LatencyAlarm", "FunctionErrorsAlarm")
CANARY_MINUTES = 5
"""How long the shortest canary looks, before all traffic goes to the new version."""
DELAY_MINUTES = 2
"""Until metrics have arrived and CodeDeploy has heard."""

Requests = Mapping[int, list[tuple[bool, float]]]
"""By minute, each request: whether it was answered with 5xx, and how long it took."""


def at(minutes: Iterable[int], count: int, *, failed: int = 0, milliseconds: float = 80) -> Requests:
    """The same in each of some minutes: so many requests, of which some fail."""
    return {minute: [(number < failed, milliseconds) for number in range(count)] for minute in minutes}


def of_the_api(requests: Requests) -> dict[ItemKey, Mapping[int, list[float]]]:
    """What API Gateway measures."""
    return {
        ("Count", API): {minute: [1.0] * len(made) for minute, made in requests.items()},
        ("5XXError", API): {minute: [float(failed) for failed, _ in made] for minute, made in requests.items()},
        ("Latency", API): {minute: [took for _, took in made] for minute, made in requests.items()},
    }


def on(expanded: Resources, name: str, series: Series, minutes: int) -> list[int]:
    return minutes_on(expanded[name]["Properties"], series, minutes)


def of_the_new_version(expanded: Resources, metric: str) -> ItemKey:
    """What Lambda measures of the version of the scim function that the alias goes to."""
    version = text_of(expanded["ScimFunctionAliaslive"]["Properties"]["FunctionVersion"])
    return metric, frozenset({"${ScimFunction}", "${ScimFunction}:live", version})


ENTRA = range(0, NIGHT, 40)
"""Entra comes every 40 minutes, with all it has."""


@pytest.mark.parametrize("outage", [at(ENTRA, 40, failed=40), at(range(NIGHT), 4, failed=4)], ids=["entra", "trickle"])
def test_an_outage_at_ordinary_traffic_is_noticed_within_minutes(expanded: Resources, outage: Requests) -> None:
    assert on(expanded, "ServerErrorsAlarm", of_the_api(outage), NIGHT)[0] <= 3


def test_an_outage_after_hours_of_health_is_noticed_within_minutes(expanded: Resources) -> None:
    requests = {**at(range(120), 4), **at(range(120, 180), 4, failed=4)}
    assert 121 <= on(expanded, "ServerErrorsAlarm", of_the_api(requests), 180)[0] <= 125


def test_a_hundredth_of_much_traffic_that_fails_is_noticed(expanded: Resources) -> None:
    assert on(expanded, "ServerErrorsAlarm", of_the_api(at(range(60), 1000, failed=10)), 60)


@pytest.mark.parametrize(
    "night",
    [
        {},
        at(range(NIGHT), 4),
        {**at(range(NIGHT), 4), **at([200], 4, failed=1)},
        {**at(ENTRA, 40), **at([200], 40, failed=1)},
        at([200], 1, failed=1),
        {**at(range(NIGHT), 4), **at([200], 1, milliseconds=9000)},
        at([200], 1, milliseconds=9000),
        at(ENTRA, 40, milliseconds=2500),
    ],
    ids=[
        "nobody",
        "a trickle",
        "one 5xx",
        "one 5xx of a burst",
        "one 5xx alone",
        "one slow",
        "one slow alone",
        "bursts",
    ],
)
def test_an_ordinary_night_wakes_nobody(expanded: Resources, night: Requests) -> None:
    for name in PAGING:
        assert on(expanded, name, of_the_api(night), NIGHT) == [], name


@pytest.mark.parametrize("count", [4, 40, 400])
def test_a_service_that_has_become_slow_is_noticed_and_the_alarm_ends_when_it_is_fast_again(
    expanded: Resources, count: int
) -> None:
    requests = {**at(range(60), count), **at(range(60, 120), count, milliseconds=5000), **at(range(120, 300), count)}
    minutes = on(expanded, "LatencyAlarm", of_the_api(requests), 300)
    assert 60 < minutes[0] <= 70
    assert minutes[-1] < 180


def test_slow_answers_to_entra_are_noticed_at_its_second_visit_and_not_all_night(expanded: Resources) -> None:
    requests = at([0, 40], 40, milliseconds=5000)
    minutes = on(expanded, "LatencyAlarm", of_the_api(requests), NIGHT)
    assert minutes[0] == 41
    assert minutes[-1] <= 101


def test_functions_that_fail_are_noticed_and_one_failure_is_not(expanded: Resources) -> None:
    errors = ("Errors", frozenset({"${RemediatorFunction}"}))
    assert on(expanded, "FunctionErrorsAlarm", {errors: {minute: [1.0] for minute in range(60)}}, 60)[0] <= 5
    assert on(expanded, "FunctionErrorsAlarm", {errors: {30: [1.0]}}, 60) == []


@pytest.mark.parametrize("requests", [40, 400])
def test_a_canary_of_a_tenth_that_always_answers_5xx_goes_back_within_its_time(
    expanded: Resources, requests: int
) -> None:
    canary = of_the_api({**at(range(60), requests), **at(range(60, 90), requests, failed=requests // 10)})
    began = on(expanded, "DeploymentErrorsAlarm", canary, 90)[0] - 60
    assert began + DELAY_MINUTES <= CANARY_MINUTES


@pytest.mark.parametrize(
    ("alarm", "metric", "sample"),
    [("NewVersionErrorsAlarm", "Errors", 1.0), ("NewVersionLatencyAlarm", "Duration", 5e3)],
)
def test_a_canary_that_crashes_or_is_slow_goes_back_at_one_request(
    expanded: Resources, alarm: str, metric: str, sample: float
) -> None:
    assert (
        on(expanded, alarm, {of_the_new_version(expanded, metric): {1: [sample]}}, 10)[0] + DELAY_MINUTES
        <= CANARY_MINUTES
    )


def test_a_canary_that_works_stays_even_beside_a_single_5xx(expanded: Resources) -> None:
    well: dict[ItemKey, Any] = {
        **of_the_api({**at(range(30), 40), **at([12], 40, failed=1)}),
        of_the_new_version(expanded, "Errors"): {minute: [0.0] * 4 for minute in range(30)},
        of_the_new_version(expanded, "Duration"): {minute: [80.0] * 4 for minute in range(30)},
    }
    for name in ROLLBACK:
        assert on(expanded, name, well, 30) == [], name


def test_what_takes_a_deployment_back_looks_at_less_than_the_shortest_canary(expanded: Resources) -> None:
    for name in ROLLBACK:
        alarm = expanded[name]["Properties"]
        periods = {
            alarm.get("Period"),
            *(query.get("MetricStat", {}).get("Period") for query in alarm.get("Metrics", ())),
        }
        assert max(period for period in periods if period) * alarm["EvaluationPeriods"] / 60 < CANARY_MINUTES
