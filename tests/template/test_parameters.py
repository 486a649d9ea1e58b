"""What a deployment's parameters choose."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.template.resources import Resources

TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]*", re.UNICODE)
"""What every service takes, CloudWatch Logs included: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$ (its API's TagLogGroup)."""


def outcomes(value: Any) -> Iterator[Any]:
    """What a value can come to, whichever way its conditions go."""
    if isinstance(value, Mapping) and "Fn::If" in value:
        _, if_so, if_not = value["Fn::If"]
        yield from itertools.chain(outcomes(if_so), outcomes(if_not))
    else:
        yield value


def test_every_value_of_a_tag_is_one_that_all_services_take_whatever_the_parameters(expanded: Resources) -> None:
    seen = 0
    for name, resource in expanded.items():
        tags = resource["Properties"].get("Tags", [])
        values = [tag["Value"] for tag in tags] if isinstance(tags, list) else list(tags.values())
        for value in itertools.chain.from_iterable(outcomes(value) for value in values):
            if isinstance(value, str):
                seen += 1
                assert TAG_VALUE.fullmatch(value), (name, value)
                assert len(value) <= 256
    assert seen


def holds(condition: Any, values: Mapping[str, str], conditions: Mapping[str, Any]) -> bool:
    """What a condition of CloudFormation comes to."""
    ((function, members),) = condition.items()
    if function == "Condition":
        return holds(conditions[members], values, conditions)
    if function == "Fn::Equals":
        one, other = (values[member["Ref"]] if isinstance(member, Mapping) else str(member) for member in members)
        return one == other
    found = [holds(member, values, conditions) for member in members]
    return {"Fn::Not": not found[0], "Fn::And": all(found), "Fn::Or": any(found)}[function]


def values_of(template: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, str]:
    """The parameters' values, with those that are chosen."""
    defaults = {name: str(parameter["Default"]) for name, parameter in template["Parameters"].items()}
    return {**defaults, **chosen}


TOPIC = "arn:aws:sns:eu-central-1:123456789012:on-call"
WIKI = "https://wiki.example.com/runbook"


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({}, None),
        ({"Stage": "prod", "AlarmEmail": "on-call@example.com", "RunbookUrl": WIKI}, None),
        ({"Stage": "prod", "AlarmTopicArn": TOPIC, "RunbookUrl": WIKI}, None),
        ({"Stage": "prod", "RunbookUrl": WIKI}, "AlarmEmail"),
        ({"Stage": "prod", "AlarmEmail": "on-call@example.com"}, "RunbookUrl"),
        ({"AlarmEmail": "on-call@example.com", "AlarmTopicArn": TOPIC}, "AlarmTopicArn"),
        ({"SnapStart": "PublishedVersions"}, None),
        ({"ProvisionedConcurrency": "2"}, None),
        ({"SnapStart": "PublishedVersions", "ProvisionedConcurrency": "2"}, "SnapStart"),
    ],
)
def test_parameters_that_do_not_go_together_are_refused_with_the_way_out(
    template: dict[str, Any], chosen: dict[str, str], named: str | None
) -> None:
    values = values_of(template, chosen)
    refused = [
        assertion["AssertDescription"]
        for rule in template["Rules"].values()
        if holds(rule["RuleCondition"], values, {})
        for assertion in rule["Assertions"]
        if not holds(assertion["Assert"], values, {})
    ]
    assert [named in reason for reason in refused if named] == ([True] if named else []), refused
    assert bool(refused) == bool(named)


@pytest.mark.parametrize(
    ("condition", "chosen", "expected"),
    [
        ("IsProtected", {}, False),
        ("IsProtected", {"Stage": "prod"}, True),
        ("IsProtected", {"Stage": "live", "DeletionProtection": "On"}, True),
        ("IsProtected", {"Stage": "prod", "DeletionProtection": "Off"}, False),
        ("IsOnAws", {}, True),
        ("IsOnAws", {"Stage": "prod"}, True),
        ("IsOnAws", {"Stage": "local"}, False),
        ("HasAlarmEmail", {"AlarmEmail": "on-call@example.com"}, True),
        ("HasAlarmEmail", {}, False),
        ("NeedsAlarmTopic", {"AlarmTopicArn": TOPIC}, False),
        ("HasAlarmTopic", {"AlarmTopicArn": TOPIC}, True),
        ("HasProvisionedConcurrency", {}, False),
        ("HasProvisionedConcurrency", {"ProvisionedConcurrency": "2"}, True),
        ("HasWebAcl", {}, False),
        ("HasLogHashKey", {"LogHashKey": "secret"}, True),
        ("NeedsLogHashSecret", {"LogHashKey": "secret"}, False),
        ("NeedsLogHashSecret", {}, True),
        ("LogsDebug", {"LogLevel": "DEBUG"}, True),
        ("LogsDebug", {}, False),
        ("NeedsApiGatewayLogsRole", {}, True),
        ("NeedsApiGatewayLogsRole", {"ApiGatewayLogsRole": "existing"}, False),
    ],
)
def test_a_parameter_chooses_what_it_says(
    template: dict[str, Any], condition: str, chosen: dict[str, str], expected: bool
) -> None:
    conditions = template["Conditions"]
    assert holds(conditions[condition], values_of(template, chosen), conditions) is expected


def test_the_mail_of_an_alarm_goes_to_the_address_that_was_given(expanded: Resources) -> None:
    mail = expanded["AlarmMail"]
    assert mail["Condition"] == "HasAlarmEmail"
    assert mail["Properties"] == {
        "TopicArn": {"Ref": "AlarmTopic"},
        "Protocol": "email",
        "Endpoint": {"Ref": "AlarmEmail"},
    }


def test_a_way_of_deploying_is_the_one_of_its_name(template: dict[str, Any]) -> None:
    for name, found in template["Mappings"]["Deployments"].items():
        assert found == {"Enabled": str(name != "Off").lower(), "Type": "AllAtOnce" if name == "Off" else name}


@pytest.mark.parametrize(
    ("stage", "taken"), [("prod", True), ("a", True), ("eu1", True), ("Prod", False), ("a-b", False)]
)
def test_a_stage_has_a_name_that_api_gateway_takes(template: dict[str, Any], stage: str, taken: bool) -> None:
    assert bool(re.search(template["Parameters"]["Stage"]["AllowedPattern"], stage)) is taken
