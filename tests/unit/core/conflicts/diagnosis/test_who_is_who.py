"""Nobody gets an account that is not theirs: what a directory sends to say who somebody is, and what says nothing."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.core.administration.erase import erase_due
from rightful.core.conflicts.evidence_words import evidence_document
from rightful.core.organizations.registry import create_directory
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus
from rightful.domain.conflicts.policy import STANDARD, Policy, PolicyBase, Rule, read_policy
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, email_patch, patch, user
from tests.unit.core.conflicts.diagnosis.people import JS, account_of, conflicts, left, person, refused

BLANKS = [" ", "\u2003", "\u00a0", "\u200b", "\u2060\u3000"]
FILLERS = [
    "N/A",
    "n.a.",
    "NA",
    "none",
    "null",
    "unknown",
    "undefined",
    "tbd",
    "-",
    "--",
    "0",
    "0000",
    "00000000",
    "xxx",
]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("nothing", [*BLANKS, *FILLERS])
def test_an_external_id_that_identifies_nobody_gives_nobody_an_account(profile: str, nothing: str) -> None:
    service = Service(profile=profile, policy=STANDARD)
    johns = left(service, person("john", externalId=nothing))
    answer = service.scim("POST", "/Users", person("jane", externalId=nothing))
    assert answer.status == 409
    account = service.store.account(johns)
    assert account is not None
    assert account.link is None
    assert not account.active


def test_an_empty_external_id_gives_nobody_an_account() -> None:
    service = Service(profile="generic", policy=STANDARD)
    left(service, person("john", externalId=""))
    assert service.scim("POST", "/Users", person("jane", externalId="")).status == 409


@pytest.mark.parametrize("nothing", [" ", "N/A"])
def test_what_identifies_nobody_is_shown_as_it_was_sent_and_was_never_sent(nothing: str) -> None:
    """So the userName says who it is, as where there is no externalId at all."""
    service = Service(profile="generic")
    johns = left(service, person("john", externalId=nothing))
    again = service.scim("POST", "/Users", person("John", externalId=nothing))
    assert again.status == 201
    assert account_of(again.body) == johns
    assert again.body["externalId"] == nothing  # type: ignore[index]


def test_an_external_id_is_the_same_with_blanks_around_it_and_another_in_another_case() -> None:
    service = Service(profile="generic", policy=STANDARD)
    johns = left(service, person("john", externalId="E-42"))
    assert service.scim("POST", "/Users", person("john", externalId="e-42")).status == 409
    again = service.scim("POST", "/Users", person("johnny", externalId=" E-42\u200b"))
    assert again.status == 201
    assert account_of(again.body) == johns


@pytest.mark.parametrize("nothing", [" ", "N/A"])
def test_two_who_are_to_be_created_with_no_external_id_are_two(nothing: str) -> None:
    """Neither gets what was kept for the other, nor is one the other's retry."""
    service = Service(profile="generic")
    left(service, person("john", externalId="e-1"))
    kept = refused(service, person("jane", externalId=nothing))
    assert kept.status is ConflictStatus.PREPARED
    other = refused(service, person("judy", externalId=nothing))
    assert other.id != kept.id
    assert other.status is ConflictStatus.WAITING_APPROVAL
    created = service.scim("POST", "/Users", person("jane", externalId=nothing))
    assert created.status == 201


@pytest.mark.parametrize("number", [" ", "\u200b", "N/A", "0000", "-", "contractor"])
@pytest.mark.parametrize("profile", ["generic", "entra"])
def test_an_employee_number_that_identifies_nobody_takes_nothing_from_anybody(profile: str, number: str) -> None:
    service = Service(profile=profile, policy=STANDARD)
    john = service.scim("POST", "/Users", person("john", number))
    unlinked = {"action": "unlink", "reason": "he moved to another tool"}
    service.admin("POST", "/accounts/{id}/actions", unlinked, parameters={"id": account_of(john.body)})
    conflict = refused(service, person("jane", number))
    assert (conflict.finding.conflict_class, conflict.status) == ("unlinked", ConflictStatus.WAITING_APPROVAL)
    account = service.store.account(account_of(john.body))
    assert account is not None
    assert account.active


@pytest.mark.parametrize("number", ["N/A", "4711"])
def test_nobody_is_hired_again_as_somebody_else(number: str) -> None:
    """Hanna left; Peter comes, and a third has the number as well."""
    rules = {ConflictClass.REHIRE: Rule.AUTO, ConflictClass.DEACTIVATED: Rule.APPROVAL}
    service = Service(policy=Policy(base=PolicyBase.CUSTOM, rules=rules))
    hannas = left(service, person("hanna", number))
    third = {ENTERPRISE_USER: {"employeeNumber": number}}
    assert service.scim("POST", "/Users", user("third") | third).status == 201
    conflict = refused(service, person("peter", number))
    assert (conflict.finding.conflict_class, conflict.status) == ("deactivated", ConflictStatus.WAITING_APPROVAL)
    assert service.scim("POST", "/Users", person("peter", number)).status == 409
    account = service.store.account(hannas)
    assert account is not None
    assert account.awaited is None
    assert account.link is None


