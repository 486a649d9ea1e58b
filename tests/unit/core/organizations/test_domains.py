"""An organization's verified domains: how they are recorded and given up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.organizations.domains import add_domain, remove_domain
from rightful.core.organizations.registry import create_organization
from rightful.domain.organization import Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context, Invocation
from tests.support.builders import NOW
from tests.support.dynamodb.store import TestedStore

INVOCATION = Invocation(now=NOW)
LATER = Invocation(now=NOW + timedelta(days=1))


@pytest.fixture
def store() -> TestedStore:
    return TestedStore()


@pytest.fixture
def organization(store: TestedStore) -> Organization:
    return create_organization(Context(store, INVOCATION), "Example")


def test_a_verified_domain_may_be_claimed_on_and_is_known_by_its_organization(
    store: TestedStore, organization: Organization
) -> None:
    changed = add_domain(Context(store, LATER), organization, " BÜCHER.Example. ")
    assert changed.domains == {"xn--bcher-kva.example": LATER.now}
    assert changed.may_claim_on("xn--bcher-kva.example")
    assert store.organization(organization.id) == changed
    assert store.organization_of_domain("xn--bcher-kva.example") == organization.id


def test_a_domain_does_not_stand_for_its_subdomains(store: TestedStore, organization: Organization) -> None:
    changed = add_domain(Context(store, INVOCATION), organization, "example.com")
    assert not changed.may_claim_on("mail.example.com")
    assert not changed.may_claim_on("com")


def test_a_domain_verified_again_changes_nothing(store: TestedStore, organization: Organization) -> None:
    changed = add_domain(Context(store, INVOCATION), organization, "example.com")
    before = store.snapshot()
    assert add_domain(Context(store, LATER), changed, "EXAMPLE.com") == changed
    assert store.snapshot() == before


def test_a_domain_is_verified_by_one_organization_only(store: TestedStore, organization: Organization) -> None:
    add_domain(Context(store, INVOCATION), organization, "example.com")
    other = create_organization(Context(store, INVOCATION), "Other")
    with pytest.raises(RequestError) as refused:
        add_domain(Context(store, INVOCATION), other, "example.com")
    assert (refused.value.code, refused.value.field) == ("conflict", "domain")
    assert organization.id not in str(refused.value)
    assert store.organization(other.id) == other
    assert store.organization_of_domain("example.com") == organization.id


def test_a_domain_given_up_may_be_verified_by_another_organization(
    store: TestedStore, organization: Organization
) -> None:
    verified = add_domain(Context(store, INVOCATION), organization, "example.com")
    left = remove_domain(Context(store, LATER), verified, "Example.com")
    assert left.domains == {}
    assert store.organization(organization.id) == left
    other = create_organization(Context(store, INVOCATION), "Other")
    assert add_domain(Context(store, LATER), other, "example.com").may_claim_on("example.com")


def test_a_domain_that_is_not_verified_cannot_be_given_up(store: TestedStore, organization: Organization) -> None:
    with pytest.raises(RequestError) as refused:
        remove_domain(Context(store, INVOCATION), organization, "example.com")
    assert refused.value.code == "not_found"


def test_a_domain_is_not_added_to_or_removed_from_settings_that_changed_meanwhile(
    store: TestedStore, organization: Organization
) -> None:
    verified = add_domain(Context(store, INVOCATION), organization, "example.com")
    with pytest.raises(RequestError, match="meanwhile"):
        add_domain(Context(store, INVOCATION), organization, "example.org")
    with pytest.raises(RequestError, match="meanwhile"):
        remove_domain(Context(store, INVOCATION), replace(verified, version=1), "example.com")
    assert store.organization(organization.id) == verified
    assert store.organization_of_domain("example.org") is None
    assert store.organization_of_domain("example.com") == organization.id


@pytest.mark.parametrize(
    "domain",
    ["", "localhost", "com", "exa mple.com", "-a.example", "a..example", "a@b.example", "released.invalid", "x" * 300],
)
def test_what_is_no_registered_domain_name_cannot_be_verified(
    store: TestedStore, organization: Organization, domain: str
) -> None:
    with pytest.raises(RequestError) as refused:
        add_domain(Context(store, INVOCATION), organization, domain)
    assert (refused.value.code, refused.value.field) == ("invalid_value", "domain")
    assert store.organization(organization.id) == organization
