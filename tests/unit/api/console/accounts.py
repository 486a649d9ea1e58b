"""Accounts in the console: how they come to be in a test, and what a page has of them."""

import csv
import io
from typing import Any

from rightful.domain.account import Account
from rightful.ports.writes.accounts import PutAccount
from tests.contract.committing import given
from tests.support.builders import a_link, an_account
from tests.support.console import Browser, Page
from tests.support.service import Service

UGLY = '<b>Bob</b> & "Co" <script>alert(1)</script>'
FORMULA = '=HYPERLINK("https://evil.example";"click")'


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


def history(service: Service, account_id: str) -> list[dict[str, Any]]:
    body: Any = service.admin("GET", "/accounts/{id}/history", parameters={"id": account_id}).body
    return list(body["items"])


def query_of(**parameters: str) -> str:
    from urllib.parse import urlencode

    return urlencode(parameters)
