"""How one comes in, and out."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from local.seed import SeededOrganization
from local.stack import Stack
from tests.browser.axe import axe
from tests.browser.conftest import Windows, click_at_provider


def sent(page: Page, email: str) -> None:
    """Type an address where one signs in."""
    page.get_by_label("Work address").fill(email)
    page.get_by_role("button", name="Continue").click()


def opened_menu(page: Page) -> None:
    """The menu of who is signed in."""
    page.goto("console/conflicts")
    page.locator("details.me summary").click()


def expect_signed_out(page: Page) -> None:
    """The next page that is asked for is the one where one signs in."""
    page.goto("console/conflicts")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_who_signs_in_comes_to_the_page_that_was_asked_for(page: Page, stack: Stack) -> None:
    page.goto("console/conflicts?order=newest")
    sent(page, "Victor@EXAMPLE.com")
    click_at_provider(page, "victor")
    page.wait_for_url(f"{stack.base_url}/console/conflicts?order=newest")
    me = page.locator("details.me summary")
    expect(me).to_contain_text("Victor Viewer")
    expect(me).to_contain_text("viewer")


def test_who_has_no_scripts_follows_a_link(window: Windows, stack: Stack) -> None:
    page = window(scripts=False)
    page.goto("console/conflicts")
    sent(page, "victor@example.com")
    click_at_provider(page, "victor")
    page.wait_for_url(f"{stack.base_url}/console/conflicts")
    expect(page.get_by_role("heading", level=1)).to_have_text("Conflicts")


def test_an_address_of_no_organization_is_told_and_kept(page: Page) -> None:
    page.goto("console/sign-in")
    sent(page, "ada@elsewhere.example")
    expect(page.get_by_role("alert")).to_contain_text("elsewhere.example")
    field = page.get_by_label("Work address")
    expect(field).to_have_value("ada@elsewhere.example")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert axe(page) == []


def test_somebody_without_a_role_is_told_what_is_missing_and_is_not_let_in(page: Page) -> None:
    page.goto("console/sign-in")
    sent(page, "nobody@example.com")
    click_at_provider(page, "nobody")
    expect(page.get_by_role("alert")).to_contain_text("role")
    expect(page.get_by_role("navigation", name="Pages")).to_have_count(0)
    expect_signed_out(page)


def test_signing_out_ends_this_session_and_the_way_back_shows_nothing(signed_in_as: Callable[..., Page]) -> None:
    page, other = signed_in_as("oscar"), signed_in_as("oscar")
    opened_menu(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    other.goto("console/conflicts")
    expect(other.get_by_role("heading", level=1)).to_have_text("Conflicts")


def test_signing_out_everywhere_ends_the_sessions_of_both_browsers(signed_in_as: Callable[..., Page]) -> None:
    page, other = signed_in_as("oscar"), signed_in_as("oscar")
    opened_menu(page)
    page.get_by_role("button", name="Sign out in every browser").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out, in every browser.")
    expect_signed_out(page)
    expect_signed_out(other)


def test_a_key_opens_the_console_for_an_hour_and_each_page_says_so(page: Page, demo: SeededOrganization) -> None:
    page.goto("console/sign-in")
    page.get_by_role("link", name="Come in with an administrator's key").click()
    key = page.get_by_label("Administrator's key")
    key.fill("rightful_admin_no-such-key")
    key.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no live key")
    assert axe(page) == []
    page.get_by_label("Administrator's key").fill(demo.admin_token)
    page.get_by_role("button", name="Come in").click()
    expect(page.locator("details.me summary")).to_contain_text("Local administrator")
    for path in ("conflicts", "administrators"):
        page.goto(f"console/{path}")
        expect(page.get_by_text("You came in with a key.")).to_be_visible()
        assert axe(page) == []
    expect(page.get_by_role("table", name="Signed in now")).to_contain_text("with a key")
    assert demo.admin_token not in page.content()
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("notice=signed-out"))
