"""Rules that the API in the template keeps."""

import importlib
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.template.resources import Resources, api_body, of_type

_METHODS = {"get", "post", "put", "patch", "delete"}
_ALL_METHODS = {*_METHODS, "head", "options"}
"""All that API Gateway lets a path have."""


def called_alias(operation: Mapping[str, Any]) -> str:
    """The alias that an operation of the API calls, by logical id."""
    uri, names = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    assert "functions/${Alias}/invocations" in uri
    alias: str = names["Alias"]["Ref"]
    return alias


def test_every_method_is_named_and_asks_for_a_key(expanded: Resources) -> None:
    paths = api_body(expanded)["paths"]
    assert len(paths) > 25
    for path, methods in paths.items():
        assert "+}" not in path
        assert methods.keys() <= (_ALL_METHODS if path.startswith("/scim/") else _METHODS), path
        for method, operation in methods.items():
            assert operation["security"] == [{"KeyAuthorizer": []}], (method, path)
            assert operation["x-amazon-apigateway-integration"]["type"] == "aws_proxy"


def test_every_scim_path_sends_all_methods_to_the_function_that_answers_405(expanded: Resources) -> None:
    for path, methods in api_body(expanded)["paths"].items():
        if path.startswith("/scim/"):
            assert methods.keys() == _ALL_METHODS, path
            for operation in methods.values():
                assert called_alias(operation) == "ScimFunctionAliaslive"


@pytest.mark.parametrize("api", ["scim", "admin", "accounts"])
def test_every_route_of_the_code_is_in_the_template(expanded: Resources, api: str) -> None:
    code = importlib.import_module(f"rightful.api.{api}")
    paths = api_body(expanded)["paths"]
    for path, methods in code.ROUTES.items():
        assert methods.keys() <= {method.upper() for method in paths[code.BASE + path]}, path


@pytest.mark.parametrize("api", ["scim", "admin", "accounts"])
def test_every_route_of_the_template_is_in_the_code(expanded: Resources, api: str) -> None:
    code = importlib.import_module(f"rightful.api.{api}")
    routes = {code.BASE + path: set(methods) for path, methods in code.ROUTES.items()}
    named = {
        path: {method.upper() for method in methods}
        for path, methods in api_body(expanded)["paths"].items()
        if path.startswith(code.BASE)
    }
    assert named.keys() == routes.keys()
    if api != "scim":  # there, the function answers 405 where the gateway would say 404
        assert named == routes


def test_the_apis_functions_are_called_by_permission_of_one_statement_each(expanded: Resources) -> None:
    paths = api_body(expanded)["paths"].values()
    called = {called_alias(operation) for operations in paths for operation in operations.values()}
    permitted = [
        permission["FunctionName"]["Ref"]
        for permission in of_type(expanded, "AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    assert len(permitted) == len(set(permitted))
    assert set(permitted) == called | {"AuthorizerFunctionAliaslive"}


@pytest.mark.parametrize(
    "kind",
    [
        "UNAUTHORIZED",
        "ACCESS_DENIED",
        "MISSING_AUTHENTICATION_TOKEN",
        "REQUEST_TOO_LARGE",
        "THROTTLED",
        "AUTHORIZER_FAILURE",
        "AUTHORIZER_CONFIGURATION_ERROR",
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


@pytest.mark.parametrize("kind", ["AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"])
def test_a_key_that_cannot_be_checked_is_a_503_that_says_when_to_come_again(expanded: Resources, kind: str) -> None:
    response = api_body(expanded)["x-amazon-apigateway-gateway-responses"][kind]
    assert str(response["statusCode"]) == "503"
    assert response["responseParameters"]["gatewayresponse.header.Retry-After"] == "'2'"


def test_a_401_carries_the_challenge(expanded: Resources) -> None:
    response = api_body(expanded)["x-amazon-apigateway-gateway-responses"]["UNAUTHORIZED"]
    challenge = response["responseParameters"]["gatewayresponse.header.WWW-Authenticate"]
    assert challenge == "'Bearer realm=\"rightful\"'"


def test_nothing_that_a_client_sent_is_in_the_access_log(expanded: Resources) -> None:
    (stage,) = of_type(expanded, "AWS::ApiGateway::Stage").values()
    line = stage["AccessLogSetting"]["Format"]
    for variable in ("$context.path", "querystring", "$context.identity.userAgent", "$input", "header"):
        assert variable not in line
    logged = json.loads(_quoted(line))
    assert {"requestId", "method", "route", "status", "latencyMs"} <= logged.keys()


def _quoted(line: str) -> str:
    """The line with the numbers as texts: a variable is no JSON until API Gateway has put a value in its place."""
    return re.sub(r": (\$context\.[A-Za-z.]+)", r': "\1"', line)


def test_every_method_is_throttled_and_no_bodies_are_logged(expanded: Resources) -> None:
    (stage,) = of_type(expanded, "AWS::ApiGateway::Stage").values()
    settings = {(setting["HttpMethod"], setting["ResourcePath"]): setting for setting in stage["MethodSettings"]}
    assert ("*", "/*") in settings
    for method, path in settings:
        assert settings[method, path]["ThrottlingRateLimit"]
        assert settings[method, path]["ThrottlingBurstLimit"]
        assert settings[method, path]["DataTraceEnabled"] is False
        if path != "/*":
            route = path.removeprefix("/").replace("~1", "/")
            assert method.lower() in api_body(expanded)["paths"][route]


def test_the_usage_plan_is_for_this_stage(expanded: Resources) -> None:
    (plan,) = of_type(expanded, "AWS::ApiGateway::UsagePlan").values()
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "ApiStage"}}]
    assert plan["Throttle"].keys() == {"RateLimit", "BurstLimit"}


def test_a_firewall_stands_before_the_stage_where_one_is_named(expanded: Resources) -> None:
    (association,) = of_type(expanded, "AWS::WAFv2::WebACLAssociation").values()
    assert expanded["WebAclAssociation"]["Condition"] == "HasWebAcl"
    assert association["ResourceArn"]["Fn::Sub"][1] == {"ApiStage": {"Ref": "ApiStage"}}
