"""`sam deploy` itself, with samconfig.toml, of what `sam build` made, to the local stand-in for AWS: packaging, change
set, every resource, and an operator's first steps on the result."""

import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from local.environment import uv
from local.ministack import REGION
from local.paths import ROOT
from tests.artifact.conftest import sam_version

pytestmark = pytest.mark.slow

STACK = "rightful-dev"


def sam(aws: dict[str, str], *arguments: str) -> str:
    """Run the pinned AWS SAM CLI."""
    command = [uv(), "tool", "run", "--from", f"aws-sam-cli=={sam_version()}", "sam", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=aws, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_was_built_is_deployed_by_sam_with_the_samconfig(built: Path, aws: dict[str, str]) -> None:
    deploy = ("deploy", "--template-file", str(built / "template.yaml"), "--config-file", str(ROOT / "samconfig.toml"))
    said = sam(aws, *deploy, "--config-env", "dev", "--parameter-overrides", "Stage=local")
    assert f"Successfully created/updated stack - {STACK}" in said

    client = boto3.client(
        "cloudformation",
        region_name=REGION,
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    resources = client.describe_stack_resources(StackName=STACK)["StackResources"]
    assert {resource["ResourceStatus"] for resource in resources} == {"CREATE_COMPLETE"}
    kinds = [resource["ResourceType"] for resource in resources]
    assert kinds.count("AWS::Lambda::Function") == kinds.count("AWS::Lambda::Alias") == 7
    assert kinds.count("AWS::CloudWatch::Alarm") >= 10
    assert kinds.count("AWS::CloudWatch::Dashboard") == 1

    made = subprocess.run(
        [sys.executable, "-m", "rightful", "--stack", STACK, "organization", "create", "First"],
        cwd=ROOT,
        env=aws,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "/local/admin/v1/orgs/" in made.stdout
