"""Two people whose names look alike are two, and one person is found in each spelling of theirs."""
# ruff: noqa: RUF001 - letters that look alike are what is tested here

import pytest

from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import AT_ONCE, Service, email_patch, user
from tests.unit.core.conflicts.diagnosis.people import account_of, left, person, refused


@pytest.mark.parametrize(
    ("held", "wanted"),
    [("straße", "strasse"), ("ﬁona", "fiona"), ("ada①", "ada1"), ("ada²", "ada2"), ("ſam", "sam"), ("ıda", "ida")],
)
@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_two_people_whose_names_look_alike_are_two(profile: str, held: str, wanted: str) -> None:
    service = Service(profile=profile)
    johns = left(service, user("x") | called(held))
    other = service.scim("POST", "/Users", user("y") | called(wanted))
    assert other.status == 201, other.body
    assert account_of(other.body) != johns
    third = service.create_user("third")
    assert service.scim("PATCH", f"/Users/{third['id']}", email_patch(f"{held}@example.com")).status == 409
    found = service.admin("GET", "/accounts", query={"email": f"{held}@example.com"})
    assert [account["id"] for account in found.body["items"]] == [johns]  # type: ignore[index]


def called(name: str) -> dict[str, object]:
    """A userName and an address, and no externalId."""
    return {"userName": name, "externalId": "", "emails": [{"value": f"{name}@example.com", "primary": True}]}


@pytest.mark.parametrize("name", ["Jürgen", "STRAẞE", "νίκος", "João"])
def test_another_case_is_the_same_person(name: str) -> None:
    service = Service()
    johns = left(service, user("x") | called(name))
    assert account_of(service.scim("POST", "/Users", user("x") | called(name.swapcase())).body) == johns


def test_what_is_kept_for_a_name_is_not_for_one_in_other_letters() -> None:
    service = Service(policy=AT_ONCE)
    left(service, person("john", externalId="e-1"))
    assert refused(service, person("jim")).status is ConflictStatus.PREPARED
    other = refused(service, person("ｊim"))
    assert other.status is ConflictStatus.WAITING_APPROVAL
    assert service.scim("POST", "/Users", person("JIM")).status == 201


@pytest.mark.parametrize("unseen", ["john\u200b", "\u2060john", "john\u00ad"])
def test_a_name_with_something_that_is_not_seen_is_no_proof(unseen: str) -> None:
    service = Service(profile="generic")
    left(service, person("john"))
    assert service.scim("POST", "/Users", person(unseen)).status == 409


@pytest.mark.parametrize(("user_name", "address"), [("ｊim", "jim"), ("jim", "ｊim"), ("ｊim", "ｊim")])
def test_a_name_in_other_letters_is_taken_and_no_proof(user_name: str, address: str) -> None:
    service = Service(policy=AT_ONCE)
    jims = left(service, user("x") | called("jim"))
    wanted = user("x") | called(user_name) | {"emails": [{"value": f"{address}@example.com", "primary": True}]}
    conflict = refused(service, wanted)
    account = service.store.account(jims)
    assert account is not None
    assert account.link is None
    if address != "jim":
        assert (conflict.finding.conflict_class, conflict.status) == ("deactivated", ConflictStatus.WAITING_APPROVAL)
        assert "other letters" in conflict.explanation.sentence
        assert account.holds == "jim@example.com"


@pytest.mark.parametrize("spelling", ["jim@example.com.", "JIM@EXAMPLE.COM", "ｊim@example.com", " jim@example.com\t"])
def test_administrators_and_the_host_application_find_an_address_in_each_of_its_spellings(spelling: str) -> None:
    service = Service()
    jims = account_of(service.create_user("jim"))
    found = service.admin("GET", "/accounts", query={"email": spelling})
    assert [account["id"] for account in found.body["items"]] == [jims]  # type: ignore[index]
    assert service.accounts("POST", "", {"email": spelling}).status == 409


def test_an_address_with_white_space_in_it_is_none_anywhere() -> None:
    service = Service()
    jim = service.create_user("jim")
    wrong = "jim@ example.com"
    assert service.scim("POST", "/Users", user("x") | {"emails": [{"value": wrong}]}).status == 400
    assert service.scim("PATCH", f"/Users/{jim['id']}", email_patch(wrong)).status == 400
    assert service.accounts("POST", "", {"email": wrong}).status == 400
    assert service.admin("GET", "/accounts", query={"email": wrong}).status == 400
