"""Rules that the template keeps. cfn-lint reads it as written (`make lint`) and as expanded: each finds other
mistakes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT
from rightful.aws.dynamodb.actions.organizations import listing_key
from rightful.aws.dynamodb.keys import base as keys
from tests.support.builders import a_token
from tests.template.resources import ROLLBACK, Resources, alias_of, as_list, function_of, of_type

_DATA_SERVICES = ("dynamodb:", "ssm:", "sqs:", "s3:", "events:", "kms:", "secretsmanager:", "logs:")
_WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
_ROLES_OF_AWS = {"ApiGatewayLogsWriterRole"}
"""Roles for a service of AWS and all of the account, with the policy that AWS made for just that."""


def lint(path: Path) -> str:
    """What cfn-lint finds wrong. What only the transform looks at is not used any more after it."""
    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "cfn-lint", "--format", "parseable"),
            *("--ignore-checks", "W2001", "W7001", "--", str(path)),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AWS_DEFAULT_REGION": "eu-central-1"},
    )
    return done.stdout + done.stderr


def statements_of(role: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All statements of a role's own policies."""
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize("form", ["expanded_template", "with_canary"])
def test_cfn_lint_finds_nothing_in_the_template_as_cloudformation_sees_it(
    form: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path = tmp_path / "expanded.json"
    path.write_text(json.dumps(request.getfixturevalue(form)))
    assert lint(path) == ""


def test_every_function_has_a_log_group_of_its_own_with_retention(expanded: Resources) -> None:
    log_groups = of_type(expanded, "AWS::Logs::LogGroup")
    used = [
        function["LoggingConfig"]["LogGroup"]["Ref"] for function in of_type(expanded, "AWS::Lambda::Function").values()
    ]
    assert len(used) == len(set(used)) >= 4
    for name in used:
        assert log_groups[name]["RetentionInDays"]


def test_every_function_has_a_role_of_its_own(expanded: Resources) -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in of_type(expanded, "AWS::Lambda::Function").values()]
    assert len(roles) == len(set(roles))
    assert set(roles) <= of_type(expanded, "AWS::IAM::Role").keys()


def test_roles_of_functions_name_exact_actions_on_exact_resources(expanded: Resources) -> None:
    for name, role in of_type(expanded, "AWS::IAM::Role").items():
        if name in _ROLES_OF_AWS:
            continue
        assert "ManagedPolicyArns" not in role, name
        for statement in statements_of(role):
            actions = as_list(statement["Action"])
            for action in actions:
                assert "*" not in action, (name, action)
            if set(actions) <= _WITHOUT_RESOURCES:
                continue
            assert all(action.startswith(_DATA_SERVICES) for action in actions), (name, actions)
            if statement["Sid"] == "KeepSecretsOfOpenIdClients":
                # Parameters are made while the service runs: a path of their own, and no other one.
                assert statement["Resource"]["Fn::Sub"].endswith(":parameter/${AWS::StackName}/openid-client-secrets/*")
                assert name in {"AdminRole", "ConsoleRole"}
                assert ("ssm:GetParameter" in actions) is (name == "ConsoleRole"), "the admin API never reads one"
                continue
            for resource in as_list(statement["Resource"]):
                assert "*" not in json.dumps(resource), (name, actions, resource)


def test_the_authorizer_may_write_the_day_of_a_keys_last_use_and_nothing_else(expanded: Resources) -> None:
    reads = {"dynamodb:GetItem"}
    role = expanded["AuthorizerRole"]["Properties"]
    statements = [each for each in statements_of(role) if not set(as_list(each["Action"])) & reads]
    [writing] = [each for each in statements if any("dynamodb:" in action for action in as_list(each["Action"]))]
    assert writing["Action"] == "dynamodb:UpdateItem"
    token = a_token("0" * 64, organization_id="organization", directory_id="directory")
    places = [keys.token(token.sha256).pk, listing_key(token).pk]
    conditions = writing["Condition"]
    patterns = conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert [[fnmatchcase(place, pattern) for pattern in patterns] for place in places] == [[True, False], [False, True]]
    others = [keys.account("a").pk, keys.hold("a@b.example").pk, keys.organization("o").pk, keys.revoked("k").pk]
    assert not any(fnmatchcase(place, pattern) for place in others for pattern in patterns)
    assert conditions["ForAllValues:StringEquals"]["dynamodb:Attributes"] == ["pk", "sk", "last_used_on"]
    assert conditions["StringEqualsIfExists"]["dynamodb:ReturnValues"] == ["NONE"]


