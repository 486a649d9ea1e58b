"""The figures of days, as the publisher adds to them: once, whatever comes again; and never in the way of events."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rightful.aws.bus import EventBridgeBus
from rightful.aws.dynamodb.items.accounts import account_item
from rightful.ports.context import Context
from rightful.ports.writes.transaction import ContendedError
from tests.support.builders import a_link, an_account
from tests.support.functions import Deployed, deployed_on_moto

_DAY = date(2026, 11, 20)
_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        yield deployment


def _record(number: int, happened: datetime) -> dict[str, Any]:
    link = a_link(f"acc{number}", "dir")
    account = an_account(f"acc{number}", organization_id="org", link=link, updated_at=_AT + timedelta(seconds=number))
    image = account_item(replace(account, pushed_version=account.version))
    change = {
        "ApproximateCreationDateTime": happened.timestamp(),
        "Keys": {"pk": image["pk"], "sk": image["sk"]},
        "NewImage": image,
        "SequenceNumber": f"{number}",
    }
    return {"eventID": f"{number}", "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change}


def _batch(times: int, happened: datetime = _AT) -> dict[str, Any]:
    return {"Records": [_record(number, happened) for number in range(times)]}


def _writes(deployed: Deployed) -> int:
    return sum(each.counts.writes for each in deployed.store.counts("org", _DAY, _DAY))


def test_a_batch_that_comes_again_is_counted_once(deployed: Deployed) -> None:
    for _ in range(2):
        assert deployed.call("publisher", _batch(3)) == {"batchItemFailures": []}
    assert _writes(deployed) == 3
    [day] = deployed.store.counts("org", _DAY, _DAY)
    assert (day.directory_id, day.counts.last_push_at) == ("dir", _AT + timedelta(seconds=2))


class _Bus:
    """PutEvents, of which an entry fails."""

    def __init__(self, failing: int) -> None:
        self.failing = failing

    def put_events(self, *, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        failed = [position == self.failing for position in range(len(Entries))]
        return {
            "FailedEntryCount": sum(failed),
            "Entries": [{"ErrorCode": "InternalFailure"} if each else {"EventId": "1"} for each in failed],
        }


def test_what_was_published_of_a_batch_is_counted_and_the_rest_when_it_comes_again(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = _batch(5)
    with monkeypatch.context() as patch:
        client: Any = _Bus(failing=4)
        assert deployed.call("publisher", copy.deepcopy(batch)) == {"batchItemFailures": []}
        assert _writes(deployed) == len(batch["Records"])
        patch.setattr("functions.publisher.app.event_bus", lambda: EventBridgeBus(client, "bus"))
        more = {"Records": [_record(number, _AT) for number in range(2, 9)]}
        [failure] = deployed.call("publisher", more)["batchItemFailures"]
    left = next(place for place, each in enumerate(more["Records"]) if each["eventID"] == failure["itemIdentifier"])
    assert 0 < left < len(more["Records"])
    assert _writes(deployed) == 2 + left
    assert deployed.call("publisher", {"Records": more["Records"][left:]}) == {"batchItemFailures": []}
    assert _writes(deployed) == 9


def _refuse(patch: pytest.MonkeyPatch, error: Exception) -> None:
    def commit(*_: object) -> None:
        raise error

    patch.setattr(Context, "commit", commit)


_ERRORS = [ContendedError(), ClientError({"Error": {"Code": "AccessDeniedException"}}, "TransactWriteItems")]


@pytest.mark.parametrize("error", _ERRORS, ids=["contended", "refused by AWS"])
def test_what_could_not_be_counted_comes_again_for_a_quarter_of_an_hour_and_events_are_out_before(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    fresh, old = _batch(2, datetime.now(UTC)), _batch(2, datetime.now(UTC) - timedelta(minutes=16))
    with monkeypatch.context() as patch:
        _refuse(patch, error)
        assert deployed.call("publisher", fresh) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
        assert deployed.told(), "events do not wait for figures"
        assert deployed.call("publisher", old) == {"batchItemFailures": []}
        assert deployed.told()
    assert _writes(deployed) == 0
    assert deployed.call("publisher", fresh) == {"batchItemFailures": []}
    assert _writes(deployed) == 2
