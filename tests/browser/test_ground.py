"""What the tests of the console stand on: the browser goes through the real provider, and what goes wrong behind a page
is seen."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from local.openid_provider.people import CLIENT_ID, PEOPLE
from local.stack import Stack
from tests.browser.axe import axe
from tests.browser.conftest import NARROW, WIDE, Look, Windows, click_at_provider
from tests.browser.troubles import Troubles

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)


def asking_for_a_code(stack: Stack) -> str:
    """Where the console leads somebody who wants to sign in."""
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": f"{stack.base_url}/console/nowhere",
        "response_type": "code",
        "scope": "openid profile email",
        "state": "a-state",
        "nonce": "a-nonce",
    }
    return f"{stack.openid_issuer}/oauth2/authorize?{urlencode(asked)}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_click_at_the_provider_leads_back_with_a_code(stack: Stack, window: Windows, scripts: bool) -> None:
    page = window(scripts=scripts)
    page.goto(asking_for_a_code(stack))
    for person in PEOPLE:
        expect(page.get_by_role("listitem").filter(has_text=person.email)).to_contain_text(person.name)
    click_at_provider(page, "olivia")
    page.wait_for_url(f"{stack.base_url}/console/nowhere?**")
    handed = parse_qs(urlsplit(page.url).query)
    assert (handed["state"], len(handed["code"])) == (["a-state"], 1)


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_everybody_can_use_the_providers_page(
    stack: Stack, window: Windows, screenshot: Callable[[Page, str], Path], look: Look, size: tuple[int, int]
) -> None:
    page = window(look=look, size=size)
    page.goto(asking_for_a_code(stack))
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert dark == (look == "dark")
    assert screenshot(page, f"provider-{look}-{size[0]}").read_bytes().startswith(b"\x89PNG")


def test_what_is_not_there_is_refused_by_the_gateway_in_a_browser_too(page: Page) -> None:
    answer = page.goto("console-that-is-not-there")
    assert answer is not None
    assert answer.status == 404
    assert "console-that-is-not-there" not in page.content()


def test_two_windows_share_nothing(stack: Stack, window: Windows) -> None:
    first, second = window(), window()
    for page in (first, second):
        page.goto(f"{stack.openid_issuer}/")
    first.context.add_cookies([{"name": "session", "value": "first", "url": stack.openid_issuer}])
    assert [cookie["value"] for cookie in first.context.cookies()] == ["first"]
    assert second.context.cookies() == []


def shown(page: Page, stack: Stack, body: str) -> None:
    """Show a page of our own with the console's policy, whatever the console has by now."""
    html = f"<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{body}</main></html>"
    headers = {"content-security-policy": POLICY, "content-type": "text/html"}
    page.route("**/console/a-page", lambda route: route.fulfill(body=html, headers=headers))
    page.goto(f"{stack.base_url}/console/a-page")


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        ("<script>document.title = 'changed'</script>", "CSP: script-src-elem refuses inline"),
        ("<p style='color: red'>Red</p>", "CSP: style-src-attr refuses inline"),
        (
            "<script src='https://stranger.example/x.js'></script>",
            "CSP: script-src-elem refuses https://stranger.example",
        ),
        ("<img alt='' src='missing.png'>", "console: Failed to load resource"),
    ],
)
def test_what_goes_wrong_behind_a_page_is_seen(browser: Browser, stack: Stack, body: str, trouble: str) -> None:
    troubles = Troubles((f"{stack.base_url}/console",))
    windows = Windows(browser, stack.base_url, troubles)
    page = windows()
    shown(page, stack, body)
    page.evaluate("1")
    assert any(found.startswith(trouble) for found in troubles.found()), troubles.found()
    troubles.expect(".")
    assert troubles.found() == []
    troubles.expect("something else")
    assert troubles.found() == ["expected, but not there: something else"]
    page.context.close()


def test_a_request_to_a_stranger_and_an_uncaught_error_are_seen(browser: Browser, stack: Stack) -> None:
    troubles = Troubles((f"{stack.base_url}/console",))
    page = Windows(browser, stack.base_url, troubles)()
    page.goto(f"{stack.openid_issuer}/")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('uncaught here') })")
    stranger, error = troubles.found()
    assert stranger == f"request to a stranger: {stack.openid_issuer}/"
    assert "uncaught here" in error
    page.context.close()


def test_axe_finds_what_is_wrong_under_the_consoles_policy_and_troubles_nobody(page: Page, stack: Stack) -> None:
    shown(page, stack, "<img src='data:,'>")
    (found,) = [finding for finding in axe(page) if finding.startswith("image-alt")]
    assert found.startswith("image-alt (critical): Images must have alternative text: img: <img")
