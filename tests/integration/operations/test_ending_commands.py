"""`rightful organization|directory list|show|rename|delete` on tables of moto."""

import json
from typing import Any

import pytest

from rightful.aws.client_secrets import ParameterStoreSecrets
from rightful.core.administration import directory_deletion
from rightful.core.sign_in.settings import AskedSignIn, set_sign_in
from rightful.domain.account import AccountStatus, Flag
from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.key import digest
from rightful.domain.sign_in import ConsoleRole
from rightful.operations import command
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.accounts import ClaimAddress, PutAccount
from rightful.ports.writes.conflicts import PutConflict
from rightful.runtime import clients
from tests.support.builders import NOW, a_conflict, an_account
from tests.support.functions import SECRETS, Deployed
from tests.support.operator import ORGANIZATION, Run, items_of, value

ALONE = ("--at-once", "1")  # moto takes one call at a time
CSV = "email,userName,externalId\nada@example.com,ada,1\nbob@example.com,bob,2\n"


@pytest.fixture
def made(run: Run, tmp_path: Any) -> dict[str, str]:
    """An organization with a directory that has two users."""
    organization = run(*ORGANIZATION)[1]
    organization_id = value(organization, "organization")
    directory = run("directory", "create", organization_id, "Entra", "--profile", "entra")[1]
    file = tmp_path / "accounts.csv"
    file.write_text(CSV)
    made = {
        "organization": organization_id,
        "admin": value(organization, "admin key"),
        "directory": value(directory, "directory"),
        "scim": value(directory, "key"),
    }
    code, printed, complained = run(
        "import", str(file), "--organization", organization_id, "--directory", made["directory"], *ALONE
    )
    assert code == 0, (printed, complained)
    return made


def held(deployed: Deployed, address: str) -> Any:
    hold = deployed.store.holds([address]).get(address)
    return deployed.store.account(hold.account_id) if hold and hold.account_id else None


def test_organizations_are_listed_shown_and_renamed(run: Run, made: dict[str, str]) -> None:
    other = value(run("organization", "create", "Other")[1], "organization")
    code, printed, _ = run("organization", "list", "--json")
    found = json.loads(printed)
    assert (code, [each["id"] for each in found]) == (0, sorted([made["organization"], other]))
    assert run("organization", "rename", made["organization"], "Example Ltd")[0] == 0
    code, printed, _ = run("organization", "list")
    assert (code, len(printed.splitlines())) == (0, 3)
    assert "Example Ltd" in printed
    code, printed, _ = run("organization", "show", made["organization"])
    assert code == 0
    assert value(printed, "name") == "Example Ltd"
    assert value(printed, "domains  ") == "example.com"
    assert value(printed, "administrators") == "Ines"
    assert value(printed, "directories") == f"Entra ({made['directory']}, 2 users)"
    assert json.loads(run("organization", "show", other, "--json")[1])["name"] == "Other"


def test_directories_are_listed_and_renamed(run: Run, deployed: Deployed, made: dict[str, str]) -> None:
    assert run("directory", "rename", made["organization"], made["directory"], "Entra ID")[0] == 0
    [directory] = json.loads(run("directory", "list", made["organization"], "--json")[1])
    assert (directory["name"], directory["users"], directory["deleting_since"]) == ("Entra ID", 2, None)
    assert len(run("directory", "list", made["organization"])[1].splitlines()) == 2
    [row] = deployed.store.log(made["organization"], limit=1).entries
    assert (row.approver, row.explanation) == ("Operator", "name: Entra -> Entra ID.")


def test_a_directory_is_deleted_once_its_name_is_said(run: Run, deployed: Deployed, made: dict[str, str]) -> None:
    table = deployed.store.identities.name
    delete = ("directory", "delete", made["organization"], made["directory"], *ALONE)
    before = items_of(deployed, table)
    code, printed, _ = run(*delete, "--dry-run")
    assert (code, "2 users" in printed, "Nothing was changed." in printed) == (0, True, True)
    for refused in ((), ("--confirm", "entra")):
        code, printed, complained = run(*delete, *refused)
        assert (code, printed) == (command.FAILED, "")
        assert "Entra" in complained
    assert "2 users would be unlinked and deactivated" in run(*delete)[2]
    assert items_of(deployed, table) == before
    code, printed, _ = run(*delete, "--confirm", "Entra", "--reason", "Moved to Okta.")
    assert (code, "is gone" in printed) == (0, True)
    account = held(deployed, "ada@example.com")
    assert (account.link, account.status) == (None, AccountStatus.DEACTIVATED)
    assert deployed.store.token(digest(made["scim"])) is None
    assert run(*delete, "--confirm", "Entra")[0] == command.FAILED
    assert run("check")[1].endswith("Everything agrees.\n")
    rows = deployed.store.log(made["organization"], limit=20).entries
    assert any(row.explanation.endswith("Moved to Okta.") for row in rows)


