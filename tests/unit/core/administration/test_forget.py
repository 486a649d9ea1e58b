"""Nothing is left of somebody who was erased: in no item of the tables, no line that is logged, no later event."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from rightful.core.accounts.before_images import with_before_image
from rightful.core.administration.erase import erase_of_organization
from rightful.core.administration.forget import forget_erased
from rightful.core.administration.redaction import FORGOTTEN
from rightful.core.events.publish import publish
from rightful.core.upkeep.janitor import make_round
from rightful.domain.account import account_id_of
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.erasure import ErasedPerson
from rightful.domain.events.event_log import LogEntry
from rightful.domain.organization import OnDelete
from tests.support.builders import an_account
from tests.support.service import Service, patch, user
from tests.support.stream import RecordingBus, StreamingStore

if TYPE_CHECKING:
    from rightful.domain.events.change import Change

EXTENSION = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
VALUES = (
    "ada.lovelace", "ada@example.com", "countess", "king@example.com", "lovelace", "byron", "augusta", "ext-4711",
    "emp-1815", "ada.private@home.example", "wanted@example.com", "ada-before@example.com",
)  # fmt: skip
"""Every way in which Ada is named anywhere."""


DEACTIVATE = patch({"op": "replace", "path": "active", "value": False})


def ada_as_pushed() -> dict[str, object]:
    return {
        **user("ada-before"),
        "userName": "ada.lovelace",
        "externalId": "ext-4711",
        "displayName": "Augusta Lovelace",
        "nickName": "Countess",
        "name": {"givenName": "Augusta", "familyName": "Byron", "formatted": "Augusta Byron"},
        "emails": [
            {"value": "king@example.com", "type": "work", "primary": True},
            {"value": "ada.private@home.example", "type": "home"},
        ],
        EXTENSION: {"employeeNumber": "emp-1815"},
    }


class Played:
    """Ada asks for what others have, others ask for what she has, and her address moves; then she is erased."""

    def __init__(self, on_delete: OnDelete = OnDelete.ERASE) -> None:
        self.store = StreamingStore()
        self.bus = RecordingBus()
        self.service = service = Service(store=self.store, on_delete=on_delete)
        created = service.scim("POST", "/Users", ada_as_pushed())
        assert created.status == 201
        assert isinstance(created.body, dict)
        self.ada = created.body
        self.scim_id = str(self.ada["id"])
        self.account_id = account_id_of(self.scim_id)
        self.asks_and_is_asked()
        self.publish()

    def asks_and_is_asked(self) -> None:
        service = self.service
        self.ben = service.create_user("ben")
        leaver = service.scim(
            "POST", "/Users", user("leaver", emails=[{"value": "wanted@example.com", "type": "work"}])
        )
        assert isinstance(leaver.body, dict)
        sales = leaver.body
        self.leaver_id = account_id_of(str(sales["id"]))
        service.create_user("busy")
        assert service.scim("PATCH", f"/Users/{sales['id']}", DEACTIVATE).status == 200
        # She takes over the address of somebody who left, by a conflict that is applied.
        assert service.move(self.scim_id, "wanted").status == 409
        service.remediate_all()
        assert service.move(self.scim_id, "wanted").status == 200
        service.pass_time(timedelta(minutes=1))
        # She gets another address, and is refused one.
        assert service.move(self.scim_id, "ada-before").status == 200
        service.pass_time(timedelta(minutes=1))
        assert service.move(self.scim_id, "busy").status == 409
        service.remediate_all()
        service.pass_time(timedelta(minutes=1))
        assert service.move(self.scim_id, "ada").status == 200
        # Somebody else wants hers, and is refused; a stranger's create, too.
        assert service.move(self.ben["id"], "ada").status == 409
        assert service.scim("POST", "/Users", user("eve", emails=[{"value": "ada@example.com"}])).status == 409
        service.remediate_all()
        group = service.scim(
            "POST",
            "/Groups",
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": "All",
                "members": [{"value": self.scim_id, "display": "Augusta Lovelace"}],
            },
        )
        assert group.status == 201, group.body
        service.pass_time(timedelta(minutes=1))

    def publish(self) -> None:
        changes: list[Change] = [replace(change, at=self.service.now) for change in self.store.take()]
        publish(self.store, self.service.queue, self.bus, changes)

    def rounds(self, number: int = 3) -> None:
        for _ in range(number):
            self.publish()
            self.service.remediate_all()
            self.publish()
            done = make_round(self.service.context())
            assert not done.failures, done.failures
            self.service.pass_time(timedelta(minutes=5))

    def everything(self) -> str:
        tables = self.store.tables_of_test.values()
        return "\n".join(f"{key} {item!r}" for table in tables for key, item in sorted(table.items.items()))


def erased_by_scim(played: Played) -> None:
    answer = played.service.scim("DELETE", f"/Users/{played.scim_id}")
    assert answer.status == 204, answer.body


def erased_by_offboarding(played: Played) -> None:
    context, organization = played.service.context(), played.service.organization
    assert erase_of_organization(context, played.account_id, organization.id, by="Operator")


def erased_when_it_is_due(played: Played) -> None:
    service = played.service
    change = {"onDelete": "deactivate"}
    parameters = {"id": service.directory.id}
    assert service.admin("PATCH", "/directories/{id}", change, parameters=parameters).status == 200
    erased_by_scim(played)
    asked = {"action": "schedule-deletion", "reason": "She asked for it."}
    answer = service.admin("POST", "/accounts/{id}/actions", asked, parameters={"id": played.account_id})
    assert answer.status == 200, answer.body
    service.pass_time(timedelta(days=15))
    played.publish()
    make_round(service.context())


WAYS = [erased_by_scim, erased_by_offboarding, erased_when_it_is_due]


@pytest.mark.parametrize("erase", WAYS)
def test_nothing_in_the_tables_in_later_events_or_in_logs_names_who_was_erased(
    erase: Callable[[Played], None], caplog: pytest.LogCaptureFixture
) -> None:
    played = Played()
    before = played.everything().casefold()
    assert [value for value in VALUES if value not in before] == []
    with caplog.at_level(logging.DEBUG):
        erase(played)
        played.publish()
        told = len(played.bus.events)
        played.rounds()
    assert played.store.account(played.account_id) is None
    # What Ben wanted of hers is his own by now.
    hold = played.store.holds(["ada@example.com"]).get("ada@example.com")
    gone = [value for value in VALUES if not (hold and value == "ada@example.com")]
    others = {row.id for row in played.store.all_of(LogEntry) if row.account_id == played.leaver_id}
    left = [line for line in played.everything().casefold().splitlines() if not any(each in line for each in others)]
    assert {value: [line for line in left if value in line] for value in gone if value in str(left)} == {}
    later = json.dumps([event.members for event in played.bus.events[told:]], default=str).casefold()
    assert [value for value in gone if value in later] == []
    assert [value for value in VALUES if value in caplog.text.casefold()] == []
    assert played.store.erased_people(limit=10) == ()


def test_that_something_happened_when_and_who_decided_stays() -> None:
    played = Played()
    rows = {row.id: row for row in played.store.log(played.service.organization.id, limit=100).entries}
    erased_by_scim(played)
    played.rounds()
    after = {row.id: row for row in played.store.log(played.service.organization.id, limit=100).entries}
    assert rows.keys() <= after.keys()
    hers = [row for row in after.values() if row.account_id == played.account_id]
    assert len(hers) >= 5
    for row in hers:
        assert (row.subject, row.explanation, row.external_id) == ("(erased)", FORGOTTEN, None)
    for row_id, row in rows.items():
        kept = after[row_id]
        same = ("at", "action", "result", "account_id", "conflict_id", "approver", "correlation_id")
        assert [getattr(row, name) for name in same] == [getattr(kept, name) for name in same]


def test_others_keep_what_is_theirs() -> None:
    played = Played()
    erased_by_scim(played)
    played.rounds()
    ben = played.store.account(account_id_of(str(played.ben["id"])))
    assert ben is not None
    assert ben.link is not None
    busy = [row for row in played.store.all_of(LogEntry) if row.subject and "busy" in row.subject.casefold()]
    assert busy


def test_forgetting_goes_on_where_it_was_stopped_and_doing_it_again_changes_nothing() -> None:
    played = Played()
    erased_by_scim(played)
    played.publish()
    context = played.service.context()
    hurried = replace(context, invocation=replace(context.invocation, remaining=lambda: 1.0))
    assert forget_erased(hurried) == 0
    assert len(played.store.erased_people(limit=10)) == 1
    played.rounds()
    there = played.everything()
    assert forget_erased(played.service.context()) == 0
    # The stream tells it once more.
    changes = [replace(change, at=played.service.now) for change in played.store.take()]
    publish(played.store, played.service.queue, played.bus, changes)
    played.rounds()
    assert played.everything() == there or played.store.erased_people(limit=10) == ()


def test_what_they_asked_for_in_the_second_in_which_they_were_erased_is_forgotten_too() -> None:
    played = Played()
    second = played.service.now.replace(microsecond=0) + timedelta(seconds=1)
    played.service.now = second + timedelta(milliseconds=350)
    assert played.service.move(played.scim_id, "ben").status == 409
    asked = {each.id for each in played.store.all_of(Conflict) if each.created_at > second}
    assert asked
    erased_by_scim(played)
    # DynamoDB Streams has whole seconds, rounded down.
    changes = [replace(change, at=second) for change in played.store.take()]
    publish(played.store, played.service.queue, played.bus, changes)
    played.rounds()
    assert asked.isdisjoint(each.id for each in played.store.all_of(Conflict))


def test_a_person_is_looked_for_as_long_as_an_index_may_be_behind() -> None:
    played = Played()
    erased_by_scim(played)
    played.publish()
    assert forget_erased(played.service.context()) == 0  # much was there
    assert forget_erased(played.service.context()) == 0  # nothing is, but that was this moment
    played.service.pass_time(timedelta(minutes=4, seconds=1))
    assert forget_erased(played.service.context()) == 1


def test_who_has_the_address_by_now_keeps_it_and_their_conflicts() -> None:
    played = Played()
    erased_by_scim(played)
    played.publish()
    assert played.service.scim("POST", "/Users", user("ada")).status in {201, 409}
    played.service.remediate_all()
    played.rounds()
    hold = played.store.holds(["ada@example.com"])["ada@example.com"]
    assert hold.account_id != played.account_id


def test_a_short_name_takes_nothing_out_of_others_rows() -> None:
    person = ErasedPerson("id", "org", Service().now, frozenset(), frozenset())
    assert not person.is_named_in("Li was here")


@pytest.mark.parametrize("name", ["tim", "mai", "lin", "ori", "ada"])
def test_a_name_is_looked_for_as_a_word_and_in_what_says_who_somebody_is(name: str) -> None:
    person = ErasedPerson("id", "org", Service().now, frozenset(), frozenset({name}))
    for text in (f"{name.title()} left", f"by {name}", f"({name}@example.com)", f"x {name}othy, {name}"):
        assert person.is_named_in(text)
    for text in (f"{name}othy@example.com", f"x{name}", "datetime email link origin adam"):
        assert not person.is_named_in(text)
    bob = an_account("bob", email="bob@corp.example")
    image = with_before_image(bob, replace(bob, email=None), "conflict", Service().now).after.before_image
    assert image is not None
    assert not person.is_named_in_image(image)
    named = replace(image, account=replace(bob, attributes={"displayName": f"{name.title()} Bell"}))
    assert person.is_named_in_image(named)


# A conflict that is over


def over(status: ConflictStatus) -> tuple[Service, Conflict]:
    service = Service()
    service.create_user("busy")
    ada = service.create_user("ada")
    operations = patch(
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "busy@example.com"},
        {"op": "replace", "path": "title", "value": "Countess"},
    )
    assert service.scim("PATCH", f"/Users/{ada['id']}", operations).status == 409
    service.remediate_all()
    if status is ConflictStatus.SUPERSEDED:
        assert service.move(ada["id"], "ada").status == 200
    else:
        service.pass_time(timedelta(days=29))
        make_round(service.context())
        service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    assert conflict.status is status
    return service, conflict


@pytest.mark.parametrize("status", [ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED])
def test_a_conflict_that_is_over_keeps_what_it_was_about_and_not_what_else_was_asked(status: ConflictStatus) -> None:
    service, conflict = over(status)
    assert "Countess" not in repr(conflict)
    assert conflict.finding.evidence is None
    assert conflict.finding.conflict_class is not None
    assert conflict.request.wanted.value == "busy@example.com"
    answer = service.admin("GET", "/conflicts/{id}", parameters={"id": conflict.id})
    assert answer.status == 200
    assert isinstance(answer.body, dict)
    assert answer.body["explanation"]
