"""That a key was issued or revoked, and that it ends soon, is told once; what opens never."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.event_schema import domain_event
from rightful.core.events.publish import events_of, publish
from rightful.core.organizations.registry import issue_token, revoke_token
from rightful.core.upkeep.janitor import make_round
from rightful.domain.events.change import TokenChange
from rightful.domain.events.event import Event
from rightful.domain.key import Grant, Scope
from rightful.domain.one_word import OneWord
from tests.support.builders import NOW, a_token
from tests.support.service import Service
from tests.support.stream import RecordingBus, StreamingStore

ENDS = NOW + timedelta(days=365)
KEY = a_token("0f" * 32, id="key", organization_id="ours", directory_id="here", expires_at=ENDS)


def types_of(old: object, new: object, at: datetime = NOW) -> list[str]:
    events = events_of(TokenChange(old, new, at))  # type: ignore[arg-type]
    for event in events:
        domain_event.validate_python(event.detail())
        assert KEY.sha256 not in str(event.detail())
    return [event.type.value for event in events]


@pytest.mark.parametrize("scope", Scope)
def test_a_key_of_any_scope_is_told_as_issued_and_as_revoked(scope: Scope) -> None:
    for ends in (ENDS, None):
        key = replace(KEY, scope=scope, expires_at=ends)
        assert types_of(None, key) == ["key.issued"]
        assert types_of(key, None) == ["key.revoked"]


def test_what_the_table_removes_because_it_has_ended_was_not_revoked() -> None:
    assert types_of(KEY, None, ENDS - timedelta(seconds=1)) == ["key.revoked"]
    assert types_of(KEY, None, ENDS) == []
    assert types_of(KEY, None, ENDS + timedelta(days=29)) == []


def test_a_confirmed_key_was_issued_once() -> None:
    alone, sure = OneWord("Ines", NOW), OneWord("Ines", NOW, confirmed_by="Jo")
    changes = [
        TokenChange(replace(KEY, issued=alone), replace(KEY, issued=sure), NOW),
        TokenChange(KEY, KEY, NOW),
        TokenChange(replace(KEY, reminded_days=30), replace(KEY, reminded_days=30), NOW),
    ]
    assert [event.type.value for change in changes for event in events_of(change)] == ["settings.confirmed"]


class Told:
    """A service with a key, and what is told of it."""

    def __init__(self, lifetime: timedelta | None, scope: Scope = Scope.ADMIN) -> None:
        self.store = StreamingStore()
        self.service = Service(store=self.store)
        directory_id = self.service.directory.id if scope is Scope.SCIM else None
        self.heard()
        grant = Grant(scope, self.service.organization.id, directory_id)
        self.secret, self.key = issue_token(self.service.context(), grant, "Ada", lifetime)

    def heard(self) -> list[Event]:
        bus = RecordingBus()
        publish(self.store, self.service.queue, bus, self.store.take())
        return [event for event in bus.events if event.type.value.startswith("key.")]

    def spelled(self) -> list[str]:
        """What is told now: each type, and how many days before the end."""
        found = []
        for event in self.heard():
            detail: Any = event.detail()
            domain_event.validate_python(detail)
            assert self.secret not in str(detail)
            assert self.key.sha256 not in str(detail)
            assert (detail["key"]["id"], detail["key"]["owner"]) == (self.key.id, "Ada")
            found.append(" ".join([event.type.value, *([str(detail["days"])] if "days" in detail else [])]))
        return found

    def days(self, number: int, *, rounds: int = 2) -> dict[int, list[str]]:
        """What is told on each of the following days, on which the janitor makes its rounds."""
        told = {}
        for day in range(1, number + 1):
            self.service.pass_time(timedelta(days=1))
            for _ in range(rounds):
                make_round(self.service.context())
            if spelled := self.spelled():
                told[day] = spelled
        return told


@pytest.mark.parametrize("scope", [Scope.ADMIN, Scope.SCIM])
def test_a_key_is_reminded_of_30_and_7_days_before_its_end_once_each(scope: Scope) -> None:
    told = Told(timedelta(days=60), scope)
    [issued] = told.heard()
    state: Any = issued.detail()["key"]
    assert state["directoryName"] == ("IdP" if scope is Scope.SCIM else None)
    assert told.days(120) == {30: ["key.expires_soon 30"], 53: ["key.expires_soon 7"]}


@pytest.mark.parametrize(
    ("lifetime", "expected"),
    [
        (30, {23: ["key.expires_soon 7"]}),
        (29, {22: ["key.expires_soon 7"]}),
        (7, {}),
        (None, {}),
    ],
)
def test_nobody_is_reminded_of_a_moment_that_was_over_when_the_key_was_issued(
    lifetime: int | None, expected: dict[int, list[str]]
) -> None:
    told = Told(timedelta(days=lifetime) if lifetime else None)
    assert told.spelled() == ["key.issued"]
    assert told.days(40) == expected


def test_after_weeks_without_a_round_only_the_later_reminder_comes() -> None:
    told = Told(timedelta(days=60))
    told.heard()
    told.service.pass_time(timedelta(days=55))
    assert told.days(3) == {1: ["key.expires_soon 7"]}


def test_a_key_that_was_revoked_is_not_reminded_of_and_is_told_once() -> None:
    told = Told(timedelta(days=60))
    told.heard()
    told.service.pass_time(timedelta(days=29))
    revoke_token(told.service.context(), told.key)
    assert told.spelled() == ["key.revoked"]
    revoke_token(told.service.context(), told.key)
    assert told.spelled() == []
    assert told.days(5) == {}
