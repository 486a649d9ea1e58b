"""Between a SCIM resource and an account: which address it has, what is stored, what is shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.accounts.resource import (
    UnverifiedDomainError,
    address_of,
    attributes_of,
    check_claimable,
    resource_of,
)
from rightful.domain.account import account_id_of, canonical_user_name, scim_id_of
from rightful.domain.address import parse_address
from rightful.scim.errors import ScimError
from rightful.text.ids import MAX_KEY_OCTETS, time_text
from tests.support.builders import CORE, NOW, a_link, an_account

WORK = {"value": "work@example.com", "type": "work"}
HOME = {"value": "home@example.com", "type": "home"}
PLAIN = {"value": "plain@example.com"}

CHOICES = [
    ([HOME, WORK, {**PLAIN, "primary": True}], "plain@example.com", "the primary one"),
    ([{**HOME, "primary": True}, WORK], "home@example.com", "the primary one before work"),
    ([{**HOME, "primary": False}, WORK], "work@example.com", "primary false is not primary"),
    ([HOME, WORK], "work@example.com", "work before the first"),
    ([HOME, {**WORK, "type": "Work"}], "work@example.com", "work in any case"),
    ([HOME, PLAIN], "home@example.com", "else the first"),
    ([WORK, {"value": "work2@example.com", "type": "work"}], "work@example.com", "the first of two work ones"),
    ([{"type": "work"}, HOME], "home@example.com", "one without a value does not count"),
    ([{"value": "  ", "type": "work", "primary": True}, HOME], "home@example.com", "nor does a blank one"),
    ([{"value": 7}, "text", None, HOME], "home@example.com", "nor does what is no email"),
]


@pytest.mark.parametrize(("emails", "chosen", "why"), CHOICES, ids=[case[2] for case in CHOICES])
def test_the_address_of_an_account_is(emails: list[object], chosen: str, why: str) -> None:
    assert address_of({"emails": emails}) == parse_address(chosen)


@pytest.mark.parametrize("attributes", [{}, {"emails": []}, {"emails": None}, {"emails": [{"type": "work"}]}])
def test_without_emails_an_account_has_no_address_even_if_its_user_name_is_one(attributes: dict[str, object]) -> None:
    assert address_of({"userName": "ada@example.com", **attributes}) is None


def test_an_email_that_is_no_address_is_refused_by_name_only_where_it_is_the_chosen_one() -> None:
    with pytest.raises(ScimError) as refused:
        address_of({"emails": [{"value": "nonsense", "primary": True}, WORK]})
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    assert refused.value.detail.startswith("'emails.value' ")
    assert address_of({"emails": [{"value": "nonsense"}, WORK]}) == parse_address("work@example.com")


def test_what_the_server_keeps_itself_is_not_among_the_attributes() -> None:
    resource = {
        "schemas": [CORE],
        "id": "1",
        "meta": {},
        "active": True,
        "groups": [],
        "password": "secret",
        "userName": "ada",
        "title": "Dr",
    }
    assert attributes_of(resource) == {"userName": "ada", "title": "Dr"}


@pytest.mark.parametrize("name", ["userName", "externalId"])
def test_a_user_name_or_external_id_that_is_too_long_for_a_key_is_refused_by_name(name: str) -> None:
    longest = "ü" * (MAX_KEY_OCTETS // 2)
    assert attributes_of({name: longest}) == {name: longest}
    with pytest.raises(ScimError) as refused:
        attributes_of({name: longest + "x"})
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    assert refused.value.detail.startswith(f"'{name}' ")


def test_a_user_name_that_only_its_canonical_form_makes_too_long_is_refused() -> None:
    short_but_folds_long = "\u0958" * 100
    assert len(short_but_folds_long.encode()) < MAX_KEY_OCTETS < len(canonical_user_name(short_but_folds_long).encode())
    with pytest.raises(ScimError) as refused:
        attributes_of({"userName": short_but_folds_long})
    assert refused.value.status == 400


def test_a_linked_account_is_shown_under_its_scim_id_with_its_version_and_times() -> None:
    linked_at = NOW - timedelta(days=1)
    account = an_account(
        "abc",
        version=7,
        link=a_link("abc", "directory", linked_at=linked_at),
        attributes={"userName": "ada", "emails": [WORK]},
        created_at=NOW - timedelta(days=9),
    )
    assert resource_of(account, "https://scim.example/dir") == {
        "userName": "ada",
        "emails": [WORK],
        "id": "abc-1",
        "active": True,
        "meta": {
            "resourceType": "User",
            "created": "2026-11-22T10:15:30.123Z",
            "lastModified": "2026-11-23T10:15:30.123Z",
            "location": "https://scim.example/dir/Users/abc-1",
            "version": 'W/"7"',
        },
    }


def test_showing_an_account_and_reading_it_again_changes_no_attribute() -> None:
    account = an_account("abc", link=a_link("abc", "directory"), attributes={"userName": "ada", "emails": [WORK]})
    assert attributes_of(resource_of(account)) == account.attributes


def test_scim_time_is_utc_with_milliseconds() -> None:
    assert time_text(NOW) == "2026-11-23T10:15:30.123Z"
    assert time_text(NOW.replace(microsecond=999)) == "2026-11-23T10:15:30.000Z"


def test_the_domain_of_placeholders_cannot_be_claimed() -> None:
    with pytest.raises(ScimError) as refused:
        check_claimable(parse_address("a@released.invalid"))
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    check_claimable(parse_address("a@example.invalid"))


def test_the_answer_to_an_unverified_domain_names_the_domain_and_never_says_409() -> None:
    refused = UnverifiedDomainError(parse_address("ada@BÜCHER.example"))
    assert (refused.status, refused.scim_type) == (400, "invalidValue")
    assert "xn--bcher-kva.example" in refused.detail
    assert "verify" in refused.detail


def test_a_scim_id_leads_to_its_account_and_each_link_has_another() -> None:
    assert account_id_of(scim_id_of("abc", 1)) == "abc"
    assert scim_id_of("abc", 1) != scim_id_of("abc", 2)
    assert account_id_of("no-link-number-x") == "no-link-number"
    assert account_id_of("nothing") == ""


def test_user_names_are_compared_without_case_and_surrounding_space() -> None:
    assert canonical_user_name(" ADA ") == canonical_user_name("ada")
    assert canonical_user_name("straße") == canonical_user_name("STRAẞE") != canonical_user_name("STRASSE")
    assert canonical_user_name("ada@bücher.example.") == canonical_user_name("ADA@xn--bcher-kva.example")
    assert canonical_user_name("ada") != canonical_user_name("ad a")


def test_an_unlinked_account_has_no_scim_id_to_show() -> None:
    account = replace(an_account("abc"), link=None)
    assert resource_of(account)["id"] == "abc"
