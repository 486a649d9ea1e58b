"""Keys where they do not belong: by every route of every API, nothing of another's is moved, read or named."""

import json
from typing import Any

import pytest

from rightful.api.admin import service as admin
from rightful.api.host import service as accounts
from rightful.api.request import Principal, Request, Response
from rightful.api.scim import service as scim
from rightful.core.organizations.registry import issue_token
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.key import Grant, Scope, Token
from rightful.ports.context import Context
from tests.support.dynamodb.store import TestedStore
from tests.support.service import BASE_URL, Service, email_patch, user

ADMIN_ROUTES = [(method, route) for route, methods in admin.ROUTES.items() for method in methods]
SCIM_ROUTES = [(method, route) for route, methods in scim.ROUTES.items() for method in methods]
ACCOUNTS_ROUTES = [(method, route) for route, methods in accounts.ROUTES.items() for method in methods]

BODIES: dict[str, object] = {
    "/conflicts/{id}/decision": {"decision": "approve", "reason": "mine now"},
    "/conflicts/{id}/undo": {"reason": "mine now"},
    "/accounts/{id}/actions": {"action": "unlink", "reason": "mine now"},
    "/policy/confirmation": {"reason": "mine now"},
    "/directories/{id}/confirmation": {"reason": "mine now"},
    "/directories/{id}/tokens/{tokenId}/confirmation": {"reason": "mine now"},
    "/policy": {"policy": {"base": "strict"}},
    "/policy/simulation": {"policy": {"base": "strict"}},
    "/domains": {"domain": "victim.example"},
    "/directories": {"name": "mine"},
    "/directories/{id}": {"name": "mine"},
    "/directories/{id}/tokens": {"owner": "mine"},
    "/email-changes/preview": {"changes": [{"from": "chief@victim.example", "to": "other@victim.example"}]},
    "": {"email": "new@victim.example"},
    "/{id}/email": {"email": "new@victim.example"},
    "/{id}/email-verified": {"email": "chief@victim.example"},
}


class Victim:
    """Another organization with people, a conflict, and a key of each kind."""

    def __init__(self, store: TestedStore) -> None:
        self.service = Service(store=store, domain="victim.example")
        chief, deputy = (self._create(name) for name in ("chief", "deputy"))
        self.service.scim("PATCH", f"/Users/{deputy['id']}", email_patch("chief@victim.example"))
        self.service.remediate_all()
        [conflict] = store.all_of(Conflict)
        self.scim_id = str(chief["id"])
        hold = store.holds(["chief@victim.example"])["chief@victim.example"]
        self.account_id = hold.account_id or ""
        self.ids = {
            "conflicts": conflict.id,
            "accounts": self.account_id,
            "directories": self.service.directory.id,
            "domains": "victim.example",
            "tokens": self.service.admin_key.id,
        }
        self.names = ("chief", "deputy", self.account_id, conflict.id, self.service.directory.id)

    def _create(self, name: str) -> dict[str, Any]:
        email = f"{name}@victim.example"
        emails = [{"value": email, "type": "work", "primary": True}]
        created = self.service.scim("POST", "/Users", user(name, userName=email, emails=emails))
        assert created.status == 201, created.body
        assert isinstance(created.body, dict)
        return created.body


@pytest.fixture
def store() -> TestedStore:
    return TestedStore()


@pytest.fixture
def victim(store: TestedStore) -> Victim:
    return Victim(store)


@pytest.fixture
def attacker(store: TestedStore) -> Service:
    return Service(store=store)


def says_nothing_about(victim: Victim, response: Response, *, but: tuple[str, ...] = ()) -> bool:
    text = json.dumps(response.body)
    return not any(name in text for name in victim.names if name not in but)


@pytest.mark.parametrize(("method", "route"), ADMIN_ROUTES)
def test_an_admin_key_in_another_organizations_path_opens_nothing(
    store: TestedStore, victim: Victim, attacker: Service, method: str, route: str
) -> None:
    before = store.snapshot()
    kind = route.strip("/").partition("/")[0]
    parameters = {"id": victim.ids.get(kind, "x"), "domain": "victim.example", "tokenId": "x"}
    answer = attacker.admin(
        method,
        route,
        BODIES.get(route),
        parameters=parameters,
        organization_id=victim.service.organization.id,
    )
    assert answer.status == 403
    assert says_nothing_about(victim, answer)
    assert store.snapshot() == before


@pytest.mark.parametrize(("method", "route"), [each for each in ADMIN_ROUTES if "{" in each[1]])
def test_another_organizations_ids_in_ones_own_path_are_not_there(
    store: TestedStore, victim: Victim, attacker: Service, method: str, route: str
) -> None:
    before = store.snapshot()
    kind = route.strip("/").partition("/")[0]
    token = victim.service.admin_key.id
    parameters = {"id": victim.ids[kind], "domain": "victim.example", "tokenId": token}
    answer = attacker.admin(method, route, BODIES.get(route), parameters=parameters)
    assert answer.status == 404, answer.body
    assert says_nothing_about(victim, answer)
    assert store.snapshot() == before


@pytest.mark.parametrize(
    "query",
    [
        {"email": "chief@victim.example"},
        {"view": "all"},
        {"view": "unlinked"},
        {"view": "held"},
        {"view": "claimable"},
    ],
)
def test_no_search_of_accounts_shows_anothers(victim: Victim, attacker: Service, query: dict[str, str]) -> None:
    answer = attacker.admin("GET", "/accounts", query=query)
    assert answer.body == {"items": []}