@pytest.mark.parametrize("text", ["Zo\u202eë", "two\nlines", "\u200b", "x\u2028y"])
def test_names_and_reasons_that_cannot_be_written_down_are_refused_and_nothing_changes(
    run: Run, deployed: Deployed, made: dict[str, str], text: str
) -> None:
    organization, directory = made["organization"], made["directory"]
    key = json.loads(run("token", "list", "--json")[1])[0]["id"]
    table = deployed.store.identities.name
    before = items_of(deployed, table)
    for arguments in (
        ("organization", "create", text),
        ("organization", "create", "Other", "--admin", text),
        ("organization", "rename", organization, text),
        ("directory", "create", organization, text),
        ("directory", "rename", organization, directory, text),
        ("directory", "delete", organization, directory, *ALONE, "--confirm", "Entra", "--reason", text),
        ("token", "issue", "--scope", "app", "--owner", text),
        ("token", "revoke", key, "--reason", text),
        ("account", "deactivate", "ada@example.com", "--reason", text),
        ("pause", organization, "--reason", text),
    ):
        code, printed, complained = run(*arguments)
        assert (code, printed, len(complained.splitlines())) == (command.FAILED, "", 1), arguments
        assert "text-direction" in complained
    assert items_of(deployed, table) == before


@pytest.mark.parametrize("accounts", ["erase", "release"])
def test_a_customer_is_offboarded_and_everything_agrees(
    run: Run, deployed: Deployed, made: dict[str, str], accounts: str
) -> None:
    store = deployed.store
    conflict = a_conflict(made["organization"], "conflict", directory_id=made["directory"])
    store.commit([PutConflict(conflict, None)], remaining=lambda: 10.0)
    delete = ("organization", "delete", made["organization"], *ALONE)
    before = items_of(deployed, store.identities.name)
    code, printed, _ = run(*delete, "--dry-run")
    assert code == 0
    assert "2 keys, 1 domain, 1 directory with 2 users and 0 groups, 2 accounts, and 1 conflict" in printed
    for refused in (
        ("--confirm", "Example"),
        ("--accounts", accounts),
        ("--accounts", accounts, "--confirm", "Exmaple"),
    ):
        assert run(*delete, *refused)[0] == command.FAILED, refused
    assert f"Example would be deleted, its accounts {accounts}d.\n" in run(*delete, "--accounts", accounts)[2]
    assert items_of(deployed, store.identities.name) == before
    code, printed, _ = run(*delete, "--accounts", accounts, "--confirm", "Example")
    assert (code, "is gone" in printed) == (0, True), printed
    assert store.organization(made["organization"]) is None
    assert store.directories(made["organization"]) == ()
    assert store.conflict(Pointer(made["organization"], "conflict")) is None
    assert store.token(digest(made["admin"])) is None
    ada = held(deployed, "ada@example.com")
    if accounts == "erase":
        assert ada is None
    else:
        assert (ada.status, ada.organization_id, ada.claimed) == (AccountStatus.ACTIVE, None, False)
    assert run("check")[1].endswith("Everything agrees.\n")
    assert run("organization", "create", "Next", "--domain", "example.com")[0] == 0
    assert run(*delete, "--accounts", accounts, "--confirm", "Example")[0] == command.FAILED
    kinds = {key[0].partition("#")[0] for key in items_of(deployed, store.identities.name)}
    assert "PENDING" not in kinds
    if accounts == "erase":
        assert kinds.isdisjoint({"ACCOUNT", "EMAIL"})


