"""Signing in to the console: the way that works, and everything that must not."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta

import pytest
from joserfc import jwt

from rightful.api.console.door.events import ConsoleEvent
from tests.support.console import APPROVER, OWNER, VIEWER, Browser, Console
from tests.support.openid import CLIENT_ID, Person, signing_key


@pytest.fixture
def console() -> Console:
    return Console()


def test_somebody_signs_in_by_address_and_is_named_on_every_page(console: Console) -> None:
    page = console.browser().sign_in(OWNER)
    assert page.status in {200, 404}  # the overview, wherever it is
    assert "Olivia Owner [olivia]" in console.browser(OWNER).get("/conflicts").text


def test_the_code_is_exchanged_with_verifier_and_secret(console: Console) -> None:
    console.browser(OWNER)
    (form,), (secret,) = console.openid.asked, console.openid.secrets
    assert form["client_id"] == CLIENT_ID
    assert len(form["code_verifier"]) >= 43  # RFC 7636 section 4.1
    assert form["redirect_uri"] == "https://api.example/dev/console/callback"
    assert secret == "s3cret"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://evil.example"}, "not for this sign-in"),
        ({"aud": "somebody-else"}, "not for this sign-in"),
        ({"aud": [CLIENT_ID, "somebody-else"]}, "made for somebody else"),
        ({"azp": "somebody-else"}, "made for somebody else"),
        ({"nonce": "another"}, "not for this sign-in"),
        ({"nonce": None}, "not for this sign-in"),
        ({"exp": 1}, "not for this sign-in"),
        ({"exp": None}, "not for this sign-in"),
        ({"iat": None}, "not for this sign-in"),
        ({"iat": 1, "exp": 99999999999}, "another time"),
        ({"iat": float("nan")}, "Start again"),
        ({"iat": float("inf")}, "Start again"),
        ({"sub": ""}, "not for this sign-in"),
        ({"sub": None}, "not for this sign-in"),
        ({"sub": 7}, "Start again"),
        ({"sub": ["olivia"]}, "Start again"),
    ],
)
def test_a_token_that_is_not_ours_opens_nothing(console: Console, claims: dict[str, object], told: str) -> None:
    console.openid.claims = claims
    browser = console.browser()
    page = browser.sign_in(OWNER)
    assert page.status == 400
    assert told in page.text
    assert not browser.session_secret
    assert console.events == [ConsoleEvent.SIGN_IN_REFUSED]


def test_a_key_of_another_provider_an_unsigned_token_and_one_with_a_shared_secret_are_forgeries(
    console: Console,
) -> None:
    claims = {"iss": console.openid.issuer, "aud": CLIENT_ID, "sub": "olivia", "roles": ["rightful-owner"]}
    public = signing_key("one").as_pem(private=False)
    forgeries = [
        jwt.encode({"alg": "RS256", "kid": "one"}, claims, signing_key("stranger")),
        _with_shared_secret(claims, public),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvbGl2aWEifQ.",
        "not.a.token",
        "",
        "x" * 40_000,
    ]
    for forged in forgeries:
        console.openid.forged = forged
        browser = console.browser()
        assert browser.sign_in(OWNER).status == 400
        assert not browser.session_secret


def _with_shared_secret(claims: Mapping[str, object], secret: bytes) -> str:
    """HS256 by hand: a library does not sign with what is public."""
    parts = [
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256", "kid": "one"}, claims)
    ]
    signed = b".".join(parts)
    return b".".join([signed, urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")]).decode()


def test_a_key_that_is_newer_than_what_is_remembered_is_looked_for_once(console: Console) -> None:
    console.openid.published, console.openid.kid = ("one", "two"), "two"
    assert console.browser(OWNER).session_secret
    assert console.openid.key_sets_read == 2


def test_a_state_counts_once_and_in_the_browser_that_set_out(console: Console) -> None:
    victim, attacker = console.browser(), console.browser()
    on_the_way = attacker.send("/sign-in", {"email": "a@example.com"})
    assert "another browser" in victim.come_back(on_the_way, OWNER).text
    assert not victim.session_secret
    victim.send("/sign-in", {"email": "b@example.com"})
    assert "another browser" in victim.come_back(on_the_way, OWNER).text
    assert not victim.session_secret
    # and it is used up by that
    assert "finished already" in attacker.come_back(on_the_way, OWNER).text


def test_a_state_that_was_used_or_is_old_or_invented_opens_nothing(console: Console) -> None:
    browser = console.browser()
    on_the_way = browser.send("/sign-in", {"email": "a@example.com"})
    held = dict(browser.cookies)
    browser.come_back(on_the_way, OWNER)
    again = Browser(console, held)
    assert again.come_back(on_the_way, OWNER).status == 400
    late = console.browser()
    on_the_way = late.send("/sign-in", {"email": "a@example.com"})
    console.service.pass_time(timedelta(minutes=11))
    assert "too long" in late.come_back(on_the_way, OWNER).text
    assert late.get("/callback?state=x&code=y").status == 400
    assert late.get("/callback").status == 400


def test_each_sign_in_makes_a_new_session_and_ends_the_one_before(console: Console) -> None:
    browser = console.browser(OWNER)
    before = browser.copy()
    browser.sign_in(APPROVER)
    assert browser.session_secret != before.session_secret
    assert "Sign in" in before.get("/conflicts").text


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(console: Console) -> None:
    browser = console.browser()
    browser.cookies["__Host-rightful"] = f"{console.service.organization.id}.planted"
    browser.sign_in(OWNER)
    assert "planted" not in browser.session_secret


def test_a_session_ends_when_it_is_idle_and_after_eight_hours(console: Console) -> None:
    idle = console.browser(OWNER)
    console.service.pass_time(timedelta(minutes=31))
    assert idle.get("/conflicts").path.startswith("/sign-in")
    busy = console.browser(OWNER)
    for _ in range(24):
        console.service.pass_time(timedelta(minutes=20))
        page = busy.get("/conflicts")
    assert page.path.startswith("/sign-in")


def test_nobody_without_a_role_comes_in_and_is_told_what_was_sent(console: Console) -> None:
    browser = console.browser()
    page = browser.sign_in(Person("nora", "Nora", ("employee",)))
    assert page.status == 403
    assert "roles" in page.text
    assert "employee" in page.text
    assert not browser.session_secret


def test_the_highest_role_counts_whatever_form_the_claim_has(console: Console) -> None:
    for claim in (["rightful-viewer", "rightful-owner"], "rightful-owner"):
        console.openid.claims = {"roles": claim}
        assert "owner" in console.browser(VIEWER).get("/conflicts").text
    console.openid.claims = {"auth_time": float("nan")}
    assert console.browser(OWNER).session_secret
    console.openid.claims = {"roles": "assistant of the rightful-owner"}
    assert Browser(console).sign_in(VIEWER).status == 403
    console.openid.claims = {"roles": {"rightful-owner": True}}
    assert not Browser(console).sign_in(VIEWER).response.cookies[0].startswith("__Host-rightful=")


def test_an_address_that_nobody_signs_in_with_is_told(console: Console) -> None:
    browser = console.browser()
    for email, told in [("x@nowhere.example", "Nobody signs in"), ("nothing", "no email address"), ("", "no email")]:
        page = browser.send("/sign-in", {"email": email})
        assert page.status == 400
        assert told in page.text
    assert 'value="x@nowhere.example"' in browser.send("/sign-in", {"email": "x@nowhere.example"}).html


def test_a_provider_that_is_down_is_told_and_a_key_opens_the_console(console: Console) -> None:
    console.openid.down = True
    assert "cannot be reached" in console.browser().send("/sign-in", {"email": "a@example.com"}).text


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a/../../x", "/x\n"]
)
def test_nobody_is_led_out_of_the_console(console: Console, back: str) -> None:
    browser = console.browser()
    on_the_way = browser.send("/sign-in", {"email": "a@example.com", "back": back})
    link = browser.come_back(on_the_way, OWNER)
    assert link.path in {"/", ""}


def test_somebody_comes_back_to_the_page_that_they_wanted(console: Console) -> None:
    browser = console.browser()
    page = browser.get("/conflicts?status=applied")
    assert page.hidden("back") == "/conflicts?status=applied"
    on_the_way = browser.send("/sign-in", {"email": "a@example.com", "back": page.hidden("back")})
    assert browser.come_back(on_the_way, OWNER).path == "/conflicts?status=applied"