def test_an_employee_number_that_two_have_proves_that_they_are_one() -> None:
    service = Service(policy=Policy(base=PolicyBase.CUSTOM, rules={ConflictClass.REHIRE: Rule.AUTO}))
    hannas = left(service, person("hanna", "4711"))
    conflict = refused(service, person("hanna.new", "4711"))
    assert (conflict.finding.conflict_class, conflict.status) == ("rehire", ConflictStatus.PREPARED)
    assert (
        evidence_document(conflict.finding.evidence)["same person"]
        == "the same employeeNumber (4711), which nobody else in the organization has"
    )
    created = service.scim("POST", "/Users", person("hanna.new", "4711"))
    assert created.status == 201
    assert account_of(created.body) == hannas


@pytest.mark.parametrize("how", ["POST", "PUT", "PATCH", "elsewhere", "unlinked", "in another case"])
def test_a_third_one_counts_however_the_number_came(how: str) -> None:
    service = Service(
        policy=Policy(
            base=PolicyBase.CUSTOM, rules={ConflictClass.REHIRE: Rule.AUTO, ConflictClass.DEACTIVATED: Rule.APPROVAL}
        )
    )
    left(service, person("hanna", "E-4711"))
    numbered = {ENTERPRISE_USER: {"employeeNumber": "e-4711 " if how == "in another case" else "E-4711"}}
    here = service.directory
    if how == "elsewhere":
        service.enter(create_directory(service.context(), service.organization.id, "Other"))
    third = service.create_user("third", **({} if how in {"PUT", "PATCH"} else numbered))
    if how == "PUT":
        assert service.scim("PUT", f"/Users/{third['id']}", user("third") | numbered).status == 200
    if how == "PATCH":
        change = patch({"op": "add", "path": f"{ENTERPRISE_USER}:employeeNumber", "value": "E-4711"})
        assert service.scim("PATCH", f"/Users/{third['id']}", change).status in {200, 204}
    if how == "unlinked":
        assert service.scim("DELETE", f"/Users/{third['id']}").status == 204
    service.enter(here)
    conflict = refused(service, person("peter", "E-4711"))
    assert (conflict.finding.conflict_class, conflict.status) == ("deactivated", ConflictStatus.WAITING_APPROVAL)
    assert "others in the organization" in evidence_document(conflict.finding.evidence)["same employeeNumber"]


@pytest.mark.parametrize("how", ["PUT", "erased"])
def test_whoever_has_the_number_no_more_does_not_count(how: str) -> None:
    service = Service(policy=Policy(base=PolicyBase.CUSTOM, rules={ConflictClass.REHIRE: Rule.AUTO}))
    left(service, person("hanna", "4711"))
    third = service.create_user("third", **{ENTERPRISE_USER: {"employeeNumber": "4711"}})
    if how == "PUT":
        assert service.scim("PUT", f"/Users/{third['id']}", user("third")).status == 200
    else:
        assert service.scim("DELETE", f"/Users/{third['id']}").status == 204
        erased = {"action": "schedule-deletion", "reason": "she asked for it"}
        answer = service.admin("POST", "/accounts/{id}/actions", erased, parameters={"id": account_of(third)})
        assert answer.status == 200, answer.body
        service.pass_time(timedelta(days=15))
        assert erase_due(service.context(), account_of(third))
    assert refused(service, person("hanna.new", "4711")).finding.conflict_class == "rehire"


@pytest.mark.parametrize("conflict_class", ["rehire", "duplicate"])
def test_across_directories_a_number_acts_only_with_an_approval(conflict_class: str) -> None:
    service = Service(policy=Policy(base=PolicyBase.CUSTOM, rules={ConflictClass(conflict_class): Rule.AUTO}))
    if conflict_class == "rehire":
        hannas = left(service, person("hanna", "4711"))
    else:
        hannas = account_of(service.scim("POST", "/Users", person("hanna", "4711")).body)
        unlinked = {"action": "unlink", "reason": "the directory ends"}
        service.admin("POST", "/accounts/{id}/actions", unlinked, parameters={"id": hannas})
    service.enter(create_directory(service.context(), service.organization.id, "Other"))
    before = service.store.account(hannas)
    conflict = refused(service, person("hanna", "4711"))
    assert (conflict.finding.conflict_class, conflict.status) == (conflict_class, ConflictStatus.WAITING_APPROVAL)
    assert "another directory" in conflict.explanation.sentence
    assert service.store.account(hannas) == before
    approval = {"decision": "approve", "reason": "it is her", "version": service.version(conflict.id)}
    answer = service.admin("POST", "/conflicts/{id}/decision", approval, parameters={"id": conflict.id})
    assert answer.status == 200, answer.body
    assert service.scim("POST", "/Users", person("hanna", "4711")).status == 201