def test_every_queue_is_encrypted_and_has_a_dead_letter_queue_or_is_one(expanded: Resources) -> None:
    queues = of_type(expanded, "AWS::SQS::Queue")
    assert queues
    failure_destinations = {
        source["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        for source in of_type(expanded, "AWS::Lambda::EventSourceMapping").values()
        if "DestinationConfig" in source
    }
    dead_letter_queues = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    } | failure_destinations
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True
        if name in dead_letter_queues:
            assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        else:
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_the_functions_know_how_often_the_queue_delivers_a_message(expanded: Resources) -> None:
    deliveries = expanded["ConflictsQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    variables = expanded["RemediatorFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["CONFLICT_DELIVERIES"] == str(deliveries)


def test_a_queue_hides_a_message_for_six_times_the_functions_timeout(
    expanded: Resources, template: dict[str, Any]
) -> None:
    queues = of_type(expanded, "AWS::SQS::Queue")
    functions = of_type(expanded, "AWS::Lambda::Function")
    sources = of_type(expanded, "AWS::Lambda::EventSourceMapping")
    for_queues = [source for source in sources.values() if "Queue" in source["EventSourceArn"]["Fn::GetAtt"][0]]
    assert for_queues
    for source in for_queues:
        queue = queues[source["EventSourceArn"]["Fn::GetAtt"][0]]
        function = functions[function_of(expanded, source["FunctionName"])]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        concurrency = template["Parameters"][source["ScalingConfig"]["MaximumConcurrency"]["Ref"]]
        assert 2 <= concurrency["MinValue"] <= concurrency["Default"] <= concurrency["MaxValue"] <= 1000


def test_the_change_stream_is_tried_until_it_forgets_and_nothing_is_dropped_silently(expanded: Resources) -> None:
    (source,) = [
        source
        for source in of_type(expanded, "AWS::Lambda::EventSourceMapping").values()
        if source["EventSourceArn"] == {"Fn::GetAtt": ["IdentityTable", "StreamArn"]}
    ]
    assert expanded["IdentityTable"]["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert 12 * 3600 <= source["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert "MaximumRetryAttempts" not in source
    assert source["DestinationConfig"]["OnFailure"]["Destination"]


def test_every_table_can_be_restored_and_outlives_a_mistake(expanded: Resources) -> None:
    tables = {name: found for name, found in expanded.items() if found["Type"] == "AWS::DynamoDB::Table"}
    assert len(tables) == 3
    for name, table in tables.items():
        if name == "ConsoleTable":  # sessions of a day at most: who restored them would let people in again
            assert "PointInTimeRecoverySpecification" not in table["Properties"]
            assert table["Properties"]["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
            continue
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert properties["SSESpecification"] == {"SSEEnabled": True}
        assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsProtected", True, False]}
        assert table["DeletionPolicy"] == "RetainExceptOnCreate"
        assert table["UpdateReplacePolicy"] == "Retain"
        for index in properties.get("GlobalSecondaryIndexes", []):
            # Words to filter by, and nothing else: no address, no name, and so small that a call gives thousands.
            assert set(index["Projection"].get("NonKeyAttributes", ())) <= {
                "status",
                "class",
                "who_key",
                "directory_id",
            }
            assert index["Projection"]["ProjectionType"] in {"KEYS_ONLY", "INCLUDE"}


def test_nobody_calls_a_function_but_by_its_alias(expanded: Resources) -> None:
    """Else new code would take over at once, whatever the alias says."""
    callers = [
        *of_type(expanded, "AWS::Lambda::EventSourceMapping").values(),
        *of_type(expanded, "AWS::Lambda::Permission").values(),
    ]
    assert len(callers) >= 7
    for caller in callers:
        assert expanded[alias_of(caller["FunctionName"])]["Type"] == "AWS::Lambda::Alias"


def test_a_change_of_a_layer_alone_makes_a_new_version(template: dict[str, Any]) -> None:
    """Most of the code is in the layers. By default SAM looks at CodeUri alone: the alias would stay where it is."""
    from tests.template.conftest import expand

    def versions(document: dict[str, Any]) -> set[str]:
        return {name for name, found in document["Resources"].items() if found["Type"] == "AWS::Lambda::Version"}

    for layer in ("RightfulLayer", "DependenciesLayer"):
        other = json.loads(json.dumps(template))
        other["Resources"][layer]["Properties"]["Description"] += " of another day"
        assert versions(expand(template, {})).isdisjoint(versions(expand(other, {}))), layer


def test_new_code_takes_over_gradually_and_goes_back_when_an_alarm_goes_off(with_canary: dict[str, Any]) -> None:
    resources = with_canary["Resources"]
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(of_type(resources, "AWS::Lambda::Function"))
    for group in groups.values():
        assert group["AutoRollbackConfiguration"]["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        named = json.dumps(group["AlarmConfiguration"])
        for alarm in ROLLBACK:
            assert alarm in named
    for alias in [found for found in resources.values() if found["Type"] == "AWS::Lambda::Alias"]:
        assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]


def test_without_a_canary_there_is_no_codedeploy(expanded: Resources) -> None:
    assert not any(found["Type"].startswith("AWS::CodeDeploy::") for found in expanded.values())


def test_every_way_of_deploying_is_one_that_the_mapping_knows(template: dict[str, Any]) -> None:
    allowed = template["Parameters"]["CanaryType"]["AllowedValues"]
    assert template["Mappings"]["Deployments"].keys() == set(allowed)


def test_every_parameter_is_explained_and_has_its_place_in_the_console(template: dict[str, Any]) -> None:
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(template["Parameters"])
    for name, parameter in template["Parameters"].items():
        assert len(parameter["Description"]) > 20, name
        assert "Default" in parameter, name


def test_what_the_local_stand_in_does_not_know_stands_under_a_condition(expanded: Resources) -> None:
    for name, found in expanded.items():
        if found["Type"] in {
            "AWS::CloudWatch::CompositeAlarm",
            "AWS::Logs::QueryDefinition",
            "AWS::ApiGateway::Account",
        }:
            assert found["Condition"], name


def test_functions_are_told_all_that_the_settings_ask_for(expanded: Resources) -> None:
    from rightful.runtime.settings import VARIABLES

    for name, function in of_type(expanded, "AWS::Lambda::Function").items():
        told = function["Environment"]["Variables"]
        assert told.keys() >= set(VARIABLES), name
        assert told["POWERTOOLS_SERVICE_NAME"] in name.lower()
        assert told["POWERTOOLS_METRICS_NAMESPACE"] == {"Fn::Sub": "Rightful/${AWS::StackName}"}
        # A metric is a log line of level INFO: Lambda's own filter must let it through.
        assert function["LoggingConfig"]["ApplicationLogLevel"] == {"Fn::If": ["LogsDebug", "DEBUG", "INFO"]}


def test_only_the_console_reads_sessions_and_has_what_pages_need(expanded: Resources) -> None:
    for name, role in of_type(expanded, "AWS::IAM::Role").items():
        if name not in {"ConsoleRole", *_ROLES_OF_AWS}:
            assert "ConsoleTable" not in json.dumps(role), name
    for name, function in of_type(expanded, "AWS::Lambda::Function").items():
        assert ("ConsoleDependenciesLayer" in json.dumps(function["Layers"])) is (name == "ConsoleFunction"), name


def test_the_layers_requirements_are_those_of_the_lock() -> None:
    locked = dict(re.findall(r'^name = "([^"]+)"\nversion = "([^"]+)"', (ROOT / "uv.lock").read_text(), re.MULTILINE))
    required = re.findall(
        r"^([a-z0-9-]+)==(\S+)", (ROOT / "layers/dependencies/requirements.txt").read_text(), re.MULTILINE
    )
    assert {"aws-lambda-powertools", "pydantic", "idna"} <= {name for name, _ in required}
    assert {"boto3", "botocore"}.isdisjoint(name for name, _ in required)
    pages = re.findall(
        r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / "layers/console-dependencies/requirements.txt").read_text(), re.MULTILINE
    )
    assert {"jinja2", "joserfc", "cryptography"} <= {name for name, _ in pages}
    assert {name for name, _ in required}.isdisjoint(name for name, _ in pages)
    for name, version in (*required, *pages):
        assert locked[name] == version, name
