"""Importing accounts: what they are afterwards, and that meeting somebody else's account changes nothing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightful.core.administration.erase import erase_due
from rightful.domain.account import Account, AccountStatus, Origin
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.operations.imports.account import Target
from rightful.operations.imports.line import import_account
from rightful.operations.imports.outcomes import Imported, Outcome
from rightful.operations.imports.rows import RowError, import_row
from rightful.operations.imports.run import ImportRun, Summary
from rightful.ports.context import Invocation
from rightful.ports.writes.accounts import DeleteAccount, PutAccount, ReleaseAddress
from tests.support.dynamodb.store import TestedStore
from tests.support.service import Service, email_patch, user

if TYPE_CHECKING:
    from rightful.ports.writes.transaction import Write


@pytest.fixture
def service() -> Service:
    return Service()


def imported(service: Service, target: Target | None = None, **document: object) -> Imported:
    row = import_row(7, {"email": "ada@example.com", **document})
    return import_account(service.store, service.invocation(), target or Target(service.organization), row)


def account(service: Service, found: Imported) -> Account:
    made = service.store.account(found.account_id)
    assert made is not None
    return made


def test_an_imported_account_is_managed_unlinked_and_holds_its_address(service: Service) -> None:
    found = imported(service, lastLoginAt="2026-11-01T00:00:00Z")
    made = account(service, found)
    assert found.outcome is Outcome.IMPORTED
    assert (made.origin, made.status, made.claimed, made.link) == (Origin.IMPORT, AccountStatus.ACTIVE, True, None)
    assert made.organization_id == service.organization.id
    hold = service.store.holds(["ada@example.com"])["ada@example.com"]
    assert hold.account_id == made.id


def test_with_a_directory_it_is_a_scim_user_of_it(service: Service) -> None:
    target = Target(service.organization, service.directory.id)
    imported(service, target, userName="ada", externalId="00u-ada", givenName="Ada")
    listed = service.scim("GET", "/Users", query={"filter": 'userName eq "ada"'})
    assert isinstance(listed.body, dict)
    (resource,) = listed.body["Resources"]
    assert resource["externalId"] == "00u-ada"
    assert resource["emails"][0]["value"] == "ada@example.com"
    assert resource["name"] == {"givenName": "Ada"}
    assert service.store.number_of_users(service.directory.id) == 1


def test_a_personal_account_belongs_to_no_organization(service: Service) -> None:
    made = account(service, imported(service, Target(), email="someone@elsewhere.example"))
    assert (made.organization_id, made.claimed) == (None, False)


def test_importing_it_again_finds_it(service: Service) -> None:
    first, again = imported(service, sourceId="17"), imported(service, sourceId="17")
    assert (again.outcome, again.account_id) == (Outcome.ALREADY_THERE, first.account_id)


def test_a_source_id_is_known_again_with_another_address_and_no_second_account_is_made(service: Service) -> None:
    first = imported(service, email="old@example.com", sourceId="SRC7")
    again = imported(service, email="new@example.com", sourceId="SRC7")
    assert (again.outcome, again.account_id) == (Outcome.KNOWN_WITH_ANOTHER_ADDRESS, first.account_id)
    assert "set-email" in again.explanation
    assert account(service, first).email.canonical == "old@example.com"
    assert service.store.holds(["new@example.com"]) == {}
    assert len(service.store.all_of(Account)) == 1


def test_a_source_id_is_known_again_whose_account_changed_its_address_since(service: Service) -> None:
    target = Target(service.organization, service.directory.id)
    first = imported(service, target, sourceId="SRC7", userName="ada")
    scim_id = account(service, first).link
    assert scim_id is not None
    assert service.scim("PATCH", f"/Users/{scim_id.scim_id}", email_patch("ada.byron@example.com")).status == 200
    again = imported(service, target, sourceId="SRC7", userName="ada")
    assert (again.outcome, again.account_id) == (Outcome.KNOWN_WITH_ANOTHER_ADDRESS, first.account_id)
    assert "ada@example.com" not in service.store.holds(["ada@example.com"])


def test_two_organizations_may_have_the_same_source_ids(service: Service) -> None:
    imported(service, sourceId="1")
    assert imported(service, Target(), email="bob@elsewhere.example", sourceId="1").outcome is Outcome.IMPORTED


def test_a_source_id_whose_account_was_erased_is_imported_anew(service: Service) -> None:
    first = imported(service, email="old@example.com", sourceId="SRC7")
    made = account(service, first)
    erased: list[Write] = [DeleteAccount(made.id, made.version), ReleaseAddress("old@example.com", made.id)]
    service.store.commit(erased, remaining=float)
    again = imported(service, email="new@example.com", sourceId="SRC7")
    assert again.outcome is Outcome.IMPORTED
    assert imported(service, email="new@example.com", sourceId="SRC7").account_id == again.account_id


def test_erasing_an_imported_account_forgets_its_source_id(service: Service) -> None:
    first = imported(service, sourceId="SRC7")
    made = account(service, first)
    due = replace(made, version=made.version + 1, status=AccountStatus.PENDING_DELETION, deletion_date=service.now)
    service.store.commit([PutAccount(due, made.version)], remaining=float)
    assert erase_due(service.context(), made.id)
    assert {key[0] for key in service.store.snapshot()} & {"ACCOUNT", "EMAIL", "SOURCE"} == set()


def test_of_two_lines_with_one_source_id_the_first_is_imported(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("email,sourceId\nold@example.com,7\nnew@example.com,7\n")
    summary = a_run(service, path).run(lambda _: None)
    assert summary.outcomes == {Outcome.IMPORTED: 1, Outcome.KNOWN_OTHERWISE: 1}
    assert "line 2 has the same" in (tmp_path / "report.csv").read_text()
    assert "old@example.com" in service.store.holds(["old@example.com"])


def test_another_line_with_the_same_address_is_a_conflict_and_changes_nothing(service: Service) -> None:
    first = imported(service, sourceId="17")
    before = account(service, first)
    second = imported(service, sourceId="18")
    assert (second.outcome, second.account_id) == (Outcome.ADDRESS_TAKEN, first.account_id)
    assert "another line" in second.explanation
    assert account(service, first) == before


def test_an_address_that_a_user_has_is_a_conflict(service: Service) -> None:
    assert service.scim("POST", "/Users", user("ada")).status == 201
    found = imported(service)
    assert found.outcome is Outcome.ADDRESS_TAKEN
    assert found.account_id


def test_an_organization_imports_on_its_own_domains_only(service: Service) -> None:
    found = imported(service, email="ada@not-verified.example")
    assert found.outcome is Outcome.OTHER_ORGANIZATION
    assert "not-verified.example" in found.explanation


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"lastLoginAt": "2999-01-01"}, "lastLoginAt"),
        ({"userName": "\u0958" * 100}, "userName"),
        ({"externalId": "ab\u20ac" * 130}, "externalId"),
        ({"userName": "ada\u202e"}, "userName"),
    ],
)
def test_what_no_user_may_have_is_invalid_and_names_the_column(
    service: Service, document: dict[str, object], named: str
) -> None:
    found = imported(service, **document)
    assert found.outcome is Outcome.INVALID
    assert named in found.explanation


def test_the_domain_of_placeholders_is_nobodys(service: Service) -> None:
    assert imported(service, Target(), email="x@released.invalid").outcome is Outcome.INVALID


def test_a_user_name_that_is_taken_in_the_directory_is_a_conflict(service: Service) -> None:
    target = Target(service.organization, service.directory.id)
    imported(service, target, userName="ada")
    found = imported(service, target, email="other@example.com", userName="ADA")
    assert found.outcome is Outcome.USER_NAME_TAKEN
    assert service.store.holds(["other@example.com"]) == {}


def test_a_deactivated_account_is_imported_as_one(service: Service) -> None:
    made = account(service, imported(service, active=False))
    assert made.status is AccountStatus.DEACTIVATED
    assert made.deactivated_at == service.now


def test_an_imported_account_is_a_holder_like_any_other(service: Service) -> None:
    """The first push of the identity provider meets it, and the conflict says what it is."""
    imported(service, lastLoginAt="2026-11-01T00:00:00Z")
    created = service.scim("POST", "/Users", user("bob"))
    assert isinstance(created.body, dict)
    refused = service.scim("PATCH", f"/Users/{created.body['id']}", email_patch("ada@example.com"))
    assert refused.status == 409
    service.remediate_all()
    (conflict,) = service.store.conflicts(service.organization.id, limit=10).conflicts
    assert conflict.finding.conflict_class is ConflictClass.UNLINKED


# Whole files


def a_run(service: Service, path: Path, store: TestedStore | None = None) -> ImportRun:
    return ImportRun(
        store or service.store,
        Target(service.organization),
        path,
        path.with_name("report.csv"),
        new_invocation=lambda: Invocation(now=service.now),
    )


def write_lines(path: Path, number: int) -> None:
    addresses = [f"person-{each}@example.com" for each in range(number)]
    if path.suffix == ".csv":
        path.write_text("email\n" + "".join(f"{address}\n" for address in addresses))
    else:
        path.write_text("".join(json.dumps({"email": address}) + "\n" for address in addresses))


def test_a_file_is_imported_and_its_conflicts_are_reported_by_line(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("email,sourceId\nada@example.com,1\nnonsense,2\nADA@example.com,3\nbob@example.com,4\n")
    summary = a_run(service, path).run(lambda _: None)
    assert summary.outcomes == {Outcome.IMPORTED: 2, Outcome.INVALID: 1, Outcome.ADDRESS_TAKEN: 1}
    assert summary.conflicts == 2
    report = (tmp_path / "report.csv").read_text().splitlines()
    assert report[0] == "line,outcome,accountId,explanation"
    assert sorted(line.partition(",")[0] for line in report[1:]) == ["3", "4"]


class StoppedError(Exception):
    """The process died."""


def test_a_stopped_import_goes_on_where_it_stopped(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.jsonl"
    write_lines(path, 450)

    def stop_in_the_middle(summary: Summary) -> None:
        if sum(summary.outcomes.values()) >= 400:
            raise StoppedError

    with pytest.raises(StoppedError):
        a_run(service, path).run(stop_in_the_middle)
    told: list[int] = []
    summary = a_run(service, path).run(lambda so_far: told.append(sum(so_far.outcomes.values()) + so_far.skipped))
    assert (summary.skipped, summary.outcomes) == (400, {Outcome.IMPORTED: 50})
    assert told == [200, 400, 450]
    assert len(service.store.holds(f"person-{each}@example.com" for each in range(450))) == 450


def stopped(service: Service, path: Path) -> None:
    def stop(_: Summary) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        a_run(service, path).run(stop)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_file_that_was_changed_where_it_was_read_starts_over_and_says_so(
    service: Service, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"accounts{suffix}"
    write_lines(path, 250)
    stopped(service, path)
    text = path.read_text()
    in_front = "email\nnew@example.com\n" if suffix == ".csv" else '{"email": "new@example.com"}\n'
    path.write_text(in_front + text.removeprefix("email\n"))
    summary = a_run(service, path).run(lambda _: None)
    assert (summary.started_over, summary.skipped) == (True, 0)
    assert summary.outcomes == {Outcome.IMPORTED: 51, Outcome.ALREADY_THERE: 200}
    assert not path.with_name(path.name + ".progress").exists()


def test_a_file_that_grew_after_where_it_was_read_goes_on(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.jsonl"
    write_lines(path, 250)
    stopped(service, path)
    path.write_text(path.read_text() + '{"email": "new@example.com"}\n')
    summary = a_run(service, path).run(lambda _: None)
    assert (summary.started_over, summary.skipped) == (False, 200)
    assert summary.outcomes == {Outcome.IMPORTED: 51}


def test_the_same_file_for_another_target_starts_over(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.jsonl"
    write_lines(path, 250)
    stopped(service, path)
    run = replace(a_run(service, path), target=Target(service.organization, service.directory.id))
    assert run.run(lambda _: None).started_over


def test_a_note_that_cannot_be_read_starts_over(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.jsonl"
    write_lines(path, 3)
    path.with_name(path.name + ".progress").write_text("{")
    summary = a_run(service, path).run(lambda _: None)
    assert (summary.started_over, summary.outcomes) == (True, {Outcome.IMPORTED: 3})


def test_without_the_note_of_where_it_stopped_everything_is_found_again(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.jsonl"
    write_lines(path, 30)
    a_run(service, path).run(lambda _: None)
    summary = a_run(service, path).run(lambda _: None)
    assert summary.outcomes == {Outcome.ALREADY_THERE: 30}


def test_a_file_with_a_wrong_header_imports_nothing(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("mail\nada@example.com\n")
    with pytest.raises(RowError, match="email"):
        a_run(service, path).run(lambda _: None)
