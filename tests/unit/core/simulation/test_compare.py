"""A policy asked about conflicts that were decided before: by the function that decides, from what a finding kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightful.core.conflicts.decision.decide import Decision, decide
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis, diagnose
from rightful.core.conflicts.diagnosis.evidence import TakesTwo
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.core.conflicts.planning.parts import applied, diagnosed
from rightful.core.simulation.compare import MOST_DIFFERENCES, compare, decided_again, judgement_of
from rightful.core.simulation.simulation import Settings
from rightful.domain.account import Account, AccountStatus, Flag, Origin
from rightful.domain.address import Hold, parse_address
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus, Outcome
from rightful.domain.conflicts.evidence import Evidence, Proof, ProofKind
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.policy import ALLOWED, STANDARD, STANDARD_RULES, Brakes, Policy, PolicyBase, Rule
from rightful.domain.conflicts.refused_request import Requester
from rightful.domain.conflicts.simulated import Verdict, WhyNotSimulated
from tests.support.builders import NOW, a_conflict, a_link, an_account, an_organization

OPEN = Brakes()
DAY = timedelta(days=1)
BY_RULE = {
    Rule.AUTO: Verdict.AUTOMATIC,
    Rule.APPROVAL: Verdict.APPROVAL,
    Rule.TWO_APPROVALS: Verdict.TWO_APPROVALS,
    Rule.REFUSE: Verdict.NEVER,
}
CAUTIONS = [
    Statement(OutcomeCode.BACK_AND_FORTH, {"day": "2026-11-01", "until": "2026-11-08 00:00 UTC"}),
    Statement(OutcomeCode.HOUR_FULL, {"limit": "2", "until": "2026-11-08 00:00 UTC"}),
    Statement(OutcomeCode.DAY_FULL, {"limit": "2", "until": "2026-11-08 00:00 UTC"}),
    Statement(OutcomeCode.OVER_CAP, {"limit": "2"}),
]


def custom(rules: dict[ConflictClass, Rule], days: int = 14) -> Policy:
    return Policy(PolicyBase.CUSTOM, rules, timedelta(days=days))


def found(diagnosis: Diagnosis, decision: Decision | None = None, **more: object) -> Conflict:
    """A conflict that was examined, and about which that was decided."""
    conflict = a_conflict("ours", "c1", status=ConflictStatus.WAITING_APPROVAL, **more)
    return replace(conflict, finding=diagnosed(conflict, diagnosis, decision or Decision(Rule.APPROVAL, act=False)))


def kind(conflict_class: ConflictClass) -> Diagnosis:
    """A diagnosis of that class, of which nothing but the class matters."""
    if conflict_class is ConflictClass.PROTECTED:
        return Diagnosis(conflict_class, underlying_class=ConflictClass.UNLINKED, two=TakesTwo(anyway=True))
    if conflict_class is ConflictClass.DEACTIVATED:
        return Diagnosis(conflict_class, since=400 * DAY, deactivated_at=NOW - 400 * DAY)
    return Diagnosis(conflict_class)


RULES = [(each, rule) for each in ConflictClass for rule in sorted(ALLOWED.get(each, frozenset(Rule)))]


@pytest.mark.parametrize(("conflict_class", "rule"), RULES)
def test_each_class_would_be_decided_as_either_policy_says(conflict_class: ConflictClass, rule: Rule) -> None:
    standard, changed = Settings(STANDARD, OPEN), Settings(custom({conflict_class: rule}), OPEN)
    for before, after in ((standard, changed), (changed, standard)):
        comparison = compare(before, after, [found(kind(conflict_class))], NOW)
        [count] = comparison.classes
        assert (count.conflict_class, count.conflicts, count.not_simulated) == (conflict_class, 1, 0)
        was, would_be = (BY_RULE[each.policy.rule(conflict_class)] for each in (before, after))
        assert {verdict: number for verdict, number in count.before.items() if number} == {was: 1}
        assert {verdict: number for verdict, number in count.after.items() if number} == {would_be: 1}
        assert count.changed == comparison.changed == (was is not would_be)
        assert [(each.before.verdict, each.after.verdict) for each in comparison.differences] == (
            [(was, would_be)] if was is not would_be else []
        )


def test_the_strict_policy_changes_what_it_makes_strict_and_nothing_else() -> None:
    conflicts = [found(kind(each)) for each in ConflictClass]
    comparison = compare(Settings(STANDARD, OPEN), Settings(Policy(PolicyBase.STRICT), OPEN), conflicts, NOW)
    automatic = {each for each, rule in STANDARD_RULES.items() if rule is Rule.AUTO}
    kept = {ConflictClass.SELF, ConflictClass.TOMBSTONE, ConflictClass.STALE_INDEX, ConflictClass.LEAVING}
    assert {each.conflict.finding.conflict_class for each in comparison.differences} == automatic - kept
    assert {each.after.verdict for each in comparison.differences} == {Verdict.APPROVAL}


policies = st.builds(
    Policy,
    base=st.sampled_from(PolicyBase),
    rules=st.dictionaries(st.sampled_from(ConflictClass), st.sampled_from(Rule), max_size=6),
    deactivated_after=st.sampled_from([timedelta(0), 14 * DAY, 15 * DAY, 90 * DAY]),
)
brakes = st.builds(Brakes, paused=st.booleans(), dry_run=st.booleans())


def _diagnosis(below: ConflictClass, two: bool, days: int | None, proof: Proof | None, **more: bool) -> Diagnosis:
    dated = below is ConflictClass.DEACTIVATED and days is not None
    since = days * DAY if dated and days is not None else None
    return Diagnosis(
        conflict_class=ConflictClass.PROTECTED if two else below,
        underlying_class=below if two else None,
        evidence=Evidence(proof=proof),
        since=since,
        deactivated_at=NOW - since if since is not None else None,
        two=TakesTwo(anyway=two),
        **more,
    )


diagnoses = st.builds(
    _diagnosis,
    below=st.sampled_from([each for each in ConflictClass if each is not ConflictClass.PROTECTED]),
    two=st.booleans(),
    days=st.sampled_from([None, 0, 13, 14, 15, 100]),
    proof=st.none() | st.builds(Proof, kind=st.sampled_from(ProofKind), number=st.just("7")),
    free=st.booleans(),
    follows=st.booleans(),
    other_letters=st.booleans(),
)


@given(diagnoses, policies, brakes, st.none() | st.sampled_from(CAUTIONS))
def test_what_was_decided_is_decided_again_by_the_settings_in_force(
    diagnosis: Diagnosis, policy: Policy, brakes: Brakes, caution: Statement[OutcomeCode] | None
) -> None:
    decision = decide(diagnosis, policy, brakes, caution=caution)
    assert decided_again(found(diagnosis, decision), Settings(policy, brakes), NOW) == decision


@given(diagnoses, policies, policies, brakes, brakes)
def test_any_other_settings_decide_as_they_would_have_then(
    diagnosis: Diagnosis, policy: Policy, other: Policy, brakes: Brakes, others: Brakes
) -> None:
    conflict = found(diagnosis, decide(diagnosis, policy, brakes))
    assert decided_again(conflict, Settings(other, others), NOW) == decide(diagnosis, other, others)


@given(st.lists(diagnoses, max_size=4), policies, brakes)
def test_the_same_settings_change_nothing(many: list[Diagnosis], policy: Policy, brakes: Brakes) -> None:
    settings = Settings(policy, brakes)
    comparison = compare(settings, settings, [found(each, decide(each, policy, brakes)) for each in many], NOW)
    assert (comparison.changed, comparison.differences) == (0, ())
    assert all(each.before == each.after for each in comparison.classes)
    assert comparison.conflicts == comparison.simulated == len(many)


# Kinds of accounts that take two people hang on the policy

OURS = an_organization("ours", domains={"corp.example": NOW})
WANTED = parse_address("wanted@corp.example")


def _account(name: str, email: str, *, linked: bool, **more: object) -> Account:
    link = a_link(name, "here") if linked else None
    return an_account(name, email=email, **{"organization_id": "ours", "claimed": True, "link": link, **more})


holders = st.builds(
    _account,
    name=st.just("holder"),
    email=st.just("wanted@corp.example"),
    linked=st.booleans(),
    status=st.sampled_from(AccountStatus),
    origin=st.sampled_from(Origin),
    deactivated_at=st.sampled_from([None, NOW - 40 * DAY]),
    last_login_at=st.sampled_from([None, NOW]),
    flags=st.sampled_from([frozenset(), frozenset({Flag.SERVICE})]),
    two_until=st.sampled_from([None, NOW - DAY, NOW + DAY]),
    organization_id=st.sampled_from(["ours", None]),
)
requesters = st.builds(
    _account,
    name=st.just("ada"),
    email=st.just("ada@corp.example"),
    linked=st.just(True),
    flags=st.sampled_from([frozenset(), frozenset({Flag.SERVICE})]),
    two_until=st.sampled_from([None, NOW + DAY]),
)
two_or_not = st.dictionaries(
    st.sampled_from([each for each in ConflictClass if Rule.TWO_APPROVALS in ALLOWED.get(each, frozenset(Rule))]),
    st.sampled_from([Rule.TWO_APPROVALS, Rule.APPROVAL, Rule.REFUSE]),
    max_size=8,
).map(custom)


@given(requesters, st.none() | holders, st.booleans(), two_or_not, two_or_not)
def test_whose_kind_takes_two_people_is_asked_of_the_other_policy(
    requester: Account, holder: Account | None, by_one: bool, policy: Policy, other: Policy
) -> None:
    """Whatever was examined under one policy is decided as if it had been examined under the other."""
    conflict = a_conflict(
        "ours", "c1", directory_id="here", requester=Requester("ada", "ada-1", "ada", None), wanted=WANTED
    )
    hold = Hold(WANTED.canonical, holder.id) if holder else None
    participant = Participant(conflict, requester, hold, holder, by_one=by_one)

    def examined(policy: Policy) -> Diagnosis:
        organization = replace(OURS, policy=policy)
        return diagnose(Snapshot(NOW, participant, organization, directory_exists=True, pending_id="c1"))

    stored = found(examined(policy), decide(examined(policy), policy, OPEN))
    assert decided_again(stored, Settings(other, OPEN), NOW) == decide(examined(other), other, OPEN)


# Time

LATELY = Diagnosis(ConflictClass.DEACTIVATED, since=20 * DAY, deactivated_at=NOW - 20 * DAY)


def resolved(diagnosis: Diagnosis, at: datetime) -> Conflict:
    waiting = found(diagnosis)
    return applied(waiting, Decision(Rule.AUTO, act=True), at, waiting.finding, Outcome())


@pytest.mark.parametrize(
    ("conflict", "verdict"),
    [
        (found(LATELY), Verdict.APPROVAL),
        (resolved(LATELY, NOW), Verdict.APPROVAL),
        # Whatever has become of it since, and however long ago: it is as it was when it was decided.
        (
            replace(resolved(LATELY, NOW), status=ConflictStatus.UNDONE, outcome=Outcome(NOW + 40 * DAY)),
            Verdict.APPROVAL,
        ),
    ],
)
def test_the_days_of_a_deactivated_holder_are_those_of_the_decision(conflict: Conflict, verdict: Verdict) -> None:
    later = NOW if conflict.live else NOW + 60 * DAY
    judgement = judgement_of(conflict, Settings(custom({}, days=30), OPEN), later)
    assert judgement is not None
    assert judgement.verdict is verdict
    assert judgement.sentence == (
        "It would wait for the approval of an administrator. The holder has been deactivated for less than 30 days: "
        f"until {NOW + 10 * DAY:%Y-%m-%d %H:%M} UTC it gives nothing up by itself."
    )
    shorter = judgement_of(conflict, Settings(STANDARD, OPEN), later)
    assert shorter is not None
    assert (shorter.verdict, shorter.sentence) == (Verdict.AUTOMATIC, "It would be resolved by itself.")


def test_another_day_is_a_difference() -> None:
    policies = [Settings(custom({}, days=days), OPEN) for days in (30, 40)]
    [difference] = compare(policies[0], policies[1], [found(LATELY)], NOW).differences
    assert difference.before.verdict is difference.after.verdict
    assert difference.before.sentence != difference.after.sentence


# Brakes


@pytest.mark.parametrize(
    ("brakes", "verdict", "code"),
    [
        (Brakes(dry_run=True), Verdict.ONLY_TOLD, OutcomeCode.DRY_RUN),
        (Brakes(paused=True), Verdict.APPROVAL, OutcomeCode.PAUSED),
        (Brakes(paused=True, dry_run=True), Verdict.APPROVAL, OutcomeCode.PAUSED),
    ],
)
def test_brakes_are_simulated(brakes: Brakes, verdict: Verdict, code: OutcomeCode) -> None:
    conflicts = [found(kind(each)) for each in (ConflictClass.UNCONFIRMED, ConflictClass.SELF, ConflictClass.UNLINKED)]
    [difference] = compare(Settings(STANDARD, OPEN), Settings(STANDARD, brakes), conflicts, NOW).differences
    assert difference.conflict is conflicts[0]
    assert (difference.before.verdict, difference.after.verdict) == (Verdict.AUTOMATIC, verdict)
    assert difference.after.statements[-1].code is code


def test_under_a_brake_the_rules_of_two_policies_are_told_apart() -> None:
    strict = Settings(Policy(PolicyBase.STRICT), Brakes(paused=True))
    [difference] = compare(
        Settings(STANDARD, Brakes(paused=True)), strict, [found(kind(ConflictClass.DUPLICATE))], NOW
    ).differences
    assert difference.before.verdict is difference.after.verdict is Verdict.APPROVAL
    assert "paused" in difference.before.sentence
    assert "paused" not in difference.after.sentence


@pytest.mark.parametrize("caution", CAUTIONS)
def test_what_held_it_back_then_holds_it_back(caution: Statement[OutcomeCode]) -> None:
    diagnosis = Diagnosis(ConflictClass.UNCONFIRMED)
    conflict = found(diagnosis, decide(diagnosis, STANDARD, OPEN, caution=caution))
    judgement = judgement_of(conflict, Settings(STANDARD, OPEN), NOW)
    assert judgement is not None
    assert judgement.statements == (Statement(Verdict.APPROVAL), caution)


# What is not known


def test_what_was_dropped_or_never_examined_is_counted_and_said() -> None:
    examined = found(kind(ConflictClass.DUPLICATE))
    dropped = replace(examined, status=ConflictStatus.SUPERSEDED, finding=replace(examined.finding, evidence=None))
    unexamined = a_conflict("ours", "c2")
    settings = Settings(STANDARD, OPEN), Settings(Policy(PolicyBase.STRICT), OPEN)
    comparison = compare(*settings, [examined, dropped, dropped, unexamined], NOW)
    assert (comparison.conflicts, comparison.simulated, comparison.changed) == (4, 1, 1)
    known, unknown = comparison.classes
    assert (known.conflict_class, known.conflicts, known.not_simulated) == (ConflictClass.DUPLICATE, 3, 2)
    assert (unknown.conflict_class, unknown.conflicts, unknown.not_simulated) == (None, 1, 1)
    assert sum(unknown.before.values()) == sum(unknown.after.values()) == 0
    reasons = {each.why.code: (each.number, each.why.sentence.split(":")[0]) for each in comparison.not_simulated}
    assert reasons == {WhyNotSimulated.NOT_EXAMINED: (1, "1 conflict"), WhyNotSimulated.DROPPED: (2, "2 conflicts")}


def test_the_list_is_bounded_and_the_numbers_are_not() -> None:
    conflicts = [replace(found(kind(ConflictClass.DUPLICATE)), id=f"c{number}") for number in range(150)]
    comparison = compare(Settings(STANDARD, OPEN), Settings(Policy(PolicyBase.STRICT), OPEN), conflicts, NOW)
    assert comparison.changed == 150
    assert [each.conflict.id for each in comparison.differences] == [f"c{each}" for each in range(MOST_DIFFERENCES)]


def test_what_follows_another_change_is_not_said_to_be_resolved_by_itself() -> None:
    judgement = judgement_of(found(Diagnosis(ConflictClass.LEAVING, follows=True)), Settings(STANDARD, OPEN), NOW)
    assert judgement is not None
    assert judgement.verdict is Verdict.AUTOMATIC
    assert judgement.sentence.startswith("There would be nothing to decide")
