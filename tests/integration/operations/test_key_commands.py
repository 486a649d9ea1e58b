"""`rightful token list|revoke` on tables of moto."""

import json
import tomllib
from datetime import date, timedelta
from typing import Any

import pytest

from local.paths import ROOT
from rightful.core.organizations.registry import issue_token
from rightful.domain.key import Grant, Scope, Token, digest
from rightful.domain.one_word import OneAdministrator
from rightful.operations import command
from rightful.ports.context import Context, Invocation
from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, value


@pytest.fixture
def made(run: Run) -> dict[str, str]:
    """An organization with a directory, and a host application; the secrets by scope."""
    organization = run(*ORGANIZATION)[1]
    organization_id = value(organization, "organization")
    directory = run("directory", "create", organization_id, "Entra", "--days", "30")[1]
    app = run("token", "issue", "--scope", "app", "--owner", "Shop")[1]
    return {
        "organization": organization_id,
        "directory": value(directory, "directory"),
        "admin": value(organization, "admin key"),
        "scim": value(directory, "key"),
        "app": value(app, "key"),
    }


def key_of(deployed: Deployed, secret: str) -> Token:
    key = deployed.store.token(digest(secret))
    assert key is not None
    return key


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    code, printed, _ = run("token", "list", "--json", *arguments)
    assert code == 0
    found: list[dict[str, Any]] = json.loads(printed)
    return found


def test_all_keys_are_listed_with_owner_and_times_and_never_what_opens(
    run: Run, deployed: Deployed, made: dict[str, str]
) -> None:
    found = {key["scope"]: key for key in listed(run)}
    assert {scope: (key["owner"], key["organization"], key["directory"]) for scope, key in found.items()} == {
        "app": ("Shop", None, None),
        "admin": ("Ines", made["organization"], None),
        "scim": ("Entra (identity provider)", made["organization"], made["directory"]),
    }
    assert [found[scope]["expires"] is None for scope in ("app", "admin", "scim")] == [True, False, False]
    code, printed, _ = run("token", "list")
    lines = printed.splitlines()
    assert (code, len(lines)) == (0, 4)
    assert (
        " ".join(lines[0].split()) == "id scope owner organization directory issued by created expires last used live"
    )
    for scope in ("app", "admin", "scim"):
        key = key_of(deployed, made[scope])
        assert made[scope] not in printed
        assert key.sha256 not in printed
        assert key.id in printed


def test_the_day_of_a_keys_last_use_is_listed(run: Run, deployed: Deployed, made: dict[str, str]) -> None:
    for scope in ("app", "scim"):
        deployed.store.mark_used(key_of(deployed, made[scope]), on=date(2026, 11, 27))
    assert {key["scope"]: key["last_used"] for key in listed(run)} == {
        "app": "2026-11-27",
        "admin": None,
        "scim": "2026-11-27",
    }
    assert run("token", "list")[1].count("2026-11-27") == 2


def test_keys_are_listed_by_organization_directory_and_scope(run: Run, made: dict[str, str]) -> None:
    other = value(run("organization", "create", "Other", "--admin", "Olga")[1], "organization")
    assert [key["owner"] for key in listed(run, "--organization", other)] == ["Olga"]
    assert {key["scope"] for key in listed(run, "--organization", made["organization"])} == {"admin", "scim"}
    narrowed = ("--organization", made["organization"], "--directory", made["directory"])
    assert [key["scope"] for key in listed(run, *narrowed)] == ["scim"]
    assert [key["owner"] for key in listed(run, "--scope", "app")] == ["Shop"]
    assert {key["owner"] for key in listed(run, "--scope", "admin")} == {"Ines", "Olga"}


def test_an_expired_key_is_listed_as_not_live(run: Run, deployed: Deployed, made: dict[str, str]) -> None:
    past = Invocation(now=Invocation().now - timedelta(days=3))
    issue_token(Context(deployed.store, past), Grant(Scope.ADMIN, made["organization"]), "Former", timedelta(days=1))
    assert {key["owner"]: key["live"] for key in listed(run, "--scope", "admin")} == {"Ines": True, "Former": False}


