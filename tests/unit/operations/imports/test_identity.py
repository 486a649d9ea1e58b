"""Nobody is dropped in silence: what counts as the same person, in a file and from one run to the next."""

from dataclasses import replace
from pathlib import Path

import pytest

from rightful.domain.account import Account
from rightful.operations.imports.account import Target
from rightful.operations.imports.outcomes import Outcome
from rightful.operations.imports.rehearsal import Rehearsal
from rightful.operations.imports.run import ImportRun, Summary
from rightful.ports.context import Invocation
from rightful.ports.writes.accounts import PutAccount
from tests.support.service import Service, user


@pytest.fixture
def service() -> Service:
    return Service()


def a_run(service: Service, path: Path, *, directory: bool = True, dry: bool = False) -> ImportRun:
    return ImportRun(
        Rehearsal(service.store) if dry else service.store,
        Target(service.organization, service.directory.id if directory else None),
        path,
        path.with_name("report.csv"),
        new_invocation=lambda: Invocation(now=service.now),
        dry=dry,
    )


def run(service: Service, path: Path, text: str, *, directory: bool = True, dry: bool = False) -> Summary:
    path.write_text(text)
    return a_run(service, path, directory=directory, dry=dry).run(lambda _: None)


HEADER = "email,sourceId,userName,externalId,givenName\n"

