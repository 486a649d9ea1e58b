"""`rightful ...` as an operator runs it, on tables of moto: what it prints, its exit codes, and what it leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from rightful.accounts.address_hash import address_hash
from rightful.operations import command
from rightful.operations.aws_errors import sentence_of
from rightful.operations.redriving import redrive
from rightful.operations.surroundings import OperationError
from rightful.organizations.tokens import Scope, digest
from rightful.storage.copying import differences, settle
from rightful.storage.hold_items import hold_item
from rightful.storage.writes import Hold
from tests.support.functions import Deployed, deployed_on_moto

ORGANIZATION = ("organization", "create", "Example", "--domain", "example.com", "--admin", "Ines")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """The functions' environment."""
    with deployed_on_moto() as made:
        monkeypatch.setenv("LOG_HASH_KEY", "a key")
        yield made


@pytest.fixture
def run(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; returns its exit code, what it printed, and what it complained of."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        code = command.main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_command


def value(text: str, name: str) -> str:
    """The value of a printed line."""
    (line,) = [line for line in text.splitlines() if line.startswith(name)]
    return line.removeprefix(name).strip()


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
    assert (admin_key.scope, admin_key.holder) == (Scope.ADMIN, "Ines")
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
    code, text, _ = run("token", "issue", "--scope", "app", "--holder", "Shop")
    key = deployed.store.token(digest(value(text, "key")))
    assert code == 0
    assert key is not None
    assert (key.scope, key.holder, key.organization_id) == (Scope.APP, "Shop", None)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("token", "issue", "--scope", "admin", "--holder", "x"), "--organization"),
        (("token", "issue", "--scope", "admin", "--holder", "x", "--organization", "none"), "no organization none"),
        (("directory", "create", "none", "IdP"), "no organization none"),
        (("domain", "add", "none", "example.com"), "no organization none"),
        (("import", "missing.csv"), "no file"),
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


def test_a_table_that_is_not_there_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_TABLE", "nope")
    code, printed, complained = run("check")
    assert (code, printed) == (command.FAILED, "")
    assert "IDENTITY_TABLE" in complained
    assert len(complained.splitlines()) == 1


def test_a_stack_that_is_not_there_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    formation = boto3.client("cloudformation", region_name="eu-central-1")
    monkeypatch.setattr(boto3, "client", lambda *_, **__: formation)
    with Stubber(formation) as stubber:
        stubber.add_client_error("describe_stacks", "ValidationError", "Stack with id nope does not exist")
        code, _, complained = run("--stack", "nope", "check")
    assert code == command.FAILED
    assert "no stack nope" in complained


