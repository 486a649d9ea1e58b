"""What htmx asks for and does not get is said where somebody looks; nothing on the page is lost by it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.happenings import Happenings
from tests.browser.troubles import Troubles


def without_the_part(status: int) -> Callable[[Route], None]:
    """Answers with a page that has nothing of what htmx asks for."""
    return lambda route: route.fulfill(status=status, body="<p class='banner fails'>There is no such page.</p>")


def test_a_wrong_filter_says_what_is_wrong_and_keeps_what_was_typed(
    known_as: Callable[..., Page], troubles: Troubles
) -> None:
    page = known_as("victor")
    page.goto("console/log")
    since = page.get_by_label("From (UTC)")
    troubles.expect("400")
    since.fill("yesterday")
    since.press("Tab")
    expect(page.locator("#results").get_by_role("alert")).to_be_visible()
    expect(since).to_have_value("yesterday")
    since.fill("")
    since.press("Tab")
    expect(page.locator("#results").get_by_role("alert")).to_have_count(0)


def test_what_cannot_be_loaded_is_said_and_the_list_stays(
    known_as: Callable[..., Page], happenings: Happenings, troubles: Troubles
) -> None:
    happenings.taken()
    page = known_as("victor")
    page.goto("console/conflicts")
    rows = page.locator("#results tbody tr")
    before = rows.count()
    for status, told in ((404, "There is no such page."), (502, "That could not be loaded just now.")):
        troubles.expect(str(status))
        page.route("**/console/conflicts?*", without_the_part(status))
        page.locator("main").get_by_label("Order").select_option("newest" if status == 404 else "oldest")
        expect(page.get_by_role("alert")).to_contain_text(told)
        expect(rows).to_have_count(before)
        page.unroute_all()
    page.locator("main").get_by_label("Order").select_option("newest")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_who_filters_after_the_end_of_the_session_signs_in_and_comes_back_to_what_was_chosen(
    known_as: Callable[..., Page], happenings: Happenings
) -> None:
    happenings.taken()
    page = known_as("victor")
    page.goto("console/conflicts")
    page.context.clear_cookies()
    page.locator("main").get_by_label("State").select_option("refused")
    page.wait_for_url(re.compile(r"/console/sign-in\?back="))
    expect(page.locator("input[name=back]")).to_have_value(re.compile(r"^/conflicts\?status=refused"))


def test_a_form_after_the_end_of_the_session_says_that_nothing_was_done(
    known_as: Callable[..., Page], happenings: Happenings
) -> None:
    conflict = happenings.taken()
    page = known_as("aaron")
    page.goto(f"console/conflicts/{conflict['id']}")
    page.locator("details.act summary", has_text="Reject").click()
    page.locator("#reason-reject").fill("No.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_contain_text("Your session has ended: nothing was done.")
    expect(page.locator("input[name=back]")).to_have_value(f"/conflicts/{conflict['id']}")
    assert happenings.admin.get(f"/conflicts/{conflict['id']}").json()["status"] == conflict["status"]
