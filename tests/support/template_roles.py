"""What the roles of template.yaml allow, in terms of the template."""

import json
from typing import Any

from local.deployment import STACK_NAME, read_template

_WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}


def role_rights() -> dict[str, set[tuple[str, str]]]:
    """(IAM action, logical id, or <table>/index/<name>, or parameter/<path>) of each function's role, by
    the function's logical id; without the rights to write logs and traces, which the Lambda service uses."""
    template: Any = json.loads(json.dumps(read_template()))
    resources = template["Resources"]
    found = {}
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        role = resources[resource["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
        found[name] = {
            (action, _place(place))
            for policy in role["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
            for action in _listed(statement["Action"])
            for place in _listed(statement["Resource"])
            if action not in _WITHOUT_RESOURCES | _LOGS
        }
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _place(resource: Any) -> str:
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    named = str(resource["Fn::Sub"])
    if ":parameter/" in named:
        return "parameter/" + named.partition(":parameter/")[2].replace("${AWS::StackName}", STACK_NAME)
    return named.replace("${", "").replace(".Arn}", "")
