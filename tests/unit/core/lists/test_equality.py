"""What is refused as taken is found by an equality: one notion of the same text for both."""
# ruff: noqa: RUF001 - letters that look alike are what is tested here

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightful.domain.organization import DomainPolicy
from rightful.ports.store.emails import MOST_LISTED
from rightful.scim.profiles import PROFILE_NAMES
from rightful.text.folding import fold
from rightful.text.mailboxes import comparable
from tests.support.service import Service, user

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SAME = [
    ("ada ", "ada"),
    ("ada", " ADA "),
    ("\uff22ob", "bob"),
    ("straße", "STRAẞE"),
    ("νίκος", "ΝΊΚΟΣ"),
    ("Å", "å"),
]


@pytest.fixture
def service() -> Service:
    return Service(profile="generic", domain_policy=DomainPolicy.ANY)


def found(service: Service, path: str, wanted: str) -> int:
    response = service.scim("GET", path, query={"filter": wanted})
    assert response.status == 200, response.body
    assert isinstance(response.body, dict)
    return int(response.body["totalResults"])


@pytest.mark.parametrize(("held", "same"), SAME)
def test_a_user_name_that_is_taken_is_found(service: Service, held: str, same: str) -> None:
    assert service.scim("POST", "/Users", user("x") | {"userName": held, "emails": []}).status == 201
    assert service.scim("POST", "/Users", user("y") | {"userName": same, "emails": []}).status == 409
    for text in (held, same):
        assert found(service, "/Users", f'userName eq "{text.strip()}"') == 1
        assert found(service, "/Users", f'userName eq "{text}"') == 1
        assert found(service, "/Users", f'not (userName ne "{text.strip()}")') == 1


@pytest.mark.parametrize(("held", "same"), SAME)
def test_a_group_name_that_is_taken_is_found(service: Service, held: str, same: str) -> None:
    assert service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": held}).status == 201
    assert service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": same}).status == 409
    for text in (held, same):
        assert found(service, "/Groups", f'displayName eq "{text.strip()}"') == 1


@pytest.mark.parametrize("further", [False, True])
@pytest.mark.parametrize(("held", "same"), [*SAME[2:], (" ada", "ada")])
def test_an_address_that_is_taken_is_found(service: Service, held: str, same: str, further: bool) -> None:
    held, same = f"{held}@example.com", f"{same}@example.com"
    own = [{"value": "own@example.com", "primary": True}] if further else []
    assert service.scim("POST", "/Users", user("x") | {"emails": [*own, {"value": held}]}).status == 201
    for text in (held, same):
        assert found(service, "/Users", f'emails.value eq "{text}"') == 1
        assert found(service, "/Users", f'emails[value eq "{text}"]') == 1
        assert found(service, "/Users", f'emails.value eq "{text}" or title eq "x"') == 1


@pytest.mark.parametrize(("held", "same"), SAME)
def test_an_attribute_without_an_index_is_compared_alike(service: Service, held: str, same: str) -> None:
    service.scim("POST", "/Users", user("x") | {"title": held, "displayName": held})
    assert found(service, "/Users", f'title eq "{same.strip()}"') == 1
    assert found(service, "/Users", f'displayName eq "{same.strip()}"') == 1


def test_within_a_text_white_space_counts(service: Service) -> None:
    service.scim("POST", "/Users", user("x") | {"title": "Ada Lovelace "})
    assert found(service, "/Users", 'title co " l"') == 1
    assert found(service, "/Users", 'title sw " ada"') == 0
    assert found(service, "/Users", 'title ew "lovelace "') == 1


def test_a_beginning_is_found_in_capitals_too(service: Service) -> None:
    service.scim("POST", "/Users", user("x") | {"title": "Νίκοσανδρος"})
    assert found(service, "/Users", 'title sw "ΝΊΚΟΣ"') == 1
    assert found(service, "/Users", 'title co "ΟΣ"') == 1


TWO_PEOPLE = [
    ("straße", "STRASSE"),
    ("ﬁona", "fiona"),
    ("ada①", "ada1"),
    ("ada²", "ada2"),
    ("ſam", "sam"),
    ("ıda", "ida"),
    ("İda", "ida"),
    ("\u2163", "iv"),
]