@pytest.mark.parametrize(
    ("route", "name"),
    [
        *(("/log", name) for name in ("accountId", "conflictId", "directoryId")),
        *(("/conflicts", name) for name in ("accountId", "directoryId")),
    ],
)
def test_no_filter_shows_anothers_rows(victim: Victim, attacker: Service, route: str, name: str) -> None:
    kind = {"accountId": "accounts", "conflictId": "conflicts", "directoryId": "directories"}[name]
    answer = attacker.admin("GET", route, query={name: victim.ids[kind]})
    assert answer.status == 200
    assert says_nothing_about(victim, answer)


def test_no_cursor_leads_into_another_organization(victim: Victim, attacker: Service) -> None:
    for route in ("/conflicts", "/log", "/accounts"):
        theirs: Any = victim.service.admin("GET", route, query={"limit": "1"}).body
        if "nextCursor" in theirs:
            answer = attacker.admin("GET", route, query={"cursor": theirs["nextCursor"]})
            assert answer.status in {200, 400}
            assert says_nothing_about(victim, answer)


def test_an_admin_cannot_give_an_account_an_address_of_another_organization(
    store: TestedStore, victim: Victim, attacker: Service
) -> None:
    user_id = attacker.create_user("ada")["id"]
    attacker.scim("DELETE", f"/Users/{user_id}")
    account_id = store.holds(["ada@example.com"])["ada@example.com"].account_id or ""
    answers = [
        attacker.admin(
            "POST",
            "/accounts/{id}/actions",
            {"action": "set-email", "reason": "x", "email": email},
            parameters={"id": account_id},
        )
        for email in ("chief@victim.example", "free@victim.example")
    ]
    # Taken or free: the answer is the same, and says nothing about which.
    assert [answer.status for answer in answers] == [400, 400]
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize("domain", ["victim.example", "free.example"])
def test_an_admin_cannot_verify_a_domain_on_its_own_authority(
    store: TestedStore, victim: Victim, attacker: Service, domain: str
) -> None:
    answer = attacker.admin("POST", "/domains", {"domain": domain})
    assert answer.status == 403
    assert says_nothing_about(victim, answer)
    assert store.organization_of_domain(domain) in {None, victim.service.organization.id}


# Keys of another scope


def call(store: TestedStore, key: Token, base: str, method: str, route: str, victim: Victim) -> Response:
    """One request with any key on any API, as API Gateway would hand it over."""
    principal = Principal(key.id, key.scope, key.owner, key.organization_id or "", key.directory_id or "")
    request = Request(
        method=method,
        resource=f"{base}{route}",
        path_parameters={
            "orgId": victim.service.organization.id,
            "directoryId": victim.service.directory.id,
            "id": victim.account_id,
            "flag": "legal_hold",
            "domain": "victim.example",
            "tokenId": "x",
        },
        query={"email": ("chief@victim.example",)},
        headers={"content-type": "application/json"},
        body=json.dumps(BODIES.get(route, {})),
        principal=principal,
        base_url=BASE_URL,
        request_id="test",
    )
    invocation = victim.service.invocation()
    if base == accounts.BASE:
        return accounts.AccountsService(store).answer(request, invocation)
    if base == admin.BASE:
        return admin.AdminService(store, victim.service.queue, lambda *_: None).answer(request, invocation)
    return scim.ScimService(store, victim.service.queue).answer(request, invocation)


def key_of(store: TestedStore, victim: Victim, scope: Scope) -> Token:
    organization_id = None if scope in {Scope.APP, Scope.OPERATOR} else victim.service.organization.id
    directory_id = victim.service.directory.id if scope is Scope.SCIM else None
    return issue_token(
        Context(store, victim.service.invocation()), Grant(scope, organization_id, directory_id), "anybody"
    )[1]


@pytest.mark.parametrize(
    ("base", "method", "route", "scope"),
    [
        (base, method, route, scope)
        for base, routes, opens in (
            (scim.BASE, SCIM_ROUTES, Scope.SCIM),
            (admin.BASE, ADMIN_ROUTES, Scope.ADMIN),
            (accounts.BASE, ACCOUNTS_ROUTES, Scope.APP),
        )
        for method, route in routes
        for scope in Scope
        if scope is not opens
        and not (base == admin.BASE and scope is Scope.OPERATOR and route in admin.OPEN_TO_OPERATORS)
    ],
)
def test_a_key_opens_the_api_of_its_scope_and_no_other(
    store: TestedStore, victim: Victim, base: str, method: str, route: str, scope: Scope
) -> None:
    key = key_of(store, victim, scope)
    before = store.snapshot()
    answer = call(store, key, base, method, route, victim)
    assert answer.status == 403, answer.body
    assert says_nothing_about(victim, answer)
    assert store.snapshot() == before


@pytest.mark.parametrize(("method", "route"), ACCOUNTS_ROUTES)
def test_the_host_application_changes_nothing_that_a_directory_wrote(
    store: TestedStore, victim: Victim, method: str, route: str
) -> None:
    account = store.account(victim.account_id)
    answer = call(store, key_of(store, victim, Scope.APP), accounts.BASE, method, route, victim)
    after = store.account(victim.account_id)
    assert account is not None
    assert after is not None
    assert (after.email, after.attributes, after.link, after.status) == (
        account.email,
        account.attributes,
        account.link,
        account.status,
    )
    assert (after.organization_id, after.claimed, after.deletion_date) == (account.organization_id, True, None)
    text = json.dumps(answer.body)
    assert victim.service.directory.id not in text
    assert victim.scim_id not in text


def test_a_forged_member_of_the_authorizers_context_is_no_scope(store: TestedStore, victim: Victim) -> None:
    from rightful.api.request import read_request

    event = {"requestContext": {"authorizer": {"scope": "app,admin", "organizationId": "x"}}}
    assert read_request(event).principal is None
