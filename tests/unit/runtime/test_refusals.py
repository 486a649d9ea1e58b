"""The share of a directory's writes that were refused, whichever processes answered them."""

from datetime import timedelta

import pytest

from rightful.api.request import Principal, Request
from rightful.domain.key import Scope
from rightful.runtime.refusals import FEWEST_WRITES, RefusalShares
from tests.support.builders import NOW
from tests.support.dynamodb.store import TestedStore

USERS = "/scim/directory/{directoryId}/Users"


def request(directory_id: str, method: str = "POST", resource: str = USERS) -> Request:
    key = Principal("key", Scope.SCIM, "IdP", "org", directory_id)
    return Request(method, resource, {"directoryId": directory_id}, {}, {}, None, key, "https://api.example", "request")


def test_the_share_is_of_the_directory_alone_however_busy_others_are() -> None:
    shares, store = RefusalShares(), TestedStore()
    for _ in range(1000):
        shares.add(store, request("busy"), 201, NOW)
    found = [shares.add(store, request("small"), status, NOW) for status in [201] * 16 + [409] * 4]
    assert found == [None] * 19 + [20.0]


def test_the_writes_of_all_processes_count() -> None:
    store = TestedStore()
    processes = [RefusalShares() for _ in range(3)]
    for process in processes:
        for _ in range(100):
            assert process.add(store, request("dir"), 200, NOW) is None
    assert processes[0].add(store, request("dir"), 409, NOW) == pytest.approx(100 / 301)
    assert processes[1].add(store, request("dir"), 409, NOW) == pytest.approx(200 / 302)


def test_fewer_writes_than_a_share_can_be_of_have_none_and_each_hour_is_counted_anew() -> None:
    shares, store = RefusalShares(), TestedStore()
    found = [shares.add(store, request("dir"), 409, NOW) for _ in range(FEWEST_WRITES)]
    assert found == [None] * (FEWEST_WRITES - 1) + [100.0]
    assert shares.add(store, request("dir"), 409, NOW + timedelta(hours=1)) is None


def test_only_writes_count_and_only_under_the_directory_of_the_key() -> None:
    shares, store = RefusalShares(), TestedStore()
    for _ in range(FEWEST_WRITES - 1):
        shares.add(store, request("dir"), 409, NOW)
    for asked in (request("dir", "GET"), request("dir", resource=USERS + "/.search"), request("")):
        assert shares.add(store, asked, 409, NOW) is None
    for _ in range(30):
        assert shares.add(store, request("dir"), 503, NOW) is None, "where DynamoDB is away, it is not asked once more"
    assert shares.add(store, request("dir"), 409, NOW) == 100.0