@pytest.mark.parametrize(("one", "other"), TWO_PEOPLE)
def test_two_people_are_two_people(service: Service, one: str, other: str) -> None:
    """RFC 8265 lowers letters and leaves them what they are."""
    for name in (one, other):
        address = f"{name}@example.com"
        created = service.scim("POST", "/Users", user("x") | {"userName": name, "emails": [{"value": address}]})
        assert created.status == 201, created.body
        assert service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": name}).status == 201
    for name in (one, other):
        for wanted in (
            f'userName eq "{name}"',
            f'emails.value eq "{name}@example.com"',
            f'emails eq "{name}@example.com"',
        ):
            assert found(service, "/Users", wanted) == 1
        assert found(service, "/Groups", f'displayName eq "{name}"') == 1


SPELLINGS = [
    ("jim@example.com", "jim@example.com."),
    ("jim@bücher.example", "jim@xn--bcher-kva.example"),
    ("jim@bücher.example", "JIM@BÜCHER.EXAMPLE."),
    ("jim@bücher.example", "jim@XN--BCHER-KVA.example"),
    ("jim@例え.example", "jim@例え。example"),
    ("ｊim@example.com", "jim@example.com"),
]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("way_round", [1, -1])
@pytest.mark.parametrize("pair", SPELLINGS)
def test_an_address_is_taken_and_found_in_each_of_its_spellings(
    pair: tuple[str, str], way_round: int, profile: str
) -> None:
    service = Service(profile=profile, domain_policy=DomainPolicy.ANY)
    held, same = pair[::way_round]
    assert service.scim("POST", "/Users", user("x") | {"userName": held, "emails": [{"value": held}]}).status == 201
    taken = user("y") | {"userName": same, "emails": [{"value": same}]}
    assert service.scim("POST", "/Users", taken).status == 409
    assert service.scim("POST", "/Users", taken | {"userName": "y"}).status == 409
    assert service.scim("POST", "/Users", taken | {"emails": []}).status == 409
    for text in (held, same):
        for wanted in (
            f'userName eq "{text}"',
            f'emails.value eq "{text}"',
            f'emails eq "{text}"',
            f'emails[value eq "{text}"]',
            f'emails[type eq "work" or value eq "{text}"]',
            f'title eq "x" or emails.value eq "{text}"',
            f'userName eq "{text}" and active eq true',
        ):
            assert found(service, "/Users", wanted) == 1, wanted
        assert found(service, "/Users", f'userName ne "{text}"') == 0


def test_what_is_no_address_is_not_found_as_one(service: Service) -> None:
    assert service.scim("POST", "/Users", user("x") | {"emails": [{"value": "joe@example.com"}]}).status == 201
    for text in ("joe@ example.com", "joe @example.com", "joe@exam ple.com"):
        assert service.scim("POST", "/Users", user("y") | {"emails": [{"value": text}]}).status == 400
        assert found(service, "/Users", f'emails.value eq "{text}"') == 0


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u200b", "\u3000\u2060"])
@pytest.mark.parametrize("attribute", ["userName", "externalId", "emails.value", "emails"])
def test_a_blank_is_nobodys(service: Service, attribute: str, blank: str) -> None:
    """Whoever takes the one that is found for the one who is meant would take somebody for somebody else."""
    who = {"externalId": blank, "emails": [{"value": "x@example.com"}, {"value": blank, "type": "home"}]}
    assert service.scim("POST", "/Users", user("x") | who).status == 201
    assert found(service, "/Users", f'{attribute} eq "{blank}"') == 0
    assert found(service, "/Users", f'{attribute} eq "{blank}" or title eq "x"') == 0
    assert found(service, "/Users", f'{attribute} ne "{blank}"') == 1


def test_blank_addresses_switch_no_look_up_off(service: Service) -> None:
    """More people than a list names have a blank address; whoever is looked for is found all the same, without looking
    at everybody."""
    for number in range(MOST_LISTED + 2):
        emails = [{"value": f"{number}@example.com"}, {"value": " ", "type": "home"}]
        assert service.scim("POST", "/Users", user(f"u{number}") | {"emails": emails}).status == 201
    assert (
        service.store.account_ids_of_address(service.directory.id, ("", "7@example.com"), "7@example.com") is not None
    )
    assert found(service, "/Users", 'emails.value eq "7@example.com"') == 1


@given(st.text(max_size=8))
def test_to_fold_twice_is_to_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert comparable(comparable(text)) == comparable(text) == comparable(fold(text))


@pytest.mark.parametrize(
    ("wanted", "status"), [('shoe eq "x"', 400), ("title pr", 200), ('members eq "x"', 200), ("shoe.size pr", 400)]
)
def test_the_roots_search_refuses_what_no_type_has(service: Service, wanted: str, status: int) -> None:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]
    assert service.scim("POST", "/.search", {"schemas": schemas, "filter": wanted}).status == status
