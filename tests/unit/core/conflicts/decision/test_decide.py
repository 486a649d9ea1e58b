"""Decisions: what policy, brakes and approvals make of a diagnosis, called with two literals."""

from datetime import timedelta

import pytest

from rightful.core.conflicts.decision.decide import decide, same_approver, version_now
from rightful.core.conflicts.decision.limits import over_limit
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.domain.conflicts.conflict import Approval, ConflictClass, Resolution
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.policy import STANDARD, STANDARD_RULES, Brakes, Policy, PolicyBase, Rule
from tests.support.builders import NOW, a_conflict, an_account

OPEN = Brakes()
FORTNIGHT = timedelta(days=14)


def _approval(key: str, resolution: Resolution | None = None) -> Approval:
    return Approval(key, key.title(), "because", NOW, resolution)


@pytest.mark.parametrize("conflict_class", list(ConflictClass))
def test_the_standard_policy_decides_every_class_as_its_table_says(conflict_class: ConflictClass) -> None:
    decision = decide(Diagnosis(conflict_class, since=FORTNIGHT, deactivated_at=NOW - FORTNIGHT), STANDARD, OPEN)
    assert decision.rule is STANDARD_RULES[conflict_class]
    assert decision.act is (decision.rule is Rule.AUTO)
    assert decision.missing == {Rule.APPROVAL: 1, Rule.TWO_APPROVALS: 2}.get(decision.rule, 0)


@pytest.mark.parametrize(
    ("since", "act"), [(None, False), (FORTNIGHT - timedelta(seconds=1), False), (FORTNIGHT, True)]
)
def test_a_deactivated_holder_gives_way_by_itself_only_after_its_time(since: timedelta | None, act: bool) -> None:
    decision = decide(
        Diagnosis(ConflictClass.DEACTIVATED, since=since, deactivated_at=since and NOW - since), STANDARD, OPEN
    )
    assert decision.act is act
    assert bool(decision.reason) is not act


@pytest.mark.parametrize("brakes", [Brakes(paused=True), Brakes(dry_run=True)])
def test_a_brake_turns_automatic_into_approval_and_says_why(brakes: Brakes) -> None:
    decision = decide(Diagnosis(ConflictClass.LEAVING), STANDARD, brakes)
    assert (decision.rule, decision.act, decision.missing) == (Rule.APPROVAL, False, 1)
    assert decision.reason
    assert decide(Diagnosis(ConflictClass.LEAVING), STANDARD, brakes, approvals=[_approval("ines")]).act


def test_a_brake_does_not_stop_what_takes_nothing_from_anybody() -> None:
    assert decide(Diagnosis(ConflictClass.SELF), STANDARD, Brakes(paused=True)).act
    assert decide(Diagnosis(ConflictClass.TOMBSTONE), STANDARD, Brakes(paused=True)).act


def test_no_number_of_approvals_makes_a_refusal_right() -> None:
    approvals = [_approval("ines"), _approval("jo"), _approval("kim")]
    assert not decide(Diagnosis(ConflictClass.OTHER_ORGANIZATION), STANDARD, OPEN, approvals=approvals).act


def test_a_protected_holder_needs_two_people_and_the_class_beneath_can_still_refuse() -> None:
    protected = Diagnosis(
        ConflictClass.PROTECTED, underlying_class=ConflictClass.DEACTIVATED, since=FORTNIGHT, deactivated_at=NOW
    )
    assert decide(protected, STANDARD, OPEN, approvals=[_approval("ines")]).missing == 1
    assert decide(protected, STANDARD, OPEN, approvals=[_approval("ines"), _approval("jo")]).act
    refused = Diagnosis(ConflictClass.PROTECTED, underlying_class=ConflictClass.ACTIVE_IN_DIRECTORY)
    assert decide(refused, STANDARD, OPEN, approvals=[_approval("ines"), _approval("jo")]).rule is Rule.REFUSE


def test_two_people_must_agree_on_what_to_do() -> None:
    protected = Diagnosis(ConflictClass.PROTECTED, underlying_class=ConflictClass.UNLINKED)
    divided = [_approval("ines", Resolution.RELEASE), _approval("jo", Resolution.RELINK)]
    decision = decide(protected, STANDARD, OPEN, approvals=divided)
    assert (decision.act, decision.missing) == (False, 1)


def test_an_address_that_is_free_needs_nobody_s_decision() -> None:
    custom = Policy(base=PolicyBase.CUSTOM, rules={ConflictClass.STALE_INDEX: Rule.REFUSE})
    assert decide(Diagnosis(ConflictClass.STALE_INDEX, free=True), custom, OPEN).act
    assert not decide(Diagnosis(ConflictClass.STALE_INDEX), custom, OPEN).act


def test_one_person_with_two_keys_is_one_person() -> None:
    assert same_approver(_approval("ines"), Approval("other key", " INES ", "", NOW))
    assert same_approver(_approval("ines"), Approval("ines", "Somebody", "", NOW))
    assert not same_approver(_approval("ines"), _approval("jo"))


@pytest.mark.parametrize(
    "name",
    [
        "Ines\u200b",
        "I\u00adnes",
        "\uff29\uff4e\uff45\uff53",
        "INES",
        "In\ufe0fes",
        "\u202eInes",
        "Ines\u3164",
        "I nes\u00a0",
    ],
)
def test_a_name_that_differs_only_in_what_is_not_seen_is_the_same_approver(name: str) -> None:
    assert same_approver(_approval("ines"), Approval("other key", name, "", NOW))
    given = [_approval("ines")]
    assert same_approver(Approval("other key", name, "", NOW), given[0])


@pytest.mark.parametrize(("one", "other"), [("Ines", "Inés"), ("Jo Ann", "Jo Anna"), ("Ben 1", "Ben 2"), ("陳", "林")])
def test_names_that_differ_to_the_eye_are_two_approvers(one: str, other: str) -> None:
    assert not same_approver(Approval("a", one, "", NOW), Approval("b", other, "", NOW))
    assert Approval("a", one, "", NOW).ends_at == NOW + timedelta(days=7)


def test_caps_allow_up_to_their_number() -> None:
    brakes = Brakes(per_organization_hour=2, per_account_day=1)
    assert over_limit(brakes, {"hour": 2, "account": 1}, "hour", NOW) is None
    assert over_limit(brakes, {"hour": 3}, "hour", NOW) == Statement(
        OutcomeCode.HOUR_FULL, {"limit": "2", "until": "2026-11-23 11:00 UTC"}
    )
    assert over_limit(brakes, {"account": 2}, "hour", NOW) == Statement(
        OutcomeCode.DAY_FULL, {"limit": "1", "until": "2026-11-24 00:00 UTC"}
    )


def test_who_agreed_to_a_circle_has_not_agreed_to_a_larger_one() -> None:
    def circle(*names: str) -> Snapshot:
        participants = [
            Participant(a_conflict("ours", name), an_account(name), None, an_account(names[0])) for name in names
        ]
        return Snapshot(
            NOW,
            participants[0],
            None,
            directory_exists=True,
            pending_id=None,
            following=tuple(participants),
            cyclic=True,
        )

    leaving = Diagnosis(ConflictClass.LEAVING)
    assert version_now(circle("bob", "cleo"), leaving) == version_now(circle("bob", "cleo"), leaving)
    assert version_now(circle("bob"), leaving) != version_now(circle("bob", "cleo"), leaving)
    assert version_now(circle("bob", "cleo"), leaving) != version_now(circle("cleo", "bob"), leaving)
