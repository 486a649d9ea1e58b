"""`rightful organization sign-in` on tables and a parameter store of moto."""

import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, value

SET = (
    "--issuer", "https://login.example.net", "--client-id", "rightful-console", "--roles-claim", "groups",
    "--owner", "admins", "--approver", "approvers", "--approver", "leads",
)  # fmt: skip


@pytest.fixture(autouse=True)
def prefix(monkeypatch: pytest.MonkeyPatch, deployed: Deployed) -> None:
    monkeypatch.setenv("CLIENT_SECRETS_PREFIX", "/rightful-test/openid-client-secrets")


@pytest.fixture
def organization_id(run: Run) -> str:
    return value(run(*ORGANIZATION)[1], "organization")


def shown(run: Run, organization_id: str, *arguments: str) -> dict[str, Any]:
    code, printed, complaint = run("organization", "sign-in", organization_id, "--json", *arguments)
    assert (code, complaint) == (0, "")
    found: dict[str, Any] = json.loads(printed)
    return found


def kept() -> list[dict[str, Any]]:
    client = boto3.client("ssm")
    listed = client.get_parameters_by_path(Path="/rightful-test", Recursive=True, WithDecryption=True)["Parameters"]
    return [dict(each) for each in listed]


def test_it_is_set_shown_and_removed_and_the_secret_is_encrypted_and_forgotten(
    run: Run, organization_id: str, tmp_path: Path
) -> None:
    assert shown(run, organization_id)["issuer"] is None
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    found = shown(run, organization_id, *SET, "--client-secret-file", str(secret))
    assert found["approver"] == ["approvers", "leads"]
    assert found["client_secret"] == "kept"
    assert found["redirect_uri"].endswith("/console/callback")
    assert "s3cret" not in json.dumps(found)
    (parameter,) = kept()
    assert (parameter["Type"], parameter["Value"]) == ("SecureString", "s3cret")
    assert shown(run, organization_id, *SET) == found
    assert shown(run, organization_id, *SET, "--no-client-secret")["client_secret"] == "none"
    assert kept() == []
    assert shown(run, organization_id, "--remove")["issuer"] is None
    assert shown(run, organization_id, "--remove")["issuer"] is None


def test_the_secret_may_come_by_the_standard_input(
    run: Run, organization_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("from a pipe\n"))
    shown(run, organization_id, *SET, "--client-secret-file", "-")
    assert [each["Value"] for each in kept()] == ["from a pipe"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--issuer", "https://login.example.net"), "--client-id"),
        (("--owner", "admins"), "--issuer"),
        (("--client-secret-file", "-"), "--issuer"),
        ((*SET[:4],), "roles.owner"),
        ((*SET, "--issuer", "http://login.example.net"), "issuer: an https URL"),
        ((*SET, "--client-secret-file", "/dev/null"), "empty"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    run: Run, organization_id: str, arguments: tuple[str, ...], told: str
) -> None:
    code, _, complaint = run("organization", "sign-in", organization_id, *arguments)
    assert code == 2
    assert told in complaint
    assert complaint.count("\n") == 1
    assert kept() == []


def test_an_organization_that_is_not_there_is_told(run: Run) -> None:
    code, _, complaint = run("organization", "sign-in", "nothing")
    assert code == 2
    assert "There is no organization nothing" in complaint