@pytest.mark.parametrize("scope", ["app", "scim"])
def test_a_key_is_revoked_by_its_id_and_revoking_it_again_says_so(
    run: Run, deployed: Deployed, made: dict[str, str], scope: str
) -> None:
    key = key_of(deployed, made[scope])
    code, printed, _ = run("token", "revoke", key.id, "--reason", "It was in a public repository.")
    assert (code, key.owner in printed) == (0, True)
    assert deployed.store.token(key.sha256) is None
    assert key.id not in {each["id"] for each in listed(run)}
    assert "is revoked: after 60 seconds at most it opens nothing." in printed
    code, printed, _ = run("token", "revoke", key.id)
    assert (code, "revoked already" in printed) == (0, True)
    if scope == "scim":
        [row] = deployed.store.log(made["organization"], limit=5).entries
        assert (row.approver, row.explanation) == (
            "Operator",
            f"The key {key.id} of {key.owner} was revoked. It was in a public repository.",
        )


def test_revoking_the_last_administrators_key_says_what_is_needed_next(
    run: Run, deployed: Deployed, made: dict[str, str]
) -> None:
    code, printed, _ = run("token", "revoke", key_of(deployed, made["admin"]).id)
    assert code == 0
    assert f"rightful token issue --scope admin --organization {made['organization']}" in printed


@pytest.mark.parametrize(
    "arguments", [("revoke", "0" * 32), ("list", "--organization", "none"), ("list", "--directory", "d")]
)
def test_what_is_not_there_is_one_line_and_exit_code_2(
    run: Run, made: dict[str, str], arguments: tuple[str, ...]
) -> None:
    assert made
    code, printed, complained = run("token", *arguments)
    assert (code, printed, len(complained.splitlines())) == (command.FAILED, "", 1)


def test_an_issued_key_is_told_with_its_id_and_its_end(run: Run, deployed: Deployed, made: dict[str, str]) -> None:
    ends = {}
    for scope, more in (
        ("admin", ("--organization", made["organization"])),
        ("operator", ()),
        ("app", ()),
        ("scim", ("--organization", made["organization"], "--directory", made["directory"])),
    ):
        _, printed, _ = run("token", "issue", "--scope", scope, "--owner", "Ben", *more)
        key = key_of(deployed, value(printed, "key"))
        assert value(printed, "its id") == key.id
        ends[scope] = key.expires_at and (key.expires_at - key.created_at).days
        assert ("does not expire" in printed) is (key.expires_at is None)
    assert ends == {"admin": 365, "operator": 365, "app": None, "scim": None}


def test_a_key_for_a_safe_does_not_expire_and_says_so(run: Run, deployed: Deployed) -> None:
    _, printed, _ = run("token", "issue", "--scope", "operator", "--owner", "Safe", "--no-end")
    assert "It is Safe's and does not expire." in printed
    assert key_of(deployed, value(printed, "key")).expires_at is None
    code, _, complained = run("token", "issue", "--scope", "app", "--owner", "x", "--no-end", "--days", "3")
    assert (code, complained.splitlines()[-1]) == (command.FAILED, "Say --days or --no-end, not both.")


def test_the_list_says_who_issued_a_key(run: Run, deployed: Deployed, made: dict[str, str]) -> None:
    context = Context(deployed.store, Invocation())
    grant = Grant(Scope.SCIM, made["organization"], made["directory"])
    issue_token(context, grant, "IdP", by=OneAdministrator("Ines"))
    found = {key["owner"]: key["issued_by"] for key in listed(run, "--organization", made["organization"])}
    assert found == {"Ines": "Operator", "Entra (identity provider)": "Operator", "IdP": "Ines"}


def test_the_command_says_which_version_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--version"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (ended.value.code, capsys.readouterr().out) == (0, f"rightful {project['version']}\n")
