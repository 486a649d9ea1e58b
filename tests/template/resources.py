"""Reading the resources of an expanded template."""

import re
from collections.abc import Mapping
from typing import Any

Resources = Mapping[str, dict[str, Any]]

ROLLBACK = ("DeploymentErrorsAlarm", "NewVersionErrorsAlarm", "NewVersionLatencyAlarm")
"""The alarms that take new code back. They tell nobody but CodeDeploy."""


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {name: found["Properties"] for name, found in resources.items() if found["Type"] == kind}


def as_list(value: object) -> list[Any]:
    """IAM takes one value or a list of them."""
    return value if isinstance(value, list) else [value]


def function_of(resources: Resources, name: Mapping[str, Any]) -> str:
    """The function behind what calls name: {"Ref": the function, or its alias}."""
    logical_id: str = name["Ref"]
    if resources[logical_id]["Type"] == "AWS::Lambda::Alias":
        logical_id = resources[logical_id]["Properties"]["FunctionName"]["Ref"]
    return logical_id


def alias_of(called: Mapping[str, Any]) -> str:
    """The alias that something names, by logical id: {"Ref": the alias}, or by what its ARN is made of."""
    if "Ref" in called:
        logical_id: str = called["Ref"]
        return logical_id
    named = re.fullmatch(r"\$\{(\w+)\.Arn\}:(\w+)", called["Fn::Sub"])
    assert named, called
    return f"{named[1]}Alias{named[2]}"


def api_body(resources: Resources) -> dict[str, Any]:
    """The API's OpenAPI document."""
    (api,) = of_type(resources, "AWS::ApiGateway::RestApi").values()
    body: dict[str, Any] = api["Body"]
    return body


def text_of(value: Any) -> str:
    """A value as the template writes it in a text: !Ref X and !Sub ${X} are both "${X}"."""
    if isinstance(value, dict):
        if "Ref" in value:
            return f"${{{value['Ref']}}}"
        if "Fn::GetAtt" in value:
            return f"${{{'.'.join(value['Fn::GetAtt'])}}}"
        return str(value["Fn::Sub"])
    return str(value)
