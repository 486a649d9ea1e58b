"""Contract: figures by directory and day."""

from datetime import date, timedelta

import pytest

from rightful.domain.events.counts import (
    OPENED,
    Counts,
    DayCounts,
    Ending,
    Took,
    ended,
    refused,
    written,
)
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.counts import AddCounts, MarkCounted
from rightful.ports.writes.transaction import RefusedError
from tests.contract.committing import Committing, plenty
from tests.support.builders import NOW
from tests.support.names import Names

_DAY = date(2026, 11, 20)
_ALL = {OPENED: 2, written(7): 3, refused(23): 1, ended(Ending.AUTOMATIC, Took.UNDER_A_MINUTE): 1}


class FiguresOfDays:
    """They are added up, an occasion once, and read by days."""

    def test_figures_are_added_to_what_is_there_and_the_latest_push_stays(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        where = (names.organization, names.directory, _DAY)
        committing.done(AddCounts(*where, Counts(_ALL, NOW)))
        committing.done(AddCounts(*where, Counts({OPENED: 1, written(8): 1, refused(23): 0})))
        committing.done(AddCounts(*where, Counts({written(8): 1}, NOW)))
        committing.refused(AddCounts(*where, Counts({written(8): 10}, NOW - timedelta(seconds=1))))
        committing.done(AddCounts(*where, Counts({}, NOW + timedelta(seconds=1))))
        expected = Counts({**_ALL, OPENED: 3, written(8): 2}, NOW + timedelta(seconds=1))
        assert store.counts(names.organization, _DAY, _DAY) == (DayCounts(names.directory, _DAY, expected),)

    def test_an_occasion_is_counted_once_and_what_is_counted_with_it_is_not_added_again(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        mark = MarkCounted(f"conflict/{names.conflict}/3", NOW + timedelta(days=2))
        committing.done(mark)
        committing.refused(mark)
        add = AddCounts(names.organization, names.directory, _DAY, Counts({OPENED: 1}))
        with pytest.raises(RefusedError) as refused_commit:
            store.commit([mark, add], remaining=plenty)
        assert [refusal.write for refusal in refused_commit.value.refusals] == [mark]
        assert store.counts(names.organization, _DAY, _DAY) == ()

    def test_figures_are_read_by_day_and_directory_and_those_of_an_organization_only(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        directories = sorted([names.directory, names.other_directory])
        days = [_DAY + timedelta(days=ahead) for ahead in range(-1, 3)]
        for day in reversed(days):
            for directory_id in directories:
                committing.done(AddCounts(names.organization, directory_id, day, Counts({OPENED: day.day})))
        committing.done(AddCounts(names.other_organization, names.directory, _DAY, Counts({OPENED: 1})))
        found = store.counts(names.organization, days[1], days[2])
        assert [(each.day, each.directory_id, each.counts.opened) for each in found] == [
            (day, directory_id, day.day) for day in days[1:3] for directory_id in directories
        ]
