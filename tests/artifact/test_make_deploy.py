"""`make deploy`, as a person at a terminal and as a pipeline see it, to the local stand-in for AWS: `sam build` and
`sam deploy` with samconfig.toml, packaging, change set, every resource, and an operator's first steps on the result."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from local.ministack import REGION
from local.paths import ROOT

pytestmark = pytest.mark.slow

STACK = "rightful-dev"
OTHER = "arm64" if os.uname().machine == "x86_64" else "x86_64"
"""Not this machine's processor, so that nothing is right by chance."""


@pytest.fixture(scope="module")
def environment(aws: dict[str, str], python313: Path) -> dict[str, str]:
    """What a shell has in which somebody deploys; AWS_REGION is what AWS's tools of today set."""
    found = {name: value for name, value in aws.items() if not name.startswith("MAKE") and name != "CI"}
    del found["AWS_DEFAULT_REGION"]
    path = f"{python313.parent}{os.pathsep}{found['PATH']}"
    return {**found, "AWS_REGION": REGION, "PATH": path}


def at_a_terminal(environment: dict[str, str], *words: str) -> tuple[int, str]:
    """Run make in a pseudo-terminal and press Enter whenever it asks. Returns its exit code and what it showed."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        ["make", "deploy", *words],
        cwd=ROOT,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        shown = b""
        try:
            while part := os.read(controller, 4096):
                shown += part
                if part.rstrip(b" ").endswith((b":", b"?", b"]")):
                    os.write(controller, b"\n")
        except OSError:  # the other end was closed: that is how a terminal ends
            pass
        os.close(controller)
    return process.returncode, shown.decode(errors="replace")


def as_a_pipeline(environment: dict[str, str], *words: str) -> tuple[int, str]:
    """Run make where nobody can be asked."""
    done = subprocess.run(
        ["make", "deploy", *words],
        cwd=ROOT,
        env={**environment, "CI": "true"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def deployed() -> dict[str, str]:
    """The parameters of the stack, the key of its log hashes and the processor of its functions."""
    client = boto3.client("cloudformation")
    (stack,) = client.describe_stacks(StackName=STACK)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    function = boto3.client("lambda").get_function_configuration(FunctionName=outputs["ScimFunction"])
    (built_for,) = function["Architectures"]
    return {
        **{parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]},
        "key": function["Environment"]["Variables"]["LOG_HASH_KEY"],
        "built for": built_for,
    }


def every_resource_is_there() -> None:
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    assert {resource["ResourceStatus"] for resource in resources} == {"CREATE_COMPLETE"}
    kinds = [resource["ResourceType"] for resource in resources]
    assert kinds.count("AWS::Lambda::Function") == kinds.count("AWS::Lambda::Alias") == 8
    assert kinds.count("AWS::CloudWatch::Alarm") >= 10
    assert kinds.count("AWS::CloudWatch::Dashboard") == 1


def an_operator_can_begin(environment: dict[str, str]) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "rightful", "--stack", STACK, "organization", "create", "First"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "/local/admin/v1/orgs/" in made.stdout


def test_the_first_deployment_ends_with_enter_and_a_later_one_asks_nothing(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "NO_PROXY"):
        monkeypatch.setenv(name, environment[name])
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    words = f"PARAMETERS=Stage=local Architecture={OTHER} EventLogRetentionDays=33"
    code, shown = at_a_terminal(environment, words)
    assert code == 0, shown
    assert f"Makes the stack {STACK} in the account 000000000000, region {REGION}." in shown
    assert shown.count("(Enter: nobody): ") == 1
    assert f"rightful --stack {STACK} organization create" in shown
    assert (ROOT / ".venv" / "bin" / "rightful").exists()
    first = deployed()
    assert (first["Architecture"], first["built for"]) == (OTHER, OTHER)
    assert len(first["key"]) == 43
    assert f"Successfully created/updated stack - {STACK}" in shown
    every_resource_is_there()
    an_operator_can_begin(environment)

    # From another machine: neither the processor nor the retention is said again.
    code, shown = as_a_pipeline(environment, "PARAMETERS=Stage=local LogLevel=ERROR")
    assert code == 0, shown
    assert f"Updates the stack {STACK}" in shown
    assert "Who gets a mail" not in shown
    assert deployed() == {**first, "LogLevel": "ERROR"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["STAGE=prod"], 'not deployed without AlarmEmail. There is nobody to ask here: say PARAMETERS="AlarmEmail='),
        (["STAGE=nope"], "samconfig.toml has no stage 'nope': there are dev, prod."),
        (["PARAMETERS=Sage=x"], "template.yaml has no parameter Sage"),
        (["PARAMETERS=it's"], "PARAMETERS cannot be read: No closing quotation."),
    ],
)
def test_what_is_missing_is_said_before_anything_is_built(
    environment: dict[str, str], words: list[str], said: str
) -> None:
    code, shown = as_a_pipeline(environment, *words)
    assert code == 2
    assert said in shown
    assert "Traceback" not in shown
    assert "Building" not in shown
