"""Whose account has an address that another organization wants is told so, once, without learning who asked; and
whoever asks learns nothing by it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.event_schema import domain_event
from rightful.core.events.publish import publish
from rightful.core.organizations.domains import add_domain, remove_domain
from rightful.core.upkeep.janitor import make_round
from rightful.domain.account import Account, AccountStatus
from rightful.domain.demand import Demand
from rightful.domain.events.event_log import LogEntry
from rightful.domain.organization import DomainPolicy
from rightful.ports.writes.accounts import PutAccount
from tests.support.queue import ListedQueue
from tests.support.service import Service, email_patch, user
from tests.support.stream import RecordingBus, StreamingStore

WANTED = "x@shared.example"
HOUR = timedelta(hours=1)


class Two:
    """Their organization, whose account has the address, and ours, which has verified its domain since."""

    def __init__(self) -> None:
        self.store, self.queue, self.bus = StreamingStore(), ListedQueue(), RecordingBus()
        self.theirs = Service(
            store=self.store, queue=self.queue, domain="theirs.example", domain_policy=DomainPolicy.ANY
        )
        body = user("x", emails=[{"value": WANTED, "type": "work", "primary": True}], displayName="Xenia")
        held = self.theirs.scim("POST", "/Users", body)
        assert held.status == 201
        self.holder_id = str(held.body["id"]).rpartition("-")[0]  # type: ignore[index]
        self.ours = Service(store=self.store, queue=self.queue, domain="shared.example")
        self.ours.organization = add_domain(self.ours.context(), self.ours.organization, "example.com")
        self.ada = self.ours.create_user("ada", displayName="Ada who asks")
        self.pass_time(timedelta(0))

    def ask(self) -> None:
        """Our directory asks for the address."""
        assert self.ours.scim("PATCH", f"/Users/{self.ada['id']}", email_patch(WANTED)).status == 409
        self.ours.remediate_all()

    def pass_time(self, duration: timedelta) -> list[dict[str, Any]]:
        """What is told then to their organization."""
        for service in (self.theirs, self.ours):
            service.pass_time(duration)
        make_round(self.ours.context())
        self.ours.remediate_all()
        seen = len(self.bus.events)
        publish(self.store, self.queue, self.bus, self.store.take())
        self.ours.remediate_all()
        told = [event.detail() for event in self.bus.events[seen:]]
        for each in told:
            domain_event.validate_python(each)
        return [each for each in told if each["organizationId"] == self.theirs.organization.id]

    def rows(self) -> list[LogEntry]:
        """What their log says of it."""
        entries = self.store.log(self.theirs.organization.id, limit=100).entries
        return [entry for entry in entries if entry.action == "address.wanted"]

    def view(self, service: Service) -> list[str]:
        """The accounts whose addresses others want, as an administrator sees them."""
        answer: Any = service.admin("GET", "/accounts", query={"view": "wanted"}).body
        return [each["id"] for each in answer["items"]]


@pytest.fixture
def two() -> Two:
    return Two()


def test_the_owner_is_told_by_row_event_and_view_once_it_has_settled(two: Two) -> None:
    two.ask()
    assert two.pass_time(timedelta(minutes=5)) == []
    assert two.view(two.theirs) == []
    [told] = two.pass_time(HOUR)
    assert (told["type"], told["account"]["displayName"], told["account"]["email"]) == (
        "account.email.wanted",
        "Xenia",
        WANTED,
    )
    assert told["wanted"]["domain"] == "shared.example"
    [row] = two.rows()
    assert (row.account_id, row.old_email, row.subject) == (two.holder_id, WANTED, "Xenia")
    assert row.explanation == (
        "Another organization, which has verified the domain shared.example, wants this address for one of its people. "
        "The account keeps it until it is given up."
    )
    assert two.view(two.theirs) == [two.holder_id]


def test_repeats_rounds_and_changes_in_between_tell_it_no_second_time(two: Two) -> None:
    two.ask()
    two.pass_time(HOUR)
    for _ in range(3):
        two.ask()
        assert two.pass_time(HOUR) == []
    two.ours.organization = remove_domain(two.ours.context(), two.ours.organization, "shared.example")
    two.pass_time(HOUR)
    two.ours.organization = add_domain(two.ours.context(), two.ours.organization, "shared.example")
    two.ask()
    assert two.pass_time(HOUR) == two.pass_time(timedelta(days=2)) == []
    assert len(two.rows()) == 1


def test_neither_learns_who_the_other_is(two: Two) -> None:
    two.ask()
    told = two.pass_time(HOUR)
    [demand] = two.store.all_of(Demand)
    seen = f"{told} {two.rows()} {two.theirs.admin('GET', '/accounts', query={'view': 'wanted'}).body}"
    for secret in (
        demand.asked_by.conflict_id[-18:],
        two.ours.organization.id,
        two.ours.organization.name + '"',
        demand.asked_by.conflict_id,
        "Ada",
    ):
        assert secret not in seen
    ours = [event.detail() for event in two.bus.events if event.organization_id == two.ours.organization.id]
    answers = [two.ours.admin("GET", route).body for route in ("/conflicts", "/log", "/accounts")]
    assert two.holder_id not in f"{ours} {answers}"
    assert "Xenia" not in f"{ours} {answers}"
    assert two.view(two.ours) == []


def test_nobody_is_told_by_who_has_not_verified_the_domain() -> None:
    two = Two()
    two.ours.organization = remove_domain(two.ours.context(), two.ours.organization, "shared.example")
    two.ours.scim("PATCH", f"/Users/{two.ada['id']}", email_patch(WANTED))
    assert two.pass_time(HOUR) == []
    any_domain = Service(store=two.store, queue=two.queue, domain="any.example", domain_policy=DomainPolicy.ANY)
    any_domain.now = two.ours.now
    bob = any_domain.scim(
        "POST", "/Users", user("bob", emails=[{"value": "bob@any.example", "type": "work", "primary": True}])
    )
    answer = any_domain.scim("PATCH", f"/Users/{bob.body['id']}", email_patch(WANTED))  # type: ignore[index]
    assert answer.status == 409
    assert two.pass_time(HOUR) == two.pass_time(timedelta(days=1)) == []
    assert two.rows() == []
    assert two.view(two.theirs) == []


@pytest.mark.parametrize("ends", ["given up", "asked for another", "account went elsewhere"])
def test_what_is_settled_is_in_no_view_and_not_told(two: Two, ends: str) -> None:
    def settle() -> None:
        if ends == "given up":
            body = {"action": "set-email", "email": None, "reason": "not hers"}
            path = {"id": two.holder_id}
            assert two.theirs.admin("POST", "/accounts/{id}/actions", body, parameters=path).status in {200, 409}
            account = two.store.account(two.holder_id)
            if account is not None and account.holds == WANTED:
                two.theirs.scim("PATCH", f"/Users/{two.holder_id}-1", email_patch("x@theirs.example"))
        elif ends == "asked for another":
            two.ours.scim("PATCH", f"/Users/{two.ada['id']}", email_patch("ada.king@example.com"))
        else:
            account = two.store.account(two.holder_id)
            assert account is not None
            gone = replace(account, version=account.version + 1, organization_id=None, claimed=False, link=None)
            two.store.commit([PutAccount(gone, account.version)], remaining=lambda: 60.0)

    two.ask()
    two.pass_time(timedelta(minutes=1))
    settle()
    assert [told["type"] for told in two.pass_time(HOUR) if told["type"] == "account.email.wanted"] == []
    assert two.view(two.theirs) == []
    again = Two()
    two.__dict__.update(again.__dict__)
    two.ask()
    two.pass_time(HOUR)
    assert two.view(two.theirs) == [two.holder_id]
    settle()
    two.pass_time(HOUR)
    assert two.view(two.theirs) == []


def test_the_view_goes_on_page_by_page_and_a_cursor_of_another_list_is_refused(two: Two) -> None:
    two.ask()
    two.pass_time(HOUR)
    accounts = two.theirs.admin("GET", "/accounts", query={"view": "wanted", "limit": "1"}).body
    assert isinstance(accounts, dict)
    assert len(accounts["items"]) == 1
    if cursor := accounts.get("nextCursor"):
        rest = two.theirs.admin("GET", "/accounts", query={"view": "wanted", "cursor": str(cursor)}).body
        assert rest == {"items": []}
    wrong = two.theirs.admin("GET", "/accounts", query={"view": "wanted", "cursor": "bGlua2VkI2E="})
    assert wrong.status == 400


def test_an_active_account_is_not_touched_by_it(two: Two) -> None:
    before = two.store.account(two.holder_id)
    two.ask()
    two.pass_time(HOUR)
    after = two.store.account(two.holder_id)
    assert before == after
    assert isinstance(after, Account)
    assert after.status is AccountStatus.ACTIVE
