"""Dashboard, alarms and saved queries name only metrics that the code emits, resources that exist, and fields that are
logged. Nothing else would notice: CloudWatch shows an empty graph, and an alarm on nothing never goes off."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local.dashboard_picture import PICTURE, dashboard, picture
from local.paths import ROOT
from rightful.core.conflicts.decision.limits import Brake
from rightful.core.conflicts.remediate import Effect
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus
from rightful.runtime.metrics import DIMENSIONS, EMITTERS, UNITS, Metric
from tests.template.resources import ROLLBACK, Resources, api_body, of_type, text_of

OWN = "Rightful/${AWS::StackName}"
VALUES: Mapping[str, set[str]] = {
    "class": set(ConflictClass),
    "outcome": set(ConflictStatus),
    "effect": set(Effect),
    "brake": set(Brake),
}
AWS_METRICS = {
    "AWS/ApiGateway": ({"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"}, {"ApiName", "Stage"}),
    "AWS/Lambda": ({"Errors", "Throttles", "Duration", "IteratorAge"}, {"FunctionName"}),
    "AWS/SQS": ({"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}, {"QueueName"}),
    "AWS/DynamoDB": (
        {"WriteThrottleEvents", "ReadThrottleEvents", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"},
        {"TableName"},
    ),
}
"""The metrics of AWS services that are used, with the dimensions they have (each service's page on CloudWatch)."""
KIND_OF = {"FunctionName": "AWS::Lambda::Function", "QueueName": "AWS::SQS::Queue", "TableName": "AWS::DynamoDB::Table"}


def check_metric(resources: Resources, namespace: str, name: str, dimensions: Mapping[str, str]) -> None:
    """That there is such a metric."""
    if namespace == OWN:
        check_own_metric(Metric(name), dimensions, resources)
        return
    names, wanted = AWS_METRICS[namespace]
    assert name in names
    if "ExecutedVersion" in dimensions:
        dimensions = version_of_a_function(dimensions, resources)
    assert dimensions.keys() == wanted, (name, dimensions)
    if namespace == "AWS/ApiGateway":
        assert dimensions == {"ApiName": "${AWS::StackName}", "Stage": "${Stage}"}
        (api,) = of_type(resources, "AWS::ApiGateway::RestApi").values()
        assert text_of(api["Name"]) == dimensions["ApiName"]
        return
    ((dimension, value),) = dimensions.items()
    logical_id, _, attribute = value.removeprefix("${").removesuffix("}").partition(".")
    assert resources[logical_id]["Type"] == KIND_OF[dimension], value
    assert attribute == ("QueueName" if dimension == "QueueName" else ""), "a queue's Ref is its URL"


def version_of_a_function(dimensions: Mapping[str, str], resources: Resources) -> dict[str, str]:
    """The function of which these dimensions name the version that its alias goes to, or is about to."""
    function = dimensions["FunctionName"]
    alias = resources[f"{function.removeprefix('${').removesuffix('}')}Aliaslive"]["Properties"]
    assert dimensions["Resource"] == f"{function}:{alias['Name']}"
    assert dimensions["ExecutedVersion"] == text_of(alias["FunctionVersion"])
    return {"FunctionName": function}


def check_own_metric(metric: Metric, dimensions: Mapping[str, str], resources: Resources) -> None:
    """That the code emits it, for that function, divided so."""
    if metric is Metric.COLD_STARTS:
        function = dimensions["function_name"].removeprefix("${").removesuffix("}")
        variables = resources[function]["Properties"]["Environment"]["Variables"]
        assert variables["POWERTOOLS_SERVICE_NAME"] == dimensions["service"]
        return
    assert dimensions["service"] in EMITTERS[metric], (metric, dimensions)
    divided = {name: value for name, value in dimensions.items() if name != "service"}
    assert divided.keys() == ({DIMENSIONS[metric]} if metric in DIMENSIONS else set()), metric
    for name, value in divided.items():
        assert value in VALUES[name]


def alarms_of(expanded: Resources) -> dict[str, dict[str, Any]]:
    """All alarms but the composite one."""
    return of_type(expanded, "AWS::CloudWatch::Alarm")


def metrics_of(alarm: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(namespace, name, dimensions) of each metric that an alarm looks at."""
    stats = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", ()) if "MetricStat" in query] or [alarm]
    for metric in stats:
        dimensions = {found["Name"]: text_of(found["Value"]) for found in metric["Dimensions"]}
        yield text_of(metric["Namespace"]), metric["MetricName"], dimensions


def slug_of(alarm: Mapping[str, Any]) -> str:
    """An alarm's name without the stack's."""
    return text_of(alarm["AlarmName"]).removeprefix("${AWS::StackName}-")


def widgets(expanded: Resources) -> list[dict[str, Any]]:
    """The dashboard's widgets."""
    (dashboard,) = of_type(expanded, "AWS::CloudWatch::Dashboard").values()
    found: list[dict[str, Any]] = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    return found


def graphed(widget: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(namespace, name, dimensions) of each metric of a widget, searched ones included."""
    for entry in widget["properties"]["metrics"]:
        if isinstance(entry[0], dict):
            for namespace, names, name, rest in re.findall(
                r"SEARCH\('\{\"([^\"]+)\",([^}]+)\} MetricName=\"(\w+)\"([^']*)'", entry[0]["expression"]
            ):
                fixed = dict(re.findall(r"(\w+)=\"([^\"]+)\"", rest))
                yield namespace, name, {dimension: fixed.get(dimension, "*") for dimension in names.split(",")}
            continue
        parts = [part for part in entry if isinstance(part, str)]
        yield parts[0], parts[1], dict(zip(parts[2::2], parts[3::2], strict=True))


def test_every_metric_has_a_unit_and_functions_that_emit_it() -> None:
    assert UNITS.keys() == set(Metric) == EMITTERS.keys()


def test_alarms_look_at_metrics_that_exist(expanded: Resources) -> None:
    for name, alarm in alarms_of(expanded).items():
        found = list(metrics_of(alarm))
        assert found, name
        for metric in found:
            check_metric(expanded, *metric)


def test_every_alarm_tells_somebody_and_leads_to_its_runbook_entry(expanded: Resources) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    entries = dict(re.findall(r"^### ([a-z0-9-]+)\n(.*?)(?=^##|\Z)", runbook, re.MULTILINE | re.DOTALL))
    everything = {**alarms_of(expanded), **of_type(expanded, "AWS::CloudWatch::CompositeAlarm")}
    assert len(everything) >= 19
    for name, alarm in everything.items():
        slug = slug_of(alarm)
        assert text_of(alarm["AlarmDescription"]).endswith(f" ${{RunbookUrl}}#{slug}"), name
        told = [{"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "AlarmTopic"}]}]
        assert alarm.get("AlarmActions", []) == alarm.get("OKActions", []) == ([] if name in ROLLBACK else told), name
        for part in ("**It means**", "**Look at**", "**Do**"):
            assert part in entries[slug], (slug, part)
    assert entries.keys() == {slug_of(alarm) for alarm in everything.values()}, (
        "no entry for an alarm that is not there"
    )


def test_the_composite_alarm_names_alarms_that_exist(expanded: Resources) -> None:
    (composite,) = of_type(expanded, "AWS::CloudWatch::CompositeAlarm").values()
    named = set(re.findall(r'ALARM\("\$\{(\w+)\}"\)', text_of(composite["AlarmRule"])))
    assert len(named) >= 8
    assert named <= alarms_of(expanded).keys()


def test_an_alarm_says_what_missing_data_means(expanded: Resources) -> None:
    for name, alarm in alarms_of(expanded).items():
        expected = "breaching" if name == "JanitorSilentAlarm" else "notBreaching"
        assert alarm["TreatMissingData"] == expected, name


@pytest.mark.parametrize(
    "metric",
    [
        "ApproximateNumberOfMessagesVisible",
        "ApproximateAgeOfOldestMessage",
        "OldestOpenConflict",
        "5XXError",
        "Latency",
        "Throttles",
        "TransactionContention",
        "RefusalShare",
        "BlockedDeactivations",
        "CrossOrganizationAttempts",
        "OrganizationsPaused",
        "KeyDaysLeft",
        "EventLogWriteFailures",
        "IndexDisagreements",
    ],
)
def test_what_operations_wants_to_hear_of_has_an_alarm(expanded: Resources, metric: str) -> None:
    assert metric in {name for alarm in alarms_of(expanded).values() for _, name, _ in metrics_of(alarm)}


def test_the_dashboard_shows_metrics_that_exist(expanded: Resources) -> None:
    shown = [widget for widget in widgets(expanded) if widget["type"] == "metric"]
    assert len(shown) > 15
    for widget in shown:
        found = list(graphed(widget))
        assert found, widget["properties"]["title"]
        for namespace, name, dimensions in found:
            if "*" in dimensions.values():
                check_search(expanded, namespace, name, dimensions)
            else:
                check_metric(expanded, namespace, name, dimensions)


@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("Errors", 8),
        ("AwsCallFailures", len(EMITTERS[Metric.AWS_CALL_FAILURES])),
        ("UnreadableChanges", 1),
        ("ExaminationsFailed", 1),
        ("KeysRefused", 1),
    ],
)
def test_what_fails_is_shown_for_every_function_that_it_fails_in(expanded: Resources, name: str, services: int) -> None:
    shown = [widget for widget in widgets(expanded) if widget["type"] == "metric"]
    found = {tuple(dimensions.values()) for widget in shown for _, one, dimensions in graphed(widget) if one == name}
    assert len(found) == services


def check_search(resources: Resources, namespace: str, name: str, dimensions: Mapping[str, str]) -> None:
    """That a search finds something: by a second dimension of our own, or by route."""
    if namespace == OWN:
        metric = Metric(name)
        assert dimensions == {"service": dimensions["service"], DIMENSIONS[metric].value: "*"}
        assert dimensions["service"] in EMITTERS[metric]
        return
    assert namespace == "AWS/ApiGateway"
    assert dimensions == {"ApiName": "${AWS::StackName}", "Method": "*", "Resource": "*", "Stage": "${Stage}"}
    (stage,) = of_type(resources, "AWS::ApiGateway::Stage").values()
    assert all(setting["MetricsEnabled"] is True for setting in stage["MethodSettings"]), "metrics by route are off"
    assert api_body(resources)["paths"]


def test_expressions_name_metrics_of_their_own_widget(expanded: Resources) -> None:
    for widget in widgets(expanded):
        entries = widget["properties"].get("metrics", ())
        ids = {part["id"] for entry in entries for part in entry if isinstance(part, dict) and "id" in part}
        for entry in entries:
            expression = entry[0].get("expression", "") if isinstance(entry[0], dict) else ""
            if "SEARCH" not in expression:
                assert set(re.findall(r"\b[a-z][a-z_]*\b", expression)) <= ids, expression


def test_the_dashboard_shows_every_alarm_that_tells_somebody(expanded: Resources) -> None:
    (shown,) = [widget["properties"]["alarms"] for widget in widgets(expanded) if widget["type"] == "alarm"]
    slugs = {arn.rpartition(":alarm:${AWS::StackName}-")[2] for arn in shown}
    composite = of_type(expanded, "AWS::CloudWatch::CompositeAlarm")
    assert slugs == {
        slug_of(alarm) for name, alarm in {**alarms_of(expanded), **composite}.items() if name not in ROLLBACK
    }


def test_widgets_have_statistics_periods_and_a_region_that_cloudwatch_takes(expanded: Resources) -> None:
    for widget in widgets(expanded):
        if widget["type"] != "metric":
            continue
        properties = widget["properties"]
        options = [part for entry in properties["metrics"] for part in entry if isinstance(part, dict)]
        assert properties["region"] == "${AWS::Region}", properties["title"]
        assert {properties["period"], *(part.get("period", 60) for part in options)} <= {60, 300, 900, 3600}
        for stat in (properties["stat"], *(part["stat"] for part in options if "stat" in part)):
            assert re.fullmatch(r"Sum|Average|Minimum|Maximum|SampleCount|p\d\d(\.\d)?", stat), properties["title"]


def test_what_alarms_tell_of_can_be_seen_on_the_dashboard(expanded: Resources) -> None:
    shown = {
        (namespace, name)
        for widget in widgets(expanded)
        if widget["type"] == "metric"
        for namespace, name, _ in graphed(widget)
    }
    told = {metric[:2] for alarm in alarms_of(expanded).values() for metric in metrics_of(alarm)}
    # A silent janitor has nothing to show; what Lambda throttles is seen as waiting work.
    assert told - shown <= {(OWN, "RoundsMade"), ("AWS/Lambda", "Throttles")}
    assert shown >= {(OWN, name) for name in ("Decisions", "ConflictsDiagnosed", "TimeToResolve", "OpenConflicts")}


def test_no_widget_lies_over_another_or_beside_the_grid(expanded: Resources) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets(expanded):
        place = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert all(x < 24 for x, _ in place)
        assert taken.isdisjoint(place), widget["properties"]
        taken |= place


def test_the_dashboard_links_the_runbook_and_names_the_saved_queries(expanded: Resources) -> None:
    text = widgets(expanded)[0]["properties"]["markdown"]
    assert "(${RunbookUrl})" in text
    queries = of_type(expanded, "AWS::Logs::QueryDefinition").values()
    for question in re.findall(r"\*([^*]+)\*", text):
        wanted = question.removeprefix("${AWS::StackName}/")
        assert wanted in {text_of(query["Name"]).removeprefix("${AWS::StackName}/") for query in queries}


def test_the_picture_in_the_documentation_is_of_this_dashboard() -> None:
    assert PICTURE.read_text() == picture(dashboard()), "draw it again: python -m local.dashboard_picture"
