"""What somebody is told whose session has ended: on a page, with a form, and where htmx asks for a part of a page."""

import re
from datetime import timedelta

import pytest

from rightful.api.console.routes import ROUTES
from rightful.api.console.service import page_of
from tests.support.console import OWNER, Browser, Console
from tests.support.service import BASE_URL

ENDED = "Your session has ended: nothing was done. Sign in, and send it again."
PAGES = {each.path.replace("{id}", "x") for each in ROUTES if each.method == "GET"}


def ended() -> Browser:
    """A browser whose session was idle for too long."""
    console = Console()
    browser = console.browser(OWNER)
    console.service.pass_time(timedelta(minutes=31))
    return browser


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/conflicts/c-1/undo", "/conflicts/c-1"),
        ("/conflicts/decisions", "/conflicts"),
        ("/domains/check", "/domains"),
        ("/connect/d-1/keys/k-1/revoke", "/connect/d-1"),
        ("/policy/change", "/policy/change"),
        ("/sign-out-everywhere", "/"),
    ],
)
def test_a_form_after_the_end_says_that_nothing_was_done_and_leads_back_to_its_page(path: str, page: str) -> None:
    browser = ended()
    shown = browser.send(path, {"reason": "x"}, token="of before")
    assert shown.path.startswith("/sign-in")
    assert ENDED in shown.text
    assert shown.hidden("back") == page


def test_every_form_has_a_page_to_come_back_to() -> None:
    for route in ROUTES:
        path = page_of(re.sub(r"\{\w+\}", "x", route.path)) if route.method == "POST" else "/"
        assert path in PAGES, route.path


def test_a_page_after_the_end_is_opened_again_and_nobody_is_told_that_something_was_lost() -> None:
    page = ended().get("/conflicts?status=applied&notice=approved")
    assert page.hidden("back") == "/conflicts?status=applied"
    assert "Your session has ended" not in page.text


def test_signing_out_after_the_end_says_what_is_true() -> None:
    page = ended().send("/sign-out", {}, token="of before")
    assert "You are signed out." in page.text


@pytest.mark.parametrize(
    ("asked", "seen", "back"),
    [
        ("/conflicts?status=applied", "/conflicts", "%2Fconflicts%3Fstatus%3Dapplied"),
        ("/conflicts/c-1", "/conflicts/c-1", "%2Fconflicts%2Fc-1"),
        ("/conflicts/c-1/history", "/conflicts/c-1?now=yes", "%2Fconflicts%2Fc-1%3Fnow%3Dyes"),
    ],
)
def test_htmx_leads_the_whole_page_to_sign_in_and_back(asked: str, seen: str, back: str) -> None:
    headers = {"hx-request": "true", "hx-current-url": f"{BASE_URL}/console{seen}", "hx-trigger": "conflict"}
    page = ended().request("GET", asked, headers=headers)
    told = page.response.headers or {}
    assert page.status == 204
    assert str(told["HX-Redirect"]).endswith(f"/console/sign-in?back={back}")
    assert "Location" not in told
    assert told["Cache-Control"] == "no-store"


def test_a_current_url_of_somewhere_else_leads_nowhere_else() -> None:
    headers = {"hx-request": "true", "hx-current-url": "https://evil.example/x"}
    page = ended().request("GET", "/conflicts", headers=headers)
    assert str((page.response.headers or {})["HX-Redirect"]).endswith("/console/sign-in?back=%2Fconflicts")