def test_two_external_ids_of_one_directory_are_two_people_whatever_their_number() -> None:
    service = Service(
        policy=Policy(
            base=PolicyBase.CUSTOM, rules={ConflictClass.REHIRE: Rule.AUTO, ConflictClass.DEACTIVATED: Rule.APPROVAL}
        )
    )
    left(service, person("hanna", "4711", externalId="e-1"))
    conflict = refused(service, person("peter", "4711", externalId="e-2"))
    assert (conflict.finding.conflict_class, conflict.status) == ("deactivated", ConflictStatus.WAITING_APPROVAL)
    assert "different externalIds" in evidence_document(conflict.finding.evidence)["same employeeNumber"]


@pytest.mark.parametrize("said", [{"externalId": "e-1"}, {ENTERPRISE_USER: {"employeeNumber": "4711"}}])
def test_who_is_called_somebody_else_in_the_same_request_is_not_proved_to_be(said: Mapping[str, object]) -> None:
    """A change that gives somebody the identifier of the one whose address it takes."""
    service = Service(
        policy=Policy(
            base=PolicyBase.CUSTOM, rules={ConflictClass.REHIRE: Rule.AUTO, ConflictClass.DEACTIVATED: Rule.APPROVAL}
        )
    )
    hannas = left(service, person("hanna", "4711", externalId="e-1"))
    own = {"externalId": "e-2", ENTERPRISE_USER: {"employeeNumber": "4712"}}
    peter = service.create_user("peter", **own)
    wanted = user("peter") | own | JS | said
    assert service.scim("PUT", f"/Users/{peter['id']}", wanted).status == 409
    service.remediate_all()
    assert conflicts(service)[0].finding.conflict_class == "deactivated"
    account = service.store.account(hannas)
    assert account is not None
    assert account.holds == "js@example.com"


@pytest.mark.parametrize("nothing", [" ", "N/A"])
def test_in_a_bulk_request_too_nobody_gets_an_account_that_is_not_theirs(nothing: str) -> None:
    service = Service(profile="generic", policy=STANDARD)
    johns = left(service, person("john", externalId=nothing))
    jane = {"method": "POST", "path": "/Users", "bulkId": "jane", "data": person("jane", externalId=nothing)}
    schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]
    answer = service.scim("POST", "/Bulk", {"schemas": schemas, "Operations": [jane]})
    assert answer.status == 200
    assert [operation["status"] for operation in answer.body["Operations"]] == ["409"]  # type: ignore[index]
    account = service.store.account(johns)
    assert account is not None
    assert account.link is None


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_blank_addresses_can_be_removed_by_what_they_are(profile: str) -> None:
    service = Service(profile=profile)
    emails = [{"value": "ada@example.com", "type": "work"}, {"value": " ", "type": "home"}]
    ada = service.create_user("ada", emails=emails)
    removed = patch({"op": "remove", "path": 'emails[value eq " "]'})
    assert service.scim("PATCH", f"/Users/{ada['id']}", removed).status in {200, 204}
    shown = service.scim("GET", f"/Users/{ada['id']}").body
    assert [email["value"] for email in shown["emails"]] == ["ada@example.com"]  # type: ignore[index]


@pytest.mark.parametrize("third", ["linked", "gone"])
@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_an_external_id_that_others_have_too_gives_nobody_an_account(profile: str, third: str) -> None:
    """A directory that maps externalId to what a whole department has."""
    service = Service(profile=profile, policy=STANDARD)
    judy = service.create_user("judy", externalId="ACME-Sales")
    if third == "gone":
        assert service.scim("DELETE", f"/Users/{judy['id']}").status == 204
    johns = left(service, person("john", externalId="ACME-Sales"))
    conflict = refused(service, person("jane", externalId=" ACME-Sales"))
    assert conflict.finding.conflict_class == "deactivated"
    account = service.store.account(johns)
    assert account is not None
    assert account.link is None


def test_an_external_id_that_others_have_too_proves_nothing_of_a_user() -> None:
    service = Service(policy=read_policy({"base": "custom", "rules": {"rehire": "auto", "deactivated": "approval"}}))
    johns = left(service, person("john", externalId="ACME-Sales"))
    jane = service.create_user("jane", externalId="ACME-Sales")
    service.create_user("judy", externalId="ACME-Sales")
    changes = [{"from": "jane@example.com", "to": "js@example.com"}]
    [item] = service.admin("POST", "/email-changes/preview", {"changes": changes}).body["items"]  # type: ignore[index]
    assert (item["verdict"], item["class"]) == ("approval", "deactivated")
    assert service.scim("PATCH", f"/Users/{jane['id']}", email_patch("js@example.com")).status == 409
    service.remediate_all()
    [conflict] = conflicts(service)
    assert (conflict.finding.conflict_class, conflict.status) == ("deactivated", ConflictStatus.WAITING_APPROVAL)
    account = service.store.account(johns)
    assert account is not None
    assert account.holds == "js@example.com"
