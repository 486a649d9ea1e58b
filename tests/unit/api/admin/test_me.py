"""Whoever holds a key can ask what it is; administrators see who else administers."""

from datetime import timedelta

import pytest

from rightful.api.admin import service as admin
from rightful.api.request import Response
from rightful.core.organizations.registry import create_organization, issue_token, revoke_token
from rightful.domain.key import Grant, Scope, Token
from tests.support.service import Service


def me(service: Service, key: Token) -> Response:
    return service.admin("GET", "", key=key, template=f"{admin.ABOUT_KEYS}/me")


def key_of(service: Service, scope: Scope) -> Token:
    if scope is Scope.OPERATOR:
        return issue_token(service.context(), Grant(scope), "Olaf", timedelta(days=30))[1]
    return {Scope.ADMIN: service.admin_key, Scope.SCIM: service.scim_key, Scope.APP: service.app_key}[scope]


@pytest.mark.parametrize(
    ("scope", "organization", "directory", "opens"),
    [
        (Scope.ADMIN, True, False, "/admin/v1/orgs/{organization}"),
        (Scope.SCIM, True, True, "/scim/directory/{directory}"),
        (Scope.APP, False, False, "/accounts/v1/accounts"),
        (Scope.OPERATOR, False, False, "/admin/v1/orgs"),
    ],
)
def test_a_key_of_each_scope_says_whose_it_is_and_what_it_opens(
    scope: Scope, organization: bool, directory: bool, opens: str
) -> None:
    service = Service()
    key = key_of(service, scope)
    before = service.store.snapshot()
    answer = me(service, key)
    assert answer.status == 200, answer.body
    found = answer.body
    assert isinstance(found, dict)
    assert (found["id"], found["owner"], found["scope"]) == (key.id, key.owner, scope.value)
    named = {"id": service.organization.id, "name": "Example"} if organization else None
    assert found["organization"] == named
    assert found["directory"] == ({"id": service.directory.id, "name": service.directory.name} if directory else None)
    path = opens.format(organization=service.organization.id, directory=service.directory.id)
    assert found["opens"]["url"].endswith(path)
    assert (found["expiresAt"] is None) is (scope is not Scope.OPERATOR)
    assert key.sha256 not in str(found)
    assert service.store.snapshot() == before


@pytest.mark.parametrize("scope", Scope)
def test_a_revoked_key_is_told_so_although_the_gateway_still_knows_it(scope: Scope) -> None:
    service = Service()
    key = key_of(service, scope)
    revoke_token(service.context(), key)
    assert me(service, key).status == 403


def test_an_expired_key_is_told_so_too() -> None:
    service = Service()
    key = key_of(service, Scope.OPERATOR)
    service.pass_time(timedelta(days=30))
    assert me(service, key).status == 403


def test_no_route_below_one_that_is_open_to_operators_is_open_with_it() -> None:
    assert admin.ROUTES.keys() > admin.OPEN_TO_OPERATORS
    service = Service()
    operator = key_of(service, Scope.OPERATOR)
    for route in admin.ROUTES.keys() - admin.OPEN_TO_OPERATORS:
        for method in admin.ROUTES[route]:
            assert service.admin(method, route, key=operator).status == 403, (method, route)


def administrators(service: Service, key: Token | None = None) -> list[dict[str, object]]:
    answer = service.admin("GET", "/administrators", key=key)
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, dict)
    found: list[dict[str, object]] = answer.body["items"]
    return found


def test_administrators_are_the_owners_of_live_keys_and_two_keys_are_one_person() -> None:
    service = Service()
    service.pass_time(timedelta(hours=1))
    first = issue_token(service.context(), Grant(Scope.ADMIN, service.organization.id), "Ben", timedelta(days=1))[1]
    gone = issue_token(service.context(), Grant(Scope.ADMIN, service.organization.id), "Former", timedelta(hours=1))[1]
    service.pass_time(timedelta(hours=1))
    second = issue_token(service.context(), Grant(Scope.ADMIN, service.organization.id), "BEN ", timedelta(days=9))[1]
    assert not gone.is_live(service.now)
    assert administrators(service) == [
        {
            "owner": "Ines",
            "since": "2026-11-23T09:00:00.000Z",
            "expiresAt": None,
            "lastUsedOn": None,
            "tokenIds": [service.admin_key.id],
            "own": True,
        },
        {
            "owner": "Ben",
            "since": "2026-11-23T10:00:00.000Z",
            "expiresAt": "2026-12-02T11:00:00.000Z",
            "lastUsedOn": None,
            "tokenIds": [first.id, second.id],
            "own": False,
        },
    ]
    revoke_token(service.context(), first)
    revoke_token(service.context(), second)
    assert [each["owner"] for each in administrators(service)] == ["Ines"]


def test_another_organizations_administrators_are_not_listed() -> None:
    service = Service()
    other = create_organization(service.context(), "Other")
    mallory = issue_token(service.context(), Grant(Scope.ADMIN, other.id), "Mallory")[1]
    assert [each["owner"] for each in administrators(service)] == ["Ines"]
    assert service.admin("GET", "/administrators", key=mallory).status == 403
    assert [each["own"] for each in administrators(service, key_of(service, Scope.OPERATOR))] == [False]
