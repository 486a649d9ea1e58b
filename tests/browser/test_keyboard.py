"""The console without a mouse."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.happenings import Happenings

_MOST_KEYS = 120


def tab_to(page: Page, place: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(_MOST_KEYS):
        if place.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {place}")


def test_the_first_tab_leads_past_the_navigation(known_as: Callable[..., Page]) -> None:
    page = known_as("aaron")
    page.goto("console/conflicts")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_slash_leads_to_the_box_of_the_header_and_is_typed_where_somebody_types(
    known_as: Callable[..., Page],
) -> None:
    page = known_as("aaron")
    page.goto("console/conflicts")
    page.keyboard.press("/")
    box = page.get_by_role("banner").get_by_label("Who has this address?")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type("a/b")
    expect(box).to_have_value("a/b")


def test_escape_closes_the_menu_and_the_focus_is_where_it_was(known_as: Callable[..., Page]) -> None:
    page = known_as("aaron")
    page.goto("console/conflicts")
    name = page.locator("details.me summary")
    tab_to(page, name)
    page.keyboard.press("Enter")
    sign_out = page.get_by_role("button", name="Sign out", exact=True)
    expect(sign_out).to_be_visible()
    tab_to(page, sign_out)
    page.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    expect(name).to_be_focused()


def test_a_conflict_is_found_opened_and_rejected_with_the_keyboard_alone(
    known_as: Callable[..., Page], happenings: Happenings
) -> None:
    conflict = happenings.taken()
    page = known_as("aaron")
    page.goto("console/conflicts")
    tab_to(page, page.locator("main").get_by_label("Address", exact=True))
    page.keyboard.type(conflict["wantedEmail"])
    page.keyboard.press("Enter")
    link = page.locator("#results tbody a")
    expect(link).to_have_count(1)
    tab_to(page, link)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(conflict["wantedEmail"])
    reject = page.locator("details.act").filter(has=page.locator("summary", has_text="Reject"))
    tab_to(page, reject.locator("summary"))
    page.keyboard.press("Enter")
    tab_to(page, reject.get_by_label("Reason"))
    page.keyboard.type("Two people of one name.")
    tab_to(page, reject.get_by_role("button", name="Reject"))
    page.keyboard.press("Space")
    expect(page.locator(".head .badge.is-rejected")).to_be_visible()
    assert happenings.admin.get(f"/conflicts/{conflict['id']}").json()["status"] == "rejected"