def test_the_end_of_an_organization_that_signs_in_takes_its_secret_with_it(
    run: Run, deployed: Deployed, made: dict[str, str]
) -> None:
    organization = deployed.store.organization(made["organization"])
    assert organization is not None
    asked = AskedSignIn(
        "https://login.example.net",
        "client",
        "s3cret",
        "roles",
        {ConsoleRole.OWNER: ("owner",), ConsoleRole.VIEWER: ()},
    )
    context = Context(deployed.store, Invocation())
    signing_in = set_sign_in(context, clients.client_secrets(), organization, asked, by="operator").sign_in
    assert signing_in is not None
    # Whatever reads organizations reads this one.
    assert run("check")[1].endswith("Everything agrees.\n")
    assert run("organization", "show", made["organization"])[0] == 0
    assert run("organization", "rename", made["organization"], "Example")[0] == 0
    kept = deployed.store.organization(made["organization"])
    assert kept is not None
    assert kept.sign_in == signing_in
    code, printed, _ = run(
        "organization", "delete", made["organization"], *ALONE, "--accounts", "erase", "--confirm", "Example"
    )
    assert (code, "is gone" in printed) == (0, True), printed
    secrets = ParameterStoreSecrets(clients.client_secrets().client, SECRETS)  # which remembers nothing
    with pytest.raises(LookupError):
        secrets.get(made["organization"], signing_in.secret_id)
    assert run("check")[1].endswith("Everything agrees.\n")


def test_a_legal_hold_is_named_and_lets_the_rest_wait(run: Run, deployed: Deployed, made: dict[str, str]) -> None:
    kept = an_account(
        "kept", email="kept@example.com", organization_id=made["organization"], flags=frozenset({Flag.LEGAL_HOLD})
    )
    writes = [PutAccount(kept, None), ClaimAddress("kept@example.com", "kept", NOW)]
    deployed.store.commit(writes, remaining=lambda: 10.0)
    delete = ("organization", "delete", made["organization"], *ALONE, "--accounts", "erase", "--confirm", "Example")
    code, printed, _ = run(*delete)
    assert code == 1
    assert "1 account on legal hold" in printed
    assert "1 domain released" in printed
    assert "1 directory deleted" in printed
    assert "kept" in printed
    assert held(deployed, "kept@example.com") == kept
    code, printed, complained = run("organization", "delete", made["organization"], "--accounts", "release")
    assert (code, "--accounts erase" in complained) == (command.FAILED, True)
    for refused in (
        ("directory", "create", made["organization"], "Late"),
        ("domain", "add", made["organization"], "late.example"),
        ("token", "issue", "--scope", "admin", "--owner", "Late", "--organization", made["organization"]),
    ):
        code, printed, complained = run(*refused)
        assert (code, "is being deleted" in complained) == (command.FAILED, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("organization", "show", "none"),
        ("organization", "rename", "none", "x"),
        ("organization", "delete", "none", "--accounts", "erase", "--confirm", "x"),
        ("directory", "list", "none"),
        ("directory", "rename", "none", "none", "x"),
        ("directory", "delete", "none", "none", "--confirm", "x"),
    ],
)
def test_what_is_not_there_is_one_line_and_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, printed, complained = run(*arguments)
    assert (code, printed, len(complained.splitlines())) == (command.FAILED, "", 1)


def test_nobody_is_imported_into_a_directory_that_goes(
    run: Run, deployed: Deployed, made: dict[str, str], tmp_path: Any
) -> None:
    state = deployed.store.directory_state(made["organization"], made["directory"])
    assert state is not None
    directory_deletion.begin(Context(deployed.store, Invocation()), state.directory, by="Operator")
    file = tmp_path / "more.csv"
    file.write_text("email\nlate@example.com\n")
    arguments = ("--organization", made["organization"], "--directory", made["directory"])
    code, printed, complained = run("import", str(file), *arguments)
    assert (code, printed, "being deleted" in complained) == (command.FAILED, "", True)
    code, printed, _ = run("directory", "delete", made["organization"], made["directory"], *ALONE)  # goes on
    assert (code, "is gone" in printed) == (0, True)


def test_a_name_that_is_none_is_refused(run: Run, made: dict[str, str]) -> None:
    assert run("organization", "rename", made["organization"], "\u202eevil")[0] == command.FAILED
    assert run("directory", "rename", made["organization"], made["directory"], " ")[0] == command.FAILED
