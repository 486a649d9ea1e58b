"""How people sign in, as an organization's administrators set it."""

from dataclasses import replace
from typing import Any

import pytest

from rightful.api.request import Response
from rightful.core.events.of_settings import settings_events
from rightful.domain.events.change import OrganizationChange
from rightful.domain.events.event import EventType
from rightful.domain.key import Token
from tests.support.console import APPROVER, OTHER_APPROVER, Console
from tests.support.service import Service
from tests.unit.api.admin.two_people import error_of

BODY: dict[str, Any] = {
    "issuer": "https://login.example.net",
    "clientId": "rightful-console",
    "clientSecret": "s3cret",
    "roles": {"owner": ["rightful-owner"], "approver": ["rightful-approver"]},
}


class Office:
    """Administrators with the admin API."""

    def __init__(self) -> None:
        self.service = Service()

    @property
    def kept(self) -> list[str]:
        """The secrets that are kept."""
        return list(self.service.client_secrets.kept.values())

    def call(self, method: str, route: str = "/sign-in", body: object = None, key: Token | None = None) -> Response:
        return self.service.admin(method, route, body, key=key)


def test_it_is_set_read_without_the_secret_and_removed() -> None:
    office = Office()
    assert office.call("GET").body == {"redirectUri": "https://api.example/dev/console/callback", "signIn": None}
    assert office.call("PUT", body=BODY).status == 200
    body = office.call("GET").body
    assert isinstance(body, dict)
    assert body["signIn"]["hasClientSecret"] is True
    assert "s3cret" not in str(body)
    assert office.kept == ["s3cret"]
    assert office.call("DELETE").status == office.call("DELETE").status == 204
    assert not office.kept
    rows = office.service.store.log(office.service.organization.id, limit=10).entries
    assert {row.explanation[:12] for row in rows} >= {"Nobody signs", "People sign "}
    assert "s3cret" not in str(rows)


def test_the_same_again_changes_nothing_and_ends_no_session() -> None:
    office = Office()
    office.call("PUT", body=BODY)
    without_secret = {name: value for name, value in BODY.items() if name != "clientSecret"}
    before = office.service.store.organization(office.service.organization.id)
    office.call("PUT", body=without_secret)
    assert office.service.store.organization(office.service.organization.id) == before


def test_a_secret_is_replaced_and_the_one_before_is_forgotten() -> None:
    office = Office()
    office.call("PUT", body=BODY)
    office.call("PUT", body={**BODY, "clientSecret": "another"})
    assert office.kept == ["another"]
    office.call("PUT", body={**BODY, "clientSecret": None})
    assert not office.kept


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "http://login.example.net"}, "issuer"),
        ({"issuer": "https://user:pass@login.example.net"}, "issuer"),
        ({"issuer": "https://login.example.net?x=1"}, "issuer"),
        ({"issuer": "https://"}, "issuer"),
        ({"issuer": "javascript:alert(1)"}, "issuer"),
        ({"issuer": "https://login.example.net:99999"}, "issuer"),
        ({"issuer": "https://løgin.example"}, "issuer"),
        ({"clientId": " "}, "clientId"),
        ({"clientId": "x" * 501}, "clientId"),
        ({"clientSecret": "x" * 501}, "clientSecret"),
        ({"rolesClaim": ""}, "rolesClaim"),
        ({"roles": {"owner": []}}, "roles.owner"),
        ({"roles": {}}, "roles.owner"),
        ({"roles": {"owner": ["a"], "viewer": [" "]}}, "roles.viewer"),
        ({"roles": {"owner": ["a"] * 21}}, "roles.owner"),
        ({"roles": {"owner": ["a"], "boss": ["b"]}}, "roles.boss"),
        ({"more": 1}, "more"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_nothing_is_kept(change: dict[str, object], field: str) -> None:
    office = Office()
    response = office.call("PUT", body={**BODY, **change})
    assert response.status == 400
    assert isinstance(response.body, dict)
    assert response.body["error"]["field"] == field
    assert not office.kept


def test_one_administrators_word_is_told_until_another_confirms_it() -> None:
    office = Office()
    other = office.service.new_admin_key("Jo")
    before = office.service.store.organization(office.service.organization.id)
    office.call("PUT", body=BODY)
    set_alone = office.service.store.organization(office.service.organization.id)
    assert before is not None
    assert set_alone is not None
    (event,) = settings_events(OrganizationChange(before, set_alone, office.service.now))
    assert event.type is EventType.SETTINGS_UNCONFIRMED
    assert set_alone.sign_in is not None
    said = {"reason": "I know", "id": set_alone.sign_in.id}
    assert error_of(office.call("POST", "/sign-in/confirmation", {"reason": "I know"})) == (428, "version_required")
    another = {**said, "id": "another"}
    assert error_of(office.call("POST", "/sign-in/confirmation", another, other)) == (409, "changed")
    assert error_of(office.call("POST", "/sign-in/confirmation", said)) == (409, "same_approver")
    assert office.call("POST", "/sign-in/confirmation", said, other).status == 200
    confirmed = office.service.store.organization(office.service.organization.id)
    assert confirmed is not None
    assert confirmed.sign_in is not None
    assert not confirmed.sign_in.stands_alone(office.service.now)
    assert replace(confirmed.sign_in, set_alone=None) == replace(set_alone.sign_in, set_alone=None)  # type: ignore[type-var]
    (event,) = settings_events(OrganizationChange(set_alone, confirmed, office.service.now))
    assert event.type is EventType.SETTINGS_CONFIRMED


def test_a_change_of_what_matters_ends_the_sessions_of_before() -> None:
    console = Console()
    browser = console.browser(APPROVER)
    console.set_sign_in(by="operator", secret="another")
    assert browser.get("/conflicts").path.startswith("/sign-in")
    assert console.browser(OTHER_APPROVER).session_secret
