"""Each alarm looks at the right thing, and goes off where it says: just beyond its bound, and not just before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from local.paths import ROOT
from tests.template.alarm_evaluation import ItemKey, minutes_on
from tests.template.resources import ROLLBACK, Resources, of_type, text_of

HOUR = 3600.0
PAGING = {
    "ServerErrorsAlarm",
    "LatencyAlarm",
    "FunctionErrorsAlarm",
    "DeadLettersAlarm",
    "QueueAgeAlarm",
    "PublisherAgeAlarm",
    "JanitorSilentAlarm",
    "BlockedDeactivationAlarm",
    "IndexDisagreementAlarm",
}
"""What somebody is woken up for."""


@dataclass(frozen=True)
class Bound:
    """What an alarm looks at, and what is beyond its bound."""

    alarm: str
    metric: str
    of: str
    """The queue, function or service."""
    beyond: Sequence[float]
    within: Sequence[float]
    after: int = 5
    """How many minutes beyond the bound are enough."""
    every: int = 5
    """In minutes: the janitor's rounds, or how often AWS measures."""

    def series(self, samples: Sequence[float], minutes: int) -> dict[ItemKey, dict[int, Sequence[float]]]:
        """Such samples all the time."""
        return {(self.metric, frozenset({self.of})): dict.fromkeys(range(0, minutes, self.every), samples)}


DEAD_LETTERS, UNPUBLISHED = "${ConflictsDeadLetterQueue.QueueName}", "${UnpublishedQueue.QueueName}"
FUNCTIONS = ("Authorizer", "Scim", "Admin", "Console", "Accounts", "Remediator", "Publisher", "Janitor")
BOUNDS = [
    Bound("DeadLettersAlarm", "ApproximateNumberOfMessagesVisible", DEAD_LETTERS, [0, 1, 0], [0, 0, 0], every=1),
    Bound("UnpublishedAlarm", "ApproximateNumberOfMessagesVisible", UNPUBLISHED, [0, 1, 0], [0, 0, 0], every=1),
    Bound("OldestOpenConflictAlarm", "OldestOpenConflict", "janitor", [9, 73 * HOUR], [9, 71 * HOUR]),
    Bound("BlockedDeactivationAlarm", "BlockedDeactivations", "janitor", [0, 1], [0, 0]),
    Bound("PausedAlarm", "OrganizationsPaused", "janitor", [0, 1], [0, 0]),
    Bound("IndexDisagreementAlarm", "IndexDisagreements", "janitor", [0, 1], [0, 0]),
    Bound("KeyExpiryAlarm", "KeyDaysLeft", "janitor", [90, 13.9], [90, 14]),
    Bound("ConsoleKeyAlarm", "ConsoleKeysUsed", "console", [1], [0]),
    Bound("EventLogWriteFailuresAlarm", "EventLogWriteFailures", "scim", [1], [0]),
    *(Bound("CrossOrganizationAlarm", "CrossOrganizationAttempts", of, [1], [0]) for of in ("scim", "admin")),
    *(
        Bound("ContentionAlarm", "TransactionContention", of, [400, 101], [400, 100], after=15)
        for of in ("scim", "admin", "accounts", "remediator")
    ),
    *(Bound("ThrottlesAlarm", "Throttles", of, [5, 6], [5, 5], after=10) for of in ("scim", "remediator")),
    *(Bound("ThrottlesAlarm", "Throttles", f"${{{name}Function}}", [11], [10], after=10) for name in FUNCTIONS),
    *(Bound("FunctionErrorsAlarm", "Errors", f"${{{name}Function}}", [2], [1], after=15) for name in FUNCTIONS[1:]),
    Bound("RefusalShareAlarm", "RefusalShare", "scim", [3, 15.5], [3, 15]),
]


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound.alarm}-{bound.of}")
def test_an_alarm_goes_off_beyond_its_bound_and_not_before_it(expanded: Resources, bound: Bound) -> None:
    alarm = expanded[bound.alarm]["Properties"]
    minutes = 2 * max(bound.after, 10)
    on = minutes_on(alarm, bound.series(bound.beyond, minutes), minutes)
    assert on
    assert on[0] <= bound.after
    assert on == list(range(on[0], minutes + 1)), "it has to stay on"
    assert minutes_on(alarm, bound.series(bound.within, minutes), minutes) == []
    assert minutes_on(alarm, {}, minutes) == []


