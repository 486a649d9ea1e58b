"""One account in the console: what is shown of it, to whom, and what one can do with it."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from rightful.core.organizations.registry import create_directory, create_organization
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import Policy, PolicyBase, Rule
from rightful.ports.writes.accounts import PutAccount
from tests.contract.committing import given
from tests.support.builders import an_account
from tests.support.console import APPROVER, OPERATOR, OWNER, VIEWER, Console
from tests.support.service import Service
from tests.unit.api.console.accounts import UGLY, account, actions_on, created, history, left, send, signed_up


@pytest.fixture
def console() -> Console:
    return Console()


# One account


def test_an_account_is_shown_with_its_link_and_itshistory(console: Console) -> None:
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
        page = browser.get(f"/accounts/{account_id}")
        assert page.status == 404, account_id
        assert "it is among the claimable ones" in page.text
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
    said = [each["row"]["approver"] for each in history(service, ada) if each["row"]]
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
    once, rows = account(service, ada), len(history(service, ada))
    second = browser.send(f"/accounts/{ada}/actions", form)
    assert "Nothing was changed: it is so already." in second.text
    assert account(service, ada) == once
    assert len(history(service, ada)) == rows


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


def test_the_directory_of_an_account_is_named_among_several(console: Console) -> None:
    service, browser = console.service, console.browser(VIEWER)
    second = create_directory(service.context(), service.organization.id, "Zweites <Verzeichnis>", profile="generic")
    service.enter(second)
    ada = created(service, "ada")
    service.pass_time(timedelta(minutes=1))
    assert "Zweites <Verzeichnis>" in browser.get(f"/accounts/{ada}").text
    assert "<Verzeichnis>" not in browser.get("/accounts").html
