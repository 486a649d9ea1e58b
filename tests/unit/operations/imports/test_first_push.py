"""An imported person's first push: a look-up or a create finds the account, on proof, and never somebody else's."""

from dataclasses import replace

import pytest

from rightful.core.organizations import domains
from rightful.core.organizations.registry import create_directory
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.operations.imports.account import Target
from rightful.operations.imports.line import import_account
from rightful.operations.imports.outcomes import Imported, Outcome
from rightful.operations.imports.rows import import_row
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.settings import COUNTERS, CloseCounter
from tests.support.service import Service, email_patch, user


@pytest.fixture
def service() -> Service:
    return Service()


def imported_again(service: Service, target: Target, **document: object) -> Imported:
    row = import_row(7, {"email": "ada@example.com", **document})
    return import_account(service.store, service.invocation(), target, row)


def imported(service: Service, *, directory: bool, **document: object) -> Account:
    target = Target(service.organization, service.directory.id if directory else None)
    found = imported_again(service, target, **document)
    assert found.outcome is Outcome.IMPORTED
    return account(service, found.account_id)


def account(service: Service, account_id: str) -> Account:
    made = service.store.account(account_id)
    assert made is not None
    return made


def pushed(user_name: str = "ada", email: str = "ada@example.com", **more: object) -> dict[str, object]:
    sent = {name: value for name, value in user("ada").items() if name != "externalId"}
    emails = [{"value": email, "type": "work", "primary": True}]
    return {**sent, "userName": user_name, "emails": emails, **more}


def number_of_accounts(service: Service) -> int:
    return len(service.store.all_of(Account))


EXTERNAL, OTHER = {"externalId": "00u-1"}, {"externalId": "00u-2"}

# What the file says, what the identity provider creates, and what becomes of it.
INTO_A_DIRECTORY = [
    ({"userName": "ada"}, pushed(), 201),
    ({"userName": "ada"}, pushed(**EXTERNAL), 201),
    ({"userName": "ADA"}, pushed(**EXTERNAL), 201),
    ({}, pushed("ada@example.com", **EXTERNAL), 201),
    ({"userName": "ada", **EXTERNAL}, pushed(**EXTERNAL), 201),
    ({"userName": "ada", **EXTERNAL}, pushed("ada.byron", **EXTERNAL), 201),  # the address leads to the account
    ({"userName": "ada", **EXTERNAL}, pushed(email="ada.byron@example.com", **EXTERNAL), 201),  # the userName does
    ({"userName": "ada", **EXTERNAL}, pushed(), 201),
    ({"userName": "ada", "active": False, **EXTERNAL}, pushed(**EXTERNAL), 201),
    ({}, pushed("another", **EXTERNAL), 201),  # the file says the address of the directory's user, and no more
    # Never somebody else's:
    ({"userName": "ada", **EXTERNAL}, pushed(**OTHER), 409),
    (EXTERNAL, pushed("another"), 409),
    (EXTERNAL, pushed(**OTHER), 409),
    ({"active": False}, pushed("another", **EXTERNAL), 409),
    ({"userName": "ada"}, pushed(email="another@example.com"), 409),
    ({"userName": "ada"}, pushed("another"), 409),
    ({"userName": "ada"}, pushed("another", **EXTERNAL), 409),
    ({"userName": "ada", "active": False}, pushed(), 409),
    ({"userName": "\uff41da"}, pushed(), 409),  # the same key, and not the same letters
]


@pytest.mark.parametrize("profile", ["generic", "entra", "okta"])
@pytest.mark.parametrize(("line", "create", "status"), INTO_A_DIRECTORY)
def test_the_first_create_takes_over_a_user_that_was_imported_into_its_directory(
    profile: str, line: dict[str, object], create: dict[str, object], status: int
) -> None:
    service = Service(profile=profile)
    before = imported(service, directory=True, **line)
    answer = service.scim("POST", "/Users", create)
    assert answer.status == status
    assert number_of_accounts(service) == 1
    after = account(service, before.id)
    if status == 409:
        assert after == before
        return
    assert isinstance(answer.body, dict)
    assert before.link is not None
    assert after.link is not None
    assert answer.body["id"] == before.link.scim_id == after.link.scim_id
    assert answer.body["userName"] == create["userName"]
    assert answer.body["active"] is True
    assert after.expected is None
    assert service.store.number_of_users(service.directory.id) == 1
    # The second time it is a user like any other.
    assert service.scim("POST", "/Users", create).status == 409


