"""What people are told because time has passed: once, after another look, and nothing that was settled in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.event_schema import domain_event
from rightful.core.events.publish import publish
from rightful.core.upkeep.janitor import make_round
from rightful.domain.account import Account, Flag
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.policy import STANDARD, Brakes, PolicyBase, Rule
from rightful.domain.events.event_log import Action, LogEntry
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.settings import DeleteToken, PutOrganization, UnlistToken
from tests.support.builders import a_user
from tests.support.service import Service, patch
from tests.support.stream import RecordingBus, StreamingStore

ROUND = timedelta(minutes=5)


class Watched:
    """A service whose janitor and publisher work, and what they tell of conflicts."""

    def __init__(self) -> None:
        self.store = StreamingStore()
        self.service = Service(store=self.store, policy=STANDARD)
        self.bus = RecordingBus()
        self.told: list[str] = []

    def happens(self, after: timedelta = timedelta(0), *, twice: bool = False) -> list[str]:
        """Let time pass, the janitor make its round, the remediator work, and the publisher tell: what is told then."""
        self.service.pass_time(after)
        for _ in range(2 if twice else 1):
            make_round(self.service.context())
            self.service.queue.messages *= 2 if twice else 1
            self.service.remediate_all()
        seen = len(self.bus.events)
        publish(self.store, self.service.queue, self.bus, self.store.take())
        self.service.remediate_all()
        events = self.bus.events[seen:]
        for event in events:
            domain_event.validate_python(event.detail())
        found = [_spelled(event.detail()) for event in events if event.type.value.startswith("conflict.")]
        self.told += found
        return found

    def conflict(self) -> Conflict:
        [conflict] = self.store.all_of(Conflict)
        return conflict

    def write(self, *writes: Any) -> None:
        self.store.commit(list(writes), remaining=lambda: 60.0)

    def say(self, decision: str, by: str = "Ines", *, about: Conflict | None = None) -> int:
        """An administrator decides about the one conflict there is, or that one."""
        conflict = about or self.store.all_of(Conflict)[0]
        key = self.service.new_admin_key(by)
        body = {"decision": decision, "reason": "because", "version": self.service.version(conflict.id)}
        path = {"id": conflict.id}
        return self.service.admin("POST", "/conflicts/{id}/decision", body, parameters=path, key=key).status


def _spelled(detail: dict[str, Any]) -> str:
    days = f" {detail['days']}" if "days" in detail else ""
    return f"{detail['type'].removeprefix('conflict.')}{days}"


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.happens(ROUND)
    for event in watched.bus.events:
        assert "released.invalid" not in str(event.detail())
    ids = [event.id for event in watched.bus.events]
    assert len(ids) == len(set(ids))


def test_a_swap_whose_first_half_is_refused_for_some_minutes_is_told_once_as_applied(watched: Watched) -> None:
    one, other = watched.service.create_user("one"), watched.service.create_user("other")
    watched.service.move(one["id"], "other")
    assert watched.happens() == ["opened"]
    assert watched.conflict().status is ConflictStatus.REFUSED
    assert watched.happens(ROUND) == []
    watched.service.move(other["id"], "one")
    assert watched.happens() == ["opened", "applied"]
    [applied] = [event.detail() for event in watched.bus.events if event.type.value == "conflict.applied"]
    state: Any = applied["conflict"]
    assert sorted(leg["wantedEmail"] for leg in state["legs"]) == ["one@example.com", "other@example.com"]
    assert watched.happens(timedelta(hours=1)) == []


def refused(watched: Watched) -> dict[str, object]:
    """Somebody wants the address of an active colleague; the other one."""
    one, other = watched.service.create_user("one"), watched.service.create_user("other")
    watched.service.move(one["id"], "other")
    watched.happens()
    assert watched.conflict().status is ConflictStatus.REFUSED
    return other


@pytest.mark.parametrize("twice", [False, True])
def test_a_refusal_is_told_after_a_quarter_of_an_hour_once(watched: Watched, twice: bool) -> None:
    refused(watched)
    assert [watched.happens(ROUND, twice=twice) for _ in range(6)] == [[], [], ["refused"], [], [], []]
    watched.service.move(watched.conflict().request.requester.scim_id, "other")
    assert watched.happens(ROUND) == []
    assert watched.happens(timedelta(days=1), twice=twice) == []


def test_a_refusal_that_resolves_itself_before_it_has_settled_is_never_told(watched: Watched) -> None:
    other = refused(watched)
    watched.happens(2 * ROUND)
    watched.service.move(other["id"], "elsewhere")
    watched.happens()
    watched.happens()
    assert watched.conflict().status is ConflictStatus.APPLIED
    assert watched.happens(timedelta(hours=1)) == []
    assert watched.told == ["opened", "applied"]


def test_a_refusal_for_another_reason_is_another_one(watched: Watched) -> None:
    other = refused(watched)
    watched.happens(3 * ROUND)
    before = watched.conflict().finding.conflict_class
    account = watched.store.account(str(other["id"]).rpartition("-")[0])
    assert account is not None
    watched.write(
        PutAccount(replace(account, version=account.version + 1, organization_id="elsewhere"), account.version)
    )
    watched.happens()
    assert watched.conflict().finding.conflict_class is not before
    assert [watched.happens(ROUND) for _ in range(4)] == [[], [], ["refused"], []]


def waiting(watched: Watched) -> None:
    """Somebody wants the address of a person who left yesterday."""
    leaver, ada = watched.service.create_user("sales"), watched.service.create_user("ada", displayName="Ada King")
    watched.service.scim("DELETE", f"/Users/{leaver['id']}")
    watched.service.move(ada["id"], "sales")
    assert watched.happens() == ["opened", "needs_approval"]


@pytest.mark.parametrize("twice", [False, True])
def test_reminders_come_after_one_day_and_three_and_a_week_before_the_end(watched: Watched, twice: bool) -> None:
    watched.service.organization = replace(watched.service.organization, brakes=Brakes(paused=True))
    watched.write(PutOrganization(replace(watched.service.organization, version=3), 2))
    waiting(watched)
    days = {}
    for quarter in range(1, 4 * 29):
        if told := watched.happens(timedelta(hours=6), twice=twice):
            days[quarter / 4] = told
    assert days == {1.0: ["still_waiting 1"], 3.0: ["still_waiting 3"], 21.0: ["expires_soon"], 28.0: ["ended"]}


def test_after_days_without_a_round_only_the_latest_reminder_comes(watched: Watched) -> None:
    waiting(watched)
    assert watched.happens(timedelta(days=4), twice=True) == ["still_waiting 3"]
    assert watched.happens(timedelta(days=1)) == []


def test_what_was_decided_in_between_is_not_reminded_of(watched: Watched) -> None:
    waiting(watched)
    watched.service.pass_time(timedelta(hours=23))
    assert watched.say("reject") == 200
    assert watched.happens(timedelta(hours=2)) == ["rejected"]
    assert watched.happens(timedelta(days=3)) == []


def test_names_of_requester_holder_and_directory_are_told(watched: Watched) -> None:
    waiting(watched)
    state: Any = watched.bus.events[-1].detail()["conflict"]
    assert state["requester"]["displayName"] == "Ada King"
    assert state["directoryName"] == "IdP"
    assert state["holder"]["status"] == "deactivated"
    assert state["waitingSince"] is not None


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize(("prepared_on", "days"), [(0, {21: ["expires_soon"], 28: ["ended"]}), (25, {28: ["ended"]})])
def test_that_nobody_came_for_what_was_prepared_is_told_a_week_before_it_is_kept_no_more(
    watched: Watched, prepared_on: int, days: dict[int, list[str]], twice: bool
) -> None:
    watched.write(PutOrganization(replace(watched.service.organization, version=3, brakes=Brakes(paused=True)), 2))
    leaver = watched.service.create_user("sales")
    watched.service.scim("DELETE", f"/Users/{leaver['id']}")
    new = a_user("newcomer", "sales@example.com")
    assert watched.service.scim("POST", "/Users", new).status == 409
    assert watched.happens() == ["opened", "needs_approval"]
    for _ in range(prepared_on):
        watched.happens(timedelta(days=1))
    assert watched.say("approve") == 200
    assert watched.happens() == ["prepared"]
    assert watched.conflict().status is ConflictStatus.PREPARED
    told = {day: watched.happens(timedelta(days=1), twice=twice) for day in range(prepared_on + 1, 33)}
    assert {day: each for day, each in told.items() if each} == days


def test_of_a_user_who_came_nobody_is_reminded(watched: Watched) -> None:
    leaver = watched.service.create_user("sales")
    watched.service.scim("DELETE", f"/Users/{leaver['id']}")
    watched.service.scim("POST", "/Users", a_user("newcomer", "sales@example.com"))
    watched.happens()
    assert watched.say("approve") == 200
    assert watched.service.scim("POST", "/Users", a_user("newcomer", "sales@example.com")).status == 201
    assert watched.happens() == ["prepared", "applied"]
    assert [told for _ in range(30) for told in watched.happens(timedelta(days=1))] == []


# Approvals


def protected(watched: Watched) -> None:
    """The same, and it takes two."""
    leaver, ada = watched.service.create_user("sales"), watched.service.create_user("ada")
    watched.service.scim("DELETE", f"/Users/{leaver['id']}")
    account = next(each for each in watched.store.all_of(Account) if each.link is not None)
    marked = replace(account, version=account.version + 1, flags=frozenset({Flag.PRIVILEGED}))
    watched.write(PutAccount(marked, account.version))
    watched.service.move(ada["id"], "sales")
    assert watched.happens() == ["opened", "needs_approval"]


def test_the_first_of_two_approvals_is_told_and_that_another_one_is_missing(watched: Watched) -> None:
    protected(watched)
    assert watched.say("approve") == 200
    assert watched.happens() == ["approval_given"]
    state: Any = watched.bus.events[-1].detail()["conflict"]
    assert (state["approvedBy"], state["nextStep"]["code"]) == (["Ines"], "approve_one_more")
    assert watched.say("approve", "Jo") == 200
    assert watched.happens() == ["applied"]
    state = next(event.detail() for event in watched.bus.events if event.type.value == "conflict.applied")["conflict"]
    assert state["decidedBy"] == "Ines and Jo"


def test_an_approval_that_lapses_is_told_on_its_day_and_stands_in_the_log(watched: Watched) -> None:
    protected(watched)
    watched.say("approve")
    watched.happens()
    told = [watched.happens(timedelta(hours=12)) for _ in range(15)]
    assert [each for some in told for each in some] == ["still_waiting 1", "still_waiting 3", "approval_ended"]
    assert told[13] == ["approval_ended"]
    assert watched.conflict().approvals == ()
    state: Any = watched.bus.events[-1].detail()["conflict"]
    assert state["nextStep"]["code"] == "approve_two"
    rows = [row for row in watched.store.all_of(LogEntry) if row.action is Action.CONFLICT_DECIDED]
    assert any("An approval counts for 7 days: that of Ines has ended." in row.explanation for row in rows)
    assert watched.say("approve", "Jo") == 200
    assert watched.happens() == ["approval_given"]


def test_an_approval_by_a_key_that_was_revoked_is_told_as_ended(watched: Watched) -> None:
    protected(watched)
    watched.say("approve")
    watched.happens()
    conflict = watched.conflict()
    key = next(
        key
        for key in watched.store.tokens(organization_id=watched.service.organization.id)
        if key.id == conflict.approvals[0].key_id
    )
    watched.write(DeleteToken(key.sha256), UnlistToken(key))
    assert "approval_ended" in watched.happens(timedelta(days=1))
    ended = next(event.detail() for event in watched.bus.events if event.type.value == "conflict.approval_ended")
    whose: Any = ended["ended"]
    assert [(each["by"], each["why"]) for each in whose] == [("Ines", "key_revoked")]


def say_again(watched: Watched, title: str, *, about: Conflict | None = None) -> None:
    """The identity provider sends a change once more, with another title."""
    request = (about or watched.store.all_of(Conflict)[0]).request
    email = {"op": "replace", "path": 'emails[type eq "work"].value', "value": request.wanted.value}
    body = patch({"op": "replace", "value": {"title": title}}, email)
    assert watched.service.scim("PATCH", f"/Users/{request.requester.scim_id}", body).status == 409


def test_each_thing_that_is_asked_is_asked_for_once_however_often_it_is_repeated(watched: Watched) -> None:
    protected(watched)
    say_again(watched, "Countess")
    assert watched.happens() == ["needs_approval"]
    say_again(watched, "Countess")
    assert watched.happens() == []
    say_again(watched, "Lady")
    say_again(watched, "Countess")
    assert watched.happens(twice=True) == []
    say_again(watched, "Lady")
    assert watched.happens(twice=True) == ["needs_approval"]


def two_for_a_swap(watched: Watched) -> list[Conflict]:
    """A swap that takes two people."""
    policy = replace(STANDARD, base=PolicyBase.CUSTOM, rules={ConflictClass.LEAVING: Rule.TWO_APPROVALS})
    watched.write(PutOrganization(replace(watched.service.organization, version=3, policy=policy), 2))
    one, other = watched.service.create_user("one"), watched.service.create_user("other")
    watched.service.move(one["id"], "other")
    watched.happens()
    watched.service.move(other["id"], "one")
    watched.happens()
    watched.happens()
    assert watched.told == ["opened", "opened", "needs_approval"]
    return sorted(watched.store.all_of(Conflict), key=lambda each: each.id)


@pytest.mark.parametrize("leg", [0, 1])
def test_an_approval_of_a_swap_is_told_once_whichever_leg_it_was_said_about_and_so_is_its_end(
    watched: Watched, leg: int
) -> None:
    legs = two_for_a_swap(watched)
    assert watched.say("approve", about=legs[leg]) == 200
    assert watched.happens() + watched.happens() == ["approval_given"]
    given = watched.bus.events[-1].detail()
    assert len(given["conflict"]["legs"]) == 2  # type: ignore[index]
    told = [each for _ in range(15) for each in watched.happens(timedelta(hours=12))]
    assert [each for each in told if each.startswith("approval")] == ["approval_ended"]


@pytest.mark.parametrize("leg", [0, 1])
def test_a_swap_of_which_one_change_asks_for_something_else_is_asked_for_once_more(watched: Watched, leg: int) -> None:
    legs = two_for_a_swap(watched)
    assert watched.say("approve", about=legs[0]) == 200
    watched.happens()
    watched.happens()
    say_again(watched, "Countess", about=legs[leg])
    assert sorted(watched.happens() + watched.happens()) == ["approval_ended", "needs_approval"]
    say_again(watched, "Countess", about=legs[leg])
    assert watched.happens() + watched.happens() == []


def test_an_approval_of_what_has_changed_since_is_told_as_ended(watched: Watched) -> None:
    protected(watched)
    watched.say("approve")
    watched.happens()
    say_again(watched, "Countess")
    assert sorted(watched.happens()) == ["approval_ended", "needs_approval"]
    ended = next(event.detail() for event in watched.bus.events if event.type.value == "conflict.approval_ended")
    whose: Any = ended["ended"]
    assert [each["why"] for each in whose] == ["changed"]


def test_a_swap_that_waits_for_people_asks_once_and_reminds_once(watched: Watched) -> None:
    watched.write(PutOrganization(replace(watched.service.organization, version=3, brakes=Brakes(paused=True)), 2))
    one, other = watched.service.create_user("one"), watched.service.create_user("other")
    watched.service.move(one["id"], "other")
    watched.happens()
    watched.service.move(other["id"], "one")
    watched.happens()
    watched.happens()
    assert watched.told == ["opened", "opened", "needs_approval"]
    assert watched.happens(timedelta(days=1, minutes=5)) == ["still_waiting 1"]
    state: Any = watched.bus.events[-1].detail()["conflict"]
    assert len(state["legs"]) == 2
    assert watched.say("approve") == 200
    assert watched.happens() == ["applied"]
