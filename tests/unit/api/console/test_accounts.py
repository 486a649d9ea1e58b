"""The accounts of an organization in the console: what is shown of them, to whom, and what one can do."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.organizations.registry import create_directory, create_organization
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import Policy, PolicyBase, Rule
from rightful.ports.writes.accounts import PutAccount
from tests.contract.committing import given
from tests.support.builders import a_link, an_account
from tests.support.console import APPROVER, OPERATOR, OWNER, VIEWER, Browser, Console, Page
from tests.support.service import Service

UGLY = '<b>Bob</b> & "Co" <script>alert(1)</script>'
FORMULA = '=HYPERLINK("https://evil.example";"click")'


@pytest.fixture
def console() -> Console:
    return Console()


def account(service: Service, account_id: str) -> Account:
    found = service.store.account(account_id)
    assert found is not None
    return found


def created(service: Service, name: str, **more: object) -> str:
    """The id of the account of a new user."""
    return str(service.create_user(name, **more)["id"]).rpartition("-")[0]


def left(service: Service, name: str, **more: object) -> str:
    """The id of an account whose user was deleted: unlinked and deactivated."""
    account_id = created(service, name, **more)
    service.scim("DELETE", f"/Users/{account_id}-1")
    return account_id


def signed_up(service: Service, name: str, **more: object) -> str:
    body: Any = service.accounts("POST", "", {"email": f"{name}@example.com", "emailVerified": True, **more}).body
    return str(body["id"])


def send(browser: Browser, account_id: str, action: str, **fields: str) -> Page:
    """The form of an action, as the page of the account has it now."""
    version = browser.get(f"/accounts/{account_id}").hidden("version")
    form = {"action": action, "version": version, "reason": "Because.", **fields}
    return browser.send(f"/accounts/{account_id}/actions", form)


def actions_on(page: Page) -> set[str]:
    return {value for name, value in page.fields() if name == "action"}


def lines_of(page: Page) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.html)))


def many(service: Service, number: int, **changed: Any) -> None:
    for each in range(number):
        account_id = f"many-{each:05d}"
        link = a_link(account_id, service.directory.id, user_name=f"user {each}")
        values = {"organization_id": service.organization.id, "claimed": True, "link": link, **changed}
        given(service.store, PutAccount(an_account(account_id, email=f"m{each}@example.com", **values), None))


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
        page = browser.request("GET", f"/accounts?{_query(by=by, q=text)}")
        assert f"/accounts/{found}" in page.html, text
        assert page.hidden("q") == text
    page = browser.get(f"/accounts?{_query(by='displayName', q=UGLY)}")
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
    monkeypatch.setattr("rightful.api.console.pages.accounts.MOST_CSV_ACCOUNTS", 100)
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


# One account


def test_an_account_is_shown_with_its_link_and_its_history(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    bob = created(service, "bob", displayName=UGLY)
    page = browser.get(f"/accounts/{bob}")
    assert page.status == 200
    for said in (UGLY, "bob@example.com", "ext-bob", f"{bob}-1", "IdP", "never"):
        assert said in page.text, said
    assert "<script>alert" not in page.html
    history = browser.get(f"/accounts/{bob}/history")
    assert "user created" in history.text
    assert "<script>alert" not in history.html


def test_others_accounts_are_not_there(console: Console) -> None:
    service, browser = console.service, console.browser(OWNER)
    other = create_organization(service.context(), "Other")
    theirs = an_account("theirs", organization_id=other.id, email="t@example.org")
    given(service.store, PutAccount(theirs, None))
    personal = signed_up(service, "carl")
    for account_id in ("theirs", "nobody", personal, "a%23b", "x" * 300):
        assert browser.get(f"/accounts/{account_id}").status == 404, account_id
        assert browser.get(f"/accounts/{account_id}/history").status == 404
    for action in ("deactivate", "unclaim", "protect"):
        form = {"action": action, "version": "1", "reason": "so", "flag": "privileged"}
        assert browser.send("/accounts/theirs/actions", form).status == 404
    assert browser.send("/accounts/theirs/actions", {"action": "claim", "reason": "so"}).status == 404
    assert account(service, "theirs") == theirs


def test_of_an_account_that_is_gone_what_is_known_is_shown(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    personal = signed_up(service, "carl")
    for action in ("claim", "unclaim"):
        body = {"action": action, "reason": "He said so."}
        service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": personal})
    page = browser.get(f"/accounts/{personal}")
    assert page.status == 404
    assert "He said so." in page.text
    assert "no such account in this organization" in page.text


# Who may do what


def test_a_viewer_sees_no_action_and_can_send_none(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    ada, carl = created(service, "ada"), signed_up(service, "carl")
    page = browser.get(f"/accounts/{ada}")
    assert actions_on(page) == set()
    assert "With the role operator: deactivate" in page.text
    assert "With the role approver: unlink" in page.text
    assert actions_on(browser.get("/accounts?view=claimable")) == set()
    for account_id, action in ((ada, "deactivate"), (ada, "unlink"), (carl, "claim")):
        before = account(service, account_id)
        refused = browser.send(f"/accounts/{account_id}/actions", {"action": action, "version": "1", "reason": "so"})
        assert refused.status == 403
        assert account(service, account_id) == before


def test_an_operator_does_what_moves_no_address(console: Console) -> None:
    service, browser = console.service, console.browser(OPERATOR)
    ada, carl = left(service, "ada"), signed_up(service, "carl")
    assert actions_on(browser.get(f"/accounts/{ada}")) <= {"deactivate", "reactivate", "cancel-deletion", "protect"}
    version = browser.get(f"/accounts/{ada}").hidden("version")
    for account_id, action in (
        (ada, "set-email"),
        (ada, "free"),
        (ada, "schedule-deletion"),
        (ada, "unlink"),
        (ada, "unclaim"),
        (carl, "claim"),
    ):
        before = account(service, account_id)
        form = {"action": action, "version": version, "reason": "so", "email": "new@example.com"}
        refused = browser.send(f"/accounts/{account_id}/actions", form)
        assert refused.status == 403, action
        assert "takes the role approver, and you are operator" in refused.text
        assert account(service, account_id) == before
    assert send(browser, ada, "reactivate").status == 200
    assert account(service, ada).active


def test_every_action_does_what_it_says(console: Console) -> None:
    service, browser = console.service, console.browser(APPROVER)
    ada = created(service, "ada")

    def status_after(action: str, **fields: str) -> Account:
        page = send(browser, ada, action, **fields)
        assert page.status == 200, page.text
        assert "Saved." in page.text
        return account(service, ada)

    assert status_after("deactivate").status is AccountStatus.DEACTIVATED
    assert status_after("reactivate").active
    assert status_after("unlink").link is None
    assert status_after("set-email", email="king@example.com").holds == "king@example.com"
    assert status_after("free").email is None or account(service, ada).email.is_placeholder  # type: ignore[union-attr]
    assert "Address none" in browser.get(f"/accounts/{ada}").text
    assert status_after("schedule-deletion").status is AccountStatus.PENDING_DELETION
    assert status_after("cancel-deletion").status is AccountStatus.DEACTIVATED
    assert status_after("protect", flag="service").flags == {Flag.SERVICE}
    said = [each["row"]["approver"] for each in _history(service, ada) if each["row"]]
    assert any("Aaron Approver" in each for each in said if each)


def test_only_what_is_possible_now_is_offered(console: Console) -> None:
    service, browser = console.service, console.browser(APPROVER)
    ada = created(service, "ada")
    linked = browser.get(f"/accounts/{ada}")
    assert actions_on(linked) == {"deactivate", "unlink", "protect"}
    assert "A directory provisions this account. Change the address there, or unlink the account first." in linked.text
    send(browser, ada, "unlink")
    send(browser, ada, "schedule-deletion")
    assert "reactivate" not in actions_on(browser.get(f"/accounts/{ada}"))
    send(browser, ada, "protect", flag="legal_hold")
    page = browser.get(f"/accounts/{ada}")
    assert actions_on(page) <= {"deactivate", "cancel-deletion", "protect"}
    assert "This account is marked (legal hold): one administrator cannot do this." in page.text
    refused = send(browser, ada, "free")
    assert refused.status == 409
    assert account(service, ada).holds == "ada@example.com"


def test_what_takes_two_people_by_policy_says_why() -> None:
    policy = Policy(base=PolicyBase.CUSTOM, rules={ConflictClass.ACTIVE_IN_DIRECTORY: Rule.TWO_APPROVALS})
    console = Console(Service(policy=policy))
    ada = created(console.service, "ada")
    page = console.browser(APPROVER).get(f"/accounts/{ada}")
    assert "unlink" not in actions_on(page)
    assert "is of a kind for which the policy demands two approvals (active_in_directory)" in page.text


# What comes in between, and twice


@pytest.mark.parametrize("action", ["free", "set-email", "schedule-deletion", "reactivate", "protect"])
def test_what_was_read_is_what_is_done(console: Console, action: str) -> None:
    service, browser = console.service, console.browser(APPROVER)
    ada = left(service, "ada")
    version = browser.get(f"/accounts/{ada}").hidden("version")
    changed = {"action": "set-email", "email": "other@example.com", "reason": "so"}
    service.admin("POST", "/accounts/{id}/actions", changed, parameters={"id": ada})
    before = account(service, ada)
    form = {
        "action": action,
        "version": version,
        "reason": "A <b>reason</b>",
        "email": "x@example.com",
        "flag": "service",
    }
    page = browser.send(f"/accounts/{ada}/actions", form)
    assert page.status == 409
    assert "This account was changed since you read it: nothing was done." in page.text
    assert "A &lt;b&gt;reason&lt;/b&gt;" in page.html
    assert account(service, ada) == before


@pytest.mark.parametrize("action", ["free", "deactivate", "schedule-deletion", "unlink", "protect"])
def test_a_form_that_comes_twice_changes_nothing_twice(console: Console, action: str) -> None:
    service, browser = console.service, console.browser(APPROVER)
    ada = created(service, "ada")
    if action in {"free", "schedule-deletion"}:
        send(browser, ada, "unlink")
    form = {
        "action": action,
        "version": browser.get(f"/accounts/{ada}").hidden("version"),
        "reason": "so",
        "flag": "service",
    }
    first = browser.send(f"/accounts/{ada}/actions", form)
    assert "Saved." in first.text
    once, rows = account(service, ada), len(_history(service, ada))
    second = browser.send(f"/accounts/{ada}/actions", form)
    assert "Saved." in second.text or second.status == 200
    assert account(service, ada) == once
    assert len(_history(service, ada)) == rows


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "nothing"}, "email:"),
        ({"email": ""}, "email:"),
        ({"email": "x@elsewhere.example"}, "is not verified by this organization"),
        ({"email": "bob@example.com"}, "of your organization holds this address"),
        ({"email": "personal@example.com"}, "an account outside your organization holds this address"),
        ({"email": "new@example.com", "reason": " "}, "reason"),
        ({"email": "new@example.com", "reason": "x" * 501}, "reason"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    console: Console, fields: Mapping[str, str], told: str
) -> None:
    service, browser = console.service, console.browser(APPROVER)
    ada = left(service, "ada")
    created(service, "bob")
    signed_up(service, "personal")
    before = account(service, ada)
    page = send(browser, ada, "set-email", **fields)
    assert page.status in {400, 409}
    assert told in page.text
    assert page.hidden("email") == fields["email"]
    assert ("reason", fields.get("reason", "Because.")) in page.fields()
    assert account(service, ada) == before


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"action": "nonsense"},
        {"action": "free"},
        {"action": "free", "version": "x"},
        {"action": "free", "version": "²"},
    ],
)
def test_a_form_that_is_not_ours_does_nothing(console: Console, form: Mapping[str, str]) -> None:
    ada = left(console.service, "ada")
    before = account(console.service, ada)
    page = console.browser(OWNER).send(f"/accounts/{ada}/actions", {**form, "reason": "so"})
    assert page.status == 400
    assert account(console.service, ada) == before


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
    assert len([each for each in _history(service, carl) if each["row"]]) == 1
    assert "unclaim" in actions_on(page)
    back = send(browser, carl, "unclaim")
    assert back.path.startswith("/accounts?view=claimable")
    assert account(service, carl).organization_id is None
    assert "carl@example.com" in back.text


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


def test_the_directory_of_an_account_is_named_among_several(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    second = create_directory(service.context(), service.organization.id, "Zweites <Verzeichnis>", profile="generic")
    service.enter(second)
    ada = created(service, "ada")
    service.pass_time(timedelta(minutes=1))
    assert "Zweites <Verzeichnis>" in browser.get(f"/accounts/{ada}").text
    assert "<Verzeichnis>" not in browser.get("/accounts").html


def _history(service: Service, account_id: str) -> list[dict[str, Any]]:
    body: Any = service.admin("GET", "/accounts/{id}/history", parameters={"id": account_id}).body
    return list(body["items"])


def _query(**parameters: str) -> str:
    from urllib.parse import urlencode

    return urlencode(parameters)