FOR_NO_DIRECTORY = [
    (EXTERNAL, pushed(**EXTERNAL), 201),
    ({"userName": "x", **EXTERNAL}, pushed(**EXTERNAL), 201),
    ({"userName": "ada", "emailVerified": True}, pushed(), 201),
    ({"userName": "Ada", "emailVerified": "yes"}, pushed(), 201),
    # Never somebody else's, and never for the address alone:
    (EXTERNAL, pushed(**OTHER), 409),
    (EXTERNAL, pushed(), 409),
    ({"userName": "ada", "emailVerified": True}, pushed(**EXTERNAL), 409),
    ({"userName": "ada"}, pushed(), 409),
    ({"emailVerified": True}, pushed("ada@example.com"), 409),
    ({"emailVerified": True, "userName": "bob"}, pushed(), 409),
    ({"externalId": "N/A"}, pushed(externalId="N/A"), 409),
    ({"externalId": " "}, pushed(externalId=" "), 409),
    ({"active": False, **EXTERNAL}, pushed(**EXTERNAL), 409),
]


@pytest.mark.parametrize(("line", "create", "status"), FOR_NO_DIRECTORY)
def test_the_first_create_links_an_account_that_was_imported_for_no_directory(
    service: Service, line: dict[str, object], create: dict[str, object], status: int
) -> None:
    before = imported(service, directory=False, **line)
    answer = service.scim("POST", "/Users", create)
    assert answer.status == status
    after = account(service, before.id)
    assert number_of_accounts(service) == 1
    if status == 409:
        assert after.link is None
        return
    assert after.link is not None
    assert after.expected is None
    assert service.scim("POST", "/Users", create).status == 409


@pytest.mark.parametrize("directory", [True, False])
@pytest.mark.parametrize("spoiled", ["flag", "deletion", "domain", "other organization"])
def test_what_is_marked_ending_or_not_the_organizations_is_linked_by_no_create(
    service: Service, directory: bool, spoiled: str
) -> None:
    before = imported(service, directory=directory, userName="ada", **EXTERNAL)
    after = replace(before, version=before.version + 1)
    match spoiled:
        case "flag":
            after = replace(after, flags=frozenset({Flag.PRIVILEGED}))
        case "deletion":
            after = replace(after, status=AccountStatus.PENDING_DELETION, deletion_date=service.now)
        case "other organization":
            after = replace(after, organization_id="another")
        case _:
            domains.remove_domain(service.context(), service.organization, "example.com")
    service.store.commit([PutAccount(after, before.version)], remaining=float)
    assert service.scim("POST", "/Users", pushed(**EXTERNAL)).status in {400, 409}
    assert account(service, before.id).link == before.link
    assert account(service, before.id).expected == before.expected


def test_a_user_of_one_directory_is_not_taken_over_by_another(service: Service) -> None:
    before = imported(service, directory=True, userName="ada", **EXTERNAL)
    service.enter(create_directory(service.context(), service.organization.id, "Another"))
    assert service.scim("POST", "/Users", pushed(**EXTERNAL)).status == 409
    assert account(service, before.id) == before


@pytest.mark.parametrize("word", ["PATCH", "PUT"])
def test_after_the_directorys_first_word_a_create_is_refused_as_any_other(service: Service, word: str) -> None:
    before = imported(service, directory=True, userName="ada", **EXTERNAL)
    assert before.link is not None
    body = email_patch("ada.b@example.com") if word == "PATCH" else pushed(**EXTERNAL)
    assert service.scim(word, f"/Users/{before.link.scim_id}", body).status == 200
    assert account(service, before.id).expected is None
    assert service.scim("POST", "/Users", pushed(**EXTERNAL)).status == 409


@pytest.mark.parametrize("profile", ["entra", "okta"])
def test_an_identity_provider_that_looks_first_finds_what_was_imported_twice(profile: str) -> None:
    """Entra and Okta ask for the userName; found, Entra patches what differs and Okta puts the whole user."""
    service = Service(profile=profile)
    before = imported(service, directory=True, userName="ada@example.com", **EXTERNAL)
    for _ in range(2):
        listed = service.scim("GET", "/Users", query={"filter": 'userName eq "Ada@example.com"'})
        assert isinstance(listed.body, dict)
        (found,) = listed.body["Resources"]
        if profile == "okta":
            body = pushed("ada@example.com", displayName="Ada", **EXTERNAL)
            answer = service.scim("PUT", f"/Users/{found['id']}", body)
        else:
            operations = [{"op": "replace", "path": "displayName", "value": "Ada"}]
            answer = service.scim("PATCH", f"/Users/{found['id']}", {"Operations": operations})
        assert answer.status in {200, 204}
    assert account(service, before.id).display_name == "Ada"
    assert number_of_accounts(service) == 1


