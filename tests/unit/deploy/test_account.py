"""What an AWS account has of a stack, and what it says when it cannot be asked."""

from pathlib import Path

import boto3
import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber

from deploy import account, built
from deploy.problem import DeployError


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> dict[str, Stubber]:
    """An account that answers what a test says."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    made = {
        name: boto3.client(name, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
        for name in ("sts", "cloudformation", "apigateway")
    }
    stubs = {name: Stubber(client) for name, client in made.items()}
    for stub in stubs.values():
        stub.activate()

    def client(_: boto3.Session, name: str, **__: object) -> BaseClient:
        return made[name]

    monkeypatch.setattr(boto3.Session, "client", client)
    stubs["sts"].add_response("get_caller_identity", {"Account": "123456789012"})
    return stubs


def add_stack(aws: dict[str, Stubber], status: str) -> None:
    parameters = [{"ParameterKey": "Stage", "ParameterValue": "dev"}]
    stack = {"StackName": "s", "CreationTime": 0, "StackStatus": status, "Parameters": parameters}
    aws["cloudformation"].add_response("describe_stacks", {"Stacks": [stack]})
    aws["apigateway"].add_response("get_account", {"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/logs"})


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_remembers_its_parameters(aws: dict[str, Stubber], status: str) -> None:
    add_stack(aws, status)
    assert account.find("s") == account.Target("123456789012", "eu-central-1", {"Stage": "dev"}, logs_role=True)


def test_a_change_set_without_a_stack_is_no_stack(aws: dict[str, Stubber]) -> None:
    add_stack(aws, "REVIEW_IN_PROGRESS")
    assert account.find("s").stored is None


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack --stack-name s"),
        ("DELETE_FAILED", "delete-stack --stack-name s"),
        ("UPDATE_IN_PROGRESS", "Try again"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "Try again"),
    ],
)
def test_a_stack_that_takes_no_deployment_is_named_with_the_way_out(
    aws: dict[str, Stubber], status: str, way_out: str
) -> None:
    add_stack(aws, status)
    with pytest.raises(DeployError, match=way_out):
        account.find("s")


def test_a_stack_that_is_not_there_is_a_first_deployment(aws: dict[str, Stubber]) -> None:
    aws["cloudformation"].add_client_error("describe_stacks", "ValidationError", "Stack with id s does not exist")
    aws["apigateway"].add_response("get_account", {})
    assert account.find("s") == account.Target("123456789012", "eu-central-1", None, logs_role=False)


def test_what_aws_refuses_is_one_sentence(aws: dict[str, Stubber]) -> None:
    aws["cloudformation"].add_client_error("describe_stacks", "AccessDenied", "You may not.")
    with pytest.raises(DeployError, match=r"AWS refuses DescribeStacks: You may not\."):
        account.find("s")


def test_the_region_is_aws_s_own_variable_first() -> None:
    assert account.region_of({"AWS_REGION": "eu-west-1"}) == "eu-west-1"


def test_no_region_is_said_with_the_way_out(aws: dict[str, Stubber]) -> None:
    with pytest.raises(DeployError, match="AWS_REGION="):
        account.region_of({})


@pytest.mark.parametrize(("machine", "named"), [(0xB7, "arm64"), (0x3E, "x86_64"), (0x03, "something else")])
def test_a_binary_for_another_processor_is_not_deployed(tmp_path: Path, machine: int, named: str) -> None:
    (tmp_path / "core.so").write_bytes(b"\x7fELF" + bytes(14) + bytes([machine, 0]))
    for architecture in ("arm64", "x86_64"):
        if architecture == named:
            built.check_architecture(tmp_path, architecture)
        else:
            with pytest.raises(DeployError, match=rf"core\.so was built for {named}, not {architecture}"):
                built.check_architecture(tmp_path, architecture)
