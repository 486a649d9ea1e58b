"""The janitor as its schedule calls it, on moto."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from logging import ERROR

import pytest

from rightful.accounts.account import AccountStatus
from rightful.storage.writes import ClaimAddress, PutAccount, PutConflict, Reservation, ReserveAddress
from tests.support.builders import a_conflict, an_account
from tests.support.functions import Deployed, deployed_on_moto, example

LONG_AGO = datetime.now(UTC) - timedelta(days=2)


def plenty() -> float:
    return 10.0


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as surroundings:
        yield surroundings


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
    monkeypatch.setattr("rightful.upkeep.integrity.SEGMENTS", 1)
    deployed.store.commit([PutAccount(an_account("lost", email="Lost@example.com"), None)], remaining=plenty)

    deployed.call("janitor", example("janitor"))

    assert deployed.store.holds(["lost@example.com"])["lost@example.com"].account_id == "lost"
    printed = capsys.readouterr().out
    assert '"IndexDisagreements":[1' in printed.replace(" ", "")
    assert "ost@example.com" not in printed


def test_an_item_that_cannot_be_read_is_reported_and_does_not_stop_the_scan(
    deployed: Deployed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightful.upkeep.integrity.SEGMENTS", 1)
    store = deployed.store
    store.client.put_item(
        TableName=store.tables.identity, Item={"pk": {"S": "ACCOUNT#strange"}, "sk": {"S": "ACCOUNT"}}
    )
    deployed.call("janitor", example("janitor"))
    errors = [vars(record) for record in caplog.records if record.levelno == ERROR]
    reported = [(error["kind"], error["accountId"]) for error in errors]
    assert reported == [("unreadable_item", "strange")]
    assert store.scan_position(0) is None
