"""What ends a refused change, what leaves it waiting, and for whom a freed address is kept."""

from datetime import timedelta

import pytest

from rightful.domain.account import Account
from rightful.domain.address import Reservation
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.domain.conflicts.refused_request import Requester
from rightful.domain.organization import OnDelete
from rightful.ports.writes.accounts import ReserveAddress
from tests.support.builders import a_user
from tests.support.dynamodb.store import TestedStore
from tests.support.provisioned import ProvisionedDirectory
from tests.unit.core.users.refusals import BODY, CANONICAL, WANTED, colleague, refused_by


@pytest.fixture
def idp() -> ProvisionedDirectory:
    return ProvisionedDirectory()


def _with_a_refused_change(idp: ProvisionedDirectory) -> tuple[Account, Account]:
    holder = idp.create(a_user("holder", CANONICAL))
    ada = idp.create(a_user("ada", "ada@example.com"))
    refused_by(lambda: idp.change(ada, email=WANTED))
    idp.pass_time()
    return holder, ada


def _is_over(idp: ProvisionedDirectory, ada: Account) -> bool:
    return (
        idp.store.waiters(CANONICAL) == ()
        and idp.store.pending_conflicts([f"account:{ada.id}"]) == {}
        and not any(conflict.live for conflict in idp.conflicts())
    )


def test_a_later_change_to_another_address_supersedes_the_refused_one(idp: ProvisionedDirectory) -> None:
    _, ada = _with_a_refused_change(idp)
    idp.change(ada, email="lovelace@example.com")
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.SUPERSEDED
    assert conflict.outcome.resolved_at == idp.now
    assert _is_over(idp, ada)


def test_a_retry_that_finds_the_address_free_applies_the_refused_change(idp: ProvisionedDirectory) -> None:
    holder, ada = _with_a_refused_change(idp)
    idp.change(holder, email="holder2@example.com")
    changed = idp.change(ada, email=WANTED)
    assert changed.holds == CANONICAL
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.APPLIED
    assert _is_over(idp, ada)


@pytest.mark.parametrize("on_delete", list(OnDelete))
def test_the_removal_of_the_requester_ends_the_refused_change(on_delete: OnDelete) -> None:
    idp = ProvisionedDirectory(on_delete=on_delete)
    _, ada = _with_a_refused_change(idp)
    idp.remove(ada)
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.SUPERSEDED
    assert _is_over(idp, ada)


def test_the_deactivation_of_the_requester_ends_the_refused_change(idp: ProvisionedDirectory) -> None:
    _, ada = _with_a_refused_change(idp)
    idp.change(ada, active=False)
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.SUPERSEDED


def test_a_change_of_something_else_leaves_the_refused_change_waiting(idp: ProvisionedDirectory) -> None:
    _, ada = _with_a_refused_change(idp)
    idp.change(ada, title="Dr")
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.OPEN
    assert not _is_over(idp, ada)


def test_another_refused_change_of_the_same_person_takes_the_place_of_the_first(idp: ProvisionedDirectory) -> None:
    _, ada = _with_a_refused_change(idp)
    idp.create(a_user("second", "second@example.com"))
    refused_by(lambda: idp.change(ada, email="second@example.com"))
    first, second = idp.conflicts()
    assert first.status is ConflictStatus.SUPERSEDED
    assert second.status is ConflictStatus.OPEN
    assert idp.store.pending_conflicts([f"account:{ada.id}"]) == {f"account:{ada.id}": second.id}
    assert idp.store.waiters(CANONICAL) == ()


def test_a_create_with_another_address_ends_the_refused_create(idp: ProvisionedDirectory) -> None:
    colleague(idp)
    refused_by(lambda: idp.create(a_user("ada", WANTED)))
    idp.pass_time()
    ada = idp.create(a_user("ada", "ada@example.com"))
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.SUPERSEDED
    assert _is_over(idp, ada)


def _reserve(idp: ProvisionedDirectory, user_name: str, external_id: str | None) -> None:
    key = Requester(None, None, user_name, external_id).key(idp.directory.id)
    reservation = Reservation(key, "con", idp.organization.id, idp.now + timedelta(hours=1))
    idp.store.commit([ReserveAddress(CANONICAL, None, reservation, idp.now)], remaining=idp.remaining)


def test_a_reserved_address_is_claimed_by_the_create_it_is_reserved_for(idp: ProvisionedDirectory) -> None:
    _reserve(idp, "ada", None)
    assert refused_by(lambda: idp.create(a_user("another", WANTED))).body() == BODY
    ada = idp.create(a_user("Ada", WANTED))
    assert idp.holder(CANONICAL) == ada.id


@pytest.mark.parametrize("somebody_else", [{"externalId": "e2"}, {"externalId": "E1"}, {}])
def test_an_address_reserved_for_one_external_id_is_refused_to_another_under_the_same_user_name(
    idp: ProvisionedDirectory, somebody_else: dict[str, object]
) -> None:
    _reserve(idp, "ada", "e1")
    assert refused_by(lambda: idp.create(a_user("ada", WANTED, **somebody_else))).body() == BODY
    ada = idp.create(a_user("lovelace", WANTED, externalId="e1"))
    assert idp.holder(CANONICAL) == ada.id


def test_a_reservation_that_ended_keeps_nobody_out(idp: ProvisionedDirectory) -> None:
    reservation = Reservation("create:elsewhere:somebody", "con", idp.organization.id, idp.now)
    idp.store.commit([ReserveAddress(CANONICAL, None, reservation, idp.now)], remaining=idp.remaining)
    ada = idp.create(a_user("ada", WANTED))
    assert idp.holder(CANONICAL) == ada.id


def test_nothing_of_a_refused_request_is_written_besides_its_conflict(idp: ProvisionedDirectory) -> None:
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com"))
    assert isinstance(idp.store, TestedStore)
    before = idp.store.snapshot()
    refused_by(lambda: idp.change(ada, email=WANTED, userName="lovelace", title="Dr"))
    after = idp.store.snapshot()
    assert {key: after[key] for key in before} == before
    added = {key[0] for key in after.keys() - before.keys()}
    assert added >= {"CONFLICT", "PENDING", "WAITER", "LOG"}
    assert added.isdisjoint({"ACCOUNT", "EMAIL", "USERNAME", "COUNT"})
