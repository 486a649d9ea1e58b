"""The publisher as Lambda calls it, on moto."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rightful.aws.bus import EventBridgeBus
from rightful.aws.dynamodb.items.settings import organization_item
from rightful.domain.conflicts.policy import Brakes
from rightful.domain.events.event import Event, EventType
from rightful.ports.writes.conflicts import PutWaiter
from tests.support.builders import NOW, an_organization
from tests.support.functions import Deployed, deployed_on_moto, example


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        yield deployment


def test_the_example_of_a_changed_address_is_told_and_wakes_who_waits(deployed: Deployed) -> None:
    deployed.store.commit([PutWaiter("ada@example.com", "conflict", "org")], remaining=lambda: 10.0)

    answer = deployed.call("publisher", example("publisher"))

    assert answer == {"batchItemFailures": []}
    [event] = deployed.told()
    assert (event["type"], event["previousEmail"], event["account"]["email"]) == (
        "account.email.changed",
        "ada@example.com",
        "ada.king@example.com",
    )
    [pointer] = deployed.messages(deployed.conflicts_queue_url)
    assert (pointer["organizationId"], pointer["conflictId"]) == ("org", "conflict")


def test_a_batch_that_comes_again_tells_the_same_events(deployed: Deployed) -> None:
    deployed.call("publisher", example("publisher"))
    first = deployed.told()
    deployed.call("publisher", example("publisher"))
    assert deployed.told() == first


def test_a_record_that_cannot_be_read_is_kept_whole_and_does_not_hold_up_the_others(deployed: Deployed) -> None:
    event = example("publisher")
    broken = copy.deepcopy(event["Records"][0])
    broken["dynamodb"]["NewImage"]["status"] = {"S": "of an unknown version"}
    event["Records"].insert(0, broken)

    assert deployed.call("publisher", event) == {"batchItemFailures": []}

    assert [told["type"] for told in deployed.told()] == ["account.email.changed"]
    assert deployed.messages(deployed.unpublished_queue_url) == [broken]


def test_items_that_nobody_hears_of_are_passed_over(deployed: Deployed) -> None:
    event = example("publisher")
    for record in event["Records"]:
        record["dynamodb"]["Keys"]["sk"]["S"] = "USERNAME"
    deployed.call("publisher", event)
    assert deployed.told() == []


class _Bus:
    """PutEvents, of which chosen entries fail."""

    def __init__(self, failing: set[int]) -> None:
        self.failing = failing
        self.sizes: list[int] = []

    def put_events(self, *, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        start = sum(self.sizes)
        self.sizes.append(len(Entries))
        entries = [
            {"ErrorCode": "InternalFailure"} if start + position in self.failing else {"EventId": "1"}
            for position in range(len(Entries))
        ]
        return {"FailedEntryCount": sum("ErrorCode" in entry for entry in entries), "Entries": entries}


def test_events_go_in_tens_and_each_that_failed_is_named() -> None:
    events = [Event(f"id{n}", EventType.ACCOUNT_CREATED, NOW, None, {}) for n in range(23)]
    client: Any = _Bus({3, 20, 22})
    assert EventBridgeBus(client, "bus").publish(events) == (3, 20, 22)
    assert client.sizes == [10, 10, 3]


def test_an_event_that_the_bus_refuses_comes_again_from_its_record_on(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = _Bus({0})
    monkeypatch.setattr("functions.publisher.app.event_bus", lambda: EventBridgeBus(client, "bus"))
    event = example("publisher")
    answer = deployed.call("publisher", event)
    first = event["Records"][0]["dynamodb"]["SequenceNumber"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": first}]}


def test_long_events_go_in_smaller_calls() -> None:
    legs = [{"requester": {"userName": "ä" * 512, "displayName": "z" * 1000}, "wantedEmail": "x" * 254}] * 32
    events = [Event(f"id{n}", EventType.CONFLICT_APPLIED, NOW, "org", {"conflict": {"legs": legs}}) for n in range(7)]
    assert len(json.dumps(events[0].detail(), ensure_ascii=False).encode()) * 2 < 200_000
    client: Any = _Bus({1, 6})
    assert EventBridgeBus(client, "bus").publish(events) == (1, 6)
    assert client.sizes == [2, 2, 2, 1]


def test_changed_settings_of_an_organization_send_word_to_examine_all_of_its_conflicts(deployed: Deployed) -> None:
    before = an_organization("org")
    images = [organization_item(each) for each in (before, replace(before, version=2, brakes=Brakes(paused=True)))]
    change = {
        "ApproximateCreationDateTime": 1795424400.0,
        "Keys": {"pk": images[0]["pk"], "sk": images[0]["sk"]},
        "OldImage": images[0],
        "NewImage": images[1],
        "SequenceNumber": "1",
    }
    event = {"Records": [{"eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": change}]}
    assert deployed.call("publisher", event) == {"batchItemFailures": []}
    sweeps = [each for each in deployed.messages(deployed.conflicts_queue_url) if "reexamineAfter" in each]
    assert [(each["organizationId"], each["reexamineAfter"]) for each in sweeps] == [("org", "")]
