"""What people are told after they decided: one conflict, several, and what takes two."""

import re
from datetime import timedelta

import pytest

from tests.support.console import APPROVER, OTHER_APPROVER, VIEWER, Browser, Console, Page
from tests.support.service import Service, patch


def console_with_conflicts(*, taken: int = 0, marked: int = 0, left: int = 0) -> Console:
    """Conflicts about colleagues, about marked people who have left, and about accounts that are about to be erased."""
    service = Service()
    for kind, number in (("taken", taken), ("marked", marked), ("left", left)):
        for each in range(number):
            holder, asker = service.create_user(f"{kind}{each}"), service.create_user(f"asks-{kind}{each}")
            account_id = str(holder["id"]).rpartition("-")[0]
            if kind == "marked":
                parameters = {"id": account_id, "flag": "privileged"}
                service.accounts("PUT", "/{id}/flags/{flag}", parameters=parameters)
                off = patch({"op": "replace", "path": "active", "value": False})
                service.scim("PATCH", f"/Users/{holder['id']}", off)
            if kind == "left":
                service.scim("DELETE", f"/Users/{holder['id']}")
                body = {"action": "schedule-deletion", "reason": "It is so."}
                service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account_id})
            service.move(asker["id"], f"{kind}{each}")
    service.remediate_all()
    return Console(service)


def ticks(page: Page, wanted: str = "") -> list[str]:
    """The values of the boxes, of those about an address."""
    found = re.findall(r'name="conflict" value="([^"]+)"( checked)? aria-label="([^"]+)"', page.html)
    return [value for value, _, name in found if wanted in name]


def checked(page: Page) -> list[str]:
    return re.findall(r'name="conflict" value="([^"]+)" checked', page.html)


def decide(browser: Browser, decision: str, values: list[str], **more: str) -> Page:
    form = {"decision": decision, "reason": "Right.", "conflict": values, **more}
    return browser.send("/conflicts/decisions", form)


def the_conflict(console: Console) -> str:
    (found,) = console.service.store.conflicts(console.service.organization.id, limit=2).conflicts
    return found.id


def act(browser: Browser, conflict_id: str, what: str) -> Page:
    """Approve, reject, retry or undo it as its page has it now; the page after it."""
    version = browser.get(f"/conflicts/{conflict_id}").hidden("version")
    path = f"/conflicts/{conflict_id}/{'decision' if what in {'approve', 'reject'} else what}"
    return browser.send(path, {"decision": what, "reason": "Right.", "version": version})


def test_what_was_ticked_and_filtered_stays_when_the_form_is_not_taken() -> None:
    console = console_with_conflicts(taken=2)
    browser = console.browser(APPROVER)
    page = browser.get("/conflicts?status=&order=newest&address=taken1@example.com")
    (one,) = ticks(page)
    again = decide(browser, "reject", [one], reason=" ", **{
        name: value for name, value in page.fields() if name in {"status", "order", "address"}
    })  # fmt: skip
    assert again.status == 400
    assert "Say why" in again.text
    assert checked(again) == [one] == ticks(again)
    assert ("address", "taken1@example.com") in again.fields()
    assert '<option value="newest" selected>' in again.html
    assert '<option value="live" selected>' not in again.html


def test_a_form_without_filters_is_about_the_open_ones() -> None:
    browser = console_with_conflicts(taken=1).browser(APPROVER)
    page = decide(browser, "reject", [])
    assert page.status == 400
    assert '<option value="live" selected>' in page.html


def test_the_way_back_has_the_filters() -> None:
    browser = console_with_conflicts(taken=1).browser(APPROVER)
    values = ticks(browser.get("/conflicts"))
    page = decide(browser, "reject", values, status="", order="newest")
    assert "Of 1: 1 rejected." in page.text
    assert "/conflicts?status=&amp;order=newest" in page.html


