"""template.yaml, deployed to the local stand-in for AWS.

The template is used as it is. As `sam package` does, its folders are uploaded and named by their place in S3.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from local.artifacts import function_zip, layer_zip, source_of
from local.ministack import REGION
from local.paths import TEMPLATE
from local.problem import LocalProblemError

if TYPE_CHECKING:
    from types_boto3_apigateway.client import APIGatewayClient
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_s3.client import S3Client

STACK_NAME = "rightful"
STAGE = "local"

API_ID = "rightful"
"""MiniStack lets a tag choose the API's id, so the URL is known before the stack exists."""

_BUCKET = "rightful-artifacts"
_TEMPLATE_KEY = "template.json"
_DEPLOYED_WITHIN = 600.0

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class _TemplateLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, which become the long ones."""


def _intrinsic(loader: _TemplateLoader, suffix: str, node: yaml.Node) -> Json:
    value: Json
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = {str(key): member for key, member in loader.construct_mapping(node, deep=True).items()}
    if suffix == "GetAtt" and isinstance(value, str):
        value = list(value.split(".", 1))
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _intrinsic)


def read_template(path: Path = TEMPLATE) -> dict[str, Json]:
    """The template as JSON would have it: no short forms, no YAML aliases.

    Raises:
        LocalProblemError: it is not YAML.
    """
    try:
        document = yaml.load(path.read_text(), Loader=_TemplateLoader)
    except yaml.YAMLError as error:
        raise LocalProblemError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    template: dict[str, Json] = json.loads(json.dumps(document, default=str))
    return template


def with_numbers(template: Mapping[str, Json]) -> dict[str, Json]:
    """The template with the values of its number parameters in their places: MiniStack would hand on texts, which its
    queue poller compares with numbers."""
    parameters = template.get("Parameters", {})
    assert isinstance(parameters, dict)
    values = {
        name: parameter["Default"]
        for name, parameter in parameters.items()
        if isinstance(parameter, dict) and parameter.get("Type") == "Number"
    }

    def replaced(part: Json) -> Json:
        if isinstance(part, list):
            return [replaced(member) for member in part]
        if not isinstance(part, dict):
            return part
        if part.keys() == {"Ref"} and part["Ref"] in values:
            return values[str(part["Ref"])]
        return {name: replaced(member) for name, member in part.items()}

    found = replaced({"Resources": template["Resources"]})
    assert isinstance(found, dict)
    return {**template, **found}


def with_rights_to_batches(template: Mapping[str, Json]) -> dict[str, Json]:
    """The template with a right of its own to SendMessageBatch wherever there is one to SendMessage. AWS asks for the
    latter for both (SQS Developer Guide, "Amazon SQS API permissions"); MiniStack for each by its name."""

    def replaced(part: Json) -> Json:
        if isinstance(part, list):
            return [replaced(member) for member in part]
        if not isinstance(part, dict):
            return part
        found = {name: replaced(member) for name, member in part.items()}
        if found.get("Action") == "sqs:SendMessage":
            found["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
        return found

    found = replaced({"Resources": template["Resources"]})
    assert isinstance(found, dict)
    return {**template, **found}


def _folders(template: Mapping[str, Json]) -> Iterator[tuple[dict[str, Json], str, str]]:
    """The properties that name a folder: (properties of the resource, property, kind)."""
    resources = template["Resources"]
    assert isinstance(resources, dict)
    for resource in resources.values():
        assert isinstance(resource, dict)
        properties = resource.get("Properties")
        if not isinstance(properties, dict):
            continue
        if resource["Type"] == "AWS::Serverless::Function":
            yield properties, "CodeUri", "function"
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            yield properties, "ContentUri", "layer"


def package(template: dict[str, Json], python: Path) -> dict[str, bytes]:
    """Zip the template's folders, and let it name their place in S3. Returns what to upload, by key.

    Raises:
        LocalProblemError: a folder is missing, or a layer cannot be built.
    """
    archives: dict[str, bytes] = {}
    for properties, name, kind in _folders(template):
        uri = properties[name]
        assert isinstance(uri, str)
        source = source_of(uri)
        content = function_zip(source) if kind == "function" else layer_zip(source, python)
        key = f"{uri}/{hashlib.sha256(content).hexdigest()[:16]}.zip"
        archives[key] = content
        properties[name] = f"s3://{_BUCKET}/{key}"
    return archives


def upload(s3: "S3Client", archives: Mapping[str, bytes], template: Mapping[str, Json]) -> str:
    """Put code and template into S3: it is too large to be sent as it is. Returns the template's URL."""
    s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for key, content in archives.items():
        s3.put_object(Bucket=_BUCKET, Key=key, Body=content)
    s3.put_object(Bucket=_BUCKET, Key=_TEMPLATE_KEY, Body=json.dumps(template).encode())
    return f"{s3.meta.endpoint_url}/{_BUCKET}/{_TEMPLATE_KEY}"


