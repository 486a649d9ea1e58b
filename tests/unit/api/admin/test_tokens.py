"""Administrators list all keys of their organization and revoke them; the last way in stays."""

from datetime import date, timedelta

import pytest

from rightful.api.request import Response
from rightful.core.organizations.registry import create_organization, issue_token
from rightful.domain.key import Grant, Scope, Token
from rightful.ports.context import Context
from rightful.ports.writes.settings import PutOrganization
from rightful.ports.writes.transaction import Write
from tests.support.dynamodb.store import TestedStore
from tests.support.service import Service

KEY = "/tokens/{id}"


def revoke(service: Service, token_id: str, **more: object) -> Response:
    return service.admin("DELETE", KEY, parameters={"id": token_id}, **more)  # type: ignore[arg-type]


def listed(service: Service, **query: str) -> dict[str, dict[str, object]]:
    response = service.admin("GET", "/tokens", query=query)
    assert response.status == 200, response.body
    assert isinstance(response.body, dict)
    return {item["id"]: item for item in response.body["items"]}


def code(response: Response) -> tuple[int, str]:
    assert isinstance(response.body, dict)
    return response.status, response.body["error"]["code"]


def test_all_keys_are_listed_with_owner_and_times_and_without_what_opens() -> None:
    service = Service()
    found = listed(service)
    assert set(found) == {service.admin_key.id, service.scim_key.id}
    assert found[service.admin_key.id] == {
        "id": service.admin_key.id,
        "scope": "admin",
        "owner": "Ines",
        "createdAt": "2026-11-23T09:00:00.000Z",
        "expiresAt": None,
        "lastUsedOn": None,
        "directoryId": None,
        "issued": None,
        "live": True,
        "own": True,
    }
    assert found[service.scim_key.id]["directoryId"] == service.directory.id
    assert service.scim_key.sha256 not in str(found)


@pytest.mark.parametrize(("scope", "owner"), [("admin", "Ines"), ("scim", "IdP")])
def test_keys_are_listed_by_what_they_open(scope: str, owner: str) -> None:
    assert [key["owner"] for key in listed(Service(), scope=scope).values()] == [owner]


def test_an_unknown_scope_is_said_to_be_one() -> None:
    assert code(Service().admin("GET", "/tokens", query={"scope": "app"})) == (400, "invalid_value")


def test_an_expired_key_is_listed_as_one_that_opens_nothing() -> None:
    service = Service()
    _, key = issue_token(service.context(), Grant(Scope.ADMIN, service.organization.id), "Ben", timedelta(days=1))
    service.pass_time(timedelta(days=2))
    assert listed(service)[key.id]["live"] is False


def test_another_administrators_key_is_revoked_and_stays_so() -> None:
    service = Service()
    other = service.new_admin_key("Ben")
    assert revoke(service, other.id).status == 204
    assert service.store.token(other.sha256) is None
    assert service.store.revoked_at(other.id) == service.now
    assert set(listed(service)) == {service.admin_key.id, service.scim_key.id}
    assert code(revoke(service, other.id)) == (404, "not_found")
    [row] = service.store.log(service.organization.id, limit=10).entries
    assert (row.approver, row.explanation) == ("Ines", f"The key {other.id} of Ben was revoked.")


def test_ones_own_key_and_a_directorys_can_be_revoked() -> None:
    service = Service()
    service.new_admin_key("Ben")
    assert revoke(service, service.scim_key.id).status == 204
    assert revoke(service, service.admin_key.id).status == 204


def test_a_revoked_key_revokes_nothing_although_the_gateway_still_knows_it() -> None:
    service = Service()
    other = service.new_admin_key("Ben")
    assert revoke(service, other.id).status == 204
    assert code(revoke(service, service.admin_key.id, key=other)) == (403, "forbidden")
    assert service.store.token(service.admin_key.sha256) == service.admin_key


def test_the_last_key_that_administers_stays_and_the_answer_says_who_can_help() -> None:
    service = Service()
    _, expiring = issue_token(service.context(), Grant(Scope.ADMIN, service.organization.id), "Ben", timedelta(days=1))
    service.pass_time(timedelta(days=2))  # Ben's has expired: it is no way in
    response = revoke(service, service.admin_key.id)
    assert code(response) == (409, "conflict")
    assert isinstance(response.body, dict)
    assert "operator" in response.body["error"]["message"]
    assert service.store.token(service.admin_key.sha256) == service.admin_key
    assert revoke(service, expiring.id).status == 204


class Meanwhile(TestedStore):
    """Somebody else is faster, once."""

    act = staticmethod(lambda: None)

    def commit(self, writes: list[Write], **more: object) -> None:  # type: ignore[override]
        if any(isinstance(write, PutOrganization) for write in writes):
            act, self.act = self.act, staticmethod(lambda: None)
            act()
        super().commit(writes, **more)  # type: ignore[arg-type]


def test_two_administrators_who_revoke_each_others_keys_at_once_leave_one() -> None:
    store = Meanwhile()
    service = Service(store=store)
    other = service.new_admin_key("Ben")
    answers: list[Response] = []
    store.act = lambda: answers.append(revoke(service, service.admin_key.id, key=other))  # type: ignore[method-assign,assignment]
    answers.append(revoke(service, other.id))
    assert sorted(answer.status for answer in answers) == [204, 409]
    assert sum(store.token(key.sha256) is not None for key in (service.admin_key, other)) == 1


