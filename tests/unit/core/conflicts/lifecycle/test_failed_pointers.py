"""A conflict that failed is opened again by who asks after that, and by no message that was on its way already."""

from datetime import timedelta

import pytest

from rightful.core.conflicts.lifecycle.fail import give_up
from rightful.core.conflicts.remediate import Effect, remediate
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from tests.unit.core.conflicts.test_undo import ONE, Office


@pytest.mark.parametrize(
    ("seconds", "opens"), [(-60, False), (0, False), (1, True), (None, True)], ids=["before", "then", "after", "asked"]
)
def test_a_failed_conflict_is_opened_again_only_by_what_was_sent_after_it_failed(
    seconds: int | None, opens: bool
) -> None:
    office = Office(ONE)
    ada = office.create("ada")
    office.create("sales")
    assert office.service.move(ada, "sales").status == 409
    [conflict] = office.service.store.all_of(Conflict)
    failed = give_up(office.service.context(), conflict.pointer)
    assert failed is not None
    assert failed.outcome.resolved_at is not None
    office.service.pass_time(timedelta(minutes=5))
    sent_at = failed.outcome.resolved_at + timedelta(seconds=seconds) if seconds is not None else None
    outcome = remediate(office.service.context(), conflict.pointer, sent_at=sent_at)
    assert (outcome.effect is not Effect.NOTHING) is opens
    assert (office.conflict(conflict.id).status is not ConflictStatus.FAILED) is opens
