"""What an operator is told where AWS refuses or is not there."""

import os
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from rightful.operations import command
from rightful.operations.aws_errors import sentence_of
from tests.support.operator import Run


def test_a_table_that_is_not_there_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_TABLE", "nope")
    code, printed, complained = run("check")
    assert (code, printed) == (command.FAILED, "")
    assert "IDENTITY_TABLE" in complained
    assert len(complained.splitlines()) == 1


def test_a_stack_that_is_not_there_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    formation = boto3.client("cloudformation", region_name="eu-central-1")
    session = boto3.Session(region_name="eu-central-1")
    monkeypatch.setattr(session, "client", lambda *_, **__: formation)
    monkeypatch.setattr(boto3, "Session", lambda **_: session)
    with Stubber(formation) as stubber:
        stubber.add_client_error("describe_stacks", "ValidationError", "Stack with id nope does not exist")
        code, _, complained = run("--stack", "nope", "check")
    assert code == command.FAILED
    assert "no stack nope" in complained


Started = dict[tuple[tuple[str, ...], str], "subprocess.Popen[str]"]
MISSING = {
    "AWS_REGION": {"AWS_DEFAULT_REGION": None, "AWS_REGION": None},
    "AWS_PROFILE": {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None},
    "list-profiles": {"AWS_PROFILE": "nobody"},
    "cannot be reached": {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
}
"""What the way out has to name -> what is missing from the environment."""
STACKS = [(), ("--stack", "rightful")]


@pytest.fixture(scope="module", autouse=True)
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """In processes of their own: here, tests have credentials. All at once and first, because some of them wait for
    what cannot be reached."""
    empty = tmp_path_factory.mktemp("aws")
    common = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": str(empty / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(empty / "credentials"),
        "IDENTITY_TABLE": "nope",
        "EVENT_LOG_TABLE": "nope",
    }
    made: Started = {}
    for way_out, variables in reversed(MISSING.items()):
        for stack in STACKS:
            made[stack, way_out] = subprocess.Popen(
                [sys.executable, "-m", "rightful", *stack, "domain", "show", "example.com"],
                env={name: text for name, text in {**common, **variables}.items() if text is not None},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
    yield made
    for process in made.values():
        process.kill()
        process.communicate()


@pytest.mark.parametrize("way_out", MISSING)
@pytest.mark.parametrize("stack", STACKS)
def test_without_what_aws_asks_for_it_says_what_to_set(started: Started, stack: tuple[str, ...], way_out: str) -> None:
    process = started[stack, way_out]
    said, complained = process.communicate()
    assert (process.returncode, said) == (command.FAILED, "")
    (complaint,) = [line for line in complained.splitlines() if not line.startswith("Working on")]
    assert way_out in complaint


@pytest.mark.parametrize(
    ("code", "way_out"),
    [
        ("AccessDeniedException", "may not do Scan"),
        ("ExpiredTokenException", "log in again"),
        ("ThrottlingException", "Run it again"),
        ("ValidationException", "ValidationException, One line"),
    ],
)
def test_what_aws_refuses_is_one_sentence_with_the_way_out(code: str, way_out: str) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "One\nline."}}, "Scan")
    assert way_out in sentence_of(error)
    assert "\n" not in sentence_of(error)
