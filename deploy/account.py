"""The AWS account that is deployed to: whose it is, which region, and what is there already."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy.problem import DeployError

_UNUSABLE = {
    "ROLLBACK_COMPLETE": "was never finished, and AWS takes no other deployment of it",
    "ROLLBACK_FAILED": "was never finished, and AWS takes no other deployment of it",
    "DELETE_FAILED": "could not be deleted whole",
}
_NOT_THERE = {"REVIEW_IN_PROGRESS"}
"""A change set was made and never carried out: there is no stack behind it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is deployed to. `stored`: the stack's parameters; None: there is no stack yet."""

    account: str
    region: str
    stored: Mapping[str, str] | None
    logs_role: bool
    """Whether API Gateway has the account's one role for its logs."""


def region_of(environment: Mapping[str, str] = os.environ) -> str:
    """The region that AWS's own variables and files say: AWS_REGION before AWS_DEFAULT_REGION, as in AWS's tools.

    Raises:
        DeployError: none does.
    """
    try:
        region = environment.get("AWS_REGION") or boto3.Session().region_name
    except BotoCoreError as error:  # a profile that is not there
        raise DeployError(f"{error}.") from error
    if not region:
        raise DeployError("Say in which region: AWS_REGION=eu-central-1 make deploy (or `aws configure`).")
    return region


def find(stack: str) -> Target:
    """Look at the account and at what it has of the stack.

    Raises:
        DeployError: no region, no credentials, no right to look, or a stack in a state that takes no deployment.
    """
    region = region_of()
    session = boto3.Session(region_name=region)
    try:
        account = session.client("sts").get_caller_identity()["Account"]
        stored = _parameters(session, stack)
        role = session.client("apigateway").get_account().get("cloudwatchRoleArn")
    except ClientError as error:
        said = error.response["Error"]
        raise DeployError(f"AWS refuses {error.operation_name}: {said.get('Message', said.get('Code'))}") from error
    except BotoCoreError as error:
        raise DeployError(
            f"AWS cannot be asked: {str(error).rstrip('.')}. It takes credentials (AWS_PROFILE, `aws configure`)."
        ) from error
    return Target(account, region, stored, bool(role))


def _parameters(session: boto3.Session, stack: str) -> Mapping[str, str] | None:
    try:
        (found,) = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    status = found["StackStatus"]
    if status in _NOT_THERE:
        return None
    if status in _UNUSABLE:
        raise DeployError(
            f"The stack {stack} {_UNUSABLE[status]} ({status}). Delete it, then deploy again: "
            f"aws cloudformation delete-stack --stack-name {stack}"
        )
    if status.endswith("_IN_PROGRESS"):
        raise DeployError(f"The stack {stack} is being changed at this moment ({status}). Try again when that is over.")
    return {each["ParameterKey"]: each.get("ParameterValue", "") for each in found.get("Parameters", [])}
