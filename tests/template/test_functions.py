"""How the functions run: what they are told, who may be them, what calls them, and for how long."""

import json

import pytest

from rightful.aws.dynamodb.stream import HEARD_OF
from tests.template.resources import Resources, function_of, of_type

GATEWAY_SECONDS = 29
"""API Gateway waits no longer for an answer."""
BEHIND_THE_API = {"AuthorizerFunction", "ScimFunction", "AdminFunction", "ConsoleFunction", "AccountsFunction"}
TOLD = {
    "IDENTITY_TABLE": {"Ref": "IdentityTable"},
    "EVENT_LOG_TABLE": {"Ref": "EventLogTable"},
    "EVENT_LOG_RETENTION_DAYS": {"Ref": "EventLogRetentionDays"},
    "CONFLICTS_QUEUE_URL": {"Ref": "ConflictsQueue"},
    "UNPUBLISHED_QUEUE_URL": {"Ref": "UnpublishedQueue"},
    "EVENT_BUS": {"Ref": "EventBus"},
    "BASE_URL": {"Ref": "PublicBaseUrl"},
    "DOCUMENTATION_URL": {"Ref": "DocumentationUrl"},
    "DNS_RESOLVER_URL": {"Ref": "DnsResolverUrl"},
    "LOG_HASH_KEY": {
        "Fn::If": [
            "HasLogHashKey",
            {"Ref": "LogHashKey"},
            {"Fn::Sub": "{{resolve:secretsmanager:${LogHashSecret}}}"},
        ]
    },
    "POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"},
}


def test_the_key_of_the_logs_hashes_is_made_once_and_outlives_the_stack(expanded: Resources) -> None:
    """CloudFormation generates a secret anew where what is written of it changes: this is what it is, for good."""
    secret = expanded["LogHashSecret"]
    assert secret["Properties"]["GenerateSecretString"] == {"PasswordLength": 43, "ExcludePunctuation": True}
    assert "Name" not in secret["Properties"]  # that of a deleted stack is there still
    assert secret["Condition"] == "NeedsLogHashSecret"
    assert secret["DeletionPolicy"] == "RetainExceptOnCreate"
    assert secret["UpdateReplacePolicy"] == "Retain"


def test_functions_are_told_of_the_resources_and_parameters_of_their_name(expanded: Resources) -> None:
    for name, function in of_type(expanded, "AWS::Lambda::Function").items():
        variables = function["Environment"]["Variables"]
        assert {variable: variables.get(variable) for variable in TOLD} == TOLD, name
        assert name == f"{variables['POWERTOOLS_SERVICE_NAME'].capitalize()}Function"


def test_functions_run_as_the_parameters_say(expanded: Resources) -> None:
    for name, function in of_type(expanded, "AWS::Lambda::Function").items():
        assert function["Architectures"] == [{"Ref": "Architecture"}], name
        assert function["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}, name
        assert function["TracingConfig"] == {"Mode": "Active"}, name
        assert function["Runtime"] == "python3.13", name
        assert function["LoggingConfig"]["LogFormat"] == "JSON", name
        from_the_parameter = name in BEHIND_THE_API - {"AuthorizerFunction"}
        assert function["MemorySize"] == ({"Ref": "ApiMemory"} if from_the_parameter else 512), name


@pytest.mark.parametrize("name", ["AuthorizerFunction", "ScimFunction"])
def test_what_every_request_passes_is_kept_warm_where_the_parameter_says_so(expanded: Resources, name: str) -> None:
    warm = expanded[f"{name}Aliaslive"]["Properties"]["ProvisionedConcurrencyConfig"]["Fn::If"]
    assert warm[:2] == [
        "HasProvisionedConcurrency",
        {"ProvisionedConcurrentExecutions": {"Ref": "ProvisionedConcurrency"}},
    ]


def test_a_request_ends_before_the_gateway_gives_up_on_it(expanded: Resources) -> None:
    """The authorizer's time comes first, and counts."""
    timeouts = {name: expanded[name]["Properties"]["Timeout"] for name in BEHIND_THE_API}
    for name in BEHIND_THE_API - {"AuthorizerFunction"}:
        assert timeouts["AuthorizerFunction"] + timeouts[name] < GATEWAY_SECONDS, name


def test_the_janitor_makes_a_round_every_five_minutes_and_one_at_a_time(expanded: Resources) -> None:
    (rule,) = of_type(expanded, "AWS::Events::Rule").values()
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    assert rule.get("State", "ENABLED") == "ENABLED"
    (target,) = rule["Targets"]
    assert function_of(expanded, target["Arn"]) == "JanitorFunction"
    assert expanded["JanitorFunction"]["Properties"]["Timeout"] < 5 * 60
    assert expanded["JanitorFunctionRoundsPermission"]["Properties"]["SourceArn"] == {
        "Fn::GetAtt": ["JanitorFunctionRounds", "Arn"]
    }


def test_the_publisher_is_called_for_what_events_are_made_of_and_for_nothing_else(expanded: Resources) -> None:
    (entry,) = expanded["PublisherFunctionChanges"]["Properties"]["FilterCriteria"]["Filters"]
    pattern = json.loads(entry["Pattern"])
    wanted = [{"prefix": each} if each.endswith("#") else each for each in HEARD_OF]
    assert pattern == {"dynamodb": {"Keys": {"sk": {"S": wanted}}}}


def test_who_is_killed_over_one_conflict_delays_no_other(expanded: Resources) -> None:
    (source,) = [
        source
        for source in of_type(expanded, "AWS::Lambda::EventSourceMapping").values()
        if source["EventSourceArn"] == {"Fn::GetAtt": ["ConflictsQueue", "Arn"]}
    ]
    assert source["BatchSize"] == 1
    assert source["MaximumBatchingWindowInSeconds"] == 0


def test_a_message_outlives_all_its_deliveries_by_days(expanded: Resources) -> None:
    queue = expanded["ConflictsQueue"]["Properties"]
    delivered = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
    assert queue["MessageRetentionPeriod"] >= delivered + 3 * 24 * 3600


def test_every_log_group_forgets_when_the_parameter_says(expanded: Resources) -> None:
    groups = of_type(expanded, "AWS::Logs::LogGroup")
    assert len(groups) == len(of_type(expanded, "AWS::Lambda::Function")) + 1
    for name, group in groups.items():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_only_the_service_that_runs_it_can_be_a_role(expanded: Resources) -> None:
    functions = of_type(expanded, "AWS::Lambda::Function").values()
    roles = {function["Role"]["Fn::GetAtt"][0] for function in functions}
    for name, role in of_type(expanded, "AWS::IAM::Role").items():
        service = "lambda.amazonaws.com" if name in roles else "apigateway.amazonaws.com"
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}, name


def test_tables_take_any_load_and_requests_are_traced_through(expanded: Resources) -> None:
    for table in of_type(expanded, "AWS::DynamoDB::Table").values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
    (stage,) = of_type(expanded, "AWS::ApiGateway::Stage").values()
    assert stage["TracingEnabled"] is True
    assert stage["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["ApiAccessLogGroup", "Arn"]}
