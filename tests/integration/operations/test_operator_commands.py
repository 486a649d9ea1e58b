"""`rightful ...` as an operator runs it, on tables of moto: what it prints, its exit codes, and what it leaves."""

import boto3
import pytest
from botocore.stub import Stubber

from rightful.domain.key import Scope, digest
from rightful.operations import command
from rightful.operations.deployment import OperationError
from rightful.operations.redrive import redrive
from rightful.text.ids import address_hash
from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, items_of, value


def test_the_first_steps_after_a_deployment_lead_to_keys_that_open_what_they_say(run: Run, deployed: Deployed) -> None:
    code, organization, _ = run(*ORGANIZATION)
    assert code == 0
    organization_id = value(organization, "organization")
    assert value(organization, "admin URL") == f"https://api.example/dev/admin/v1/orgs/{organization_id}"
    code, directory, _ = run("directory", "create", organization_id, "Entra", "--profile", "entra", "--days", "365")
    assert code == 0
    directory_id = value(directory, "directory")
    assert value(directory, "SCIM base URL").endswith(f"/scim/directory/{directory_id}")
    store = deployed.store
    key = store.token(digest(value(directory, "key")))
    assert key is not None
    assert (key.scope, key.organization_id, key.directory_id) == (Scope.SCIM, organization_id, directory_id)
    assert key.expires_at is not None
    admin_key = store.token(digest(value(organization, "admin key")))
    assert admin_key is not None
    assert (admin_key.scope, admin_key.owner) == (Scope.ADMIN, "Ines")
    found = store.organization(organization_id)
    assert found is not None
    assert set(found.domains) == {"example.com"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--domain", "free.example", "--domain", "example.com"),
        ("--domain", "free.example", "--domain", "no domain"),
        ("--domain", "free.example", "--admin", "Ines\u202e"),
        ("--domain", "free.example", "--admin", " "),
    ],
)
def test_an_organization_that_is_refused_leaves_nothing_behind(
    run: Run, deployed: Deployed, arguments: tuple[str, ...]
) -> None:
    run(*ORGANIZATION)
    before = items_of(deployed, deployed.store.identities.name)
    code, printed, complained = run("organization", "create", "Other", *arguments)
    assert (code, printed, len(complained.splitlines())) == (command.FAILED, "", 1)
    assert items_of(deployed, deployed.store.identities.name) == before


def test_a_directory_that_is_refused_leaves_nothing_behind(run: Run, deployed: Deployed) -> None:
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    before = items_of(deployed, deployed.store.identities.name)
    assert run("directory", "create", organization_id, "Entra", "--days", "0")[0] == command.FAILED
    assert items_of(deployed, deployed.store.identities.name) == before


def test_a_key_for_the_host_application_belongs_to_no_organization(run: Run, deployed: Deployed) -> None:
    code, text, _ = run("token", "issue", "--scope", "app", "--owner", "Shop")
    key = deployed.store.token(digest(value(text, "key")))
    assert code == 0
    assert key is not None
    assert (key.scope, key.owner, key.organization_id) == (Scope.APP, "Shop", None)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("token", "issue", "--scope", "admin", "--owner", "x"), "--organization"),
        (("token", "issue", "--scope", "admin", "--owner", "x", "--organization", "none"), "no organization none"),
        (("directory", "create", "none", "IdP"), "no organization none"),
        (("domain", "add", "none", "example.com"), "no organization none"),
        (("import", "missing.csv", "--personal"), "no file"),
        (("address-hash", "no address"), "@"),
        (("redrive",), "--stack"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    code, printed, complained = run(*arguments)
    assert (code, printed) == (command.FAILED, "")
    assert complaint in complained
    assert len(complained.splitlines()) == 1


def test_without_a_deployment_it_says_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("IDENTITY_TABLE", raising=False)
    assert command.main(["check"]) == command.FAILED
    assert "--stack" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("check",), ("address-hash", "ada@example.com"), ("check", "--json")])
def test_each_command_says_first_on_what_it_works(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert command.main(["--region", "eu-central-1", *arguments]) == 0
    table = deployed.store.identities.name
    assert capsys.readouterr().err.splitlines()[0] == f"Working on table {table} in eu-central-1."


def test_an_address_hash_is_the_one_that_the_functions_log(run: Run) -> None:
    assert run("address-hash", "Ada@Example.com")[:2] == (0, address_hash("ada@example.com", "a key") + "\n")


def test_dead_letters_are_moved_back_slowly() -> None:
    sqs = boto3.client("sqs", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    arn = "arn:aws:sqs:eu-central-1:123456789012:dead"
    with Stubber(sqs) as stubber:
        stubber.add_response(
            "get_queue_attributes",
            {"Attributes": {"QueueArn": arn, "ApproximateNumberOfMessages": "3"}},
            {"QueueUrl": "https://queue", "AttributeNames": ["QueueArn", "ApproximateNumberOfMessages"]},
        )
        stubber.add_response(
            "start_message_move_task",
            {"TaskHandle": "task"},
            {"SourceArn": arn, "MaxNumberOfMessagesPerSecond": 50},
        )
        assert redrive(sqs, "https://queue") == 3
        stubber.assert_no_pending_responses()


def test_no_dead_letters_are_no_move() -> None:
    sqs = boto3.client("sqs", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(sqs) as stubber:
        answer = {"Attributes": {"QueueArn": "arn", "ApproximateNumberOfMessages": "0"}}
        stubber.add_response("get_queue_attributes", answer)
        assert redrive(sqs, "https://queue") == 0
    with pytest.raises(OperationError):
        redrive(sqs, "")
