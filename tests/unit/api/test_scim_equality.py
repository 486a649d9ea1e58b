"""What is refused as taken is found by an equality: one notion of the same text for both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightful.folding import fold
from rightful.organizations.organization import DomainPolicy
from tests.support.service import Service, user

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SAME = [
    ("ada ", "ada"),
    ("ada", " ADA "),
    ("ﬁona", "FIONA"),
    ("\uff22ob", "bob"),
    ("straße", "STRASSE"),
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


@given(st.text(max_size=8))
def test_to_fold_twice_is_to_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("wanted", "status"), [('shoe eq "x"', 400), ("title pr", 200), ('members eq "x"', 200), ("shoe.size pr", 400)]
)
def test_the_roots_search_refuses_what_no_type_has(service: Service, wanted: str, status: int) -> None:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]
    assert service.scim("POST", "/.search", {"schemas": schemas, "filter": wanted}).status == status
