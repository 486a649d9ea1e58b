"""The local OpenID provider does what an organization's does: it says who somebody is, what they may do and when they
signed in, and takes a code from nobody but who asked for it."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from local.openid_provider.people import CLAIM_OF_ROLES, CLIENT_ID, PEOPLE, Person
from local.openid_provider.process import OpenIdProvider
from tests.support.patience import SECONDS

CALLBACK = "http://127.0.0.1:1/console/callback"
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "client_id": CLIENT_ID,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid profile email",
    "state": "a-state",
    "nonce": "a-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    """A running one."""
    running = OpenIdProvider()
    try:
        running.wait()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def client(provider: OpenIdProvider) -> Iterator[httpx.Client]:
    """Who talks to it, without following where it leads."""
    with httpx.Client(base_url=provider.issuer, timeout=SECONDS, trust_env=False) as made:
        yield made


@pytest.fixture(scope="module")
def discovered(client: httpx.Client) -> dict[str, Any]:
    """Its discovery document."""
    document: dict[str, Any] = client.get("/.well-known/openid-configuration").json()
    return document


def signed_in(client: httpx.Client, discovered: dict[str, Any], form: dict[str, str]) -> dict[str, list[str]]:
    """What is handed to the console when somebody has clicked."""
    answer = client.post(discovered["authorization_endpoint"], params=ASKED, data=form)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    return parse_qs(urlsplit(answer.headers["location"]).query)


def redeemed(client: httpx.Client, discovered: dict[str, Any], code: str, **more: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **more}
    return client.post(discovered["token_endpoint"], data=form, auth=(CLIENT_ID, "any secret"))


def test_it_is_found_by_its_issuer(provider: OpenIdProvider, discovered: dict[str, Any], client: httpx.Client) -> None:
    assert discovered["issuer"] == provider.issuer
    assert discovered["id_token_signing_alg_values_supported"] == ["RS256"]
    (key,) = client.get(discovered["jwks_uri"]).json()["keys"]
    assert (key["kty"], set(key) & {"d", "p", "q"}) == ("RSA", set())


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.subject)
def test_it_says_who_somebody_is_what_they_may_do_and_when_they_signed_in(
    person: Person, provider: OpenIdProvider, client: httpx.Client, discovered: dict[str, Any]
) -> None:
    page = client.get(discovered["authorization_endpoint"], params=ASKED).text
    assert f'value="{person.subject}">{person.name}<' in page
    before = int(time.time())
    handed = signed_in(client, discovered, {"sub": person.subject})
    after = time.time()
    assert handed["state"] == ["a-state"]
    answer = redeemed(client, discovered, handed["code"][0], code_verifier=VERIFIER).json()
    payload = answer["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert before <= claims["auth_time"] <= after
    assert claims["exp"] > after
    told = {name: value for name, value in claims.items() if name not in {"auth_time", "exp", "iat", "at_hash"}}
    audience = told.pop("aud")
    assert audience in (CLIENT_ID, [CLIENT_ID])
    first, last = person.name.split()
    assert told == {
        "iss": provider.issuer,
        "sub": person.subject,
        "nonce": "a-nonce",
        "name": person.name,
        "given_name": first,
        "family_name": last,
        "preferred_username": person.subject,
        "email": f"{person.subject}@example.com",
        "email_verified": True,
    } | ({CLAIM_OF_ROLES: list(person.roles)} if person.roles else {})
    assert bool(person.roles) == (person.subject != "nobody")


def test_a_code_is_for_who_asked_for_it_and_once(client: httpx.Client, discovered: dict[str, Any]) -> None:
    (code,) = signed_in(client, discovered, {"sub": "olivia"})["code"]
    another = secrets.token_urlsafe(48)
    for more, error in (({}, "invalid_request"), ({"code_verifier": another}, "invalid_grant")):
        refused = redeemed(client, discovered, code, **more)
        assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert redeemed(client, discovered, code, code_verifier=VERIFIER).status_code == 200
    again = redeemed(client, discovered, code, code_verifier=VERIFIER)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_who_refuses_goes_back_without_a_code(client: httpx.Client, discovered: dict[str, Any]) -> None:
    handed = signed_in(client, discovered, {"action": "deny"})
    assert handed["error"] == ["access_denied"]
    assert "code" not in handed


def test_its_pages_load_nothing_from_elsewhere(client: httpx.Client, discovered: dict[str, Any]) -> None:
    for page in (
        client.get("/"),
        client.get(discovered["authorization_endpoint"], params=ASKED),
        client.get(discovered["end_session_endpoint"]),
    ):
        assert page.status_code == 200
        assert not any(word in page.text for word in ("<script", "<img", "stylesheet"))
