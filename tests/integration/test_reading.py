"""Reads that DynamoDB answers in parts, or not at all."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rightful.aws.dynamodb import table
from rightful.aws.dynamodb.attributes import write_key
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.aws.dynamodb.table import Table
from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.conflicts.due import LOOK_AGAIN_AFTER
from rightful.domain.events.event_log import LogFilter, Result
from rightful.ports.store.contract import EventLogUnavailableError
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.conflicts import AppendLog, PutConflict
from tests.support.builders import NOW, a_conflict, a_row, an_account
from tests.support.faults import answering, changing, counting, error
from tests.support.names import Names


def plenty() -> float:
    return 60.0


def test_items_that_dynamodb_left_unprocessed_are_asked_for_again_after_a_pause(
    store: DynamoDBStore, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(store, "identities", Table(store.client, store.tables.identity, pauses.append, lambda: 1.0))
    accounts = {f"{names.mine}-{number}": an_account(f"{names.mine}-{number}") for number in range(7)}
    for account in accounts.values():
        store.commit([PutAccount(account, None)], remaining=plenty)

    def leave_half(answer: dict[str, Any]) -> None:
        items = answer["Responses"][store.tables.identity]
        left = items[(len(items) + 1) // 2 :]
        del items[(len(items) + 1) // 2 :]
        keys = [{"pk": item["pk"], "sk": item["sk"]} for item in left]
        answer["UnprocessedKeys"] = {store.tables.identity: {"Keys": keys}} if keys else {}

    with changing(store.client, "BatchGetItem", leave_half), counting(store.client) as calls:
        assert store.accounts(accounts) == accounts
    assert calls == {"BatchGetItem": 3}
    assert len(pauses) == 2
    assert all(pause > 0 for pause in pauses)


def test_items_that_dynamodb_leaves_unprocessed_for_ever_are_an_error_after_seconds_of_jittered_waiting(
    store: DynamoDBStore, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(store, "identities", Table(store.client, store.tables.identity, pauses.append, lambda: 0.5))
    wanted = [f"{names.mine}-{number}" for number in range(3)]

    def leave_all(answer: dict[str, Any]) -> None:
        answer["Responses"] = {}
        answer["UnprocessedKeys"] = {
            store.tables.identity: {"Keys": [write_key(keys.account(each)) for each in wanted]}
        }

    with changing(store.client, "BatchGetItem", leave_all), pytest.raises(ClientError) as raised:
        store.accounts(wanted)
    assert raised.value.response["Error"]["Code"] == "ThrottlingException"
    assert pauses == sorted(pauses)
    assert 3 < sum(pauses) <= 4


def test_items_that_come_one_by_one_all_come(
    store: DynamoDBStore, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(store, "identities", Table(store.client, store.tables.identity, pauses.append, lambda: 1.0))
    accounts = {f"{names.mine}-{number:02d}": an_account(f"{names.mine}-{number:02d}") for number in range(60)}
    for account in accounts.values():
        store.commit([PutAccount(account, None)], remaining=plenty)

    def one_at_a_time(answer: dict[str, Any]) -> None:
        items = answer["Responses"][store.tables.identity]
        left = [{"pk": item["pk"], "sk": item["sk"]} for item in items[1:]]
        del items[1:]
        answer["UnprocessedKeys"] = {store.tables.identity: {"Keys": left}} if left else {}

    with changing(store.client, "BatchGetItem", one_at_a_time):
        assert store.accounts(accounts) == accounts
    assert max(pauses) == min(pauses)


def test_more_than_a_hundred_items_are_read_in_calls_of_a_hundred(store: DynamoDBStore, names: Names) -> None:
    wanted = [f"{names.mine}-{number}" for number in range(250)]
    with counting(store.client) as calls:
        assert store.accounts(wanted) == {}
    assert calls == {"BatchGetItem": 3}


def test_a_filtered_page_is_short_rather_than_slow_and_the_next_one_goes_on(
    store: DynamoDBStore, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_FILTERED_READ", 2)
    monkeypatch.setattr(table, "_MOST_READS_PER_PAGE", 3)
    rows = [
        a_row(names.organization, f"{number:02d}", result=Result.REFUSED if number in {0, 1} else Result.DONE)
        for number in range(9)
    ]
    for row in rows:
        store.commit([AppendLog(row)], remaining=plenty)
    only_refused = LogFilter(result=Result.REFUSED)
    with counting(store.client) as calls:
        first = store.log(names.organization, limit=5, wanted=only_refused)
    assert calls == {"Query": 3}
    assert (first.entries, first.next_position) == ((), "03")
    second = store.log(names.organization, limit=5, wanted=only_refused, position=first.next_position)
    assert second.entries == (rows[1], rows[0])
    assert second.next_position is None


def test_a_row_that_the_event_log_does_not_take_is_reported(store: DynamoDBStore, names: Names) -> None:
    with (
        answering(store.client, "PutItem", [error("ThrottlingException")]),
        pytest.raises(EventLogUnavailableError),
    ):
        store.log_entry(a_row(names.organization, "1"))
    assert store.log(names.organization, limit=1).entries == ()


def test_a_note_of_sending_that_cannot_be_made_is_no_failure(store: DynamoDBStore, names: Names) -> None:
    store.commit([PutConflict(a_conflict(names.organization, names.conflict), None)], remaining=plenty)
    pointer = Pointer(names.organization, names.conflict)
    with answering(store.client, "UpdateItem", [error("ThrottlingException")]) as calls:
        store.mark_sent(pointer, now=NOW, again_at=NOW + LOOK_AGAIN_AFTER)
    assert calls == {"answered": 1}
    conflict = store.conflict(pointer)
    assert conflict is not None
    assert not conflict.sent


def test_a_read_that_fails_says_so_instead_of_finding_nothing(store: DynamoDBStore, names: Names) -> None:
    with (
        answering(store.client, "GetItem", [error("ProvisionedThroughputExceededException")]),
        pytest.raises(ClientError),
    ):
        store.account(names.mine)
