"""Rules that the template keeps. cfn-lint reads it as written and as expanded: each finds other mistakes."""

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.deployment import Json
from local.paths import ROOT, TEMPLATE

Resources = Mapping[str, dict[str, Any]]

_DATA_SERVICES = ("dynamodb:", "sqs:", "s3:", "events:", "kms:", "secretsmanager:", "logs:")
_WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
_METHODS = {"get", "post", "put", "patch", "delete"}


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {name: found["Properties"] for name, found in resources.items() if found["Type"] == kind}


def lint(path: Path) -> str:
    """What cfn-lint finds wrong."""
    done = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", "--format", "parseable", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AWS_DEFAULT_REGION": "eu-central-1"},
    )
    return done.stdout + done.stderr


def statements_of(role: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All statements of a role's own policies."""
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def as_list(value: object) -> list[Any]:
    """IAM takes one value or a list of them."""
    return value if isinstance(value, list) else [value]


def test_cfn_lint_finds_nothing_in_the_template_as_written() -> None:
    assert lint(TEMPLATE) == ""


def test_cfn_lint_finds_nothing_in_the_template_as_cloudformation_sees_it(
    expanded: Resources, template: dict[str, Json], tmp_path: Path
) -> None:
    document = {**template, "Resources": expanded}
    for written_for_sam in ("Transform", "Globals"):
        document.pop(written_for_sam, None)
    path = tmp_path / "expanded.json"
    path.write_text(json.dumps(document))
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


def test_roles_name_exact_actions_on_exact_resources(expanded: Resources) -> None:
    for name, role in of_type(expanded, "AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role, name
        for statement in statements_of(role):
            actions = as_list(statement["Action"])
            for action in actions:
                assert "*" not in action, (name, action)
            if set(actions) <= _WITHOUT_RESOURCES:
                continue
            assert all(action.startswith(_DATA_SERVICES) for action in actions), (name, actions)
            for resource in as_list(statement["Resource"]):
                assert "*" not in json.dumps(resource), (name, actions, resource)


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


def test_a_queue_hides_a_message_for_six_times_the_functions_timeout(expanded: Resources) -> None:
    queues = of_type(expanded, "AWS::SQS::Queue")
    functions = of_type(expanded, "AWS::Lambda::Function")
    sources = of_type(expanded, "AWS::Lambda::EventSourceMapping")
    for_queues = [source for source in sources.values() if "Queue" in source["EventSourceArn"]["Fn::GetAtt"][0]]
    assert for_queues
    for source in for_queues:
        queue = queues[source["EventSourceArn"]["Fn::GetAtt"][0]]
        function = functions[source["FunctionName"]["Ref"]]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert 2 <= source["ScalingConfig"]["MaximumConcurrency"] <= 1000


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
    assert len(tables) == 2
    for name, table in tables.items():
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert table["DeletionPolicy"] == "RetainExceptOnCreate"
        assert table["UpdateReplacePolicy"] == "Retain"
        for index in properties.get("GlobalSecondaryIndexes", []):
            assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def api_body(expanded: Resources) -> dict[str, Any]:
    (api,) = of_type(expanded, "AWS::ApiGateway::RestApi").values()
    body: dict[str, Any] = api["Body"]
    return body


def test_every_method_is_named_and_asks_for_a_key(expanded: Resources) -> None:
    paths = api_body(expanded)["paths"]
    assert len(paths) > 25
    for path, methods in paths.items():
        assert "+}" not in path
        assert methods.keys() - {"options"} <= _METHODS, path
        for method, operation in methods.items():
            assert operation["security"] == [{"KeyAuthorizer": []}], (method, path)
            assert operation["x-amazon-apigateway-integration"]["type"] == "aws_proxy"


def test_every_scim_path_sends_all_methods_to_the_function_that_answers_405(expanded: Resources) -> None:
    for path, methods in api_body(expanded)["paths"].items():
        if path.startswith("/scim/"):
            assert methods.keys() == _METHODS, path
            for operation in methods.values():
                assert "${ScimFunction.Arn}" in operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]


@pytest.mark.parametrize("api", ["scim", "admin", "accounts"])
def test_every_route_of_the_code_is_in_the_template(expanded: Resources, api: str) -> None:
    code = importlib.import_module(f"rightful.api.{api}")
    paths = api_body(expanded)["paths"]
    for path, methods in code.ROUTES.items():
        assert methods.keys() <= {method.upper() for method in paths[code.BASE + path]}, path


def test_the_apis_functions_are_called_by_permission_of_one_statement_each(expanded: Resources) -> None:
    uris = json.dumps(api_body(expanded)["paths"])
    called = set(re.findall(r"\$\{(\w+Function)\.Arn\}", uris))
    permitted = [
        permission["FunctionName"]["Fn::GetAtt"][0]
        for permission in of_type(expanded, "AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    assert len(permitted) == len(set(permitted))
    assert set(permitted) == called | {"AuthorizerFunction"}


@pytest.mark.parametrize(
    "kind",
    [
        "UNAUTHORIZED",
        "ACCESS_DENIED",
        "MISSING_AUTHENTICATION_TOKEN",
        "REQUEST_TOO_LARGE",
        "THROTTLED",
        "INTEGRATION_FAILURE",
        "INTEGRATION_TIMEOUT",
        "DEFAULT_4XX",
        "DEFAULT_5XX",
    ],
)
def test_the_gateways_own_answers_are_scim_errors_that_tell_their_status(expanded: Resources, kind: str) -> None:
    response = api_body(expanded)["x-amazon-apigateway-gateway-responses"][kind]
    body = json.loads(response["responseTemplates"]["application/json"])
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert body["status"] == str(response["statusCode"])
    assert response["responseParameters"]["gatewayresponse.header.Content-Type"] == "'application/scim+json'"


def test_a_401_carries_the_challenge(expanded: Resources) -> None:
    response = api_body(expanded)["x-amazon-apigateway-gateway-responses"]["UNAUTHORIZED"]
    challenge = response["responseParameters"]["gatewayresponse.header.WWW-Authenticate"]
    assert challenge == "'Bearer realm=\"rightful\"'"


def test_functions_are_told_all_that_the_settings_ask_for(expanded: Resources) -> None:
    from rightful.settings import VARIABLES

    for name, function in of_type(expanded, "AWS::Lambda::Function").items():
        told = function["Environment"]["Variables"]
        assert told.keys() >= set(VARIABLES), name
        assert told["POWERTOOLS_SERVICE_NAME"] in name.lower()


def test_the_layers_requirements_are_those_of_the_lock() -> None:
    locked = dict(re.findall(r'^name = "([^"]+)"\nversion = "([^"]+)"', (ROOT / "uv.lock").read_text(), re.MULTILINE))
    required = re.findall(
        r"^([a-z0-9-]+)==(\S+)", (ROOT / "layers/dependencies/requirements.txt").read_text(), re.MULTILINE
    )
    assert {"aws-lambda-powertools", "pydantic", "idna"} <= {name for name, _ in required}
    assert {"boto3", "botocore"}.isdisjoint(name for name, _ in required)
    for name, version in required:
        assert locked[name] == version, name
