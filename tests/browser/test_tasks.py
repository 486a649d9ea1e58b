"""What administrators come for, from the first click to what has changed."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from local.stack import Stack
from tests.browser.happenings import Happenings, new_name
from tests.support.patience import SECONDS


def test_who_has_an_address_is_asked_from_every_page(known_as: Callable[..., Page], happenings: Happenings) -> None:
    conflict = happenings.taken()
    address = conflict["wantedEmail"]
    page = known_as("victor")
    page.goto("console/conflicts")
    box = page.get_by_role("banner").get_by_label("Who has this address?")
    box.fill(f"  {address.upper()} ")
    box.press("Enter")
    now = page.get_by_role("region", name="Now")
    holder = now.get_by_role("link").first
    expect(holder).to_be_visible()
    waiting = page.get_by_role("table", name="Who waits for it")
    expect(waiting.get_by_role("link").first).to_have_attribute("href", re.compile(f"/conflicts/{conflict['id']}$"))
    expect(page.locator("#history")).to_be_visible()
    holder.click()
    expect(page.get_by_role("region", name="Account")).to_contain_text(address)


def test_a_list_is_pasted_and_what_would_become_of_each_change_is_told_and_downloaded(
    known_as: Callable[..., Page], happenings: Happenings, tmp_path: Path
) -> None:
    free, wants, has = new_name("free"), new_name("wants"), new_name("has")
    for name in (free, wants, has):
        happenings.person(name)
    page = known_as("oscar")
    page.goto("console/preview")
    lines = [
        f"{free}@example.com, {free}-new@example.com",
        "",
        f"{wants}@example.com;{has}@example.com",
        "no address at all",
    ]
    listed = page.get_by_label("Changes, one a line")
    listed.fill("\n".join(lines))
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("main")).to_contain_text("Line 4")
    page.get_by_role("textbox").last.fill("\n".join(lines[:3]))
    page.get_by_role("button", name=re.compile("Preview|Look again")).click()
    expect(page.locator(".lead")).to_contain_text("Of 2 changes, 1 needs nothing but to be pushed")
    expect(page.get_by_role("row").filter(has_text=f"{has}@example.com")).to_be_visible()
    assert happenings.holder_of(f"{free}@example.com") != ""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the result as CSV").click()
    path = tmp_path / "result.csv"
    download.value.save_as(path)
    assert f"{has}@example.com" in path.read_text()


def test_a_policy_is_tried_before_anything_is_saved(known_as: Callable[..., Page], happenings: Happenings) -> None:
    happenings.signed_up()
    before = happenings.admin.get("/policy").json()
    page = known_as("olivia")
    page.goto("console/policy")
    page.get_by_role("link", name="Change it").click()
    page.get_by_role("radio", name=re.compile("^custom")).check()
    page.get_by_label("claimable").select_option("refuse")
    page.get_by_role("button", name="Try it on the last 90 days").click()
    expect(page.get_by_role("table", name="What you change")).to_contain_text("claimable")
    expect(page.locator(".lead")).to_contain_text("Nothing is saved yet.")
    expect(page.get_by_role("table", name=re.compile("By class"))).to_contain_text("claimable")
    page.get_by_role("button", name="Back to the form").click()
    expect(page.get_by_label("claimable")).to_have_value("refuse")
    assert happenings.admin.get("/policy").json() == before


def test_a_directory_is_connected_its_key_rotated_and_it_goes_again(
    known_as: Callable[..., Page], stack: Stack
) -> None:
    name = new_name("directory")
    page = known_as("olivia")
    page.goto("console/connect")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Identity provider").select_option("okta")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    directory_id = page.url.partition("?")[0].rpartition("/")[2]
    here = f"console/connect/{directory_id}"

    def answered(key: str) -> int:
        url = f"{stack.scim_url(directory_id)}/Users?count=1"
        return httpx.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=SECONDS).status_code

    keys = []
    for owner in ("Okta, old", "Okta, new"):
        page.goto(f"{here}/new-key")
        page.get_by_label("What it is called").fill(owner)
        page.get_by_role("button", name="Issue it and show it").click()
        expect(page.get_by_text("Copy it now: it is shown this once.")).to_be_visible()
        shown = page.locator(".copy code").all_inner_texts()
        assert stack.scim_url(directory_id) in shown
        (key,) = [each for each in shown if not each.startswith("http")]
        page.get_by_role("link", name="I have copied it").click()
        expect(page.get_by_role("rowheader", name=owner)).to_be_visible()
        assert key not in page.content()
        keys.append(key)

    old = page.get_by_role("row").filter(has_text="Okta, old")
    old.locator("summary").click()
    old.get_by_role("button", name=re.compile("Revoke")).click()
    expect(page.get_by_role("status").first).to_be_visible()
    # The gateway takes a key that was used for a minute more: the old one was not.
    assert [answered(key) for key in keys] == [401, 200]

    page.get_by_role("link", name=re.compile("Delete this directory")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_label("Type its name").fill(name)
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_role("status").first).to_have_text("The directory is deleted.")
    expect(page.get_by_role("link", name=name)).to_have_count(0)
