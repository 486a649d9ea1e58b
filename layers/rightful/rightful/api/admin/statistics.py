"""Admin API: figures of days."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from rightful.api.admin.call import AdminCall
from rightful.api.request import Response
from rightful.domain.events.counts import (
    DECIDED,
    Counts,
    DayCounts,
    Ending,
    median,
    share_refused,
    since_hour,
    total,
)
from rightful.text.ids import time_text

PARAMETERS = ("days",)
MOST_DAYS, _DAYS = 90, 30
_DAY = timedelta(days=1)


def statistics(call: AdminCall) -> Response:
    """GET statistics?days=30: for each day, UTC's and today among them, what each directory wrote and was refused, and
    what became of conflicts; and all of it together. One call, a query; one more for each further megabyte, which is
    some two thousand days of a directory.

    Raises:
        ApiError: 400, `days` is not a whole number from 1 to 90.
    """
    days = call.whole_number("days", MOST_DAYS) or _DAYS
    found = counts_of(call, days)
    today = call.invocation.now.date()
    first = today - (days - 1) * _DAY
    body = {
        "from": first.isoformat(),
        "to": today.isoformat(),
        "total": figures_document(total(each.counts for each in found)),
        "byDirectory": {
            directory_id: figures_document(total(each.counts for each in found if each.directory_id == directory_id))
            for directory_id in sorted({each.directory_id for each in found})
        },
        "byDay": [_day(first + ahead * _DAY, found) for ahead in range(days)],
        "asOf": time_text(call.invocation.now),
    }
    return Response(200, body)


def counts_of(call: AdminCall, days: int) -> Sequence[DayCounts]:
    """The figures of so many days, today among them."""
    today = call.invocation.now.date()
    return call.store.counts(call.organization_id, today - (days - 1) * _DAY, today)


def _day(day: date, found: Iterable[DayCounts]) -> dict[str, object]:
    of_day = [each for each in found if each.day == day]
    return {
        "day": day.isoformat(),
        **figures_document(total(each.counts for each in of_day)),
        "byDirectory": {each.directory_id: figures_document(each.counts) for each in of_day},
    }


def figures_document(counts: Counts) -> dict[str, object]:
    """All figures of a time."""
    return {
        **pushes_document(counts),
        "lastPushAt": time_text(counts.last_push_at) if counts.last_push_at is not None else None,
        "conflicts": conflicts_document(counts),
    }


def pushes_document(counts: Counts) -> dict[str, object]:
    """What identity providers wrote and were refused."""
    share = share_refused(counts)
    return {
        "writes": counts.writes,
        "refused": counts.refusals,
        "shareRefused": round(share, 4) if share is not None else None,
    }


def conflicts_document(counts: Counts) -> dict[str, object]:
    """What became of conflicts, and how long people waited for what was decided."""
    times = counts.times(DECIDED)
    return {
        "opened": counts.opened,
        "reopened": counts.reopened,
        "wouldBeAutomatic": counts.would_be_automatic,
        "ended": {ending.value: counts.ended_as(ending) for ending in Ending},
        "timeToDecide": {time.value: number for time, number in times.items()},
        "medianTimeToDecide": median(times),
    }


def lately(found: Sequence[DayCounts], directory_id: str, now: datetime) -> dict[str, object]:
    """What a directory wrote and was refused within a day (the hour that is running and the 23 before), 7 days and 30;
    and when last, within these."""
    own = [each for each in found if each.directory_id == directory_id]
    last = total(each.counts for each in own).last_push_at
    return {
        "lastPushAt": time_text(last) if last is not None else None,
        "last24Hours": pushes_document(since_hour(own, now - timedelta(hours=23))),
        **{f"last{days}Days": pushes_document(within(own, days, now)) for days in (7, 30)},
    }


def within(found: Iterable[DayCounts], days: int, now: datetime) -> Counts:
    """Of so many days, today among them."""
    first = now.date() - (days - 1) * _DAY
    return total(each.counts for each in found if each.day >= first)
