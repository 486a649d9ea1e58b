"""The accounts of an organization in the console: views, filters, look-ups and CSV, and claiming from the list."""

import re
from datetime import timedelta

import pytest

from rightful.core.organizations.registry import create_organization
from rightful.ports.writes.accounts import PutAccount
from tests.contract.committing import given
from tests.support.builders import an_account
from tests.support.console import APPROVER, OWNER, VIEWER, Console
from tests.unit.api.console.accounts import (
    FORMULA,
    UGLY,
    account,
    actions_on,
    created,
    history,
    left,
    lines_of,
    many,
    query_of,
    send,
    signed_up,
)
from tests.unit.api.test_demands import Two


@pytest.fixture
def console() -> Console:
    return Console()


# The list


def test_each_view_has_its_accounts_and_no_others(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    linked, unlinked, personal = created(service, "ada"), left(service, "bob"), signed_up(service, "carl")
    other = create_organization(service.context(), "Other")
    given(service.store, PutAccount(an_account("theirs", organization_id=other.id, email="t@example.org"), None))
    shown = {
        view: {each for each in (linked, unlinked, personal, "theirs") if f"/accounts/{each}" in page.html}
        for view in ("all", "linked", "unlinked", "claimable", "wanted")
        if (page := browser.get(f"/accounts?view={view}")).status == 200
    }
    assert shown == {
        "all": {linked, unlinked},
        "linked": {linked},
        "unlinked": {unlinked},
        "claimable": set(),  # there is nothing to open before it is claimed
        "wanted": set(),
    }
    assert "carl@example.com" in browser.get("/accounts?view=claimable").text
    assert 'aria-current="page">Unlinked' in browser.get("/accounts?view=unlinked").html


@pytest.mark.parametrize(
    "query", ["view=nonsense", "view=linked&cursor=x", "by=email&q=nothing", "view=all&cursor=%00"]
)
def test_what_cannot_be_listed_is_told_and_kept(console: Console, query: str) -> None:
    page = console.browser(VIEWER).get(f"/accounts?{query}")
    assert page.status == 400
    assert 'role="alert"' in page.html
    if "q=" in query:
        assert page.hidden("q") == "nothing"


def test_a_filter_says_of_how_many_it_is_one(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    many(service, 130)
    deleted, marked = left(service, "gone"), created(service, "chief")
    service.accounts("PUT", "/{id}/flags/{flag}", parameters={"id": marked, "flag": "privileged"})
    service.admin(
        "POST",
        "/accounts/{id}/actions",
        {"action": "schedule-deletion", "reason": "so"},
        parameters={"id": deleted},
    )
    first = browser.get("/accounts?view=all&only=pending_deletion")
    assert "0 of the 100 accounts that were looked at here: to be deleted. There are more" in first.text
    assert "None among these" in first.text
    following = re.search(r'href="/dev/console(/accounts\?[^"]*cursor=[^"]*)"', first.html)
    assert following is not None
    second = browser.get(following[1].replace("&amp;", "&"))
    assert "1 of the 32 accounts" in second.text
    assert f"/accounts/{deleted}" in second.html
    found = browser.get("/accounts?view=unlinked&only=pending_deletion")
    assert "1 of the 1 accounts" in found.text
    for only in ("deactivated", "marked", "no_address"):
        assert "0 of the 1 accounts" in browser.get(f"/accounts?view=unlinked&only={only}").text
    assert "0 of the 100 accounts that were looked at here: without access" in browser.get("/accounts?view=held").text
    csv_of_marked = lines_of(browser.get("/accounts.csv?view=all&only=marked"))
    assert [each["id"] for each in csv_of_marked] == [marked]


def test_accounts_are_looked_up_by_the_whole_of_a_name(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    bob = created(service, "bob", displayName=UGLY)
    sergey = created(service, "sergey", displayName="Сергей Королёв")
    for by, text, found in [
        ("email", "BOB@example.com", bob),
        ("userName", "bob@Example.com", bob),
        ("displayName", "сергей королёв", sergey),
        ("nonsense", "sergey@example.com", sergey),
    ]:
        page = browser.request("GET", f"/accounts?{query_of(by=by, q=text)}")
        assert f"/accounts/{found}" in page.html, text
        assert page.hidden("q") == text
    page = browser.get(f"/accounts?{query_of(by='displayName', q=UGLY)}")
    assert page.html.count("<script>alert") == 0
    assert UGLY in page.text
    nobody = browser.get("/accounts?by=email&q=nobody@example.com")
    assert "No account of your organization" in nobody.text
    assert "/addresses?address=nobody%40example.com" in nobody.html


def test_an_empty_list_says_what_to_do(console: Console) -> None:
    browser = console.browser(VIEWER)
    assert "connect one" in browser.get("/accounts").text
    assert "Nothing to claim" in browser.get("/accounts?view=claimable").text
    assert "Nobody wants one" in browser.get("/accounts?view=wanted").text


@pytest.mark.parametrize("number", [10, 300])
def test_a_page_takes_three_calls_at_most(console: Console, number: int) -> None:
    service, browser = console.service, console.browser(OWNER)
    many(service, number)
    for path in ("/accounts", "/accounts?view=linked&only=marked", "/accounts/many-00001", "/accounts?view=claimable"):
        service.store.dynamodb_calls.clear()
        assert browser.get(path).status == 200
        assert sum(service.store.dynamodb_calls.values()) - 1 <= 3, (path, service.store.dynamodb_calls)


# CSV


def test_a_csv_computes_nothing(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    names = [FORMULA, "+1", "@SUM(A1)", UGLY, "Сергей;=1+1", "line\n=2"]
    for number, name in enumerate(names):
        created(service, f"u{number}", displayName=name, externalId=f"-{number}")
    page = browser.get("/accounts.csv?view=all")
    assert page.response.content_type == "text/csv; charset=utf-8"
    headers = page.response.headers or {}
    assert headers["Content-Disposition"] == 'attachment; filename="accounts-all.csv"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    lines = lines_of(page)
    assert len(lines) == len(names)
    cells = {cell for line in lines for cell in line.values()}
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    assert any("Сергей" in cell for cell in cells)


def test_a_csv_that_is_cut_says_where_it_goes_on(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rightful.api.console.pages.accounts.accounts.MOST_CSV_ACCOUNTS", 100)
    service, browser = console.service, console.browser(VIEWER)
    many(service, 150)
    page = browser.get("/accounts.csv?view=linked")
    *_, last = page.html.splitlines()
    assert "This file ends here: 100 accounts were looked through, and there are more. The next part: " in last
    link = str((page.response.headers or {})["Link"])
    following = link[link.index("/accounts.csv") : link.index(">")]
    assert following in last
    rest = browser.get(following)
    assert "This file ends here" not in rest.html
    ids = [each["id"] for each in lines_of(page)[:-1]] + [each["id"] for each in lines_of(rest)]
    assert ids == [f"many-{number:05d}" for number in range(150)]


def test_a_csv_of_claimable_accounts_has_what_may_be_known(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    signed_up(service, "carl")
    [line] = lines_of(browser.get("/accounts.csv?view=claimable"))
    assert line["email"] == "carl@example.com"
    assert not {"displayName", "flags", "userName"} & set(line)
    assert browser.get("/accounts.csv?view=nonsense").status == 400


# Claiming


def test_an_account_is_claimed_from_the_list_and_given_back(console: Console) -> None:
    service, browser = console.service, console.browser(APPROVER)
    carl = signed_up(service, "carl")
    listed = browser.get("/accounts?view=claimable")
    for said in ("carl@example.com", "signup", "never", "active"):
        assert said in listed.text
    form = {"action": "claim", "list": "yes", "cursor": "", "reason": "He works here."}
    page = browser.send(f"/accounts/{carl}/actions", form)
    assert page.path.startswith(f"/accounts/{carl}")
    assert "Saved." in page.text
    again = browser.send(f"/accounts/{carl}/actions", form)
    assert "Nothing was changed: it is so already." in again.text
    assert len([each for each in history(service, carl) if each["row"]]) == 1
    assert "unclaim" in actions_on(page)
    back = send(browser, carl, "unclaim")
    assert back.path.startswith("/accounts?view=claimable")
    assert account(service, carl).organization_id is None
    assert "carl@example.com" in back.text
    once = account(service, carl)
    again = browser.send(f"/accounts/{carl}/actions", {"action": "unclaim", "version": "1", "reason": "so"})
    assert "Nothing was changed: it is so already." in again.text
    assert account(service, carl) == once


def test_a_claim_that_is_refused_keeps_its_reason_in_the_list(console: Console) -> None:
    service, browser = console.service, console.browser(APPROVER)
    carl = signed_up(service, "carl")
    service.accounts("PUT", "/{id}/flags/{flag}", parameters={"id": carl, "flag": "privileged"})
    form = {"action": "claim", "list": "yes", "cursor": "", "reason": 'He "works" here.'}
    page = browser.send(f"/accounts/{carl}/actions", form)
    assert page.status == 409
    assert "one administrator cannot do this" in page.text
    assert ("reason", 'He "works" here.') in page.fields()
    assert account(service, carl).organization_id is None


def test_what_somebody_else_claimed_meanwhile_is_not_there_any_more(console: Console) -> None:
    service, browser = console.service, console.browser(APPROVER)
    carl = signed_up(service, "carl")
    other = create_organization(service.context(), "Other")
    theirs = account(service, carl)
    from dataclasses import replace

    given(service.store, PutAccount(replace(theirs, version=2, organization_id=other.id, claimed=True), theirs.version))
    page = browser.send(f"/accounts/{carl}/actions", {"action": "claim", "list": "yes", "reason": "He works here."})
    assert page.status == 404
    assert "The reason that you typed: He works here." in page.text


def test_an_account_whose_address_others_want_is_found_by_that() -> None:
    two = Two()
    two.ask()
    two.pass_time(timedelta(hours=1))
    console = Console(two.theirs)
    browser = console.browser()
    browser.sign_in(VIEWER, "somebody@theirs.example")
    page = browser.get("/accounts?view=wanted")
    assert f"/accounts/{two.holder_id}" in page.html
    assert "Another organization, which has verified the domain, wants these addresses." in page.text
    ours = Console(two.ours)
    assert two.holder_id not in ours.browser(VIEWER).get("/accounts?view=wanted").html
