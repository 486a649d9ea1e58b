"""Organizations, directories and keys: how they come to be and end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.organizations.registry import (
    LIVE_KEYS_PER_DIRECTORY,
    add_directory,
    change_directory,
    change_organization,
    create_directory,
    create_organization,
    issue_token,
    revoke_token,
)
from rightful.domain.conflicts.policy import Brakes, Policy, PolicyBase
from rightful.domain.key import PREFIX, Grant, Scope, Token, digest, new_secret
from rightful.domain.organization import Directory, DomainPolicy, OnDelete, Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context, Invocation
from rightful.ports.store.contract import IdentityStore, Remaining
from rightful.ports.writes.transaction import Write
from tests.support.builders import NOW, a_token
from tests.support.dynamodb.store import TestedStore

INVOCATION = Invocation(now=NOW)
LATER = Invocation(now=NOW + timedelta(days=1))


@pytest.fixture
def store() -> TestedStore:
    return TestedStore()


@pytest.fixture
def organization(store: TestedStore) -> Organization:
    return create_organization(Context(store, INVOCATION), "Example")


# Organizations


def test_a_new_organization_is_as_safe_as_it_gets(store: TestedStore, organization: Organization) -> None:
    assert store.organization(organization.id) == organization
    assert organization.domain_policy is DomainPolicy.VERIFIED_ONLY
    assert organization.policy.base is PolicyBase.STANDARD
    assert organization.domains == {}
    assert not organization.may_claim_on("example.com")


def test_an_organization_may_be_made_for_any_domain_with_its_policy_and_brakes(store: TestedStore) -> None:
    policy, brakes = Policy(base=PolicyBase.STRICT), Brakes(paused=True)
    made = create_organization(
        Context(store, INVOCATION), "Lab", domain_policy=DomainPolicy.ANY, policy=policy, brakes=brakes
    )
    assert store.organization(made.id) == made
    assert made.may_claim_on("whatever.example")
    assert (made.policy, made.brakes) == (policy, brakes)


def test_changed_settings_are_written_with_a_new_version(store: TestedStore, organization: Organization) -> None:
    changed = change_organization(Context(store, LATER), replace(organization, name="Renamed"))
    assert (changed.name, changed.version) == ("Renamed", 2)
    assert store.organization(organization.id) == changed


def test_settings_that_somebody_else_changed_meanwhile_are_refused(
    store: TestedStore, organization: Organization
) -> None:
    first = change_organization(Context(store, INVOCATION), replace(organization, name="First"))
    with pytest.raises(RequestError, match="meanwhile") as refused:
        change_organization(Context(store, INVOCATION), replace(organization, name="Second"))
    assert refused.value.code == "conflict"
    assert store.organization(organization.id) == first


# Directories


def test_a_new_directory_keeps_addresses_on_delete_unless_it_is_told_otherwise(
    store: TestedStore, organization: Organization
) -> None:
    kept = create_directory(Context(store, INVOCATION), organization.id, "IdP")
    wanted = Directory(
        "lab", 1, organization.id, "Lab", LATER.now, "okta", OnDelete.ERASE, extensions=({"id": "urn:x"},)
    )
    erasing = add_directory(Context(store, LATER), wanted)
    assert store.directories(organization.id) == (kept, erasing)
    assert kept.on_delete is OnDelete.DEACTIVATE
    assert (erasing.profile, erasing.extensions) == ("okta", ({"id": "urn:x"},))
    assert kept.id != erasing.id


def test_a_directory_that_changed_meanwhile_is_not_overwritten(store: TestedStore, organization: Organization) -> None:
    directory = create_directory(Context(store, INVOCATION), organization.id, "IdP")
    changed = change_directory(Context(store, INVOCATION), replace(directory, name="First"))
    with pytest.raises(RequestError, match="meanwhile"):
        change_directory(Context(store, INVOCATION), replace(directory, name="Second"))
    assert store.directories(organization.id) == (changed,)


# Keys


def _issue(
    store: IdentityStore, directory: Directory, at: Invocation = INVOCATION, lifetime: timedelta | None = None
) -> tuple[str, Token]:
    return issue_token(Context(store, at), Grant(Scope.SCIM, directory.organization_id, directory.id), "IdP", lifetime)


def _keys(store: IdentityStore, directory: Directory) -> tuple[Token, ...]:
    return store.tokens(organization_id=directory.organization_id, directory_id=directory.id)


@pytest.fixture
def directory(store: TestedStore, organization: Organization) -> Directory:
    return create_directory(Context(store, INVOCATION), organization.id, "IdP")


def test_a_key_is_found_by_the_hash_of_its_secret_and_the_secret_is_nowhere(
    store: TestedStore, directory: Directory
) -> None:
    secret, token = _issue(store, directory)
    assert store.token(digest(secret)) == token
    assert secret not in repr(store.snapshot())
    assert (token.scope, token.owner, token.directory_id) == (Scope.SCIM, "IdP", directory.id)
    assert _keys(store, directory) == (token,)


def test_secrets_are_long_recognisable_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(secret.startswith(PREFIX) and len(secret) >= len(PREFIX) + 43 for secret in secrets)
    assert digest("one") != digest("two")
    assert len(digest("\ud800")) == 64


def test_a_directory_has_two_live_keys_at_most(
    store: TestedStore, organization: Organization, directory: Directory
) -> None:
    for _ in range(LIVE_KEYS_PER_DIRECTORY):
        _issue(store, directory)
    with pytest.raises(RequestError, match="Revoke") as refused:
        _issue(store, directory)
    assert refused.value.code == "conflict"
    assert len(_keys(store, directory)) == LIVE_KEYS_PER_DIRECTORY
    another = create_directory(Context(store, INVOCATION), organization.id, "Another")
    assert _issue(store, another)


def test_a_revoked_key_opens_nothing_and_makes_room(store: TestedStore, directory: Directory) -> None:
    secret, token = _issue(store, directory)
    _issue(store, directory)
    revoke_token(Context(store, INVOCATION), token)
    assert store.token(digest(secret)) is None
    assert token not in _keys(store, directory)
    revoke_token(Context(store, INVOCATION), token)
    assert _issue(store, directory)


def test_an_expired_key_makes_room(store: TestedStore, directory: Directory) -> None:
    _issue(store, directory, lifetime=timedelta(hours=1))
    _issue(store, directory)
    with pytest.raises(RequestError):
        _issue(store, directory)
    assert _issue(store, directory, LATER)


def test_a_directory_of_another_organization_gets_no_key(store: TestedStore, directory: Directory) -> None:
    other = create_organization(Context(store, INVOCATION), "Other")
    with pytest.raises(RequestError) as refused:
        _issue(store, replace(directory, organization_id=other.id))
    assert refused.value.code == "not_found"


def test_administrators_keys_are_not_limited(store: TestedStore, organization: Organization) -> None:
    for number in range(5):
        issue_token(Context(store, INVOCATION), Grant(Scope.ADMIN, organization.id), f"admin {number}")
    assert len(store.tokens(organization_id=organization.id)) == 5


def test_a_key_without_an_organization_is_listed_by_itself(store: TestedStore) -> None:
    secret, token = issue_token(Context(store, INVOCATION), Grant(Scope.OPERATOR), "operator")
    assert store.token(digest(secret)) == token
    assert store.tokens(organization_id="") == (token,)


def test_a_key_ends_at_its_very_moment() -> None:
    token = a_token("0" * 64, expires_at=NOW)
    assert token.is_live(NOW - timedelta(microseconds=1))
    assert not token.is_live(NOW)
    assert a_token("0" * 64).is_live(NOW + timedelta(days=10_000))


class RacingStore(TestedStore):
    """Another administrator issues a key for the same directory just before the first one's commit."""

    def __init__(self) -> None:
        super().__init__()
        self.racing: Directory | None = None

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        racing, self.racing = self.racing, None
        if racing:
            _issue(self, racing)
        super().commit(writes, remaining=remaining)


def test_two_administrators_at_once_do_not_get_a_third_key() -> None:
    store = RacingStore()
    organization = create_organization(Context(store, INVOCATION), "Example")
    directory = create_directory(Context(store, INVOCATION), organization.id, "IdP")
    _issue(store, directory)
    store.racing = directory
    with pytest.raises(RequestError, match="meanwhile"):
        _issue(store, directory)
    assert len(_keys(store, directory)) == LIVE_KEYS_PER_DIRECTORY


@pytest.mark.parametrize("name", ["", " ", "a\x07", "a\u202eb"])
def test_an_organizations_name_is_plain_text(store: TestedStore, name: str) -> None:
    with pytest.raises(RequestError) as refused:
        create_organization(Context(store, INVOCATION), name)
    assert (refused.value.code, refused.value.field) == ("invalid_value", "name")
