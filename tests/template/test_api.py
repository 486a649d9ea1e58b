"""Rules that the API in the template keeps."""

import importlib
import json
import re
from collections.abc import Mapping
from typing import Any

from rightful.api.admin import service as admin
from tests.template.resources import Resources, alias_of, api_body, of_type

_METHODS = {"get", "post", "put", "patch", "delete"}
_ALL_METHODS = {*_METHODS, "head", "options"}
"""All that API Gateway lets a path have."""


CONSOLE = {"/console", "/console/{proxy+}"}
"""The console has its pages' routes to itself, and sessions of its own: no key opens it."""


def called_alias(operation: Mapping[str, Any]) -> str:
    """The alias that an operation of the API calls, by logical id."""
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    assert uri.endswith("/invocations")
    return alias_of({"Fn::Sub": uri.split("/functions/")[1].removesuffix("/invocations")})


def test_every_method_is_named_and_asks_for_a_key(expanded: Resources) -> None:
    paths = api_body(expanded)["paths"]
    assert len(paths) > 25
    for path, methods in paths.items():
        if path in CONSOLE:
            assert methods.keys() == {"get", "post"}, path
            assert all(operation["security"] == [{"NONE": []}] for operation in methods.values()), path
            continue
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


APIS = {"scim": "ScimFunction", "admin": "AdminFunction", "host": "AccountsFunction"}
"""The packages that answer, with their functions."""


def test_the_api_has_the_routes_of_the_code_and_no_others_each_at_its_function(expanded: Resources) -> None:
    routes = {
        code.BASE + path: (function, {method.lower() for method in methods})
        for code, function in ((importlib.import_module(f"rightful.api.{api}.service"), APIS[api]) for api in APIS)
        for path, methods in code.ROUTES.items()
    }
    for path, asked in admin.ROUTES_ABOUT_KEYS.items():
        routes[admin.ABOUT_KEYS + path] = ("AdminFunction", {method.lower() for method in asked})
    paths = api_body(expanded)["paths"]
    assert paths.keys() == routes.keys() | CONSOLE
    for path in CONSOLE:
        assert {called_alias(operation) for operation in paths[path].values()} == {"ConsoleFunctionAliaslive"}
    for path, (function, methods) in routes.items():
        named = paths[path]
        if function == "ScimFunction":  # there, the function answers 405 where the gateway would say 404
            assert named.keys() >= methods, path
        else:
            assert named.keys() == methods, path
        assert {called_alias(operation) for operation in named.values()} == {f"{function}Aliaslive"}, path


def test_a_function_is_called_by_this_stage_of_this_api_on_its_own_paths_alone(expanded: Resources) -> None:
    arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${Stage}/*"
    wanted = [
        (
            f"{function}Aliaslive",
            {"Fn::Sub": f"{arn}/{importlib.import_module(f'rightful.api.{api}.service').BASE.split('/')[1]}/*"},
        )
        for api, function in APIS.items()
    ]
    authorizer = {
        "Fn::Sub": [
            "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*",  # written by SAM
            {"__ApiId__": {"Ref": "Api"}},
        ]
    }
    wanted.append(("ConsoleFunctionAliaslive", {"Fn::Sub": f"{arn}/console*"}))
    permitted = [
        (alias_of(permission["FunctionName"]), permission.get("SourceArn"))
        for permission in of_type(expanded, "AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    assert sorted(permitted, key=str) == sorted([*wanted, ("AuthorizerFunctionAliaslive", authorizer)], key=str)


def test_who_a_key_belongs_to_is_remembered_for_a_minute_at_most(expanded: Resources) -> None:
    """So a key that is shut out is out within a minute, as the runbook says."""
    authorizer = api_body(expanded)["components"]["securitySchemes"]["KeyAuthorizer"]["x-amazon-apigateway-authorizer"]
    assert 0 < authorizer["authorizerResultTtlInSeconds"] <= 60
    called = authorizer["authorizerUri"]["Fn::Sub"][1]["__FunctionArn__"]
    assert alias_of(called) == "AuthorizerFunctionAliaslive"


def test_the_api_is_made_after_the_aliases_that_it_names(expanded: Resources) -> None:
    """It names them by the functions' ARNs, which alone would let it be made before them; what is permitted to call the
    authorizer names the API, and so comes after it."""
    called = {
        called_alias(operation) for methods in api_body(expanded)["paths"].values() for operation in methods.values()
    }
    assert set(expanded["Api"]["DependsOn"]) == {*called, "AuthorizerFunctionAliaslive"}
    permission = expanded["ApiKeyAuthorizerAuthorizerPermission"]["Properties"]
    assert permission["SourceArn"]["Fn::Sub"][1] == {"__ApiId__": {"Ref": "Api"}}


GATEWAY_ANSWERS = {
    "UNAUTHORIZED": 401,
    "ACCESS_DENIED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "REQUEST_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "WAF_FILTERED": 403,
    "INTEGRATION_FAILURE": 502,
    "INTEGRATION_TIMEOUT": 504,
    "AUTHORIZER_FAILURE": 503,
    "AUTHORIZER_CONFIGURATION_ERROR": 503,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
}


def test_the_gateways_own_answers_are_scim_errors_that_tell_their_status(expanded: Resources) -> None:
    responses = api_body(expanded)["x-amazon-apigateway-gateway-responses"]
    assert {kind: int(response["statusCode"]) for kind, response in responses.items()} == GATEWAY_ANSWERS
    for kind, response in responses.items():
        assert response["responseTemplates"].keys() == {"application/json"}, kind
        body = json.loads(response["responseTemplates"]["application/json"])
        assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"], kind
        assert body["status"] == str(response["statusCode"]), kind
        assert body["detail"].endswith("."), kind
        headers = {name.rpartition(".")[2]: value for name, value in response["responseParameters"].items()}
        assert headers["Content-Type"] == "'application/scim+json'", kind
        if body["status"] in {"429", "502", "503", "504"}:
            assert headers["Retry-After"] == "'2'", kind


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