# Two lines of one file (or of two), and what becomes of the second.
PAIRS = [
    ("ada@example.com,,ada,1,Ada", "ada@example.com,,adam,2,Adam", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,,,,Ada", "ADA@Example.com,,,,Adam", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,,,,Ada", "ada@example.com.,,,,Adam", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,,,,Ada", "\uff41da@example.com,,,,Adam", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,,,,Ada", "ada@example\uff0ecom,,,,Adam", Outcome.ADDRESS_TAKEN),
    ("ada@b\u00fccher.example,,,,Ada", "ada@xn--bcher-kva.example,,,,Adam", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,,,,Ada", "ada@example.com,7,,,Ada", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,7,ada,,", "ada@example.com,8,adam,,", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,0,,N/A,Ada", "ada@example.com,0,,N/A,Adam", Outcome.ADDRESS_TAKEN),
    ("ada@example.com,,ada,1,", "bob@example.com,,bob,1,", Outcome.EXTERNAL_ID_TAKEN),
    ("ada@example.com,7,ada,1,", "bob@example.com,8,bob,1,", Outcome.EXTERNAL_ID_TAKEN),
    ("ada@example.com,,ada,1,", "bob@example.com,,ADA,2,", Outcome.USER_NAME_TAKEN),
    ("ada@example.com,,,,", "bob@example.com,,Ada@Example.com,,", Outcome.USER_NAME_TAKEN),
    ("ada@example.com,7,ada,1,", "bob@example.com,7,bob,2,", Outcome.KNOWN_OTHERWISE),
    ("\uff41da@example.com,,,,", "ada@example.com,,,,", Outcome.ADDRESS_TAKEN),
    # One and the same line, and people who have a filler in common:
    ("ada@example.com,,ada,1,Ada", "Ada@example.com,,ADA,1,Ada", Outcome.ALREADY_THERE),
    ("ada@example.com,7,,,", "ada@example.com,7,,,", Outcome.ALREADY_THERE),
    ("ada@example.com,0,,N/A,", "bob@example.com,0,,N/A,", Outcome.IMPORTED),
    ("ada@example.com, ,,0,", "bob@example.com, ,,0,", Outcome.IMPORTED),
]


@pytest.mark.parametrize(("first", "second", "outcome"), PAIRS)
@pytest.mark.parametrize("dry", [True, False])
def test_what_becomes_of_the_second_line_of_one_file(
    tmp_path: Path, first: str, second: str, outcome: Outcome, dry: bool
) -> None:
    service = Service(domain="xn--bcher-kva.example" if "xn--" in second else "example.com")
    before = service.store.snapshot()
    summary = run(service, tmp_path / "accounts.csv", f"{HEADER}{first}\n{second}\n", dry=dry)
    expected = {Outcome.IMPORTED: 1}
    expected[outcome] = expected.get(outcome, 0) + 1
    assert summary.outcomes == expected
    report = tmp_path / "report.csv"
    if summary.conflicts:
        (row,) = report.read_text().splitlines()[1:]
        assert row.startswith("3,")
        assert "line 2 has the same" in row
    else:
        assert not report.exists()
    assert (service.store.snapshot() == before) is dry


@pytest.mark.parametrize(("first", "second", "outcome"), PAIRS)
def test_what_becomes_of_it_in_a_second_file(tmp_path: Path, first: str, second: str, outcome: Outcome) -> None:
    service = Service(domain="xn--bcher-kva.example" if "xn--" in second else "example.com")
    run(service, tmp_path / "one.csv", f"{HEADER}{first}\n")
    if outcome is Outcome.KNOWN_OTHERWISE or (outcome is Outcome.EXTERNAL_ID_TAKEN and ",7," not in first):
        outcome = Outcome.KNOWN_WITH_ANOTHER_ADDRESS
    for dry in (True, False):
        assert run(service, tmp_path / "two.csv", f"{HEADER}{second}\n", dry=dry).outcomes == {outcome: 1}


def test_the_same_source_id_with_another_user_name_is_reported(service: Service, tmp_path: Path) -> None:
    run(service, tmp_path / "a.csv", HEADER + "ada@example.com,7,ada,1,\n")
    again = run(service, tmp_path / "b.csv", HEADER + "ada@example.com,7,adam,2,\n")
    assert again.outcomes == {Outcome.KNOWN_OTHERWISE: 1}


@pytest.mark.parametrize("directory", [True, False])
def test_the_same_file_again_changes_nothing_and_is_all_right(
    service: Service, tmp_path: Path, directory: bool
) -> None:
    text = HEADER + "ada@example.com,,ada,1,Ada\nbob@example.com,2,,,\ncy@example.com,,,,\n"
    assert run(service, tmp_path / "a.csv", text, directory=directory).outcomes == {Outcome.IMPORTED: 3}
    before = service.store.snapshot()
    again = run(service, tmp_path / "a.csv", text, directory=directory)
    assert (again.text(), again.conflicts) == ("3 already there", 0)
    assert service.store.snapshot() == before


def test_columns_that_do_not_say_who_it_is_may_change_from_run_to_run(service: Service, tmp_path: Path) -> None:
    run(service, tmp_path / "a.csv", "email,userName,lastLoginAt\nada@example.com,ada,2026-01-01\n")
    again = run(service, tmp_path / "a.csv", "email,userName,lastLoginAt\nada@example.com,ada,2026-02-01\n")
    assert again.outcomes == {Outcome.ALREADY_THERE: 1}


def test_a_line_after_one_that_was_refused_is_imported(service: Service, tmp_path: Path) -> None:
    text = HEADER + "ada@elsewhere.example,,ada,1,\nada@example.com,,ada,1,\n"
    summary = run(service, tmp_path / "a.csv", text)
    assert summary.outcomes == {Outcome.OTHER_ORGANIZATION: 1, Outcome.IMPORTED: 1}


def test_a_user_of_the_directory_with_the_same_external_id_is_the_person(service: Service, tmp_path: Path) -> None:
    assert service.scim("POST", "/Users", {**user("ada"), "externalId": "1"}).status == 201
    (made,) = service.store.all_of(Account)
    assert made.link is not None
    before = service.store.snapshot()
    same = run(service, tmp_path / "a.csv", HEADER + f"ada@example.com,,{made.link.user_name},1,\n")
    assert same.outcomes == {Outcome.ALREADY_THERE: 1}
    other = run(service, tmp_path / "b.csv", HEADER + "bob@example.com,,bob,1,\n")
    assert other.outcomes == {Outcome.EXTERNAL_ID_TAKEN: 1}
    assert service.store.snapshot() == before


def test_the_account_of_another_organization_is_not_named_in_the_report(service: Service, tmp_path: Path) -> None:
    run(service, tmp_path / "a.csv", "email\nada@example.com\n")
    (made,) = service.store.all_of(Account)
    foreign = replace(made, version=2, organization_id="another", sign_up_key=None)
    service.store.commit([PutAccount(foreign, 1)], remaining=float)
    run(service, tmp_path / "b.csv", "email,givenName\nada@example.com,Ada\n")
    report = (tmp_path / "report.csv").read_text()
    assert "another organization" in report
    assert made.id not in report


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_file_of_another_spreadsheet_is_read(service: Service, tmp_path: Path, separator: str) -> None:
    text = 'email;userName;givenName\nada@example.com;ada;"A;d,a"\n'.replace(";", separator)
    assert run(service, tmp_path / "a.csv", text).outcomes == {Outcome.IMPORTED: 1}
    (made,) = service.store.all_of(Account)
    assert made.attributes["name"] == {"givenName": f"A{separator}d,a"}


class StoppedError(Exception):
    """The process died."""


def test_a_resumed_run_still_knows_the_lines_before(service: Service, tmp_path: Path) -> None:
    lines = [f"person-{number}@example.com,,p{number},{number + 1000},\n" for number in range(200)]
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "".join(lines) + "late@example.com,99,late,1006,\n")
    made = a_run(service, path)

    def stop(_: Summary) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        made.run(stop)
    summary = made.run(lambda _: None)
    assert (summary.skipped, summary.outcomes) == (200, {Outcome.EXTERNAL_ID_TAKEN: 1})
    assert "line 8 has the same" in (tmp_path / "report.csv").read_text()
