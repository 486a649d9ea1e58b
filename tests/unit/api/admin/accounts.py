"""Accounts of an organization, and what its administrator does with them."""

from typing import Any

from rightful.api.request import Response
from rightful.domain.account import Account
from tests.support.service import Service

LEAVER = "leaver"


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def error_of(response: Response) -> tuple[int, str]:
    return response.status, body_of(response)["error"]["code"]


def act(service: Service, account_id: str, action: str, **more: object) -> Response:
    body = {"action": action, "reason": "Because.", **more}
    return service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account_id})


def provisioned(service: Service, name: str) -> Account:
    service.create_user(name)
    hold = service.store.holds([f"{name}@example.com"])[f"{name}@example.com"]
    account = service.store.account(hold.account_id or "")
    assert account is not None
    return account


def unlinked(service: Service, name: str) -> Account:
    account = provisioned(service, name)
    assert account.link is not None
    service.scim("DELETE", f"/Users/{account.link.scim_id}")
    return stored(service, account.id)


def stored(service: Service, account_id: str) -> Account:
    account = service.store.account(account_id)
    assert account is not None
    return account
