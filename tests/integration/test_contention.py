"""DynamoDB's ways of saying "not now": waited out with jitter while there is time, and never mistaken for "no"."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ClientError

from rightful.aws.dynamodb.commit import Commits
from rightful.aws.dynamodb.items.accounts import account_item
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.domain.address import Hold
from rightful.ports.writes.accounts import ClaimAddress, PutAccount, RequireAccount
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import ContendedError, Refusal, RefusedError, Write
from tests.support.builders import NOW, a_row, an_account
from tests.support.faults import answering, cancelled, error
from tests.support.names import Names

CONTENTION = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
CONTENDED_CALLS = [
    "TransactionConflictException",
    "TransactionInProgressException",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
]


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    left: float = 60.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.left -= seconds

    def remaining(self) -> float:
        return self.left


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def commits(store: DynamoDBStore, clock: Clock) -> Commits:
    return Commits(store.client, store.tables, sleep=clock.sleep, jitter=lambda: 0.5)


@pytest.fixture
def jittered(store: DynamoDBStore, clock: Clock) -> Callable[[list[float]], Commits]:
    def make(fractions: list[float]) -> Commits:
        return Commits(store.client, store.tables, sleep=clock.sleep, jitter=lambda: fractions.pop(0))

    return make


@pytest.mark.parametrize("reason", CONTENTION)
def test_a_transaction_that_met_another_one_is_tried_again_until_it_is_done(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names, reason: str
) -> None:
    account = an_account(names.mine)
    writes: list[Write] = [PutAccount(account, None), ClaimAddress(names.address, names.mine, NOW)]
    with answering(store.client, "TransactWriteItems", [cancelled("None", reason)] * 3) as calls:
        commits.commit(writes, remaining=clock.remaining)
    assert calls == {"answered": 3, "sent": 1}
    assert store.account(names.mine) == account
    assert store.holds([names.address]) == {names.address: Hold(names.address, names.mine)}


def test_the_pauses_between_attempts_grow_and_are_cut_by_full_jitter(
    store: DynamoDBStore, jittered: Callable[[list[float]], Commits], clock: Clock, names: Names
) -> None:
    writes: list[Write] = [PutAccount(an_account(names.mine), None), AppendLog(a_row(names.organization, "1"))]
    fractions = [1.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0]
    answers = [cancelled("TransactionConflict", "None")] * len(fractions)
    with answering(store.client, "TransactWriteItems", answers):
        jittered(list(fractions)).commit(writes, remaining=clock.remaining)
    assert clock.pauses == pytest.approx([0.01, 0, 0.02, 0.08, 0.16, 0.32, 0.4, 0.4])


def test_contention_that_does_not_end_in_time_is_reported_in_time_and_nothing_is_written(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names
) -> None:
    clock.left = 2.0
    writes: list[Write] = [PutAccount(an_account(names.mine), None), ClaimAddress(names.address, names.mine, NOW)]
    with (
        answering(store.client, "TransactWriteItems", [cancelled("None", "TransactionConflict")] * 1000) as calls,
        pytest.raises(ContendedError),
    ):
        commits.commit(writes, remaining=clock.remaining)
    assert calls["sent"] == 0
    assert calls["answered"] > 5
    assert clock.left > 0
    assert store.account(names.mine) is None
    assert store.holds([names.address]) == {}


def test_a_failed_condition_beside_contention_is_a_refusal_because_waiting_would_not_help(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names
) -> None:
    there = an_account(names.mine, version=4)
    writes: list[Write] = [
        ClaimAddress(names.address, names.mine, NOW),
        PutAccount(an_account(names.mine, version=4), 3),
        AppendLog(a_row(names.organization, "1")),
    ]
    answer = cancelled("TransactionConflict", {"Code": "ConditionalCheckFailed", "Item": account_item(there)}, "None")
    with answering(store.client, "TransactWriteItems", [answer]) as calls, pytest.raises(RefusedError) as refused:
        commits.commit(writes, remaining=clock.remaining)
    assert refused.value.refusals == (Refusal(writes[1], there),)
    assert calls == {"answered": 1}
    assert clock.pauses == []


def test_a_condition_that_fails_after_contention_is_refused_with_what_stands_there_then(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names
) -> None:
    store.commit([ClaimAddress(names.address, names.other, NOW)], remaining=clock.remaining)
    writes: list[Write] = [PutAccount(an_account(names.mine), None), ClaimAddress(names.address, names.mine, NOW)]
    with (
        answering(store.client, "TransactWriteItems", [cancelled("None", "TransactionConflict")]),
        pytest.raises(RefusedError) as refused,
    ):
        commits.commit(writes, remaining=clock.remaining)
    assert refused.value.refusals == (Refusal(writes[1], Hold(names.address, names.other)),)
    assert store.account(names.mine) is None


@pytest.mark.parametrize("code", CONTENDED_CALLS)
def test_a_single_write_that_is_contended_is_tried_again(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names, code: str
) -> None:
    with answering(store.client, "PutItem", [error(code)] * 2) as calls:
        commits.commit([PutAccount(an_account(names.mine), None)], remaining=clock.remaining)
    assert calls == {"answered": 2, "sent": 1}
    assert len(clock.pauses) == 2
    assert store.account(names.mine) is not None


@pytest.mark.parametrize("code", CONTENDED_CALLS)
def test_a_single_write_that_stays_contended_is_reported_as_contended(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names, code: str
) -> None:
    clock.left = 1.0
    with answering(store.client, "PutItem", [error(code)] * 1000) as calls, pytest.raises(ContendedError):
        commits.commit([PutAccount(an_account(names.mine), None)], remaining=clock.remaining)
    assert calls["sent"] == 0
    assert store.account(names.mine) is None


@pytest.mark.parametrize("code", CONTENDED_CALLS)
def test_a_transaction_refused_as_a_whole_by_contention_is_tried_again(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names, code: str
) -> None:
    writes: list[Write] = [PutAccount(an_account(names.mine), None), ClaimAddress(names.address, names.mine, NOW)]
    with answering(store.client, "TransactWriteItems", [error(code)]) as calls:
        commits.commit(writes, remaining=clock.remaining)
    assert calls == {"answered": 1, "sent": 1}


@pytest.mark.parametrize(
    "answer",
    [
        cancelled("None", "ValidationError"),
        cancelled("None", "ItemCollectionSizeLimitExceeded"),
        cancelled("None", "None"),
        error("AccessDeniedException"),
        error("InternalServerError"),
    ],
    ids=["ValidationError", "ItemCollectionSizeLimitExceeded", "no reason", "AccessDenied", "InternalServerError"],
)
def test_any_other_failure_is_neither_a_refusal_nor_contention(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names, answer: object
) -> None:
    writes: list[Write] = [PutAccount(an_account(names.mine), None), ClaimAddress(names.address, names.mine, NOW)]
    with (
        answering(store.client, "TransactWriteItems", [answer] * 9) as calls,  # type: ignore[list-item]
        pytest.raises(ClientError),
    ):
        commits.commit(writes, remaining=clock.remaining)
    assert calls == {"answered": 1}
    assert clock.pauses == []


def test_a_requirement_on_its_own_is_checked(
    store: DynamoDBStore, commits: Commits, clock: Clock, names: Names
) -> None:
    store.commit([PutAccount(an_account(names.mine), None)], remaining=clock.remaining)
    commits.commit([RequireAccount(names.mine, 1)], remaining=clock.remaining)
    with pytest.raises(RefusedError):
        commits.commit([RequireAccount(names.mine, 2)], remaining=clock.remaining)
