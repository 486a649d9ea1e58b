"""Forgetting goes on where others were faster, and where one person has more rows than there is time for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.administration.forget import forget_erased
from rightful.core.administration.redaction import FORGOTTEN
from rightful.core.events.publish import publish
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.erasure import ErasedPerson, Reached, erased_person
from rightful.domain.events.change import ConflictChange
from rightful.domain.events.event_log import Action, LogEntry, Result, first_id_at
from rightful.domain.organization import OnDelete
from rightful.ports.context import QueueContext
from rightful.ports.store.contract import Remaining
from rightful.ports.writes.accounts import NoteErased, PutAccount
from rightful.ports.writes.settings import RemoveConflict
from rightful.ports.writes.transaction import Write
from tests.support.builders import a_row
from tests.support.dynamodb.store import TestedStore
from tests.support.patience import at_once
from tests.support.service import Service, patch, user
from tests.support.stream import RecordingBus

DEACTIVATE = patch({"op": "replace", "path": "active", "value": False})


class RacedStore(TestedStore):
    """Somebody changes an account just before it is written, as often as is said."""

    def __init__(self) -> None:
        super().__init__()
        self.faster = 0

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        for write in writes:
            if isinstance(write, PutAccount) and write.expected_version is not None and self.faster:
                self.faster -= 1
                account = self.account(write.account.id)
                assert account is not None
                changed = replace(account, version=account.version + 1)
                super().commit([PutAccount(changed, account.version)], remaining=remaining)
        super().commit(writes, remaining=remaining)


def images_of(service: Service, conflict: Conflict) -> list[str]:
    return [
        account.id
        for account in service.store.all_of(Account)
        for image in (account.before_image, *account.earlier_images)
        if image is not None and image.conflict_id == conflict.id
    ]


def applied() -> tuple[Service, RacedStore, str]:
    """Ada has the address of Sales, who left and still has a before-image of that."""
    store = RacedStore()
    service = Service(store=store, on_delete=OnDelete.ERASE)
    sales, ada = service.create_user("sales"), service.create_user("ada")
    assert service.scim("PATCH", f"/Users/{sales['id']}", DEACTIVATE).status == 200
    assert service.move(ada["id"], "sales").status == 409
    service.remediate_all()
    [conflict] = store.all_of(Conflict)
    assert conflict.status is ConflictStatus.APPLIED
    return service, store, str(ada["id"])


def noted(service: Service, ada: str) -> None:
    account_id = ada.rpartition("-")[0]
    assert service.scim("DELETE", f"/Users/{ada}").status == 204
    person = ErasedPerson(account_id, service.organization.id, service.now, names=frozenset({"ada@example.com"}))
    service.store.commit([NoteErased(person)], remaining=lambda: 10.0)


def test_a_conflict_goes_only_with_the_images_that_it_left() -> None:
    service, store, ada = applied()
    [conflict] = store.all_of(Conflict)
    noted(service, ada)
    store.faster = 1_000
    assert forget_erased(service.context()) == 0
    assert list(store.all_of(Conflict)) == [conflict]
    assert images_of(service, conflict)
    store.faster = 0
    forget_erased(service.context())
    assert store.all_of(Conflict) == ()
    assert images_of(service, conflict) == []
    service.pass_time(timedelta(minutes=5))
    assert forget_erased(service.context()) == 1


@pytest.mark.parametrize("times", [1, 3])
def test_images_of_a_removed_conflict_are_looked_for_again_where_others_were_faster(times: int) -> None:
    service, store, _ = applied()
    [conflict] = store.all_of(Conflict)
    store.commit([RemoveConflict(service.organization.id, conflict.id)], remaining=lambda: 10.0)
    store.faster = times
    told = publish(store, service.queue, RecordingBus(), [ConflictChange(conflict, None, service.now)], at_once)
    assert told.first_failed is None
    assert images_of(service, conflict) == []


def test_a_removal_whose_images_are_never_at_rest_comes_again() -> None:
    service, store, _ = applied()
    [conflict] = store.all_of(Conflict)
    store.commit([RemoveConflict(service.organization.id, conflict.id)], remaining=lambda: 10.0)
    store.faster = 1_000
    changes = [ConflictChange(conflict, None, service.now)]
    assert publish(store, service.queue, RecordingBus(), changes, at_once).first_failed == 0
    store.faster = 0
    assert publish(store, service.queue, RecordingBus(), changes, at_once).first_failed is None
    assert images_of(service, conflict) == []


# Very many rows

MANY = 2_000


def with_many_rows() -> tuple[Service, list[str]]:
    """Two people are erased; of the one who is looked for first there are very many rows."""
    service = Service(on_delete=OnDelete.ERASE)
    ids = sorted(str(service.create_user(name)["id"]) for name in ("ada", "bob"))
    accounts = [each.rpartition("-")[0] for each in ids]
    for number in range(MANY):
        row_id = f"{first_id_at(service.now)}{number:020x}"
        row = a_row(service.organization.id, row_id)
        service.store.log_entry(
            replace(
                row, at=service.now, account_id=accounts[0], subject="Somebody", action=Action.USER_NAME_CHANGED,
                result=Result.DONE,
            )
        )  # fmt: skip
    for each in ids:
        noted(service, each)
    return service, accounts


def running_out(service: Service, seconds: float = 240.0) -> tuple[QueueContext, Callable[[], float]]:
    """An invocation in which each look at the clock takes a second."""
    left: list[float] = [seconds]

    def remaining() -> float:
        left[0] -= 1.0
        return left[0]

    context = service.context()
    invocation = replace(context.invocation, remaining=remaining)
    return QueueContext(context.store, invocation, service.queue), lambda: left[0]


def told_of(service: Service, account_id: str) -> set[str]:
    return {row.explanation for row in service.store.all_of(LogEntry) if row.account_id == account_id}


def test_who_has_very_many_rows_takes_no_round_for_themselves_and_is_gone_on_with() -> None:
    service, (many, few) = with_many_rows()
    context, left = running_out(service)
    assert forget_erased(context) == 0
    assert left() >= 240.0 - 60.0
    assert told_of(service, few) == {FORGOTTEN}
    [first, _] = service.store.erased_people(limit=10)
    assert first.account_id == many
    assert first.reached != Reached()
    reached = [(first.reached.step, first.reached.position or "")]
    for _ in range(20):
        service.pass_time(timedelta(minutes=5))
        forget_erased(running_out(service)[0])
        people: Any = service.store.erased_people(limit=10)
        if not people:
            break
        reached.append((people[0].reached.step, people[0].reached.position or ""))
    assert service.store.erased_people(limit=10) == ()
    assert told_of(service, many) == {FORGOTTEN}
    assert len(set(reached)) > 2  # it went on, and did not begin anew


def test_going_on_twice_from_the_same_place_does_the_same() -> None:
    service, (many, _) = with_many_rows()
    forget_erased(running_out(service)[0])
    [first, _] = service.store.erased_people(limit=10)
    assert first.account_id == many
    forget_erased(running_out(service)[0])
    service.store.commit([NoteErased(first, again=True)], remaining=lambda: 10.0)
    for _ in range(20):
        service.pass_time(timedelta(minutes=5))
        forget_erased(running_out(service)[0])
    assert service.store.erased_people(limit=10) == ()
    assert told_of(service, many) == {FORGOTTEN}


# A create with a short externalId


def asks(service: Service, external_id: str) -> None:
    """A create with another's address, and with no name that says anything."""
    body = {**user("busy"), "userName": f"u{len(service.store.all_of(Conflict))}", "externalId": external_id}
    assert service.scim("POST", "/Users", body).status == 409


@pytest.mark.parametrize("external_id", ["7", "42", "ab", "long-enough"])
def test_a_create_is_known_as_the_persons_own_by_its_whole_external_id(external_id: str) -> None:
    service = Service()
    service.create_user("busy")
    person = service.create_user("person", externalId=external_id)
    account = service.store.account(str(person["id"]).rpartition("-")[0])
    assert account is not None
    assert service.scim("DELETE", f"/Users/{person['id']}").status == 204
    others = {"8", f"{external_id}x", f"x {external_id}", "longer-" + external_id}
    for each in sorted({*others, external_id}):
        asks(service, each)
    service.remediate_all()
    [erased] = erased_person(account, service.now)
    service.store.commit([NoteErased(erased)], remaining=lambda: 10.0)
    rounds = [forget_erased(service.context())]
    left = {conflict.request.requester.external_id for conflict in service.store.all_of(Conflict)}
    assert left == others
    rows = {row.external_id for row in service.store.all_of(LogEntry) if row.conflict_id is not None}
    assert rows - {None} == others
    service.pass_time(timedelta(minutes=5))
    assert [*rounds, forget_erased(service.context())] == [0, 1]
