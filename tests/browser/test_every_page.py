"""Every page of the console, and what has to be true of each. A page that is new is among them by itself."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from local.seed import SeededOrganization
from rightful.api.console.rendering import NAVIGATION
from rightful.api.console.routes import ROUTES
from tests.browser.axe import axe
from tests.browser.conftest import NARROW, WIDE, Look, Windows
from tests.browser.happenings import Happenings

# With what a form has asked for.
_ASKED: Final = (
    "/addresses?address={address}",
    "/conflicts?order=newest",
    "/conflicts?address=nobody-wants-that@example.com",
    "/accounts?view=claimable",
    "/log?result=refused",
)
_NEED_A_QUERY: Final = {"/addresses/history": "?address={address}"}
PAGES: Final = (
    *(
        f"{route.path}{_NEED_A_QUERY.get(route.path, '')}"
        for route in ROUTES
        if route.method == "GET" and not route.path.endswith(".csv")
    ),
    *_ASKED,
)
_LOOKS: Final[tuple[Look, ...]] = ("light", "dark")


@pytest.fixture(scope="package")
def there(happenings: Happenings, demo: SeededOrganization) -> Mapping[str, str]:
    """What the paths name: one of each kind, by what the path begins with."""
    conflict = happenings.signed_up(displayName="Ada <b>Lovelace</b> of an uncommonly long family name " * 2)
    happenings.taken()
    happenings.privileged()
    return {
        "conflicts": str(conflict["id"]),
        "accounts": happenings.account_of(str(conflict["requester"]["email"])),
        "connect": demo.directories["generic"].id,
        "address": str(conflict["wantedEmail"]),
    }


def opened(page: Page, path: str, there: Mapping[str, str]) -> None:
    """The page, once all is there that it brings in by itself."""
    kind = path.split("/")[1]
    filled = path.replace("{id}", there.get(kind, "")).replace("{address}", there["address"])
    answer = page.goto(f"console{filled}")
    assert answer is not None
    assert answer.status == 200, page.locator("main").inner_text()
    expect(page.locator(".htmx-request")).to_have_count(0)


def test_the_navigation_leads_to_every_page_that_it_names(known_as: Callable[..., Page]) -> None:
    page = known_as("olivia")
    page.goto("console/")
    for place in NAVIGATION:
        navigation = page.get_by_role("navigation", name="Pages")
        navigation.get_by_role("link", name=place.name, exact=True).click()
        here = page.get_by_role("navigation", name="Pages").locator("[aria-current=page]")
        expect(here).to_have_text(place.name)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_the_page_in_both_looks_and_on_a_telephone(
    known_as: Callable[..., Page],
    there: Mapping[str, str],
    screenshot: Callable[[Page, str], Path],
    path: str,
) -> None:
    page = known_as("olivia")
    opened(page, path, there)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    # All that can be opened is looked at, too.
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    expect(page.locator(".htmx-request")).to_have_count(0)
    found = []
    # Each look and each width once: how wide a page is does not hang on its colours.
    for look, (width, height) in zip(_LOOKS, (WIDE, NARROW), strict=True):
        page.emulate_media(color_scheme=look)
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{look}, {width}: {each}" for each in axe(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{look}: {wide} wide where {width} is there"] if wide > width else []
        screenshot(page, f"{path.partition('?')[0].strip('/').replace('/', '-') or 'overview'}-{look}-{width}")
    assert found == []


@pytest.mark.parametrize("path", PAGES)
def test_the_page_has_all_that_it_has_without_scripts(
    known_as: Callable[..., Page], there: Mapping[str, str], path: str
) -> None:
    page, with_scripts = known_as("olivia", scripts=False), known_as("olivia")
    for each in (page, with_scripts):
        opened(each, path, there)
    assert page.locator("h1").all_inner_texts() == with_scripts.locator("h1").all_inner_texts()
    # What a script brings in has a link where there is none, and each form has its button.
    for part in page.locator("[hx-get]:not(form)").all():
        assert part.locator("a[href]").count() or part.get_attribute("id") == "state"
    for form in page.locator("main form").all():
        assert form.locator("button:not([hidden])").count(), form.inner_html()
    expect(page.locator("[data-needs-script]:visible")).to_have_count(0)


@pytest.mark.parametrize("path", ["sign-in", "sign-in/key", "sign-in?notice=signed-out"])
@pytest.mark.parametrize("look", _LOOKS)
def test_everybody_can_use_the_pages_where_one_signs_in(window: Windows, path: str, look: Look) -> None:
    page = window(look=look, size=NARROW)
    page.goto(f"console/{path}")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


@pytest.mark.parametrize(
    "path", ["nowhere", "conflicts/no-such-conflict", "accounts/no-such-account", "conflicts?status=x"]
)
def test_a_page_that_is_not_there_says_so_and_leads_back(known_as: Callable[..., Page], path: str) -> None:
    page = known_as("victor", size=NARROW)
    answer = page.goto(f"console/{path}")
    assert answer is not None
    assert answer.status in {400, 404}
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("main a, main form button").first).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
