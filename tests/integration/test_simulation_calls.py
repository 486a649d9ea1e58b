"""What the simulation of a policy costs in calls of DynamoDB, counted where they leave botocore."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rightful.aws.dynamodb.items.conflicts import conflict_item
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus
from rightful.domain.conflicts.evidence import NO_EVIDENCE, Grounds
from rightful.domain.events.event_log import first_id_at
from tests.support.builders import a_conflict
from tests.support.faults import counting
from tests.support.service import START, Service
from tests.support.tables import store_on_moto

AUTOMATIC = {"policy": {"base": "custom", "rules": {"unlinked": "auto"}}}


@pytest.fixture
def service() -> Iterator[Service]:
    with store_on_moto() as store:
        yield Service(store=store)  # type: ignore[arg-type]  # the tests' service is made for both stores


def recorded(service: Service, number: int, octets: int) -> None:
    """So many conflicts of about that size."""
    store = service.store
    assert isinstance(store, DynamoDBStore)
    pattern = a_conflict(
        service.organization.id,
        "pattern",
        status=ConflictStatus.WAITING_APPROVAL,
        created_at=START,
        conflict_class=ConflictClass.UNLINKED,
        evidence=NO_EVIDENCE,
        grounds=Grounds(kinds=("unlinked",)),
        rule="approval",
        correlation_id="x" * octets,
    )
    tables = store.tables
    for first in range(0, number, 25):
        items = [
            conflict_item(replace(pattern, id=f"{first_id_at(START)}{each:020x}"), tables.log_retention)
            for each in range(first, min(first + 25, number))
        ]
        store.client.batch_write_item(
            RequestItems={tables.identity: [{"PutRequest": {"Item": item}} for item in items]}
        )


@pytest.mark.parametrize(
    ("number", "octets", "queries", "complete"),
    [
        (0, 0, 1, True),
        (100, 0, 1, True),
        (1_000, 1_000, 3, True),
        (1_001, 1_000, 3, False),
        # No more than five times 1 MB, however large the conflicts are.
        (700, 12_000, 5, False),
    ],
)
def test_a_simulation_is_a_query_for_each_megabyte_and_at_most_five(
    service: Service, number: int, octets: int, queries: int, complete: bool
) -> None:
    recorded(service, number, octets)
    with counting(service.store.client) as calls:  # type: ignore[attr-defined]
        answer = service.admin("POST", "/policy/simulation", AUTOMATIC)
    body: Any = answer.body
    assert answer.status == 200, body
    # The organization; the key once more, as each request that changes something or might.
    assert calls == {"GetItem": 1, "Query": queries + 1}
    assert (body["complete"], body["changed"]) == (complete, body["conflicts"])
    assert body["conflicts"] == min(number, 1_000) if octets < 10_000 else 300 < body["conflicts"] < 700
    assert len(body["differences"]) == min(body["conflicts"], 100)
    assert (body["reachesBackTo"] == body["since"]) is complete
