"""What of a conflict is counted, by what one write changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.explanation import OutcomeCode, explained
from rightful.runtime.conflict_metrics import measurements_of
from rightful.runtime.metrics import Measurement, Metric
from tests.support.builders import NOW, a_conflict

OPEN = a_conflict("org", "conflict")


def classified(conflict: Conflict, conflict_class: ConflictClass, status: ConflictStatus) -> Conflict:
    return replace(
        conflict,
        version=conflict.version + 1,
        status=status,
        finding=replace(conflict.finding, conflict_class=conflict_class),
    )


def test_a_recorded_conflict_is_opened_and_nothing_else() -> None:
    assert measurements_of(None, OPEN) == (Measurement(Metric.CONFLICTS_OPENED),)


def test_a_diagnosis_counts_once_by_class_and_by_outcome() -> None:
    waiting = classified(OPEN, ConflictClass.UNLINKED, ConflictStatus.WAITING_APPROVAL)
    assert measurements_of(OPEN, waiting) == (
        Measurement(Metric.CONFLICTS_DIAGNOSED, divided_by="unlinked"),
        Measurement(Metric.DECISIONS, divided_by="waiting_approval"),
    )
    approved = replace(waiting, version=3, explanation=explained(OutcomeCode.REASON, reason="one of two approvals"))
    assert measurements_of(waiting, approved) == ()


def test_another_class_of_the_same_conflict_counts_under_it() -> None:
    unlinked = classified(OPEN, ConflictClass.UNLINKED, ConflictStatus.WAITING_APPROVAL)
    deactivated = classified(unlinked, ConflictClass.DEACTIVATED, ConflictStatus.WAITING_APPROVAL)
    assert measurements_of(unlinked, deactivated) == (
        Measurement(Metric.CONFLICTS_DIAGNOSED, divided_by="deactivated"),
    )


def test_an_applied_conflict_says_how_long_it_took() -> None:
    applied = replace(
        classified(OPEN, ConflictClass.LEAVING, ConflictStatus.APPLIED),
        outcome=replace(
            classified(OPEN, ConflictClass.LEAVING, ConflictStatus.APPLIED).outcome,
            resolved_at=NOW + timedelta(seconds=90),
        ),
    )
    since_recorded = replace(OPEN, created_at=NOW)
    found = measurements_of(since_recorded, replace(applied, created_at=NOW))
    assert Measurement(Metric.TIME_TO_RESOLVE, 90.0) in found


def test_a_prepared_create_is_timed_when_it_is_prepared_and_not_when_its_user_comes() -> None:
    resolved = replace(OPEN.outcome, resolved_at=OPEN.created_at + timedelta(seconds=9))
    prepared = replace(classified(OPEN, ConflictClass.DEACTIVATED, ConflictStatus.PREPARED), outcome=resolved)
    later = replace(resolved, resolved_at=OPEN.created_at + timedelta(days=1))
    seen = classified(OPEN, ConflictClass.DEACTIVATED, ConflictStatus.OPEN)
    assert measurements_of(seen, prepared) == (
        Measurement(Metric.DECISIONS, divided_by="prepared"),
        Measurement(Metric.TIME_TO_RESOLVE, 9.0),
    )
    created = replace(prepared, status=ConflictStatus.APPLIED, outcome=later)
    assert measurements_of(prepared, created) == (Measurement(Metric.DECISIONS, divided_by="applied"),)


@pytest.mark.parametrize("status", [ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED, ConflictStatus.UNDONE])
def test_every_end_counts_under_its_name_without_a_time_to_resolve(status: ConflictStatus) -> None:
    ended = replace(OPEN, version=2, status=status, outcome=replace(OPEN.outcome, resolved_at=NOW))
    assert measurements_of(OPEN, ended) == (Measurement(Metric.DECISIONS, divided_by=status.value),)


def test_a_repeat_by_the_identity_provider_is_no_new_conflict() -> None:
    assert measurements_of(OPEN, replace(OPEN, version=2, occurrences=2)) == ()


def test_a_conflict_that_is_opened_again_is_no_decision() -> None:
    rejected = replace(OPEN, version=2, status=ConflictStatus.REJECTED)
    assert measurements_of(rejected, replace(OPEN, version=3)) == ()


def test_what_is_deleted_is_not_counted() -> None:
    assert measurements_of(OPEN, None) == ()
