"""What takes two people, by two people in two browsers."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.happenings import Happenings

AARON, ABIGAIL = "Aaron Approver [aaron]", "Abigail Approver [abigail]"


def said(page: Page, action: str, reason: str) -> None:
    """Fill in the form for that, and send it."""
    act = page.locator("details.act").filter(has=page.locator("summary", has_text=action))
    if act.get_attribute("open") is None:
        act.locator("summary").click()
    act.get_by_label("Reason").fill(reason)
    act.get_by_role("button", name=action).click()


def test_two_people_approve_what_one_cannot_and_both_stand_in_the_log(
    known_as: Callable[..., Page], happenings: Happenings
) -> None:
    conflict = happenings.privileged()
    address, place = conflict["wantedEmail"], f"console/conflicts/{conflict['id']}"
    holder = happenings.holder_of(address)
    aaron, abigail = known_as("aaron"), known_as("abigail")
    overtaken = aaron.context.new_page()

    for page in (aaron, overtaken):
        page.goto(place)
    expect(aaron.get_by_role("heading", name="Approvals: 0 of 2")).to_be_visible()
    said(aaron, "Approve", "She left payroll.")
    approvals = aaron.get_by_role("region", name="Approvals: 1 of 2")
    expect(approvals).to_contain_text(AARON)
    expect(approvals).to_contain_text("She left payroll.")
    assert happenings.holder_of(address) == holder

    # Nobody is two people, on a page of before neither.
    expect(aaron.locator("details.act summary", has_text="Approve")).to_have_count(0)
    said(overtaken, "Approve", "And once more.")
    expect(overtaken.get_by_role("heading", name="Approvals: 1 of 2")).to_be_visible()
    assert happenings.holder_of(address) == holder

    abigail.goto(place)
    expect(abigail.get_by_role("region", name="Approvals: 1 of 2")).to_contain_text(AARON)
    said(abigail, "Approve", "I asked her.")
    expect(abigail.locator(".head .badge.is-applied")).to_be_visible()
    assert happenings.holder_of(address) not in {holder, ""}

    abigail.goto(f"console/log?conflictId={conflict['id']}")
    log = abigail.get_by_role("table", name="Log, newest first")
    expect(log).to_contain_text(AARON)
    expect(log).to_contain_text(ABIGAIL)

    abigail.goto(place)
    said(abigail, "Undo", "It was the wrong one.")
    expect(abigail.get_by_role("region", name="Undo: 1 of 2")).to_contain_text(f"{ABIGAIL} wants it undone")
    expect(abigail.locator("details.act summary", has_text="Undo")).to_have_count(0)
    assert happenings.holder_of(address) != holder
    aaron.goto(place)
    said(aaron, "Undo", "Indeed.")
    expect(aaron.locator(".head .badge.is-undone")).to_be_visible()
    assert happenings.holder_of(address) == holder


def test_who_decided_on_a_page_that_was_overtaken_is_told_and_keeps_what_was_typed(
    known_as: Callable[..., Page], happenings: Happenings
) -> None:
    conflict = happenings.signed_up()
    aaron, abigail = known_as("aaron"), known_as("abigail")
    for page in (aaron, abigail):
        page.goto(f"console/conflicts/{conflict['id']}")
    said(aaron, "Reject", "They keep it.")
    expect(aaron.locator(".head .badge.is-rejected")).to_be_visible()
    said(abigail, "Approve", "They may have it.")
    expect(abigail.get_by_role("alert")).to_be_visible()
    expect(abigail.locator(".head .badge.is-rejected")).to_be_visible()


def test_without_scripts_conflicts_are_filtered_and_one_is_approved_and_another_rejected(
    known_as: Callable[..., Page], happenings: Happenings
) -> None:
    wanted, unwanted = happenings.erased_soon(), happenings.taken()
    page = known_as("aaron", scripts=False)
    for conflict, action, state in ((wanted, "Approve", "applied"), (unwanted, "Reject", "rejected")):
        page.goto("console/conflicts")
        page.locator("main").get_by_label("Address", exact=True).fill(conflict["wantedEmail"])
        page.get_by_role("button", name="Filter").click()
        page.locator("#results tbody a").click()
        said(page, action, "As it was agreed.")
        expect(page.locator(f".head .badge.is-{state}")).to_be_visible()
        told = page.get_by_role("status").filter(has_text="Approved." if action == "Approve" else "Rejected.")
        expect(told).to_be_visible()
        assert happenings.admin.get(f"/conflicts/{conflict['id']}").json()["status"] == state
