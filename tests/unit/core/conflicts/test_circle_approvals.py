"""A swap or rotation that takes people is one thing: said once, counted once, carried out and undone as one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.organizations.registry import revoke_token
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.policy import read_policy
from rightful.domain.events.event_log import Action, LogEntry
from rightful.ports.writes.conflicts import PutConflict
from tests.support.service import patch
from tests.unit.core.conflicts.test_undo import Office, status_of

ONE = read_policy({"base": "custom", "rules": {"leaving": "approval"}})
TWO = read_policy({"base": "custom", "rules": {"leaving": "two_approvals"}})


class Circle(Office):
    """People who want each other's addresses, each the next one's."""

    def __init__(self, size: int, policy: object = TWO) -> None:
        super().__init__(policy)  # type: ignore[arg-type]
        self.names = [f"p{number}" for number in range(size)]
        self.ids = {name: self.create(name) for name in self.names}
        self.legs: list[str] = []
        for name, following in zip(self.names, [*self.names[1:], self.names[0]], strict=True):
            assert self.service.move(self.ids[name], following).status == 409
        self.service.remediate_all()
        by_requester = {each.request.requester.scim_id: each.id for each in self.service.store.all_of(Conflict)}
        self.legs = [by_requester[self.ids[name]] for name in self.names]

    def holds(self) -> list[str]:
        """The addresses in the order of their owners."""
        return [str(self.account(self.ids[name]).holds).partition("@")[0] for name in self.names]

    @property
    def moved(self) -> bool:
        """Whether all of them have moved; never some."""
        holds = self.holds()
        assert holds in (self.names, [*self.names[1:], self.names[0]])
        return holds != self.names


def test_one_approval_of_any_leg_moves_all() -> None:
    for leg in range(3):
        circle = Circle(3, ONE)
        assert {circle.conflict(each).status for each in circle.legs} == {ConflictStatus.WAITING_APPROVAL}
        circle.decide(circle.legs[leg], circle.ines)
        assert circle.moved


@pytest.mark.parametrize("size", [2, 3])
def test_two_people_approve_whichever_legs_they_read(size: int) -> None:
    circle = Circle(size)
    assert len({circle.service.version(each) for each in circle.legs}) == 1
    circle.decide(circle.legs[0], circle.ines)
    assert not circle.moved
    circle.service.remediate_all()
    for leg in circle.legs:
        conflict = circle.conflict(leg)
        assert [each.owner for each in conflict.approvals] == ["Ines"]
        assert conflict.next_step is not None
        assert conflict.next_step.code == "approve_one_more"
        assert set(conflict.finding.circle_ids) == set(circle.legs) - {leg}
    circle.decide(circle.legs[-1], circle.jo)
    assert circle.moved
    for leg in circle.legs:
        assert {each.owner for each in circle.conflict(leg).approvals} == {"Ines", "Jo"}
        assert set(circle.conflict(leg).outcome.participant_ids) == set(circle.legs) - {leg}


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("with_another_key", [False, True])
def test_one_person_who_approves_each_leg_is_one_person(looked_at: bool, with_another_key: bool) -> None:
    circle = Circle(2)
    circle.decide(circle.legs[0], circle.ines)
    if looked_at:
        circle.service.remediate_all()
    key = circle.service.new_admin_key("Ines") if with_another_key else circle.ines
    body = {"decision": "approve", "reason": "yes", "version": circle.service.version(circle.legs[1])}
    answer = circle.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": circle.legs[1]}, key=key)
    assert (answer.status, status_of(answer)) == (409, "same_approver")
    circle.service.remediate_all()
    assert not circle.moved


@pytest.mark.parametrize("changes", [0, 1])
def test_an_approval_of_one_leg_ends_when_another_leg_asks_for_something_else(changes: int) -> None:
    circle = Circle(2)
    circle.decide(circle.legs[0], circle.ines)
    circle.service.remediate_all()
    read = circle.service.version(circle.legs[0])
    more = [
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"{circle.names[1 - changes]}@example.com"},
        {"op": "replace", "path": "title", "value": "Head of everything"},
    ]
    changer = circle.ids[circle.names[changes]]
    assert circle.service.scim("PATCH", f"/Users/{changer}", patch(*more)).status == 409
    # What was read before is not what is there.
    body = {"decision": "approve", "reason": "yes", "version": read}
    answer = circle.service.admin(
        "POST", "/conflicts/{id}/decision", body, parameters={"id": circle.legs[1 - changes]}, key=circle.jo
    )
    assert (answer.status, status_of(answer)) == (409, "changed")
    circle.service.remediate_all()
    circle.decide(circle.legs[1], circle.jo)
    assert not circle.moved
    told = [row.explanation for row in circle.service.store.all_of(LogEntry) if "approv" in row.explanation]
    assert any("Ines" in each for each in told), told
    circle.decide(circle.legs[0], circle.ines)
    assert circle.moved


def test_an_approval_ends_with_its_key_for_all_legs() -> None:
    circle = Circle(2)
    circle.decide(circle.legs[0], circle.ines)
    revoke_token(circle.service.context(), circle.ines)
    body = {"decision": "approve", "reason": "yes", "version": circle.service.version(circle.legs[1])}
    circle.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": circle.legs[1]}, key=circle.jo)
    circle.service.remediate_all()
    assert not circle.moved


def test_whoever_waits_is_told_that_the_other_leg_was_rejected_and_by_whom() -> None:
    circle = Circle(2)
    body = {"decision": "reject", "reason": "not yet"}
    circle.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": circle.legs[0]}, key=circle.ines)
    circle.service.remediate_all()
    other = circle.conflict(circle.legs[1])
    assert other.explanation.code == "active_in_directory"
    assert (
        "p0@example.com, who has the address, was to move to p1@example.com, which Ines rejected"
        in other.explanation.sentence
    )
    rows = [row for row in circle.service.store.all_of(LogEntry) if row.conflict_id == other.id]
    assert any("Ines rejected" in row.explanation for row in rows if row.action is Action.CONFLICT_DECIDED)
    assert not circle.moved
    circle.service.remediate_all()
    assert circle.conflict(circle.legs[1]) == other
    # Taken back, it is a swap again.
    circle.service.admin("POST", "/conflicts/{id}/retry", parameters={"id": circle.legs[0]})
    circle.service.remediate_all()
    assert set(circle.conflict(circle.legs[1]).finding.circle_ids) == {circle.legs[0]}


def test_the_undo_of_one_says_whose_changes_were_undone_with_it_and_does_so() -> None:
    circle = Circle(3, ONE)
    circle.decide(circle.legs[0], circle.ines)
    answer = circle.undo(circle.legs[1], circle.jo)
    assert status_of(answer) == "undone"
    assert isinstance(answer.body, dict)
    assert "the changes of p0@example.com and p2@example.com were undone with it" in str(answer.body["explanation"])
    assert not circle.moved
    for leg in circle.legs:
        assert circle.conflict(leg).status is ConflictStatus.UNDONE
        rows = [row for row in circle.service.store.all_of(LogEntry) if row.conflict_id == leg]
        [undone] = [row for row in rows if row.action is Action.CONFLICT_UNDONE]
        assert "were undone with it" in undone.explanation


def test_a_circle_that_two_approved_is_undone_by_two_whichever_legs_they_name() -> None:
    circle = Circle(2)
    circle.decide(circle.legs[0], circle.ines)
    circle.decide(circle.legs[1], circle.jo)
    assert circle.moved
    assert status_of(circle.undo(circle.legs[0], circle.ines)) == "applied"
    assert status_of(circle.undo(circle.legs[1], circle.ines)) == "same_approver"
    assert status_of(circle.undo(circle.legs[1], circle.jo)) == "undone"
    assert not circle.moved


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("leg", [0, 1, 2])
def test_each_leg_is_read_as_it_is_decided_wherever_somebody_said_so(leg: int, looked_at: bool) -> None:
    circle = Circle(3)
    circle.decide(circle.legs[0], circle.ines)
    if looked_at:
        circle.service.remediate_all()
    read = _read(circle, leg, circle.ines)
    assert [(each["by"], each["counts"]) for each in read["approvals"]] == [("Ines", True)]
    assert (read["approvalsNeeded"], read["approvalsMissing"]) == (2, 1)
    assert "approve" not in read["actions"]
    assert "approve" in _read(circle, leg, circle.jo)["actions"]
    listed: Any = circle.service.admin("GET", "/conflicts", key=circle.ines).body
    assert {each["approvalsMissing"] for each in listed["items"]} == {1}


def test_what_one_person_said_of_two_legs_counts_once_in_what_is_read() -> None:
    circle = Circle(2)
    circle.decide(circle.legs[0], circle.ines)
    first = circle.conflict(circle.legs[0]).approvals[0]
    other = circle.conflict(circle.legs[1])
    again = replace(first, given_at=first.given_at + timedelta(seconds=1))
    circle.service.context().commit(
        [PutConflict(replace(other, version=other.version + 1, approvals=(again,)), other.version)]
    )
    for leg in (0, 1):
        read = _read(circle, leg, circle.jo)
        assert sorted(each["counts"] for each in read["approvals"]) == [False, True]
        assert read["approvalsMissing"] == 1


def test_what_was_said_of_a_leg_that_left_the_circle_is_not_said_of_the_others() -> None:
    circle = Circle(2)
    circle.decide(circle.legs[0], circle.ines)
    body = {"decision": "reject", "reason": "no"}
    assert (
        circle.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": circle.legs[0]}).status == 200
    )
    assert all(not each["counts"] for each in _read(circle, 1, circle.jo)["approvals"])


def _read(circle: Circle, leg: int, key: str) -> dict[str, Any]:
    answer: Any = circle.service.admin("GET", "/conflicts/{id}", parameters={"id": circle.legs[leg]}, key=key).body
    return dict(answer)
