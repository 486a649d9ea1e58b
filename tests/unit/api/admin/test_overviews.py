"""The event log with its filters and as CSV, and the summary."""

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rightful.api.admin import log as admin_log
from rightful.api.admin import summary as admin_summary
from rightful.api.admin.log import COLUMNS
from rightful.api.request import Response
from rightful.core.organizations.registry import issue_token
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.events.event_log import Action
from rightful.domain.key import Grant, Scope
from rightful.ports.writes.conflicts import AppendLog
from tests.support.builders import a_row
from tests.support.service import Service


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def log(service: Service, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = body_of(service.admin("GET", "/log", query=query))["items"]
    return items


def csv_of(service: Service, **query: str) -> tuple[list[dict[str, str]], Response]:
    response = service.admin("GET", "/log", query={"format": "csv", **query})
    assert response.status == 200, response.body
    assert response.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(str(response.body)))), response


def told() -> Service:
    """A story with a refusal that waits for an approval."""
    service = Service(policy=STANDARD)
    leaver, colleague = service.create_user("sales"), service.create_user("ada")
    service.pass_time(timedelta(hours=1))
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.pass_time(timedelta(hours=1))
    service.move(colleague["id"], "sales")
    service.remediate_all()
    return service


def test_the_log_is_filtered_by_what_happened() -> None:
    service = told()
    assert [row["action"] for row in log(service, action="user.unlinked")] == ["user.unlinked"]
    assert {row["action"] for row in log(service, action="claim.refused, user.created")} == {
        "claim.refused",
        "user.created",
    }
    assert {row["result"] for row in log(service, result="refused")} == {"refused"}
    assert {row["class"] for row in log(service, **{"class": "deactivated"})} == {"deactivated"}
    assert log(service, directoryId="another") == []


def test_the_log_is_filtered_by_when_it_happened() -> None:
    service = told()
    assert {row["action"] for row in log(service, until="2026-11-23T10:00:00Z")} == {"user.created"}
    assert [row["action"] for row in log(service, since="2026-11-23T10:00:00Z", until="2026-11-23T11:00:00+00:00")] == [
        "user.unlinked"
    ]
    assert log(service, since="2026-11-24") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("action", "user.vanished"), ("result", "ok"), ("class", "friendly"), ("since", "soon"), ("format", "xml")],
)
def test_a_filter_that_there_is_not_is_refused_and_named(name: str, value: str) -> None:
    answer = Service().admin("GET", "/log", query={name: value})
    assert answer.status == 400
    assert body_of(answer)["error"]["field"] == name


def test_a_cursor_from_outside_the_asked_time_is_refused() -> None:
    service = told()
    first = body_of(service.admin("GET", "/log", query={"limit": "1"}))
    answer = service.admin("GET", "/log", query={"cursor": first["nextCursor"], "until": "2026-11-23T10:00:00Z"})
    assert (answer.status, body_of(answer)["error"]["field"]) == (400, "cursor")


def test_the_log_as_csv_has_a_line_for_each_row_and_says_the_same() -> None:
    service = told()
    lines, response = csv_of(service)
    rows = log(service)
    assert len(lines) == len(rows)
    assert "Link" not in (response.headers or {})
    for line, row in zip(lines, rows, strict=True):
        assert tuple(line) == COLUMNS
        assert (line["time"], line["action"], line["requestedEmail"]) == (
            row["at"],
            row["action"],
            row["requestedEmail"] or "",
        )


def test_csv_is_also_had_by_asking_for_it_in_http() -> None:
    service = told()
    response = service.admin("GET", "/log", headers={"accept": "text/csv"})
    assert response.content_type.startswith("text/csv")


def test_a_long_log_as_csv_goes_on_at_its_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_log, "MOST_CSV_ROWS", 3)
    monkeypatch.setattr(admin_log, "_PAGE", 3)
    service = told()
    every = {line["id"] for line in csv_of(service)[0]} | {row["id"] for row in log(service)}
    found: list[str] = []
    query: dict[str, str] = {"since": "2026-11-01"}
    for _ in range(10):
        lines, response = csv_of(service, **query)
        found += [line["id"] for line in lines]
        link = (response.headers or {}).get("Link")
        if link is None:
            break
        assert link.endswith('>; rel="next"')
        query = {name: values[0] for name, values in parse_qs(urlsplit(link.strip("<").split(">")[0]).query).items()}
        assert query["since"] == "2026-11-01"
    assert len(found) == len(set(found))
    assert set(found) == every


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\tx", "\rx"])
def test_a_cell_never_is_a_formula(text: str) -> None:
    service = Service()
    row = a_row(service.organization.id, "2026-11-23T09:00:00.000000Z#1", subject=text, action=Action.USER_CREATED)
    service.store.commit([AppendLog(row)], remaining=lambda: 10.0)
    [line] = csv_of(service)[0]
    assert line["subject"].startswith("'")


def test_the_summary_counts_what_is_open_and_says_who_must_act() -> None:
    service = told()
    service.create_user("grace")
    alan = service.create_user("alan")
    service.move(alan["id"], "grace")
    service.remediate_all()
    service.pass_time(timedelta(hours=3))

    told_in_numbers = body_of(service.admin("GET", "/summary"))

    conflicts = told_in_numbers["openConflicts"]
    assert (conflicts["total"], conflicts["complete"]) == (2, True)
    assert conflicts["byClass"] == {"active_in_directory": 1, "deactivated": 1}
    assert conflicts["byStatus"] == {"refused": 1, "waiting_approval": 1}
    assert sum(conflicts["waitingFor"].values()) == 2
    assert conflicts["oldest"]["ageSeconds"] == 3 * 3600
    assert told_in_numbers["unlinkedAccounts"] == 1
    assert told_in_numbers["users"] == {service.directory.id: 3}


def test_a_summary_says_how_old_what_is_open_is_what_became_of_the_rest_and_which_keys_end() -> None:
    service = told()
    grant = Grant(Scope.SCIM, service.organization.id, service.directory.id)
    _, ending = issue_token(service.context(), grant, "IdP", timedelta(days=12))
    service.pass_time(timedelta(days=2))
    numbers = body_of(service.admin("GET", "/summary"))
    assert numbers["openConflicts"]["byAge"] == {"underADay": 0, "underThreeDays": 1, "underAWeek": 0, "older": 0}
    assert numbers["openConflicts"]["byDirectory"] == {service.directory.id: 1}
    assert [key["id"] for key in numbers["keysThatExpire"]] == [ending.id]
    week = {"total": 1, "complete": True, "byStatus": {"waiting_approval": 1}}
    assert numbers["recorded"] == {"last7Days": week, "last30Days": week}
    service.pass_time(timedelta(days=9))
    numbers = body_of(service.admin("GET", "/summary"))
    assert numbers["openConflicts"]["byAge"]["older"] == 1
    assert numbers["recorded"] == {"last7Days": {"total": 0, "complete": True, "byStatus": {}}, "last30Days": week}


def test_an_empty_organization_has_an_empty_summary() -> None:
    numbers = body_of(Service().admin("GET", "/summary"))
    assert numbers["openConflicts"]["total"] == 0
    assert numbers["openConflicts"]["oldest"] is None


def test_a_summary_that_stops_counting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_summary, "MOST_CONFLICTS", 1)
    service = told()
    service.create_user("grace")
    alan = service.create_user("alan")
    service.move(alan["id"], "grace")
    service.remediate_all()
    conflicts = body_of(service.admin("GET", "/summary"))["openConflicts"]
    assert (conflicts["total"], conflicts["complete"]) == (1, False)
