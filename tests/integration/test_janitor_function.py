"""The janitor as its schedule calls it, on moto."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from logging import ERROR

import pytest

from rightful.aws.dynamodb.keys.base import SHARDS, due_sort, shard_of
from rightful.core.organizations.registry import issue_token
from rightful.domain.account import AccountStatus
from rightful.domain.address import Reservation
from rightful.domain.key import Grant, Scope
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.accounts import ClaimAddress, PutAccount, ReserveAddress
from rightful.ports.writes.conflicts import PutConflict
from tests.support.builders import a_conflict, an_account
from tests.support.functions import Deployed, deployed_on_moto, example

LONG_AGO = datetime.now(UTC) - timedelta(days=2)


def plenty() -> float:
    return 10.0


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        yield deployment


def test_a_round_sends_what_was_not_sent_ends_what_is_over_and_erases_what_is_due(deployed: Deployed) -> None:
    store = deployed.store
    unsent = a_conflict("org", "unsent", updated_at=LONG_AGO, expires_at=LONG_AGO + timedelta(days=28))
    over = Reservation("create:dir:ada", "con", "org", LONG_AGO)
    leaving = an_account(
        "leaving", email="leaving@example.com", status=AccountStatus.PENDING_DELETION, deletion_date=LONG_AGO
    )
    for write in (
        PutConflict(unsent, None),
        ReserveAddress("kept@example.com", None, over, LONG_AGO),
        PutAccount(leaving, None),
        ClaimAddress("leaving@example.com", "leaving", LONG_AGO),
    ):
        store.commit([write], remaining=plenty)

    for _ in range(2):
        deployed.call("janitor", example("janitor"))

    [pointer] = deployed.messages(deployed.conflicts_queue_url)
    assert (pointer["organizationId"], pointer["conflictId"]) == ("org", "unsent")
    assert store.holds(["kept@example.com", "leaving@example.com"]) == {}
    assert store.account("leaving") is None


def test_rounds_find_and_repair_what_does_not_agree(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightful.core.integrity.scan.SEGMENTS", 1)
    deployed.store.commit([PutAccount(an_account("lost", email="Lost@example.com"), None)], remaining=plenty)

    deployed.call("janitor", example("janitor"))

    assert deployed.store.holds(["lost@example.com"])["lost@example.com"].account_id == "lost"
    printed = capsys.readouterr().out
    assert '"IndexDisagreements":[1' in printed.replace(" ", "")
    assert "ost@example.com" not in printed


def test_an_item_that_cannot_be_read_is_reported_and_does_not_stop_the_scan(
    deployed: Deployed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightful.core.integrity.scan.SEGMENTS", 1)
    store = deployed.store
    store.client.put_item(
        TableName=store.tables.identity, Item={"pk": {"S": "ACCOUNT#strange"}, "sk": {"S": "ACCOUNT"}}
    )
    deployed.call("janitor", example("janitor"))
    errors = [vars(record) for record in caplog.records if record.levelno == ERROR]
    reported = [(error["kind"], error["accountId"]) for error in errors]
    assert reported == [("unreadable_item", "strange")]
    assert store.scan_position(0) is None


def strange(deployed: Deployed, pk: str, sk: str, **more: str) -> None:
    item = {"pk": {"S": pk}, "sk": {"S": sk}, **{name: {"S": value} for name, value in more.items()}}
    deployed.store.client.put_item(TableName=deployed.store.tables.identity, Item=item)


def test_items_that_cannot_be_read_keep_nothing_else_from_being_done(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightful.core.integrity.scan.SEGMENTS", 1)
    store, soonest = deployed.store, due_sort(LONG_AGO - timedelta(days=9))
    deployed.messages(deployed.conflicts_queue_url)
    for shard in range(SHARDS):
        conflict_id, partition = f"strange{shard}", shard_of("refused", shard)
        strange(deployed, "ORG#org", f"CONFLICT#{conflict_id}", due_key=partition, due_sort=soonest)
        strange(
            deployed, f"EMAIL#s{shard}@example.com", "EMAIL", due_key=shard_of("reservation", shard), due_sort=soonest
        )
        strange(deployed, f"ACCOUNT#s{shard}", "ACCOUNT", due_key=shard_of("deletion", shard), due_sort=soonest)
    store.commit([ClaimAddress("held@example.com", "s0", LONG_AGO)], remaining=plenty)
    over = Reservation("create:dir:ada", "con", "org", LONG_AGO)
    leaving = an_account("going", email=None, status=AccountStatus.PENDING_DELETION, deletion_date=LONG_AGO)
    unsent = a_conflict("org", "behind", updated_at=LONG_AGO, expires_at=LONG_AGO + timedelta(days=28))
    for write in (
        PutConflict(unsent, None),
        ReserveAddress("later@example.com", None, over, LONG_AGO),
        PutAccount(leaving, None),
    ):
        store.commit([write], remaining=plenty)

    deployed.call("janitor", example("janitor"))

    sent = {pointer["conflictId"] for pointer in deployed.messages(deployed.conflicts_queue_url)}
    assert sent >= {"behind", "strange0", "strange1", "strange2", "strange3"}, "who cannot read it, sets it aside"
    assert store.holds(["later@example.com"]) == {}
    assert store.account("going") is None
    assert store.scan_position(0) is None

    deployed.call("janitor", example("janitor"))
    assert "behind" not in {each["conflictId"] for each in deployed.messages(deployed.conflicts_queue_url)}


def test_keys_that_expire_soon_are_named_once_an_hour_and_measured_in_each_round(
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    lifetimes = {"host": 60, "operator": 9}
    ids = {
        holder: issue_token(
            Context(deployed.store, Invocation(now=noon)), Grant(Scope.APP), holder, timedelta(days=days)
        )[1].id
        for holder, days in lifetimes.items()
    }
    _, token = issue_token(
        Context(deployed.store, Invocation(now=noon)), Grant(Scope.ADMIN, "org"), "Ines", timedelta(days=20)
    )
    for minute in (4, 9):
        caplog.clear()
        now = noon.replace(minute=minute)
        monkeypatch.setattr("functions.janitor.app.invocation_of", lambda *_, now=now: Invocation(now=now))
        deployed.call("janitor", example("janitor"))
        printed = capsys.readouterr().out.replace(" ", "")
        assert '"KeyDaysLeft":[8.99' in printed
        logged = [vars(record) for record in caplog.records if record.message == "Key expires"]
        found = {line["keyId"]: (line["organizationId"], line["daysLeft"]) for line in logged}
        assert found == ({ids["operator"]: (None, 9.0), token.id: ("org", 20.0)} if minute == 4 else {})


def test_a_part_that_fails_is_an_error_after_the_others_were_done(
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(*_: object) -> int:
        raise RuntimeError("ada@example.com is away")

    deployed.call("janitor", example("janitor"))
    assert '"RoundsMade":[1' in capsys.readouterr().out.replace(" ", "")
    caplog.clear()
    monkeypatch.setattr("rightful.core.upkeep.janitor.backlog", fails)
    monkeypatch.setattr("rightful.core.upkeep.janitor.send_due", fails)
    over = Reservation("create:dir:ada", "con", "org", LONG_AGO)
    deployed.store.commit([ReserveAddress("last@example.com", None, over, LONG_AGO)], remaining=plenty)
    with pytest.raises(ExceptionGroup) as raised:
        deployed.call("janitor", example("janitor"))
    assert [type(error) for error in raised.value.exceptions] == [RuntimeError, RuntimeError]
    logged = [vars(record) for record in caplog.records if record.message == "Not done now"]
    assert [(line["what"], line["error"]) for line in logged] == [
        ("send_due", "RuntimeError"),
        ("backlog", "RuntimeError"),
    ]
    assert all(line["where"].startswith("test_janitor_function.py:") for line in logged)
    printed = capsys.readouterr().out
    assert "RoundsMade" not in printed, "the alarm on a silent janitor waits for it"
    assert "ada@example.com" not in printed
    assert deployed.store.holds(["last@example.com"]) == {}
