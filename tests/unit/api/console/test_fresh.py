"""What takes somebody who has just shown who they are: ten minutes after, one has to show it anew."""

from datetime import timedelta

import pytest

from rightful.api.console.routes import ROUTES
from tests.support.console import APPROVER, OTHER_APPROVER, OWNER, Browser, Console
from tests.support.service import Service

LATER = timedelta(minutes=11)
ABOUT_KEYS_AND_SIGNING_IN = {
    each.path
    for each in ROUTES
    if each.method == "POST" and any(part in each.path for part in ("/sign-in", "/keys", "new-key", "confirmation"))
}


def test_every_form_about_keys_signing_in_and_confirmations_takes_it() -> None:
    assert len(ABOUT_KEYS_AND_SIGNING_IN) > 6
    assert {each.path for each in ROUTES if each.method == "POST" and each.fresh} >= ABOUT_KEYS_AND_SIGNING_IN


def protected() -> tuple[Console, str]:
    """A conflict about a marked holder, which two have to approve."""
    service = Service()
    holder, asker = service.create_user("holder"), service.create_user("asker")
    account_id = str(holder["id"]).rpartition("-")[0]
    service.accounts("PUT", "/{id}/flags/{flag}", parameters={"id": account_id, "flag": "privileged"})
    service.scim("PATCH", f"/Users/{holder['id']}", {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": False}],
    })  # fmt: skip
    service.move(asker["id"], "holder")
    service.remediate_all()
    (conflict,) = service.store.conflicts(service.organization.id, limit=1).conflicts
    return Console(service), conflict.id


def approve(browser: Browser, conflict_id: str, *, together: bool) -> str:
    """Approve it, by its own page or by the list; what is said."""
    version = browser.get(f"/conflicts/{conflict_id}").hidden("version")
    if together:
        form = {"decision": "approve", "reason": "Right", "conflict": f"{conflict_id} {version}"}
        return browser.send("/conflicts/decisions", form).text
    form = {"decision": "approve", "reason": "Right", "version": version}
    return browser.send(f"/conflicts/{conflict_id}/decision", form).text


@pytest.mark.parametrize("together", [True, False])
def test_the_second_approval_of_what_is_protected_takes_it_however_it_is_given(together: bool) -> None:
    console, conflict_id = protected()
    one, two = console.browser(APPROVER), console.browser(OTHER_APPROVER)
    console.service.pass_time(LATER)
    approve(one, conflict_id, together=together)  # the first one does not
    assert "Continue to your identity provider" in approve(two, conflict_id, together=together)
    fresh = console.browser(OTHER_APPROVER)
    approve(fresh, conflict_id, together=together)
    assert "applied" in fresh.get(f"/conflicts/{conflict_id}").text
    console.service.pass_time(LATER)
    undone = fresh.send(f"/conflicts/{conflict_id}/undo", {"reason": "Wrong", "version": "x"})
    assert "Continue to your identity provider" in undone.text


def test_a_page_that_looks_again_by_itself_is_no_use_of_the_session() -> None:
    console = Console()
    browser = console.browser(OWNER)
    for _ in range(4):
        console.service.pass_time(timedelta(minutes=8))
        page = browser.get("/conflicts", **{"hx-trigger": "conflict"})
    assert page.path.startswith("/sign-in")
