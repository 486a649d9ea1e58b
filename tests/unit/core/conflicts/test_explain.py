"""What an administrator reads: for every class and outcome one or two sentences, and who must do what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import decide
from rightful.core.conflicts.decision.limits import over_limit
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.evidence_words import evidence_document
from rightful.domain.account import AccountStatus, Flag, Origin
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.evidence import (
    Evidence,
    Holder,
    HolderFacts,
    Leaving,
    Proof,
    ProofKind,
    Protection,
    Side,
)
from rightful.domain.conflicts.next_step import NextStep, Role
from rightful.domain.conflicts.policy import Brakes, Policy, PolicyBase, Rule
from rightful.domain.conflicts.refused_request import Operation
from tests.support.builders import NOW, a_conflict

EVIDENCE = Evidence(
    holder=HolderFacts(
        AccountStatus.ACTIVE,
        Origin.SCIM,
        confirmed=True,
        last_login=date(2026, 10, 30),
        deactivated_on=date(2026, 11, 1),
        deletion_on=date(2026, 12, 7),
    ),
    proof=Proof(ProofKind.NUMBER, "4711"),
    domain="example.com",
    protected=(Protection(Side.HOLDER, Flag.PRIVILEGED),),
    leaving=Leaving.CIRCLE,
    participants=2,
)
REFUSING = Policy(base=PolicyBase.CUSTOM, rules=dict.fromkeys(ConflictClass, Rule.REFUSE))
OUTCOMES = [
    (Policy(), Brakes()),
    (Policy(), Brakes(paused=True)),
    (Policy(), Brakes(dry_run=True)),
    (REFUSING, Brakes()),
]


def every() -> Iterator[tuple[Diagnosis, str, NextStep]]:
    for conflict_class in ConflictClass:
        for underlying_class in (
            (None, ConflictClass.DEACTIVATED) if conflict_class is ConflictClass.PROTECTED else (None,)
        ):
            if conflict_class is ConflictClass.PROTECTED and underlying_class is None:
                continue
            diagnosis = Diagnosis(
                conflict_class, EVIDENCE, underlying_class=underlying_class, since=timedelta(days=3), deactivated_at=NOW
            )
            for policy, brakes in OUTCOMES:
                decision = decide(diagnosis, policy, brakes)
                if not decision.act:
                    explanation, step = explain.decided(a_conflict("org", "con"), diagnosis, decision)
                    yield diagnosis, explanation.sentence, step


@pytest.mark.parametrize(("diagnosis", "explanation", "step"), list(every()))
def test_everything_that_waits_says_in_sentences_why_and_who_must_do_what(
    diagnosis: Diagnosis, explanation: str, step: NextStep
) -> None:
    for text in (explanation, step.what):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "()" not in text
        assert len(text) < 300
    assert step.who is not Role.NOBODY
    if diagnosis.conflict_class is ConflictClass.OTHER_ORGANIZATION:
        assert not any(fact in explanation + step.what for fact in evidence_document(EVIDENCE).values())


def test_a_domain_is_verified_in_dns_or_by_the_operator_and_then_nobody_has_to_retry() -> None:
    diagnosis = Diagnosis(ConflictClass.UNVERIFIED_DOMAIN, EVIDENCE)
    _, step = explain.decided(a_conflict("org", "con"), diagnosis, decide(diagnosis, Policy(), Brakes()))
    assert "DNS" in step.what
    assert "operator" in step.what
    assert "retry" not in step.what


def test_what_a_cap_holds_back_says_when_it_is_examined_again() -> None:
    hour = over_limit(Brakes(per_organization_hour=1), {"hour": 2}, "hour", NOW)
    assert hour is not None
    assert "after 2026-11-23 11:00 UTC" in hour.sentence
    day = over_limit(Brakes(per_account_day=1), {"hour": 1, "day": 2}, "hour", NOW)
    assert day is not None
    assert "after 2026-11-24 00:00 UTC" in day.sentence


@pytest.mark.parametrize(
    ("operation", "words"), [(Operation.CREATE, "this user's again"), (Operation.PATCH, "gives its address up")]
)
def test_what_an_approval_does_to_a_former_account_is_what_is_said(operation: Operation, words: str) -> None:
    diagnosis = Diagnosis(ConflictClass.REHIRE, EVIDENCE)
    conflict = a_conflict("org", "con", operation=operation)
    _, step = explain.decided(conflict, diagnosis, decide(diagnosis, Policy(), Brakes()))
    assert words in step.what


def test_a_free_address_under_a_brake_asks_for_nothing() -> None:
    diagnosis = Diagnosis(ConflictClass.STALE_INDEX, Evidence(Holder.NOBODY), free=True)
    decision = decide(diagnosis, Policy(), Brakes(paused=True))
    conflict = a_conflict("org", "con")
    explanation, step = explain.decided(conflict, diagnosis, decision)
    assert explanation.sentence.startswith("Nobody holds the address any more.")
    assert step.what.startswith("Push the user again in the identity provider")
    entra = replace(conflict, request=replace(conflict.request, profile="entra"))
    assert explain.decided(entra, diagnosis, decision)[1].what.startswith("Nothing has to be done")
