"""Pending changes and waiters against their conflicts, as two literals and a verdict."""

from dataclasses import replace

import pytest

from rightful.core.integrity.conflicts import judge_conflict, judge_pending, judge_waiter
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.ports.scan import Pending, Waiter
from rightful.ports.writes.conflicts import EndPending, EndWaiter, PutPending, PutWaiter
from tests.support.builders import a_conflict

OPEN = a_conflict("org", "conflict")
PENDING = Pending(OPEN.request.requester_key, OPEN.id)
WAITER = Waiter(OPEN.request.wanted.canonical, OPEN.id, "org")
OVER = {ConflictStatus.APPLIED, ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED}
LIVE = {ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL, ConflictStatus.REFUSED}


@pytest.mark.parametrize("status", ConflictStatus)
def test_a_pending_change_stands_until_its_conflict_is_over(status: ConflictStatus) -> None:
    found = judge_pending(PENDING, replace(OPEN, status=status))
    assert (found is not None) == (status in OVER)


@pytest.mark.parametrize("status", ConflictStatus)
def test_a_waiter_stands_while_its_conflict_is_live(status: ConflictStatus) -> None:
    found = judge_waiter(WAITER, replace(OPEN, status=status))
    assert (found is None) == (status in LIVE | {ConflictStatus.PREPARED})


def test_a_create_that_is_prepared_goes_on_waiting_for_the_user() -> None:
    prepared = replace(OPEN, status=ConflictStatus.PREPARED)
    assert judge_pending(PENDING, prepared) is None
    assert judge_waiter(WAITER, prepared) is None


def test_what_points_to_no_conflict_is_removed() -> None:
    pending, waiter = judge_pending(PENDING, None), judge_waiter(WAITER, None)
    assert pending is not None
    assert waiter is not None
    assert pending.repair == (EndPending(OPEN.request.requester_key, OPEN.id),)
    assert waiter.repair == (EndWaiter(OPEN.request.wanted.canonical, OPEN.id),)


def test_a_waiter_at_another_address_than_the_wanted_one_is_removed() -> None:
    assert judge_waiter(replace(WAITER, canonical="other@example.com"), OPEN) is not None


def test_a_live_conflict_that_nothing_points_to_gets_both_back() -> None:
    pending, waiter = judge_conflict(OPEN, {}, set())
    assert pending.repair == (PutPending(OPEN.request.requester_key, OPEN.id, OPEN.request.wanted.canonical),)
    assert waiter.repair == (PutWaiter(OPEN.request.wanted.canonical, OPEN.id, "org"),)


def test_another_pending_change_of_the_requester_is_the_remediators_business() -> None:
    assert (
        judge_conflict(OPEN, {OPEN.request.requester_key: "a later one"}, {(OPEN.request.wanted.canonical, OPEN.id)})
        == ()
    )


@pytest.mark.parametrize("status", sorted(set(ConflictStatus) - LIVE))
def test_a_conflict_that_has_ended_needs_nothing(status: ConflictStatus) -> None:
    assert judge_conflict(replace(OPEN, status=status), {}, set()) == ()
