"""The remediator as Lambda calls it, on moto."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from functions.remediator import app
from rightful.domain.conflicts.conflict import ConflictStatus, Pointer
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.transaction import ContendedError
from rightful.runtime import observability
from tests.support.builders import a_conflict
from tests.support.faults import answering, error
from tests.support.functions import Deployed, deployed_on_moto


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        yield deployment


def batch(*conflict_ids: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"message-{conflict_id}",
                "receiptHandle": "handle",
                "body": json.dumps({"organizationId": "org", "conflictId": conflict_id, "correlationId": "request-1"}),
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:conflicts",
                "awsRegion": "eu-central-1",
            }
            for conflict_id in conflict_ids
        ]
    }


def test_a_pointer_to_nothing_is_done_with(deployed: Deployed) -> None:
    assert deployed.call("remediator", batch("gone")) == {"batchItemFailures": []}


@pytest.mark.parametrize("error", [ContendedError(), ValueError("ada@example.com is not what was expected")])
def test_a_record_that_fails_is_named_logged_and_counted_without_what_it_quotes(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    log = StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", log)
    done = app.remediate

    def fails_for_one(context: Any, pointer: Pointer, **said: Any) -> Any:
        if pointer.conflict_id == "broken":
            raise error
        return done(context, pointer, **said)

    monkeypatch.setattr(app, "remediate", fails_for_one)
    answer = deployed.call("remediator", batch("fine", "broken"))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-broken"}]}
    [line] = [each for each in map(json.loads, log.getvalue().splitlines()) if each["level"] == "ERROR"]
    assert (line["conflictId"], line["correlation_id"]) == ("broken", "request-1")
    assert line["error"] == type(error).__name__
    assert "example.com" not in log.getvalue()
    assert '"ExaminationsFailed"' in capsys.readouterr().out


def delivered(times: int, conflict_id: str) -> dict[str, Any]:
    event = batch(conflict_id)
    event["Records"][0]["attributes"] = {"ApproximateReceiveCount": str(times)}
    return event


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")


@pytest.mark.parametrize(
    ("failure", "times", "status"),
    [
        (ValueError("unforeseen"), 5, ConflictStatus.FAILED),
        (ValueError("unforeseen"), 6, ConflictStatus.FAILED),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutItem"), 5, ConflictStatus.FAILED),
        (ValueError("unforeseen"), 4, ConflictStatus.OPEN),
        (ContendedError(), 5, ConflictStatus.OPEN),
        (QueueUnavailableError("SendMessage"), 5, ConflictStatus.OPEN),
        (throttled(), 5, ConflictStatus.OPEN),
        (
            ClientError({"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "PutItem"),  # type: ignore[typeddict-item]
            5,
            ConflictStatus.OPEN,
        ),
    ],
)
def test_what_fails_for_good_is_marked_with_its_last_delivery_and_goes_to_the_dead_letters_all_the_same(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, failure: Exception, times: int, status: ConflictStatus
) -> None:
    conflict = a_conflict("org", uuid4().hex)
    deployed.store.commit([PutConflict(conflict, None)], remaining=lambda: 10.0)

    def fails(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(app, "remediate", fails)
    answer = deployed.call("remediator", delivered(times, conflict.id))

    assert answer == {"batchItemFailures": [{"itemIdentifier": f"message-{conflict.id}"}]}
    found = deployed.store.conflict(Pointer("org", conflict.id))
    assert found is not None
    assert found.status is status
    if status is ConflictStatus.FAILED:
        assert found.next_step is not None
        assert found.next_step.who == "operator of the service"
        assert "unforeseen" not in found.explanation.sentence


def test_a_failure_that_cannot_be_marked_either_loses_nothing(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    conflict = a_conflict("org", uuid4().hex)
    deployed.store.commit([PutConflict(conflict, None)], remaining=lambda: 10.0)

    def fails(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr(app, "remediate", fails)
    with answering(deployed.store.client, "TransactWriteItems", [error("AccessDeniedException")]):
        answer = deployed.call("remediator", delivered(5, conflict.id))
    assert answer == {"batchItemFailures": [{"itemIdentifier": f"message-{conflict.id}"}]}
    assert deployed.store.conflict(Pointer("org", conflict.id)) == conflict


def test_a_sweep_sends_the_organizations_live_conflicts(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    conflicts = [a_conflict("swept", f"{number:032x}") for number in range(3)]
    for conflict in conflicts:
        deployed.store.commit([PutConflict(conflict, None)], remaining=lambda: 10.0)
    event = batch("any")
    event["Records"][0]["body"] = json.dumps({"organizationId": "swept", "reexamineAfter": "", "correlationId": "c"})

    assert deployed.call("remediator", event) == {"batchItemFailures": []}

    sent = deployed.messages(deployed.conflicts_queue_url)
    assert sorted(each["conflictId"] for each in sent) == [conflict.id for conflict in conflicts]
    assert '"ConflictsRequeued"' in capsys.readouterr().out