def test_without_a_directory_a_look_up_finds_nobody_and_the_create_links(service: Service) -> None:
    before = imported(service, directory=False, **EXTERNAL)
    for number in (0, 1):
        listed = service.scim("GET", "/Users", query={"filter": 'userName eq "ada"'})
        assert isinstance(listed.body, dict)
        assert listed.body["totalResults"] == number
        if not number:
            assert service.scim("POST", "/Users", pushed(**EXTERNAL)).status == 201
    assert account(service, before.id).link is not None


def test_an_address_that_somebody_else_has_by_now_is_a_conflict_of_the_imported_user(service: Service) -> None:
    assert service.scim("POST", "/Users", pushed("bob", "bob@example.com")).status == 201
    imported(service, directory=True, userName="ada", **EXTERNAL)
    assert service.scim("POST", "/Users", pushed(email="bob@example.com", **EXTERNAL)).status == 409
    service.remediate_all()
    (conflict,) = service.store.conflicts(service.organization.id, limit=10).conflicts
    assert conflict.finding.conflict_class is ConflictClass.ACTIVE_IN_DIRECTORY


def test_a_stranger_with_the_address_waits_for_an_approval(service: Service) -> None:
    """What the first push of people who were imported without a directory and without a proof comes to."""
    before = imported(service, directory=False, lastLoginAt="2026-11-01")
    assert service.scim("POST", "/Users", pushed(**EXTERNAL)).status == 409
    service.remediate_all()
    (conflict,) = service.store.conflicts(service.organization.id, limit=10).conflicts
    assert conflict.finding.conflict_class is ConflictClass.UNLINKED
    assert account(service, before.id).link is None


@pytest.mark.parametrize("first", ["personal", "organization"])
@pytest.mark.parametrize("line", [{}, {"sourceId": "17"}, EXTERNAL, {"userName": "ada", "givenName": "Ada"}])
def test_a_run_with_more_adopts_what_an_earlier_one_imported(
    service: Service, first: str, line: dict[str, object]
) -> None:
    before = imported_again(service, Target() if first == "personal" else Target(service.organization), **line)
    target = Target(service.organization, service.directory.id)
    assert imported_again(service, target, **line).outcome is Outcome.ADOPTED
    adopted = account(service, before.account_id)
    assert adopted.link is not None
    assert (adopted.organization_id, adopted.claimed) == (service.organization.id, True)
    assert service.store.number_of_users(service.directory.id) == 1
    assert imported_again(service, target, **line) == Imported(7, Outcome.ALREADY_THERE, before.account_id)
    create = pushed(str(line.get("userName", "ada@example.com")), externalId=line.get("externalId", "00u-1"))
    assert service.scim("POST", "/Users", create).status == 201
    assert number_of_accounts(service) == 1


def test_a_personal_account_whose_person_has_used_it_is_not_adopted(service: Service) -> None:
    before = imported_again(service, Target())
    made = account(service, before.account_id)
    used = replace(made, version=2, last_login_at=service.now)
    service.store.commit([PutAccount(used, 1)], remaining=float)
    found = imported_again(service, Target(service.organization, service.directory.id))
    assert (found.outcome, found.account_id) == (Outcome.KNOWN_OTHERWISE, made.id)
    assert "claims it" in found.explanation
    assert account(service, made.id) == used


@pytest.mark.parametrize("first", ["nothing", "organization"])
def test_nobody_is_imported_into_a_directory_that_is_being_deleted(service: Service, first: str) -> None:
    if first == "organization":
        imported(service, directory=False)
    service.store.commit(
        [CloseCounter("users", service.directory.id, shard) for shard in range(COUNTERS)], remaining=float
    )
    found = imported_again(service, Target(service.organization, service.directory.id))
    assert found.outcome is Outcome.INVALID
    assert "being deleted" in found.explanation


@pytest.mark.parametrize("directory", [True, False])
def test_an_external_id_that_others_in_the_directory_have_links_nobody_else(service: Service, directory: bool) -> None:
    shared = {"externalId": "department-7"}
    ada = imported(service, directory=directory, userName="ada", emailVerified=True, **shared)
    service.create_user("carl", **shared)
    for _ in range(2):
        assert service.scim("POST", "/Users", pushed("zed", **shared)).status == 409
    assert account(service, ada.id) == ada
    answer = service.scim("POST", "/Users", pushed("ada", **shared))
    # For its directory the file says who it is by the userName as well; else that is for an administrator to say.
    assert answer.status == (201 if directory else 409), answer.body
    assert (account(service, ada.id).expected is None) is directory
