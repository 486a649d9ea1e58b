"""What an identity provider sends is text on every page, whatever it looks like."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.happenings import Happenings

NAMES = (
    "<script>document.title='taken over'</script>",
    "<img src=x onerror=\"document.title='taken over'\">",
    "\"' onfocus=document.title='taken-over' autofocus x='",
    "</title></textarea></select><h1>Another heading</h1>",
    "{{ 7 * 7 }}{% raw %} &lt;b&gt; javascript:alert(1)",
    "\u202eevil\u2066 \u0410da \U0001f469\u200d\U0001f4bb",
)


@pytest.fixture(scope="module")
def conflicts(happenings: Happenings) -> list[tuple[str, dict[str, Any]]]:
    return [(name, happenings.signed_up(displayName=name, title=name)) for name in NAMES]


def shown(page: Page, name: str) -> bool:
    """Whether the page has it as text, letter for letter, and made nothing of it."""
    texts = page.locator("main").all_text_contents()
    made = page.locator("main img, main script, [onfocus], [onerror]").count() + (page.title() == "taken over")
    return any(name in text for text in texts) and not made


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_hostile_name_is_text_wherever_it_is_shown(
    known_as: Callable[..., Page], happenings: Happenings, conflicts: list[tuple[str, dict[str, Any]]], number: int
) -> None:
    name, conflict = conflicts[number]
    page = known_as("abigail")
    address = conflict["wantedEmail"]
    account_id = happenings.account_of(conflict["requester"]["email"])
    for path in (f"conflicts?address={address}", f"conflicts/{conflict['id']}", f"accounts/{account_id}"):
        page.goto(f"console/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert shown(page, name), path


def test_a_name_stays_text_when_several_are_decided_and_when_a_form_is_refused(
    known_as: Callable[..., Page], conflicts: list[tuple[str, dict[str, Any]]]
) -> None:
    page = known_as("abigail")
    name, conflict = conflicts[0]
    page.goto(f"console/conflicts?address={conflict['wantedEmail']}")
    page.locator("#results tbody input[name=conflict]").check()
    page.locator("#reason").fill(NAMES[1])
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decided together")
    assert shown(page, name)
    page.goto(f"console/conflicts/{conflict['id']}")
    assert shown(page, name)
    page.goto("console/conflicts?address=%3Cimg%20src%3Dx%3E")
    expect(page.locator("main").get_by_label("Address", exact=True)).to_have_value("<img src=x>")
