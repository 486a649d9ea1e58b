"""Why nothing is left to decide about a conflict, and what can be done instead: for each way in which it can end."""

from datetime import timedelta

import pytest

from rightful.core.conflicts.word import ended_because
from rightful.domain.conflicts.conflict import REOPENED_BY_RETRY, ConflictStatus
from tests.support.builders import a_conflict

_OVER = [each for each in ConflictStatus if not a_conflict("org", "id", status=each).live]


@pytest.mark.parametrize("status", _OVER)
def test_who_decides_too_late_is_told_what_can_be_done_instead(status: ConflictStatus) -> None:
    conflict = a_conflict("org", "id", status=status)
    told = ended_because(conflict, conflict.created_at)
    assert status.value in told
    assert ("Retry" in told) == (status in REOPENED_BY_RETRY)
    assert ("Undo" in told) == (status in {ConflictStatus.APPLIED, ConflictStatus.PREPARED})


@pytest.mark.parametrize("status", sorted(REOPENED_BY_RETRY))
def test_nobody_is_sent_to_retry_what_has_lapsed(status: ConflictStatus) -> None:
    conflict = a_conflict("org", "id", status=status)
    told = ended_because(conflict, conflict.expires_at + timedelta(seconds=1))
    assert "Retry" not in told
    assert "a new conflict" in told
