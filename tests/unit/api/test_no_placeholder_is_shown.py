"""Whoever lost an address has none: no API, row or event shows what stands in its place, wherever that came to."""

import json
from typing import Any

import pytest

from rightful.core.events.publish import publish
from rightful.domain.account import Account
from rightful.domain.address import PLACEHOLDER_DOMAIN
from tests.support.service import Service, patch
from tests.support.stream import RecordingBus, StreamingStore


class Played:
    """Sales was deactivated; Ada was given both its address and its userName, and Sales came back."""

    def __init__(self) -> None:
        self.store, self.bus = StreamingStore(), RecordingBus()
        self.service = Service(store=self.store)
        self.sales, ada = self.service.create_user("sales"), self.service.create_user("ada")
        self.service.create_user("grace")
        self.set(self.sales, {"path": "active", "value": False})
        taken = "sales@example.com"
        self.set(ada, {"value": {"userName": taken}}, {"path": 'emails[type eq "work"].value', "value": taken})
        self.service.remediate_all()
        account = self.account()
        assert account.email is not None
        assert account.email.is_placeholder
        self.set(self.sales, {"path": "active", "value": True})
        self.service.move(self.sales["id"], "grace")
        self.service.scim(
            "PATCH",
            f"/Users/{self.sales['id']}",
            patch({"op": "add", "path": "emails", "value": [{"value": "grace@example.com", "primary": True}]}),
        )
        self.service.remediate_all()
        publish(self.store, self.service.queue, self.bus, self.store.take())

    def set(self, who: dict[str, object], *operations: dict[str, object]) -> None:
        self.service.scim("PATCH", f"/Users/{who['id']}", patch(*({"op": "replace", **each} for each in operations)))

    def account(self) -> Account:
        found = self.store.account(str(self.sales["id"]).rpartition("-")[0])
        assert found is not None
        return found


@pytest.fixture(scope="module")
def played() -> Played:
    return Played()


def test_whoever_comes_back_without_an_address_has_a_row_that_says_so(played: Played) -> None:
    log: Any = played.service.admin("GET", "/log", query={"accountId": played.account().id}).body
    [row] = [each for each in log["items"] if each["action"] == "user.reactivated"]
    assert row["explanation"] == "The person may sign in again, but has no address any more."
    assert row["nextStep"]["what"] == "Give the account an address, in the identity provider or by hand (set-email)."
    told = [event.type.value for event in played.bus.events]
    assert told.count("account.without_address") == 1


def test_an_administrator_who_lets_them_in_reads_it_with_the_reason(played: Played) -> None:
    path = {"id": played.account().id}
    for action in ("deactivate", "reactivate"):
        body = {"action": action, "reason": "back from leave"}
        assert played.service.admin("POST", "/accounts/{id}/actions", body, parameters=path).status == 200
    log: Any = played.service.admin("GET", "/log", query={"accountId": played.account().id}).body
    row = next(each for each in log["items"] if each["action"] == "user.reactivated" and each["approver"])
    assert (row["explanation"], bool(row["nextStep"])) == ("back from leave", True)


def test_no_answer_row_or_event_has_a_placeholder(played: Played) -> None:
    service, account_id = played.service, played.account().id
    conflicts: Any = service.admin("GET", "/conflicts").body
    answers = [
        conflicts,
        *(service.admin("GET", "/conflicts/{id}", parameters={"id": each["id"]}).body for each in conflicts["items"]),
        *(service.admin("GET", "/accounts", query={"view": view}).body for view in ("all", "held", "unlinked")),
        service.admin("GET", "/accounts/{id}", parameters={"id": account_id}).body,
        service.admin("GET", "/log").body,
        service.admin("GET", "/log", headers={"accept": "text/csv"}).body,
        service.admin("GET", "/summary").body,
        service.accounts("GET", "/{id}", parameters={"id": account_id}).body,
        *(event.detail() for event in played.bus.events),
    ]
    assert len(conflicts["items"]) >= 2
    for answer in answers:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        assert PLACEHOLDER_DOMAIN not in text, text


def test_who_has_no_address_keeps_none_when_they_leave() -> None:
    played = Played()
    played.service.scim("DELETE", f"/Users/{played.sales['id']}")
    log: Any = played.service.admin("GET", "/log", query={"accountId": played.account().id}).body
    row = next(each for each in log["items"] if each["action"] == "user.unlinked")
    assert row["explanation"] == "The account was unlinked and deactivated."
