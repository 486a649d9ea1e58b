"""The janitor and the publisher on the running stack, on what is due and on what should not be."""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.stack import Stack
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.aws.dynamodb.table import Tables
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Reservation
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.events.event_log import LogFilter
from rightful.ports.writes.accounts import ClaimAddress, PutAccount, ReserveAddress
from rightful.ports.writes.conflicts import PutConflict
from tests.stack.conftest import output
from tests.support.builders import a_conflict
from tests.support.patience import eventually
from tests.support.service import email_patch, user

LONG_AGO = datetime.now(UTC) - timedelta(days=2)
LEFT_OVER = 80
"""So many that some are in the segment that a round looks at."""


def plenty() -> float:
    return 10.0


@pytest.fixture(scope="module")
def store(stack: Stack) -> DynamoDBStore:
    """The stack's tables, with all rights."""
    client = stack.session.client("dynamodb", endpoint_url=stack.aws_endpoint_url)
    return DynamoDBStore(client, Tables(stack.identity_table, stack.event_log_table, timedelta(days=90)))


@pytest.fixture
def round_of(stack: Stack) -> Callable[[], None]:
    """Lets the janitor make a round."""
    client = stack.session.client("lambda", endpoint_url=stack.aws_endpoint_url)

    def make() -> None:
        answer = client.invoke(FunctionName=stack.functions["janitor"], Payload=json.dumps({"id": "round"}))
        assert "FunctionError" not in answer, answer["Payload"].read()

    return make


def provisioned(scim: httpx.Client, store: DynamoDBStore, name: str) -> Account:
    created = scim.post("/Users", json=user(name))
    assert created.status_code == 201, created.text
    account = store.account(created.json()["id"].rpartition("-")[0])
    assert account is not None
    return account


def test_a_round_does_what_is_due(
    stack: Stack, scim: httpx.Client, store: DynamoDBStore, round_of: Callable[[], None]
) -> None:
    name = f"due-{secrets.token_hex(4)}"
    account = provisioned(scim, store, name)
    assert account.link is not None
    due = replace(account, version=account.version + 1, status=AccountStatus.PENDING_DELETION, deletion_date=LONG_AGO)
    reserved = f"reserved-{name}@example.com"
    reservation = Reservation("create:nobody:nobody", "conflict", stack.seeded.demo.id, LONG_AGO)
    unsent = a_conflict(
        stack.seeded.demo.id,
        f"unsent-{name}",
        updated_at=LONG_AGO,
        created_at=LONG_AGO,
        expires_at=LONG_AGO + timedelta(days=1),
    )
    for write in (
        PutAccount(due, account.version),
        ReserveAddress(reserved, None, reservation, LONG_AGO),
        PutConflict(unsent, None),
    ):
        store.commit([write], remaining=plenty)

    round_of()

    assert store.account(account.id) is None
    assert store.holds([f"{name}@example.com", reserved]) == {}
    assert scim.get(f"/Users/{account.link.scim_id}").status_code == 404
    [ended] = eventually(
        lambda: [
            conflict
            for conflict in store.conflicts(stack.seeded.demo.id, limit=100).conflicts
            if conflict.id == unsent.id and not conflict.live
        ],
        what="the end of what was never examined",
    )
    assert ended.status == "expired"


def test_rounds_forget_who_was_erased_and_the_conflict_in_which_they_asked(
    stack: Stack, scim: httpx.Client, store: DynamoDBStore, round_of: Callable[[], None]
) -> None:
    name = f"forgotten-{secrets.token_hex(4)}"
    provisioned(scim, store, f"colleague-of-{name}")
    account = provisioned(scim, store, name)
    assert account.link is not None
    wanted = email_patch(f"colleague-of-{name}@example.com")
    assert scim.patch(f"/Users/{account.link.scim_id}", json=wanted).status_code == 409
    of_demo = stack.seeded.demo.id
    asked = LogFilter(account_id=account.id)
    [conflict_id] = {row.conflict_id for row in store.log(of_demo, limit=100, wanted=asked).entries} - {None}
    found = store.account(account.id)
    assert found is not None
    due = {"status": AccountStatus.PENDING_DELETION, "deletion_date": LONG_AGO}
    store.commit([PutAccount(replace(found, version=found.version + 1, **due), found.version)], remaining=plenty)

    def conflict_after_a_round() -> Conflict | None:
        round_of()
        return store.conflict(Pointer(of_demo, str(conflict_id)))

    eventually(conflict_after_a_round, lambda conflict: conflict is None, what="the end of the conflict")
    rows = store.log(of_demo, limit=100, wanted=LogFilter(conflict_id=str(conflict_id))).entries
    assert rows
    assert [row for row in rows if name in f"{row.subject} {row.old_email} {row.requested_email}"] == []


def test_a_round_repairs_what_does_not_agree(
    scim: httpx.Client, store: DynamoDBStore, round_of: Callable[[], None]
) -> None:
    name = f"agree-{secrets.token_hex(4)}"
    account = provisioned(scim, store, name)
    left_over = [f"{name}-{number}@example.com" for number in range(LEFT_OVER)]
    for address in left_over:
        store.commit([ClaimAddress(address, account.id, LONG_AGO)], remaining=plenty)

    round_of()

    assert len(store.holds(left_over)) < LEFT_OVER
    assert store.holds([f"{name}@example.com"])[f"{name}@example.com"].account_id == account.id


def test_a_change_that_cannot_be_read_is_kept_for_a_person(stack: Stack, store: DynamoDBStore) -> None:
    strange = f"ACCOUNT#strange-{secrets.token_hex(4)}"
    key = {"pk": {"S": strange}, "sk": {"S": "ACCOUNT"}}
    store.client.put_item(TableName=store.tables.identity, Item={**key, "status": {"S": "of an unknown version"}})
    sqs = stack.session.client("sqs", endpoint_url=stack.aws_endpoint_url)
    queue = output(stack, "UnpublishedQueueUrl").rpartition("/")[2]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    try:
        [message] = eventually(
            lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"), what="the change"
        )
    finally:
        store.client.delete_item(TableName=store.tables.identity, Key=key)
    assert json.loads(message["Body"])["dynamodb"]["Keys"]["pk"] == {"S": strange}
