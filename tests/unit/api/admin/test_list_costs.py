"""What a list costs does not depend on how much there is besides: as many calls among 100,000 as among ten."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rightful.domain.address import Address
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.domain.events.event_log import first_id_at
from rightful.ports.writes.conflicts import AppendLog, PutConflict
from tests.contract.committing import given
from tests.support.builders import a_conflict, a_row
from tests.support.many import conflicts_like, rows_like
from tests.support.service import START, Service

MINE, ADDRESS = "mine", "Ada@example.com"


@pytest.fixture(scope="module", params=[10, 100_000])
def service(request: pytest.FixtureRequest) -> Service:
    """Two old conflicts and two old rows about one account, and then very many about others."""
    service = Service()
    ours, store = service.organization.id, service.store
    others: dict[str, Any] = {"status": ConflictStatus.APPLIED, "created_at": START}
    for number in range(2):
        conflict = a_conflict(
            ours,
            f"{first_id_at(START)}{number:020x}",
            status=ConflictStatus.WAITING_APPROVAL,
            created_at=START,
            conflict_class=ConflictClass.DUPLICATE,
            next_step=step(Role.ADMINISTRATOR, StepCode.APPROVE),
            directory_id="mine",
            holder_account_id=MINE,
            holder_organization_id=ours,
        )
        conflict = replace(conflict, request=replace(conflict.request, old_email=None))
        row = a_row(
            ours,
            conflict.id,
            at=START,
            account_id=MINE,
            conflict_id="mine",
            requested_email=ADDRESS,
            action="claim.refused",
        )
        given(store, PutConflict(conflict, None), AppendLog(row))
    conflicts_like(store, a_conflict(ours, "pattern", **others), request.param)
    conflicts_like(store, a_conflict("theirs", "pattern", **others), 10)
    rows_like(store, a_row(ours, "pattern", at=START, account_id="other", conflict_id="other"), request.param)
    return service


def asked(service: Service, route: str, query: Mapping[str, str]) -> tuple[dict[str, Any], Counter[str]]:
    service.store.dynamodb_calls.clear()
    answer = service.admin("GET", route, query=query)
    assert isinstance(answer.body, dict)
    assert answer.status == 200, answer.body
    return answer.body, Counter(service.store.dynamodb_calls)


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ({"status": "live"}, 3),
        ({"status": "waiting_approval"}, 1),
        ({"class": "duplicate"}, 1),
        ({"class": "duplicate,protected", "status": "waiting_approval"}, 1),
        ({"who": "organization_administrator"}, 1),
        ({"who": "organization_administrator", "status": "live", "class": "duplicate", "directoryId": "mine"}, 1),
        ({"directoryId": "mine"}, 1),
        ({"accountId": MINE}, 2),
        ({"accountId": MINE, "status": "live"}, 2),
    ],
)
@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_a_list_of_conflicts_costs_a_query_for_each_word_and_one_batch(
    service: Service, query: dict[str, str], queries: int, order: str
) -> None:
    answer, calls = asked(service, "/conflicts", {**query, "order": order, "count": "true"})
    assert len(answer["items"]) == 2
    assert answer["count"] == {"number": 2, "complete": True}
    # Conflicts, and the people and directories that they are about. A page that has all of them is their number.
    assert calls == {"query": queries, "batch_get_item": 2}
    answer, calls = asked(service, "/conflicts", {**query, "order": order, "count": "true", "limit": "1"})
    assert len(answer["items"]) == 1
    assert answer["count"] == {"number": 2, "complete": True}
    assert calls["query"] == 2 * queries


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ({"accountId": MINE}, 1),
        ({"conflictId": "mine"}, 1),
        ({"address": ADDRESS.lower()}, 2),
        ({"accountId": MINE, "action": "claim.refused", "address": ADDRESS}, 1),
        ({"accountId": MINE, "format": "csv"}, 1),
    ],
)
def test_a_persons_log_costs_a_query_and_one_batch(service: Service, query: dict[str, str], queries: int) -> None:
    service.store.dynamodb_calls.clear()
    answer = service.admin("GET", "/log", query=query)
    rows = answer.body["items"] if isinstance(answer.body, dict) else str(answer.body).splitlines()[1:]
    assert len(rows) == 2
    assert service.store.dynamodb_calls == {"query": queries, "batch_get_item": 1}


def test_a_history_costs_what_its_own_conflicts_and_rows_cost(service: Service) -> None:
    service.store.dynamodb_calls.clear()
    history = service.admin("GET", "/accounts/{id}/history", parameters={"id": MINE})
    assert service.store.dynamodb_calls == {"query": 3, "batch_get_item": 2}
    assert isinstance(history.body, dict)
    assert [bool(each["row"]) for each in history.body["items"]].count(True) == 2
    assert len(history.body["items"]) == 4
    answer, calls = asked(service, "/addresses/history", {"address": ADDRESS})
    assert len(answer["items"]) == 2
    assert (calls["query"], calls.total() <= 6) == (4, True)
    answer, calls = asked(service, "/addresses", {"address": ADDRESS})
    assert (answer["account"], answer["waiting"]) == (None, [])
    assert calls.total() <= 6


def test_a_summary_costs_a_bounded_number_of_calls(service: Service) -> None:
    _, calls = asked(service, "/summary", {})
    assert calls.total() <= 54


def test_counting_stops_at_ten_thousand_and_says_so(service: Service) -> None:
    answer, calls = asked(service, "/conflicts", {"count": "true", "limit": "1"})
    everything = len([key for key in service.store.tables_of_test["IdentityTable"].items if "CONFLICT#" in key[1]]) - 10
    assert answer["count"] == {"number": min(everything, 10_000), "complete": everything <= 10_000}
    assert calls["query"] <= 1 + len(ConflictStatus) + 4


def test_what_several_filters_leave_nothing_of_is_bounded(service: Service) -> None:
    query = {"status": "applied", "class": ",".join(each.value for each in ConflictClass)}
    answer, calls = asked(service, "/conflicts", query)
    assert answer["items"] == []
    assert calls.total() <= 21
    _, calls = asked(service, "/log", {"action": "user.erased"})
    assert calls.total() <= 5


@pytest.mark.parametrize(
    ("route", "query"),
    [
        ("/conflicts", {"address": ADDRESS}),
        ("/conflicts", {"accountId": MINE}),
        ("/conflicts", {"directoryId": MINE}),
        ("/addresses/history", {"address": ADDRESS}),
        ("/log", {"accountId": MINE}),
        ("/log", {"conflictId": MINE}),
        ("/log", {"address": ADDRESS}),
    ],
)
def test_what_others_have_shows_in_no_query_and_in_no_cursor(route: str, query: dict[str, str]) -> None:
    service = Service()
    before = asked(service, route, {**query, "limit": "1"})
    theirs = a_conflict("theirs", "pattern", directory_id=MINE, holder_account_id=MINE, holder_organization_id="theirs")
    canonical = ADDRESS.lower()
    wanted = replace(theirs.request, wanted=Address(ADDRESS, canonical), old_email=Address(ADDRESS, canonical))
    requester = replace(wanted.requester, account_id=MINE)
    theirs = replace(theirs, request=replace(wanted, requester=requester))
    row = a_row(
        "theirs", "row", account_id=MINE, conflict_id=MINE, requested_email=ADDRESS, old_email=ADDRESS,
    )  # fmt: skip
    conflicts_like(service.store, theirs, 60)
    rows_like(service.store, row, 60)
    assert asked(service, route, {**query, "limit": "1"}) == before
    assert before[0] == {"items": []}