@pytest.mark.parametrize(
    ("alarm", "metric", "of", "bound"),
    [
        ("QueueAgeAlarm", "ApproximateAgeOfOldestMessage", "${ConflictsQueue.QueueName}", 300),
        ("PublisherAgeAlarm", "IteratorAge", "${PublisherFunction}", 300_000),
    ],
)
def test_what_waits_for_five_minutes_is_noticed_within_five_more(
    expanded: Resources, alarm: str, metric: str, of: str, bound: float
) -> None:
    def waiting(age: float) -> list[int]:
        series = {(metric, frozenset({of})): {minute: [0, age] for minute in range(20)}}
        return minutes_on(expanded[alarm]["Properties"], series, 20)

    assert waiting(bound + 1)[0] <= 5
    assert waiting(bound) == []


def test_a_janitor_that_makes_no_round_is_noticed_and_one_that_misses_some_is_not(expanded: Resources) -> None:
    alarm = expanded["JanitorSilentAlarm"]["Properties"]
    rounds = (alarm["MetricName"], frozenset({"janitor"}))
    stopped = minutes_on(alarm, {rounds: {minute: [1.0] for minute in range(0, 60, 5)}}, 120)
    assert 60 < min(minute for minute in stopped if minute > 30) <= 90
    missing_some = {minute: [1.0] for minute in range(0, 120, 5) if minute not in {60, 65}}
    assert [minute for minute in minutes_on(alarm, {rounds: missing_some}, 120) if minute > 30] == []


def test_every_alarm_that_tells_somebody_has_a_bound_here_or_in_the_behaviour(expanded: Resources) -> None:
    elsewhere = {"ServerErrorsAlarm", "LatencyAlarm", "QueueAgeAlarm", "PublisherAgeAlarm", "JanitorSilentAlarm"}
    bounded = {bound.alarm for bound in BOUNDS} | elsewhere | set(ROLLBACK)
    assert of_type(expanded, "AWS::CloudWatch::Alarm").keys() == bounded


def test_alarms_act_and_their_queries_are_ones_that_cloudwatch_takes(expanded: Resources) -> None:
    for name, alarm in of_type(expanded, "AWS::CloudWatch::Alarm").items():
        assert alarm.get("ActionsEnabled", True) is True, name
        queries = alarm.get("Metrics", [])
        measured = {query["Id"]: query["MetricStat"] for query in queries if "MetricStat" in query}
        assert len({stat["Period"] for stat in measured.values()} or {alarm.get("Period")}) == 1, name
        assert len(measured) <= 10, name
        for query in queries:
            assert re.fullmatch(r"[a-z][a-zA-Z0-9_]*", query["Id"]), name
            assert query["ReturnData"] is ("Expression" in query), name
            used = set(re.findall(r"\b[a-z][a-z0-9_]*\b", query.get("Expression", "")))
            assert used <= measured.keys(), name
            if query.get("Expression", "SUM(METRICS())") != "SUM(METRICS())":
                assert used == measured.keys(), name


def test_any_paging_alarm_alone_wakes_somebody_and_the_runbook_names_the_same(expanded: Resources) -> None:
    (composite,) = of_type(expanded, "AWS::CloudWatch::CompositeAlarm").values()
    assert composite.get("ActionsEnabled", True) is True
    parts = re.split(r"\s+OR\s+", text_of(composite["AlarmRule"]).strip())
    assert sorted(parts) == sorted(f'ALARM("${{{name}}}")' for name in PAGING)
    runbook = (ROOT / "docs/runbook.md").read_text()
    (listed,) = re.findall(r"^### unhealthy\n.*?must not:(.*?)\.", runbook, re.MULTILINE | re.DOTALL)
    names = {text_of(expanded[name]["Properties"]["AlarmName"]).partition("-")[2] for name in PAGING}
    assert set(re.findall(r"[a-z-]+", listed)) == names