def other_organization(service: Service) -> Token:
    invocation = service.invocation()
    organization = create_organization(Context(service.store, invocation), "Other")
    return issue_token(Context(service.store, invocation), Grant(Scope.ADMIN, organization.id), "Mallory")[1]


def test_another_organizations_key_is_as_unknown_as_one_that_never_was() -> None:
    service = Service()
    theirs = other_organization(service)
    service.new_admin_key("Ben")
    app = service.app_key
    answers = [revoke(service, key_id) for key_id in (theirs.id, app.id, "0" * 32)]
    assert {code(answer) for answer in answers} == {(404, "not_found")}
    assert len({str(answer.body) for answer in answers}) == 1
    assert service.store.token(theirs.sha256) == theirs


ROUTES = [
    ("GET", ""),
    ("PATCH", ""),
    ("GET", "/tokens"),
    ("DELETE", KEY),
    ("DELETE", "/directories/{id}"),
]


@pytest.mark.parametrize(("method", "route"), ROUTES)
@pytest.mark.parametrize("whose", ["scim", "app", "other"])
def test_no_other_kind_of_key_opens_these(method: str, route: str, whose: str) -> None:
    service = Service()
    keys = {"scim": service.scim_key, "app": service.app_key, "other": other_organization(service)}
    before = service.store.snapshot()
    ids = {"id": service.directory.id if "directories" in route else service.scim_key.id}
    body = {"name": "Mine"} if method == "PATCH" else None
    answer = service.admin(method, route, body, parameters=ids, key=keys[whose])
    assert code(answer) == (403, "forbidden")
    assert service.store.snapshot() == before


def test_the_operator_may_end_the_last_key_of_an_organization() -> None:
    service = Service()
    _, operator = issue_token(service.context(), Grant(Scope.OPERATOR), "Olaf")
    assert revoke(service, service.admin_key.id, key=operator).status == 204
    assert code(revoke(service, service.admin_key.id, key=operator)) == (404, "not_found")
    assert service.admin("GET", "/tokens", key=operator).status == 200


def test_an_organization_is_read_and_renamed_with_a_row_of_who_did_it() -> None:
    service = Service()
    assert service.admin("PATCH", "", {"name": "Example Ltd"}).status == 200
    answer = service.admin("GET", "")
    assert answer.body == {
        "id": service.organization.id,
        "name": "Example Ltd",
        "createdAt": "2026-11-23T09:00:00.000Z",
        "closing": None,
    }
    assert service.admin("PATCH", "", {"name": "Example Ltd"}).status == 200  # says nothing new
    [row] = service.store.log(service.organization.id, limit=10).entries
    assert (row.approver, row.explanation) == ("Ines", "name: Example -> Example Ltd.")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": " "}, {"name": "a\u202e"}, {"name": "x", "policy": {}}])
def test_what_is_no_name_of_an_organization_is_refused(body: dict[str, object]) -> None:
    assert code(Service().admin("PATCH", "", body)) == (400, "invalid_value")


def items(response: Response) -> list[dict[str, object]]:
    assert response.status == 200, response.body
    assert isinstance(response.body, dict)
    found: list[dict[str, object]] = response.body["items"]
    return found


def test_the_day_of_a_keys_last_use_is_shown_wherever_the_key_is() -> None:
    service = Service()
    service.pass_time(timedelta(hours=1))
    spare = service.new_admin_key("INES")
    other = service.new_admin_key("Ben")
    service.store.mark_used(service.scim_key, on=date(2026, 11, 24))
    service.store.mark_used(service.admin_key, on=date(2026, 11, 25))
    service.store.mark_used(spare, on=date(2026, 11, 26))
    assert {key: found["lastUsedOn"] for key, found in listed(service).items()} == {
        service.scim_key.id: "2026-11-24",
        service.admin_key.id: "2026-11-25",
        spare.id: "2026-11-26",
        other.id: None,
    }
    of_directory = service.admin("GET", "/directories/{id}/tokens", parameters={"id": service.directory.id})
    assert [key["lastUsedOn"] for key in items(of_directory)] == ["2026-11-24"]
    administrators = items(service.admin("GET", "/administrators"))
    assert [(each["owner"], each["lastUsedOn"]) for each in administrators] == [("Ines", "2026-11-26"), ("Ben", None)]
    me = service.admin("GET", "", template="/admin/v1/me").body
    assert isinstance(me, dict)
    assert me["lastUsedOn"] == "2026-11-25"


def test_a_new_key_was_not_used_yet_and_a_confirmation_is_no_use() -> None:
    service = Service()
    other = service.new_admin_key("Ben")
    new = service.admin("POST", "/directories/{id}/tokens", {}, parameters={"id": service.directory.id}).body
    assert isinstance(new, dict)
    assert new["lastUsedOn"] is None
    key = next(
        key
        for key in service.store.tokens(organization_id=service.organization.id, directory_id=service.directory.id)
        if key.id == new["id"]
    )
    service.store.mark_used(key, on=date(2026, 11, 24))
    ids = {"id": service.directory.id, "tokenId": key.id}
    confirmation = "/directories/{id}/tokens/{tokenId}/confirmation"
    assert service.admin("POST", confirmation, {"reason": "Agreed"}, parameters=ids, key=other).status == 200
    assert listed(service)[key.id]["lastUsedOn"] == "2026-11-24"
    found = service.store.token(key.sha256)
    assert found is not None
    assert (found.last_used_on, found.alone_until()) == (date(2026, 11, 24), None)
