"""`sam local` and `make sam-local`, as far as they go without Docker: what AWS SAM's own library finds."""

import json
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest

from local import sam_local
from local.deployment import read_template
from local.environment import uv
from local.events import names
from local.ministack import REGION
from local.paths import TEMPLATE
from local.run import run_document
from local.running import of_document
from local.stack import Stack
from tests.artifact.conftest import sam_version
from tests.template.conftest import expand
from tests.template.resources import api_body

pytestmark = pytest.mark.slow


def found(template: Path, *environment: Path) -> dict[str, Any]:
    """What AWS SAM's library reads."""
    script = Path(__file__).with_name("sam_local_reads.py")
    command = [uv(), "tool", "run", "--from", f"aws-sam-cli=={sam_version()}", "python", script, template, *environment]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def routes_of_the_template() -> dict[str, list[str | None]]:
    """Each method of each path, with its function and its authorizer; no key opens the console."""
    expanded = expand(read_template(), {})["Resources"]
    return {
        f"{method.upper()} {path}": [
            f"{path.split('/')[1].title()}Function",
            None if path.startswith("/console") else "AuthorizerFunction",
        ]
        for path, methods in api_body(expanded)["paths"].items()
        for method in methods
    }


def test_sam_local_finds_every_route_with_its_function_and_the_authorizer() -> None:
    routes = routes_of_the_template()
    assert len(routes) > 130
    assert found(TEMPLATE)["routes"] == routes


def test_what_is_written_leads_sam_local_to_the_running_stack(built: Path, stack: Stack, tmp_path: Path) -> None:
    session = boto3.Session("test", "test", region_name=REGION)
    running = of_document(json.loads(json.dumps(run_document(stack))), session)
    for _ in range(2):  # the second time over what is there
        sam_local.write(built / "template.yaml", running, tmp_path)

    read = found(tmp_path / "template.json", tmp_path / "env.json")
    assert read["routes"] == routes_of_the_template()
    assert len(read["functions"]) == 8
    port = stack.aws_endpoint_url.rpartition(":")[2]
    for name, function in read["functions"].items():
        assert (Path(function["code"]) / "app.py").exists(), name
        assert function["architecture"] == sam_local.architecture(), name
        assert all((Path(layer) / "python").is_dir() for layer in function["layers"]), name
        assert len(function["layers"]) == (3 if name == "ConsoleFunction" else 2), name
        variables = function["variables"]
        assert variables["AWS_ENDPOINT_URL"] == f"http://host.docker.internal:{port}", name
        assert variables["IDENTITY_TABLE"] == running.outputs["IdentityTable"], name
        assert variables["CONFLICTS_QUEUE_URL"].startswith(f"http://host.docker.internal:{port}/"), name
        assert variables["BASE_URL"] == sam_local.API_URL, name
    for path in (tmp_path / "template.json", tmp_path / "env.json", *(tmp_path / "events").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path  # keys are in them


def test_each_example_is_written_with_the_demo_organizations_ids(stack: Stack, built: Path, tmp_path: Path) -> None:
    running = of_document(
        json.loads(json.dumps(run_document(stack))), boto3.Session("test", "test", region_name=REGION)
    )
    sam_local.write(built / "template.yaml", running, tmp_path)
    written = {path.stem: path.read_text() for path in (tmp_path / "events").iterdir()}
    assert sorted(written) == names()
    assert running.directory_id in written["scim_create_user"]
    assert running.organization_id in written["admin_list_conflicts"]
    assert running.document["scim_token"] in written["authorizer_key"]


def test_without_a_running_stack_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("local.run_files.RUN_FILE", tmp_path / "run.json")
    monkeypatch.setattr("local.run_files.STATE", tmp_path)
    assert sam_local.main() == 1
    assert capsys.readouterr().err == "There is no running stack. Start one in another terminal with: make run\n"
