"""Figures of days, as an administrator reads them."""

from datetime import date, timedelta
from typing import Any

import pytest
import yaml

from local.paths import ROOT
from rightful.core.events.counting import count_changes
from rightful.core.organizations.registry import create_directory
from rightful.domain.events.counts import (
    OPENED,
    WOULD_BE_AUTOMATIC,
    Counts,
    Ending,
    Took,
    ended,
    refused,
    written,
)
from rightful.ports.writes.counts import AddCounts
from tests.support.service import START, Service, patch
from tests.support.stream import StreamingStore
from tests.unit.api.admin.accounts import body_of

_TODAY = START.date()
_NONE = {"writes": 0, "refused": 0, "shareRefused": None}


def _add(service: Service, day: date, figures: dict[str, int], *, directory_id: str = "", pushed: bool = False) -> None:
    counts = Counts(figures, service.now if pushed else None)
    add = AddCounts(service.organization.id, directory_id or service.directory.id, day, counts)
    service.context().commit([add])


def _statistics(service: Service, **query: str) -> dict[str, Any]:
    return body_of(service.admin("GET", "/statistics", query=query))


def test_what_happened_is_there_day_by_day_and_together() -> None:
    store = StreamingStore()
    service = Service(store=store)
    ada, grace = service.create_user("ada"), service.create_user("grace")
    service.scim("PATCH", f"/Users/{grace['id']}", patch({"op": "replace", "path": "active", "value": False}))
    service.pass_time(timedelta(days=1))
    service.move(ada["id"], "grace")
    service.pass_time(timedelta(minutes=30))
    service.remediate_all()
    count_changes(service.context(), store.take())

    figures = _statistics(service, days="3")

    assert (figures["from"], figures["to"]) == ("2026-11-22", "2026-11-24")
    assert [(day["day"], day["writes"], day["refused"]) for day in figures["byDay"]] == [
        ("2026-11-22", 0, 0),
        ("2026-11-23", 3, 0),
        ("2026-11-24", 0, 1),
    ]
    assert figures["byDay"][0]["byDirectory"] == {}
    assert figures["byDirectory"] == {service.directory.id: figures["total"]}
    total = figures["total"]
    assert (total["writes"], total["refused"], total["shareRefused"]) == (3, 1, 0.25)
    assert total["lastPushAt"] == "2026-11-24T09:00:00.000Z"
    assert total["conflicts"]["ended"] == {**dict.fromkeys(Ending, 0), "automatic": 1}
    assert total["conflicts"]["timeToDecide"] == {**dict.fromkeys(Took, 0), "under_an_hour": 1}
    assert (total["conflicts"]["opened"], total["conflicts"]["medianTimeToDecide"]) == (1, "under_an_hour")


@pytest.mark.parametrize(("days", "length"), [(None, 30), ("1", 1), ("90", 90)])
def test_days_are_as_many_as_were_asked_for(days: str | None, length: int) -> None:
    service = Service()
    _add(service, _TODAY - timedelta(days=length), {OPENED: 100})
    _add(service, _TODAY - timedelta(days=length - 1), {OPENED: 1})
    figures = _statistics(service, **({"days": days} if days else {}))
    assert len(figures["byDay"]) == length
    assert figures["total"]["conflicts"]["opened"] == 1


@pytest.mark.parametrize("days", ["0", "91", "-1", "1.5", "many", "9" * 5000, "٣", " 3"])
def test_other_numbers_of_days_are_refused(days: str) -> None:
    answer = Service().admin("GET", "/statistics", query={"days": days})
    assert answer.status == 400
    assert body_of(answer)["error"] == {
        "code": "invalid_value",
        "message": "days: a whole number from 1 to 90.",
        "field": "days",
    }


def test_nobody_reads_another_organizations_figures() -> None:
    service = Service()
    _add(service, _TODAY, {OPENED: 1})
    assert service.admin("GET", "/statistics", organization_id="another").status in {403, 404}
    assert service.admin("GET", "/statistics", key=service.scim_key).status in {403, 404}


def test_a_summary_says_what_each_directory_pushed_lately_and_how_conflicts_ended() -> None:
    service = Service()
    other = create_directory(service.context(), service.organization.id, "Other")
    yesterday, before = _TODAY - timedelta(days=1), _TODAY - timedelta(days=20)
    _add(service, _TODAY, {written(9): 3, refused(8): 1, ended(Ending.APPROVED, Took.UNDER_A_DAY): 2}, pushed=True)
    _add(service, yesterday, {written(9): 100, written(10): 4, WOULD_BE_AUTOMATIC: 2})
    _add(service, before, {refused(0): 2, ended(Ending.AUTOMATIC, Took.UNDER_A_MINUTE): 5})
    _add(service, _TODAY - timedelta(days=30), {written(9): 1000})
    _add(service, _TODAY, {OPENED: 7}, directory_id="deleted since")

    numbers = body_of(service.admin("GET", "/summary"))

    assert numbers["pushes"] == {
        service.directory.id: {
            "lastPushAt": "2026-11-23T09:00:00.000Z",
            "last24Hours": {"writes": 7, "refused": 1, "shareRefused": 0.125},
            "last7Days": {"writes": 107, "refused": 1, "shareRefused": 0.0093},
            "last30Days": {"writes": 107, "refused": 3, "shareRefused": 0.0273},
        },
        other.id: {"lastPushAt": None, "last24Hours": _NONE, "last7Days": _NONE, "last30Days": _NONE},
    }
    week, month = numbers["outcomes"]["last7Days"], numbers["outcomes"]["last30Days"]
    assert (week["opened"], week["wouldBeAutomatic"], week["medianTimeToDecide"]) == (7, 2, "under_a_day")
    assert {name: number for name, number in month["ended"].items() if number} == {"automatic": 5, "approved": 2}
    assert month["medianTimeToDecide"] == "under_a_minute"


@pytest.mark.parametrize("directories", [1, 20])
def test_a_month_is_one_query_however_much_there_is(directories: int) -> None:
    service = Service()
    for number in range(directories):
        for ahead in range(60):
            _add(service, _TODAY - timedelta(days=ahead), {written(9): 1000, OPENED: 1}, directory_id=f"dir{number}")
    service.store.dynamodb_calls.clear()
    figures = _statistics(service)
    assert service.store.dynamodb_calls == {"query": 1}
    assert figures["total"]["writes"] == directories * 30 * 1000


def test_the_description_names_what_is_answered() -> None:
    schemas = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8"))["components"]["schemas"]
    figures = _statistics(Service())
    assert set(figures) == set(schemas["Statistics"]["properties"])
    assert set(figures["total"]) == set(schemas["Figures"]["properties"])
    assert set(figures["total"]["conflicts"]) == set(schemas["ConflictFigures"]["properties"])
    conflicts = schemas["ConflictFigures"]["properties"]
    assert conflicts["ended"]["required"] == [each.value for each in Ending]
    assert conflicts["timeToDecide"]["required"] == [each.value for each in Took]
    assert conflicts["medianTimeToDecide"]["enum"] == [*(each.value for each in Took), None]
    assert set(body_of(Service().admin("GET", "/summary"))) == set(schemas["Summary"]["properties"])