def test_what_no_approval_changes_can_be_rejected_only_and_says_so() -> None:
    console = console_with_conflicts(taken=1)
    browser = console.browser(APPROVER)
    page = browser.get("/conflicts")
    assert "you can only reject it" in page.text
    assert 'value="approve"' not in page.html
    assert "you can only reject it" not in console.browser(VIEWER).get("/conflicts").text
    told = decide(browser, "approve", ticks(page)).text
    assert "Of 1: 1 not done." in told
    assert "No approval can change that." in told


def test_several_together_are_counted_by_what_became_of_them() -> None:
    console = console_with_conflicts(taken=1, marked=1, left=1)
    browser, other = console.browser(APPROVER), console.browser(OTHER_APPROVER)
    page = browser.get("/conflicts")
    assert 'value="approve"' in page.html
    told = decide(browser, "approve", ticks(page)).text
    assert "Of 3: 1 approved; 1 approved, and waits for another administrator; 1 not done." in told
    # Who said yes already can only say no now; somebody else can agree.
    assert browser.get("/conflicts").text.count("you can only reject it") == 2
    marked = ticks(other.get("/conflicts"), "marked0")
    assert "Of 1: 1 approved." in decide(other, "approve", marked).text


@pytest.mark.parametrize(
    ("what", "told"), [("reject", "Rejected."), ("retry", "It was examined again: this is how it stands now.")]
)
def test_what_was_done_is_said(what: str, told: str) -> None:
    console = console_with_conflicts(taken=1)
    page = act(console.browser(APPROVER), the_conflict(console), what)
    assert told in page.text
    assert "Saved." not in page.text


def test_two_approve_and_two_undo_and_each_is_told_what_has_happened_and_what_has_not() -> None:
    console = console_with_conflicts(marked=1)
    conflict_id = the_conflict(console)
    one, two = console.browser(APPROVER), console.browser(OTHER_APPROVER)
    assert "Your approval is noted: another administrator has to agree." in act(one, conflict_id, "approve").text
    assert "Approved." in act(two, conflict_id, "approve").text
    waits = act(one, conflict_id, "undo")
    assert "Your wish is noted: another administrator has to want it, too. Nothing was put back yet." in waits.text
    assert "Undo: 1 of 2" in waits.text
    assert "Aaron Approver [aaron] wants it undone" in waits.text
    assert "a different administrator has to want it, too" in one.get(f"/conflicts/{conflict_id}").text
    assert f"/conflicts/{conflict_id}/undo" not in waits.html
    seen = two.get(f"/conflicts/{conflict_id}")
    assert "Undo: 1 of 2" in seen.text
    assert "You want it undone already" not in seen.text
    undone = act(two, conflict_id, "undo")
    assert "Undone." in undone.text
    assert "wanted it undone" in undone.text


def test_a_wish_that_nobody_shared_in_time_counts_no_more_and_is_asked_for_again() -> None:
    console = console_with_conflicts(marked=1)
    conflict_id = the_conflict(console)
    for person in (APPROVER, OTHER_APPROVER):
        act(console.browser(person), conflict_id, "approve")
    act(console.browser(APPROVER), conflict_id, "undo")
    console.service.pass_time(timedelta(days=7))
    one = console.browser(APPROVER)
    page = one.get(f"/conflicts/{conflict_id}")
    assert "Undo: 0 of 2" in page.text
    assert "does not count any more" in page.text
    assert "Your wish is noted" in act(one, conflict_id, "undo").text


@pytest.mark.parametrize("path", ["/conflicts?status=nonsense", "/log?since=yesterday"])
def test_what_is_wrong_with_a_filter_stands_in_the_part_that_is_put_into_the_page(path: str) -> None:
    page = console_with_conflicts().browser(APPROVER).get(path)
    assert page.status == 400
    part = page.html.partition('id="results"')[2]
    assert 'role="alert" id="error"' in part
    assert '"code": "[234]..", "swap": true' in page.html