def create_stack(
    cloudformation: "CloudFormationClient", template_url: str, parameters: Mapping[str, str]
) -> dict[str, str]:
    """Create the stack and wait for it. Returns its outputs.

    Raises:
        LocalProblemError: it failed; names the resource that failed first.
    """
    cloudformation.create_stack(
        StackName=STACK_NAME,
        TemplateURL=template_url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        OnFailure="DO_NOTHING",
        Tags=[{"Key": "ms-custom-id", "Value": API_ID}],
    )
    deadline = time.monotonic() + _DEPLOYED_WITHIN
    while time.monotonic() < deadline:
        stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
        status = stack["StackStatus"]
        if status == "CREATE_COMPLETE":
            return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        if not status.endswith("_IN_PROGRESS"):
            raise LocalProblemError(f"The stack could not be created: {_first_failure(cloudformation)}")
        time.sleep(0.1)
    raise LocalProblemError(f"The stack was not created within {_DEPLOYED_WITHIN:.0f} s.")


def _first_failure(cloudformation: "CloudFormationClient") -> str:
    stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    events = cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    for event in reversed(events):
        if event.get("ResourceStatus", "").endswith("_FAILED") and event["LogicalResourceId"] != STACK_NAME:
            reason = " ".join(event.get("ResourceStatusReason", "no reason given").split())
            return f"{event['LogicalResourceId']}: {reason}"
    return " ".join(stack.get("StackStatusReason", "no reason given").split())


def apply_gateway_responses(apigateway: "APIGatewayClient", template: Mapping[str, Json]) -> None:
    """Give the API the gateway responses of the template, which MiniStack leaves out when it imports an API."""
    resources = template["Resources"]
    assert isinstance(resources, dict)
    for resource in resources.values():
        assert isinstance(resource, dict)
        properties = resource.get("Properties")
        if resource["Type"] != "AWS::Serverless::Api" or not isinstance(properties, dict):
            continue
        responses = properties.get("GatewayResponses", {})
        assert isinstance(responses, dict)
        for response_type, response in responses.items():
            _put_gateway_response(apigateway, response_type, response)
    apigateway.create_deployment(restApiId=API_ID, stageName=STAGE)


def _put_gateway_response(apigateway: "APIGatewayClient", response_type: str, response: Json) -> None:
    assert isinstance(response, dict)
    headers = _text_map(response.get("ResponseParameters"), "Headers")
    apigateway.put_gateway_response(
        restApiId=API_ID,
        responseType=response_type,  # type: ignore[arg-type]  # the template's own word
        statusCode=str(response["StatusCode"]),
        responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
        responseTemplates=_text_map(response, "ResponseTemplates"),
    )


def _text_map(parent: Json, name: str) -> dict[str, str]:
    found = parent.get(name) if isinstance(parent, dict) else None
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}
