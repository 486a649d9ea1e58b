"""`rightful import` of files as people have them, on tables of moto."""

from pathlib import Path

import pytest

from local.paths import ROOT
from rightful.operations import command
from rightful.operations.imports.rows import COLUMNS
from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, items_of, value


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
    code, printed, complained = run("import", str(file), "--personal")
    assert (code, printed) == (command.FAILED, "")
    assert complaint in complained
    assert len(complained.splitlines()) == 1
    assert not list(tmp_path.glob("*.conflicts.csv"))


@pytest.mark.parametrize("name", [".", "..", "/", ""])
def test_a_folder_without_a_name_is_one_sentence_too(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed, complained = run("import", name, "--personal", "--dry-run")
    assert (code, printed) == (command.FAILED, "")
    assert complained == f"{name or '.'} cannot be read or written: Is a directory.\n"
    assert not list(tmp_path.iterdir())


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
    code, text, _ = run("import", str(file), "--personal", "--at-once", "1")
    assert (code, text.splitlines()[0]) == (1, "1 imported, 4 invalid")
    report = (tmp_path / "accounts.jsonl.conflicts.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in report[1:]] == ["1", "2", "3", "4"]


@pytest.fixture
def organization(run: Run) -> str:
    return value(run(*ORGANIZATION)[1], "organization")


@pytest.fixture
def directory(run: Run, organization: str) -> str:
    return value(run("directory", "create", organization, "Corp Entra", "--profile", "entra")[1], "directory")


def a_file(folder: Path, *lines: str, name: str = "accounts.csv") -> str:
    file = folder / name
    file.write_text("email,userName,externalId,sourceId\n" + "".join(f"{line}\n" for line in lines))
    return str(file)


UGLY = (
    "ada@example.com,ada,1,",
    "ada@example.com,adam,2,",
    "bob@example.com,bob,1,",
    "cy@elsewhere.example,cy,3,",
    "nonsense,,,",
    "dora@example.com,,N/A,0",
    "emil@example.com,,N/A,0",
)


def test_a_dry_run_says_the_same_as_the_run_and_writes_nothing(
    run: Run, deployed: Deployed, organization: str, directory: str, tmp_path: Path
) -> None:
    file = a_file(tmp_path, *UGLY)
    table, log = deployed.store.identities.name, deployed.store.event_log.name
    asked = ("import", file, "--organization", organization, "--directory", directory, "--at-once", "1")
    before = items_of(deployed, table), items_of(deployed, log)
    code, text, _ = run(*asked, "--dry-run")
    rehearsed = (tmp_path / "accounts.csv.conflicts.csv").read_text()
    assert (items_of(deployed, table), items_of(deployed, log)) == before
    assert text.startswith("Nothing was written. It would be: ")
    assert not (tmp_path / "accounts.csv.progress").exists()
    done = run(*asked)
    assert (code, text.splitlines()[0].removeprefix("Nothing was written. It would be: ")) == (
        done[0],
        done[1].splitlines()[0],
    )
    numbers = [row.split(",")[:2] for row in rehearsed.splitlines()]
    assert numbers == [row.split(",")[:2] for row in (tmp_path / "accounts.csv.conflicts.csv").read_text().splitlines()]
    assert done[1].splitlines()[0] == (
        "1 address taken, 1 external id taken, 3 imported, 1 invalid, 1 other organization"
    )


def test_the_second_person_of_one_address_is_reported_and_a_second_run_says_the_same(
    run: Run, organization: str, tmp_path: Path
) -> None:
    file = a_file(tmp_path, "ada@example.com,ada,1,", "ada@example.com,adam,2,")
    for outcome in ("1 address taken, 1 imported", "1 address taken, 1 already there"):
        code, text, _ = run("import", file, "--organization", organization)
        assert (code, text.splitlines()[0]) == (1, outcome)
        assert text.splitlines()[1].startswith("1 line was not imported.")
        (row,) = (tmp_path / "accounts.csv.conflicts.csv").read_text().splitlines()[1:]
        assert row.startswith("3,address_taken,")
        assert "line 2" in row


def test_it_says_what_it_will_do_before_it_does_it(run: Run, organization: str, directory: str, tmp_path: Path) -> None:
    file = a_file(tmp_path, "ada@example.com,ada,1,")
    _, _, said = run("import", file, "--organization", organization, "--directory", directory)
    assert said == (
        f"{file}: 1 line, to become users of the directory Corp Entra ({directory}, profile entra) of "
        f"Example ({organization}).\n"
    )
    _, _, said = run("import", file, "--organization", organization, "--dry-run")
    assert "to become accounts that Example" in said
    assert "--directory <id>" in said
    assert "A dry run" in said


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_whose_accounts_they_are_has_to_be_said(
    run: Run, deployed: Deployed, tmp_path: Path, more: tuple[str, ...]
) -> None:
    before = items_of(deployed, deployed.store.identities.name)
    code, printed, complained = run("import", a_file(tmp_path, "ada@example.com,,,"), *more)
    assert (code, printed) == (command.FAILED, "")
    assert "--personal" in complained
    assert "--organization" in complained
    assert items_of(deployed, deployed.store.identities.name) == before


def test_personal_and_an_organization_s_is_a_contradiction(run: Run, organization: str, tmp_path: Path) -> None:
    file = a_file(tmp_path, "ada@example.com,,,")
    assert run("import", file, "--personal", "--organization", organization)[0] == command.FAILED
    assert run("import", file, "--personal")[:2] == (0, "1 imported\n")
    # And it is not for good: as long as nobody used it, it can be given to the organization.
    assert run("import", file, "--organization", organization)[:2] == (0, "1 adopted\n")


def test_an_unknown_column_is_named_with_those_that_there_are(run: Run, organization: str, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("email,department\nada@example.com,Sales\n")
    code, _, complained = run("import", str(file), "--organization", organization)
    assert code == command.FAILED
    assert "'department'" in complained
    assert all(column in complained for column in COLUMNS)
    assert list(tmp_path.iterdir()) == [file]


def test_the_runbook_says_of_each_column_what_holds_without_it() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    _, _, table = runbook.partition("| column | without it |")
    rows = [line.split("|") for line in table.splitlines()[2 : 2 + len(COLUMNS)]]
    documented = {row[1].strip().strip("`"): row[2].strip() for row in rows}
    words = {
        name: "refused"
        if name == "email"
        else f"the `{default}`"
        if isinstance(default, str)
        else f"`{str(default).lower()}`"
        if isinstance(default, bool)
        else "nothing"
        for name, default in COLUMNS.items()
    }
    assert documented == words
