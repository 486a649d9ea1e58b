"""Trying again where somebody else was faster: how often, how long, and what ends it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from rightful.ports.context import Invocation
from rightful.ports.refusals import commit_again, commit_from
from rightful.ports.writes.transaction import ContendedError, RefusedError
from rightful.scim.errors import ScimError


@dataclass
class Attempts:
    """An attempt that is refused so many times, and the pauses after that."""

    refused: int
    made: int = 0
    pauses: list[int] = field(default_factory=list)

    def __call__(self) -> str:
        self.made += 1
        if self.made <= self.refused:
            raise RefusedError(())
        return "committed"

    def invocation(self, remaining: Callable[[], float] = lambda: 10.0) -> Invocation:
        return Invocation(remaining=remaining, pause=self.pauses.append)


def test_what_was_refused_is_attempted_again_after_longer_and_longer_pauses() -> None:
    attempt = Attempts(refused=3)
    assert commit_again(attempt, attempt.invocation()) == "committed"
    assert (attempt.made, attempt.pauses) == (4, [0, 1, 2])


def test_others_who_are_faster_each_time_are_given_way_in_the_end() -> None:
    attempt = Attempts(refused=1000)
    with pytest.raises(ContendedError):
        commit_again(attempt, attempt.invocation())
    assert attempt.made == 8


def test_a_scim_request_waits_longer_for_those_that_are_pushed_beside_it() -> None:
    attempt = Attempts(refused=1000)
    with pytest.raises(ScimError) as refused:
        commit_from(0, lambda _: attempt(), lambda: 0, attempt.invocation())
    assert (attempt.made, refused.value.status) == (40, 503)


def test_no_attempt_begins_without_the_time_for_it() -> None:
    attempt = Attempts(refused=1000)
    left = iter([5.0, 3.0, 1.9])
    with pytest.raises(ContendedError):
        commit_again(attempt, attempt.invocation(lambda: next(left)), time_for_one=2.0)
    assert (attempt.made, attempt.pauses) == (3, [0, 1])


def test_what_an_attempt_says_for_good_is_not_attempted_again() -> None:
    def attempt() -> None:
        made.append(1)
        raise KeyError

    made: list[int] = []
    with pytest.raises(KeyError):
        commit_again(attempt, Invocation())
    assert len(made) == 1
