"""What `make run` prints works as it is printed, in a shell that knows nothing of the stack."""

import os
import re
import subprocess

import boto3
import pytest

from local import events
from local.ministack import REGION
from local.paths import ROOT
from local.problem import LocalProblemError
from local.run import run_document, welcome
from local.running import of_document
from local.stack import Stack


def printed_commands(text: str) -> list[str]:
    """Each block of indented lines that is for a shell."""
    blocks = re.findall(r"(?m)(?:^  (?:export|curl|\.venv|  ).*\n)+", text)
    return [block for block in blocks if block.lstrip().startswith(("export", "curl"))]


def in_a_shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run it in this folder, with an environment without AWS."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["bash", "-euc", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_every_printed_command_works_in_a_shell_without_anything(stack: Stack) -> None:
    users, domain, operator = printed_commands(welcome(stack))
    assert '"Resources"' in in_a_shell(users).stdout
    assert '"corp.example"' in in_a_shell(domain).stdout
    listed = in_a_shell(operator)
    assert (listed.returncode, stack.seeded.demo.id in listed.stdout) == (0, True), listed.stderr


@pytest.mark.parametrize("name", ["nope", "scim_nope", "nope_scim", ""])
def test_an_example_that_is_not_there_is_one_sentence_with_those_that_are(
    stack: Stack, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {key: value for key, value in run_document(stack).items() if isinstance(value, str)}
    there = of_document(document, boto3.Session("test", "test", region_name=REGION))
    monkeypatch.setattr(events, "running", lambda _: there)
    with pytest.raises(LocalProblemError, match=r"There are: .*scim_create_user"):
        events.invoke(name)