@pytest.mark.parametrize(
    ("variables", "way_out"),
    [
        ({"AWS_DEFAULT_REGION": None, "AWS_REGION": None}, "AWS_REGION"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}, "AWS_PROFILE"),
        ({"AWS_PROFILE": "nobody"}, "list-profiles"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
@pytest.mark.parametrize("stack", [(), ("--stack", "rightful")])
def test_without_what_aws_asks_for_it_says_what_to_set(
    stack: tuple[str, ...], variables: dict[str, str | None], way_out: str, tmp_path: Path
) -> None:
    """In a process of its own: here, tests have credentials."""
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "IDENTITY_TABLE": "nope",
        "EVENT_LOG_TABLE": "nope",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-m", "rightful", *stack, "domain", "show", "example.com"],
        env={name: text for name, text in environment.items() if text is not None},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (command.FAILED, "")
    assert way_out in done.stderr
    assert len(done.stderr.splitlines()) == 1


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


def test_an_address_hash_is_the_one_that_the_functions_log(run: Run) -> None:
    assert run("address-hash", "Ada@Example.com")[:2] == (0, address_hash("ada@example.com", "a key") + "\n")


def test_a_fresh_table_agrees(run: Run) -> None:
    run(*ORGANIZATION)
    code, text, _ = run("check")
    assert code == 0
    assert "Everything agrees." in text


def test_what_disagrees_is_told_then_repaired(run: Run, deployed: Deployed, tmp_path: Path) -> None:
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    file = tmp_path / "accounts.csv"
    file.write_text("email\nada@example.com\nbob@example.com\n")
    assert run("import", str(file), "--organization", organization_id, "--at-once", "1")[:2] == (0, "2 imported\n")
    table = deployed.store.identities.name
    client = deployed.store.client
    client.delete_item(TableName=table, Key={"pk": {"S": "EMAIL#ada@example.com"}, "sk": {"S": "EMAIL"}})

    code, text, _ = run("check")
    assert code == 1
    assert "address_not_held" in text
    assert "--repair" in text
    code, text, _ = run("check", "--repair", "--json")
    assert code == 0
    assert json.loads(text)["repaired"] == {"address_not_held": 1}
    assert "ada@example.com" in deployed.store.holds(["ada@example.com"])
    assert run("check")[0] == 0


UNREADABLE = [("ACCOUNT#strange", "ACCOUNT"), ("EMAIL#odd@example.com", "EMAIL"), ("ORG#x", "CONFLICT#y")]


@pytest.mark.parametrize(("pk", "sk"), UNREADABLE)
def test_an_item_that_cannot_be_read_is_named_by_its_key(run: Run, deployed: Deployed, pk: str, sk: str) -> None:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    deployed.store.client.put_item(TableName=deployed.store.identities.name, Item={**key, "version": {"N": "1"}})
    code, text, _ = run("check", "--repair")
    assert code == 1
    assert f"unreadable_item  item {json.dumps(key)}" in text
    assert "not looked at" in text
    report = json.loads(run("check", "--json")[1])
    assert not report["complete"]
    (left,) = report["left"]
    assert (left["kind"], left["item"]) == ("unreadable_item", key)


def test_what_names_an_item_that_cannot_be_read_is_left_and_everything_else_is_repaired(
    run: Run, deployed: Deployed
) -> None:
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    client, table = deployed.store.client, deployed.store.identities.name
    hold = {"pk": {"S": "EMAIL#strange@example.com"}, "sk": {"S": "EMAIL"}}
    pending = {"pk": {"S": "PENDING#account:z"}, "sk": {"S": "PENDING"}}
    for item in (
        {"pk": {"S": "ACCOUNT#strange"}, "sk": {"S": "ACCOUNT"}},
        {"pk": {"S": f"ORG#{organization_id}"}, "sk": {"S": "CONFLICT#0"}},
        hold_item(Hold("strange@example.com", "strange")),
        {**pending, "requester_key": {"S": "account:z"}, "conflict_id": {"S": "0"}},
        hold_item(Hold("gone@example.com", "gone")),
    ):
        client.put_item(TableName=table, Item=item)
    code, text, _ = run("check", "--repair", "--json")
    assert code == 1
    assert json.loads(text)["repaired"] == {"address_of_no_account": 1}
    assert [each["kind"] for each in json.loads(text)["left"]] == ["unreadable_item"] * 2
    assert all("Item" in client.get_item(TableName=table, Key=key) for key in (hold, pending))


@pytest.fixture
def restored(run: Run, deployed: Deployed, tmp_path: Path) -> str:
    """Another table with what the stack's has: two people, an organization and its key."""
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    file = tmp_path / "accounts.csv"
    file.write_text("email\nada@example.com\nbob@example.com\n")
    run("import", str(file), "--organization", organization_id, "--at-once", "1")
    client, table = deployed.store.client, deployed.store.identities.name
    described = client.describe_table(TableName=table)["Table"]
    client.create_table(
        TableName="restored",
        KeySchema=described["KeySchema"],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in items_of(deployed, table).values():
        client.put_item(TableName="restored", Item=item)
    return "restored"


def items_of(deployed: Deployed, table: str) -> dict[tuple[str, str], Any]:
    items = deployed.store.client.scan(TableName=table)["Items"]
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}


def damage(deployed: Deployed) -> str:
    """One account is lost, one is changed, one address index item is new. Returns the changed one's id."""
    client, table = deployed.store.client, deployed.store.identities.name
    lost, changed = sorted(key for key in items_of(deployed, table) if key[1] == "ACCOUNT")
    client.delete_item(TableName=table, Key={"pk": {"S": lost[0]}, "sk": {"S": lost[1]}})
    item = items_of(deployed, table)[changed]
    client.put_item(TableName=table, Item={**item, "email": {"S": "damaged@example.com"}, "version": {"N": "9"}})
    client.put_item(TableName=table, Item=hold_item(Hold("new@example.com", "somebody")))
    for key in [key for key in items_of(deployed, table) if key[0].startswith("TOKEN")]:
        client.delete_item(TableName=table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})
    return changed[0].removeprefix("ACCOUNT#")


def test_a_restored_table_is_first_only_compared(run: Run, deployed: Deployed, restored: str) -> None:
    table = deployed.store.identities.name
    assert run("restore", restored)[:2] == (0, "Everything is as in the restored table.\n")
    damage(deployed)
    before = items_of(deployed, table)
    code, text, _ = run("restore", restored)
    assert code == 1
    assert sorted(tuple(line.split()[-3:]) for line in text.splitlines()) == [
        ("1", "different", "ACCOUNT"), ("1", "extra", "EMAIL"), ("1", "missing", "ACCOUNT"), ("1", "missing", "TOKEN"),
        ("1", "missing", "TOKENS"),
    ]  # fmt: skip
    assert items_of(deployed, table) == before


def test_what_is_missing_is_put_back_and_newer_items_and_revoked_keys_stay(
    run: Run, deployed: Deployed, restored: str
) -> None:
    table, exported = deployed.store.identities.name, items_of(deployed, restored)
    changed = damage(deployed)
    code, _, _ = run("restore", restored, "--missing")
    now = items_of(deployed, table)
    assert code == 1
    assert now["ACCOUNT#" + changed, "ACCOUNT"]["version"] == {"N": "9"}
    assert ("EMAIL#new@example.com", "EMAIL") in now
    assert exported.keys() - now.keys() == {key for key in exported if key[0].startswith("TOKEN")}


def test_with_every_option_the_table_is_as_the_restored_one(run: Run, deployed: Deployed, restored: str) -> None:
    damage(deployed)
    assert run("restore", restored, "--missing", "--different", "--extra", "--keys")[0] == 0
    assert items_of(deployed, deployed.store.identities.name) == items_of(deployed, restored)


@pytest.mark.parametrize("changed", ["version", "group_changes"])
def test_an_item_that_changed_since_it_was_compared_is_left(
    deployed: Deployed, run: Run, restored: str, changed: str
) -> None:
    damage(deployed)
    client, table = deployed.store.client, deployed.store.identities.name
    (found,) = [each for each in differences(client, restored, table) if each.restored and each.there]
    client.put_item(TableName=table, Item={**found.there, changed: {"N": "10"}})
    assert not settle(client, table, found)
    assert items_of(deployed, table)[found.key.pk, found.key.sk][changed] == {"N": "10"}
    (lost,) = [each for each in differences(client, restored, table) if not each.there and each.kind == "ACCOUNT"]
    client.put_item(TableName=table, Item={**lost.restored, "version": {"N": "10"}})
    assert not settle(client, table, lost)


def test_the_stacks_own_table_is_not_a_restored_one(run: Run, deployed: Deployed) -> None:
    code, _, complained = run("restore", deployed.store.identities.name)
    assert code == command.FAILED
    assert "restored one" in complained


def test_lines_that_meet_somebody_are_counted_and_written_down(run: Run, tmp_path: Path) -> None:
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    file = tmp_path / "accounts.jsonl"
    file.write_text('{"email": "ada@example.com", "sourceId": 1}\n{"email": "ada@example.com", "sourceId": 2}\n')
    code, text, _ = run("import", str(file), "--organization", organization_id, "--at-once", "1")
    assert code == 1
    assert "1 address taken, 1 imported" in text
    assert (tmp_path / "accounts.jsonl.conflicts.csv").read_text().splitlines()[1].startswith("2,address_taken,")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("utf16.csv", "email\nada@example.com\n".encode("utf-16"), "UTF-8"),
        ("header.csv", b"mail\nada@example.com\n", "email"),
        ("header.csv", "mail\u00e9\n".encode("latin-1"), "UTF-8"),
        ("folder.csv", None, "folder.csv"),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_sentence(
    run: Run, tmp_path: Path, name: str, content: bytes | None, complaint: str
) -> None:
    file = tmp_path / name
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    code, printed, complained = run("import", str(file))
    assert (code, printed) == (command.FAILED, "")
    assert complaint in complained
    assert len(complained.splitlines()) == 1


def test_lines_that_cannot_be_read_are_reported_and_the_others_imported(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "accounts.jsonl"
    good = b'{"email": "ada@example.com"}\n'
    bad = (
        b'{"email": "e@example.com", "lastLoginAt": "0001-01-01T00:00:00+14:00"}',
        b'{"email": "s@example.com", "givenName": "\\ud800"}',
        b'{"email": "l@example.com", "givenName": "Zo\xeb"}',
        b"[" * 100_000,
    )
    file.write_bytes(b"\n".join(bad) + b"\n" + good)
    code, text, _ = run("import", str(file), "--at-once", "1")
    assert (code, text.splitlines()[0]) == (1, "1 imported, 4 invalid")
    report = (tmp_path / "accounts.jsonl.conflicts.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in report[1:]] == ["1", "2", "3", "4"]


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
