"""What becomes of a conflict is told once, with the names of those it is about; and what time has settled."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.event_schema import domain_event
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.events.publish import events_of
from rightful.domain.address import placeholder
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictClass, ConflictStatus, Notice, Resolution
from rightful.domain.conflicts.next_step import Again, Role, StepCode, step
from rightful.domain.conflicts.refused_request import Requester, UserName
from rightful.domain.events.change import ConflictChange
from rightful.ports.store.names import Named
from tests.support.builders import NOW, a_conflict, a_link, an_account


def types_of(change: ConflictChange) -> list[str]:
    for event in events_of(change):
        domain_event.validate_python(event.detail())
    return [event.type.value for event in events_of(change)]


def told(old: Conflict, new: Conflict) -> list[str]:
    """What is told where that is the next write."""
    return types_of(ConflictChange(old, replace(new, version=old.version + 1), NOW))


OPEN = a_conflict("org", "con")
WAITING = replace(
    OPEN,
    version=2,
    status=ConflictStatus.WAITING_APPROVAL,
    next_step=step(Role.ADMINISTRATOR, StepCode.APPROVE),
    finding=replace(OPEN.finding, conflict_class=ConflictClass.DEACTIVATED),
)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (ConflictStatus.WAITING_APPROVAL, "conflict.needs_approval"),
        (ConflictStatus.APPLIED, "conflict.applied"),
        (ConflictStatus.REJECTED, "conflict.rejected"),
        (ConflictStatus.FAILED, "conflict.failed"),
        (ConflictStatus.SUPERSEDED, "conflict.ended"),
        (ConflictStatus.EXPIRED, "conflict.ended"),
        (ConflictStatus.UNDONE, "conflict.undone"),
    ],
)
def test_where_a_conflict_got_to_is_told(status: ConflictStatus, told: str) -> None:
    assert types_of(ConflictChange(OPEN, replace(OPEN, version=2, status=status), NOW)) == [told]


def test_a_new_conflict_is_told_once_and_its_repeats_are_not() -> None:
    assert types_of(ConflictChange(None, OPEN, NOW)) == ["conflict.opened"]
    assert types_of(ConflictChange(OPEN, replace(OPEN, version=2, occurrences=2), NOW)) == []
    assert types_of(ConflictChange(OPEN, replace(OPEN, sent=True), NOW)) == []
    assert types_of(ConflictChange(WAITING, replace(WAITING, version=3, occurrences=2), NOW)) == []


def test_another_class_of_a_waiting_conflict_needs_another_approval() -> None:
    rehire = replace(WAITING, version=3, finding=replace(WAITING.finding, conflict_class=ConflictClass.REHIRE))
    assert types_of(ConflictChange(WAITING, rehire, NOW)) == ["conflict.needs_approval"]


def test_what_a_repeat_changed_is_asked_once_it_was_examined_and_not_before() -> None:
    waiting = replace(WAITING, finding=replace(WAITING.finding, judged="one", asked="one"))
    repeated = replace(waiting, version=3, finding=replace(waiting.finding, judged=""))
    another = replace(repeated, version=4, finding=replace(waiting.finding, judged="two", asked="two"))
    back = replace(repeated, version=4, finding=waiting.finding)
    assert told(waiting, repeated) == []
    assert told(repeated, another) == ["conflict.needs_approval"]
    assert told(repeated, back) == []


def test_a_conflict_that_is_opened_again_is_told_as_such() -> None:
    rejected = replace(WAITING, version=3, status=ConflictStatus.REJECTED)
    again = replace(rejected, version=4, status=ConflictStatus.OPEN)
    assert types_of(ConflictChange(rejected, again, NOW)) == ["conflict.reopened"]


def test_an_undo_that_a_second_person_must_want_needs_an_approval_and_is_no_second_application() -> None:
    applied = replace(WAITING, version=3, status=ConflictStatus.APPLIED, next_step=None)
    wish = Approval("key", "Ines", "wrong", NOW)
    asked = replace(
        applied,
        version=4,
        next_step=step(Role.ADMINISTRATOR, StepCode.UNDO_AS_WELL),
        outcome=replace(applied.outcome, undo_approvals=(wish,)),
    )
    assert types_of(ConflictChange(applied, asked, NOW)) == ["conflict.needs_approval"]
    undone = replace(
        asked, version=5, status=ConflictStatus.UNDONE, next_step=step(Role.ADMINISTRATOR, StepCode.UNDO_AGAIN)
    )
    assert types_of(ConflictChange(asked, undone, NOW)) == ["conflict.undone"]
    assert types_of(ConflictChange(undone, replace(undone, version=6, next_step=None), NOW)) == []


def test_a_holder_of_another_organization_is_never_named() -> None:
    foreign = replace(
        WAITING, finding=replace(WAITING.finding, holder_account_id="stranger", holder_organization_id="elsewhere")
    )
    [event] = events_of(ConflictChange(OPEN, foreign, NOW))
    assert "stranger" not in str(event.detail())
    assert "elsewhere" not in str(event.detail())


def test_a_conflict_about_a_user_name_names_no_wanted_address() -> None:
    [event] = events_of(
        ConflictChange(None, replace(OPEN, request=replace(OPEN.request, wanted=UserName("dir", "ada"))), NOW)
    )
    conflict = event.detail()["conflict"]
    assert isinstance(conflict, dict)
    assert conflict["wantedEmail"] is None


# Refusals that settled, and reminders

REFUSED = replace(
    OPEN,
    version=2,
    status=ConflictStatus.REFUSED,
    stands_since=NOW,
    next_step=step(Role.IDP, StepCode.NEXT_TRY, again=Again.BY_ITSELF),
)


def test_a_refusal_is_told_when_it_has_settled_and_not_before() -> None:
    assert told(OPEN, REFUSED) == []
    assert told(REFUSED, replace(REFUSED, occurrences=2)) == []
    assert told(REFUSED, replace(REFUSED, told=frozenset({Notice.REFUSED}))) == ["conflict.refused"]


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        ({Notice.WAITS_A_DAY}, [("conflict.still_waiting", 1)]),
        ({Notice.WAITS_A_DAY, Notice.WAITS_THREE_DAYS}, [("conflict.still_waiting", 3)]),
        (
            {Notice.WAITS_THREE_DAYS, Notice.EXPIRES_SOON},
            [("conflict.expires_soon", None), ("conflict.still_waiting", 3)],
        ),
    ],
)
def test_of_two_reminders_at_once_the_later_says_it_all(notices: set[Notice], expected: list[object]) -> None:
    events = events_of(ConflictChange(WAITING, replace(WAITING, version=3, told=frozenset(notices)), NOW))
    assert [(event.type.value, event.detail().get("days")) for event in events] == expected
    for event in events:
        domain_event.validate_python(event.detail())


def test_what_was_settled_in_between_is_not_reminded_of() -> None:
    for status in (ConflictStatus.APPLIED, ConflictStatus.REJECTED, ConflictStatus.SUPERSEDED):
        after = replace(WAITING, status=status, told=frozenset({Notice.WAITS_A_DAY}))
        assert "conflict.still_waiting" not in told(WAITING, after)


# Approvals


def approval(by: str, given_at: datetime = NOW, **other: Any) -> Approval:
    values: dict[str, Any] = {"version": version_of(WAITING)} | other
    return Approval(f"key of {by}", by, "she left", given_at, **values)


TWO = replace(WAITING, finding=replace(WAITING.finding, rule="two_approvals"))


def test_the_first_of_two_approvals_is_told_and_the_last_one_is_what_it_leads_to() -> None:
    once = replace(TWO, version=3, approvals=(approval("Ines"),))
    assert told(TWO, once) == ["conflict.approval_given"]
    [event] = events_of(ConflictChange(TWO, once, NOW))
    assert event.detail()["missing"] == 1
    assert event.detail()["approval"] == {
        "by": "Ines",
        "reason": "she left",
        "at": "2026-11-23T10:15:30.123Z",
        "until": "2026-11-30T10:15:30.123Z",
        "resolution": None,
    }
    assert told(once, replace(once, approvals=(*once.approvals, approval("Jo")))) == []
    one = replace(WAITING, finding=replace(WAITING.finding, rule="approval"))
    assert told(one, replace(one, approvals=(approval("Ines"),))) == []


def test_approvals_that_end_are_told_with_the_reason() -> None:
    given = replace(TWO, version=3, approvals=(approval("Ines"),))
    for after, why in [
        (replace(given, approvals=(), updated_at=NOW + timedelta(days=7)), "lapsed"),
        (replace(given, approvals=(), updated_at=NOW + timedelta(days=6)), "key_revoked"),
    ]:
        [event] = events_of(ConflictChange(given, replace(after, version=4), NOW))
        domain_event.validate_python(event.detail())
        ended: Any = event.detail()["ended"]
        assert event.type.value == "conflict.approval_ended"
        assert [(each["by"], each["why"]) for each in ended] == [("Ines", why)]
    changed = replace(given, approvals=(), finding=replace(given.finding, judged="another", asked="another"))
    assert told(given, changed) == ["conflict.needs_approval", "conflict.approval_ended"]


def test_who_approves_in_another_way_has_not_lost_an_approval() -> None:
    given = replace(TWO, version=3, approvals=(approval("Ines"),))
    otherwise = replace(given, approvals=(approval("Ines", NOW + timedelta(hours=1), resolution=Resolution.RELINK),))
    assert told(given, otherwise) == ["conflict.approval_given"]
    assert told(given, replace(given, status=ConflictStatus.REJECTED)) == ["conflict.rejected"]


# Circles


def circle(status: ConflictStatus) -> list[Conflict]:
    """Three people who pass their addresses on."""
    ids = ["con-1", "con-2", "con-3"]
    legs = []
    for number, each in enumerate(ids):
        others = tuple(ids[number + 1 :] + ids[:number])
        finding = {"conflict_class": ConflictClass.LEAVING, "rule": "approval", "circle_ids": others}
        over = {"participant_ids": others} if status is not ConflictStatus.WAITING_APPROVAL else {}
        requester = Requester(f"account-{each}", f"account-{each}-1", f"user-{each}", None, f"Person {each}")
        legs.append(a_conflict("org", each, version=2, status=status, requester=requester, **finding, **over))
    return legs


@pytest.mark.parametrize(
    ("before", "after", "event_type"),
    [
        (ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL, "conflict.needs_approval"),
        (ConflictStatus.WAITING_APPROVAL, ConflictStatus.APPLIED, "conflict.applied"),
        (ConflictStatus.APPLIED, ConflictStatus.UNDONE, "conflict.undone"),
    ],
)
def test_what_becomes_of_a_circle_is_one_event_with_all_its_legs(
    before: ConflictStatus, after: ConflictStatus, event_type: str
) -> None:
    legs = circle(after)
    named = Named(directories={"directory": "Staff"}, conflicts={leg.id: leg for leg in legs})
    changes = [ConflictChange(replace(leg, version=1, status=before), leg, NOW) for leg in reversed(legs)]
    events = [event for change in changes for event in events_of(change, named)]
    assert [event.type.value for event in events] == [event_type]
    detail: Any = events[0].detail()
    domain_event.validate_python(detail)
    assert detail["conflict"]["id"] == "con-1"
    assert [(leg["conflictId"], leg["requester"]["displayName"]) for leg in detail["conflict"]["legs"]] == [
        ("con-1", "Person con-1"),
        ("con-2", "Person con-2"),
        ("con-3", "Person con-3"),
    ]


def test_reminders_of_a_circle_come_from_one_of_it_and_what_one_leg_says_alone_from_that_one() -> None:
    legs = circle(ConflictStatus.WAITING_APPROVAL)
    reminded = [told(leg, replace(leg, told=frozenset({Notice.WAITS_A_DAY}))) for leg in legs]
    assert reminded == [["conflict.still_waiting"], [], []]
    assert told(legs[1], replace(legs[1], status=ConflictStatus.REJECTED)) == ["conflict.rejected"]


def test_an_approval_of_a_circle_is_told_once_as_given_and_once_as_ended() -> None:
    legs = [replace(leg, finding=replace(leg.finding, rule="two_approvals")) for leg in circle(WAITING.status)]
    given = [replace(leg, version=3, approvals=(approval("Ines", version=version_of(leg)),)) for leg in legs]
    assert [told(leg, after) for leg, after in zip(legs, given, strict=True)] == [["conflict.approval_given"], [], []]
    lapsed = [replace(leg, approvals=(), updated_at=NOW + timedelta(days=7)) for leg in given]
    assert [told(leg, after) for leg, after in zip(given, lapsed, strict=True)] == [["conflict.approval_ended"], [], []]


def test_an_approval_of_a_circle_that_is_none_any_more_ends_once_whichever_conflict_left_it() -> None:
    legs = [replace(leg, finding=replace(leg.finding, rule="two_approvals")) for leg in circle(WAITING.status)]
    given = [replace(leg, version=3, approvals=(approval("Ines", version=version_of(leg)),)) for leg in legs]
    alone = [replace(leg, approvals=(), finding=replace(leg.finding, circle_ids=(), judged="alone")) for leg in given]
    for left in range(3):
        for status in (ConflictStatus.REJECTED, ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED):
            after = [replace(given[i], status=status) if i == left else alone[i] for i in range(3)]
            said = [each for old, new in zip(given, after, strict=True) for each in told(old, new)]
            assert said.count("conflict.approval_ended") == 1, (left, status)


# Names


def test_names_are_those_of_the_own_organization_and_placeholders_are_nobodys() -> None:
    instead = placeholder("earlier")
    conflict = a_conflict(
        "org",
        "con",
        version=2,
        status=ConflictStatus.WAITING_APPROVAL,
        requester=Requester("ada", "ada-1", "ada", None, "Ada as she asked"),
        old_email=instead,
        holder_account_id="bob",
        holder_organization_id="org",
    )
    ada = an_account(
        "ada", organization_id="org", attributes={"displayName": "Ada King"}, link=a_link("ada", "directory")
    )
    bob = an_account("bob", organization_id="org", attributes={"displayName": "Bob"}, link=a_link("bob", "other"))

    def state_of(named: Named) -> dict[str, Any]:
        [event] = events_of(
            ConflictChange(replace(conflict, version=1, status=ConflictStatus.OPEN), conflict, NOW), named
        )
        domain_event.validate_python(event.detail())
        assert "released.invalid" not in str(event.detail())
        state = event.detail()["conflict"]
        assert isinstance(state, dict)
        return state

    told = state_of(Named(accounts={"ada": ada, "bob": bob}, directories={"directory": "Staff"}))
    assert told["requester"]["displayName"] == "Ada King"
    assert told["holder"] == {
        "accountId": "bob",
        "displayName": "Bob",
        "userName": "bob",
        "status": "active",
        "directoryId": "other",
    }
    assert told["directoryName"] == "Staff"
    moved = {"ada": ada, "bob": replace(bob, organization_id="elsewhere")}
    assert state_of(Named(accounts=moved))["holder"] | {"accountId": ""} == dict.fromkeys(told["holder"]) | {
        "accountId": ""
    }
    assert state_of(Named())["requester"]["displayName"] == "Ada as she asked"


def test_who_decided_is_told() -> None:
    applied = replace(TWO, status=ConflictStatus.APPLIED, approvals=(approval("Ines"), approval("Jo")))
    by_itself = replace(TWO, status=ConflictStatus.APPLIED)
    undone = replace(TWO, status=ConflictStatus.UNDONE, outcome=replace(TWO.outcome, decided_by="Kim"))
    for after, by in [(applied, "Ines and Jo"), (by_itself, None), (undone, "Kim"), (REFUSED, None)]:
        events = events_of(ConflictChange(None, after, NOW))
        state: Any = events[0].detail()["conflict"]
        assert state["decidedBy"] == by
