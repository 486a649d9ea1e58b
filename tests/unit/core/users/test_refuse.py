"""An address that another account holds: the same 409 for everybody, and a conflict in the table before it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from rightful.domain.account import AccountStatus, Flag
from rightful.domain.address import Reservation
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.refused_request import Operation
from rightful.domain.events.event_log import Action, Result
from rightful.ports.writes.accounts import ClaimAddress, PutAccount, ReserveAddress
from rightful.ports.writes.transaction import ContendedError, Write
from tests.support.answers import taken
from tests.support.builders import NOW, a_user, an_account
from tests.support.provisioned import BrokenQueue, ProvisionedDirectory
from tests.support.queue import ListedQueue
from tests.unit.core.users.refusals import BODY, CANONICAL, WANTED, colleague, refused_by


@pytest.fixture
def idp() -> ProvisionedDirectory:
    return ProvisionedDirectory()


# Who holds it


def _put(idp: ProvisionedDirectory, **changed: object) -> None:
    account = an_account(idp.names.other, email=CANONICAL, **changed)
    writes: list[Write] = [PutAccount(account, None), ClaimAddress(CANONICAL, account.id, NOW)]
    idp.store.commit(writes, remaining=idp.remaining)


def _leaver(idp: ProvisionedDirectory) -> None:
    idp.remove(idp.create(a_user("holder", CANONICAL, externalId="e-holder")))


def _deactivated(idp: ProvisionedDirectory) -> None:
    idp.change(idp.create(a_user("holder", CANONICAL)), active=False)


def _in_another_directory(idp: ProvisionedDirectory) -> None:
    idp.beside().create(a_user("holder", CANONICAL))


def _of_another_organization(idp: ProvisionedDirectory) -> None:
    idp.of_another_organization().create(a_user("holder", CANONICAL))


def _signed_up(idp: ProvisionedDirectory) -> None:
    _put(idp, email_verified=False)


def _scheduled_for_deletion(idp: ProvisionedDirectory) -> None:
    _put(idp, organization_id=idp.organization.id, status=AccountStatus.PENDING_DELETION, deletion_date=NOW)


def _protected(idp: ProvisionedDirectory) -> None:
    _put(idp, organization_id=idp.organization.id, flags=frozenset({Flag.LEGAL_HOLD}))


def _reserved_for_another(idp: ProvisionedDirectory) -> None:
    reservation = Reservation("create:elsewhere:somebody", "con", idp.organization.id, idp.now + timedelta(hours=1))
    idp.store.commit([ReserveAddress(CANONICAL, None, reservation, idp.now)], remaining=idp.remaining)


def _lost_account(idp: ProvisionedDirectory) -> None:
    idp.store.commit([ClaimAddress(CANONICAL, "gone", NOW)], remaining=idp.remaining)


HOLDERS = [
    colleague,
    _leaver,
    _deactivated,
    _in_another_directory,
    _of_another_organization,
    _signed_up,
    _scheduled_for_deletion,
    _protected,
    _reserved_for_another,
    _lost_account,
]


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("operation", [Operation.CREATE, Operation.PATCH, Operation.PUT])
def test_the_answer_is_the_same_for_every_holder_and_operation_and_the_conflict_is_recorded_and_sent(
    idp: ProvisionedDirectory, holder: Callable[[ProvisionedDirectory], None], operation: Operation
) -> None:
    holder(idp)
    held = idp.hold(CANONICAL)
    if operation is Operation.CREATE:
        before = None
        refused = refused_by(lambda: idp.create(a_user("ada", WANTED)))
    else:
        before = idp.create(a_user("ada", "ada@example.com"))
        refused = refused_by(lambda: idp.change(before, email=WANTED, title="Dr", operation=operation))
        assert idp.now_of(before) == before
        assert idp.holder("ada@example.com") == before.id
    assert refused.body() == BODY
    assert refused.headers == {}
    assert idp.hold(CANONICAL) == held
    (conflict,) = idp.conflicts()
    assert (conflict.request.operation, conflict.status, conflict.sent) == (operation, ConflictStatus.OPEN, True)
    assert (conflict.request.wanted.value, conflict.request.wanted.canonical) == (WANTED, CANONICAL)
    assert conflict.request.requester.account_id == (before.id if before else None)
    assert isinstance(idp.queue, ListedQueue)
    assert [pointer.conflict_id for pointer in idp.queue.messages] == [conflict.id]
    row = max(idp.log(), key=lambda row: row.action is Action.CLAIM_REFUSED)
    assert (row.action, row.result, row.conflict_id) == (Action.CLAIM_REFUSED, Result.REFUSED, conflict.id)


# What is recorded


def test_a_refused_change_is_recorded_with_all_that_the_request_asked_for(idp: ProvisionedDirectory) -> None:
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com", title="Miss", nickName="A"))
    idp.pass_time()
    refused_by(lambda: idp.change(ada, email=WANTED, title="Dr", nickName=None, active=False))
    (conflict,) = idp.conflicts()
    email = {"type": "work", "primary": True}
    assert conflict.request.change.before == {
        "emails": [{"value": "ada@example.com", **email}],
        "title": "Miss",
        "nickName": "A",
    }
    assert conflict.request.change.after == {"emails": [{"value": WANTED, **email}], "title": "Dr"}
    assert conflict.request.change.active is False
    assert conflict.deactivation_pending
    assert conflict.request.old_email == ada.email
    assert conflict.created_at == idp.now
    assert conflict.correlation_id == "correlation"


def test_a_refused_change_that_does_not_touch_active_deactivates_nobody_later(idp: ProvisionedDirectory) -> None:
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com"))
    refused_by(lambda: idp.change(ada, email=WANTED))
    gone = idp.create(a_user("gone", "gone@example.com", active=False))
    refused_by(lambda: idp.change(gone, email=WANTED))
    assert [conflict.request.change.active for conflict in idp.conflicts()] == [None, None]
    assert not any(conflict.deactivation_pending for conflict in idp.conflicts())


def test_a_refused_create_is_recorded_with_the_whole_user(idp: ProvisionedDirectory) -> None:
    colleague(idp)
    refused_by(lambda: idp.create(a_user("ada", WANTED, externalId="e1", title="Dr")))
    (conflict,) = idp.conflicts()
    assert conflict.request.change.before == {}
    assert conflict.request.change.after["title"] == "Dr"
    assert conflict.request.change.active is True
    assert conflict.request.old_email is None
    assert (conflict.request.requester.scim_id, conflict.request.requester.user_name) == (None, "ada")
    assert conflict.request.requester.external_id == "e1"
    assert not conflict.deactivation_pending
    assert idp.store.number_of_users(idp.directory.id) == 1


def test_a_repeat_by_the_identity_provider_is_the_same_conflict_counted(idp: ProvisionedDirectory) -> None:
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com"))
    for _ in range(3):
        idp.pass_time()
        assert refused_by(lambda: idp.change(ada, email=WANTED)).body() == BODY
    (conflict,) = idp.conflicts()
    assert conflict.occurrences == 3
    assert conflict.updated_at == idp.now


def test_a_conflict_waits_for_its_address_and_is_the_requesters_pending_change(idp: ProvisionedDirectory) -> None:
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com"))
    refused_by(lambda: idp.change(ada, email=WANTED))
    (conflict,) = idp.conflicts()
    assert [pointer.conflict_id for pointer in idp.store.waiters(CANONICAL)] == [conflict.id]
    assert idp.state(f"{ada.id}-1").pending_conflict_id == conflict.id


def test_a_taken_user_name_of_a_change_is_recorded_as_a_conflict_of_user_names(idp: ProvisionedDirectory) -> None:
    idp.create(a_user("lovelace", "lovelace@example.com"))
    ada = idp.create(a_user("ada", "ada@example.com"))
    refused = refused_by(lambda: idp.change(ada, userName="Lovelace"))
    assert refused.body() == taken("userName", "Lovelace")
    (conflict,) = idp.conflicts()
    assert conflict.request.address is None
    assert idp.now_of(ada) == ada


def test_where_address_and_user_name_are_both_taken_the_answer_names_the_address(idp: ProvisionedDirectory) -> None:
    idp.create(a_user("lovelace", CANONICAL))
    ada = idp.create(a_user("ada", "ada@example.com"))
    assert refused_by(lambda: idp.change(ada, email=WANTED, userName="lovelace")).body() == BODY
    assert idp.now_of(ada) == ada


# What fails after the refusal


def test_the_answer_is_given_and_the_conflict_is_in_the_table_when_the_queue_takes_nothing() -> None:
    idp = ProvisionedDirectory(queue=BrokenQueue())
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com"))
    assert refused_by(lambda: idp.change(ada, email=WANTED)).body() == BODY
    (conflict,) = idp.conflicts()
    assert not conflict.sent
    assert conflict.status is ConflictStatus.OPEN
    assert idp.failures == ["conflict_not_sent"]


def test_a_retry_sends_what_the_queue_did_not_take_before() -> None:
    idp = ProvisionedDirectory(queue=BrokenQueue())
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com"))
    refused_by(lambda: idp.change(ada, email=WANTED))
    idp.queue = ListedQueue()
    refused_by(lambda: idp.change(ada, email=WANTED))
    (conflict,) = idp.conflicts()
    assert conflict.sent
    assert [pointer.conflict_id for pointer in idp.queue.messages] == [conflict.id]


def test_a_conflict_that_cannot_be_recorded_is_answered_with_503_and_never_with_409(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    idp = ProvisionedDirectory()
    colleague(idp)
    ada = idp.create(a_user("ada", "ada@example.com"))

    def contended(*_: object, **__: object) -> Conflict:
        raise ContendedError

    monkeypatch.setattr("rightful.core.conflicts.lifecycle.record.record", contended)
    refused = refused_by(lambda: idp.change(ada, email=WANTED))
    assert refused.status == 503
    assert "Retry-After" in refused.headers


def test_a_deactivation_on_a_domain_of_somebody_else_that_could_not_be_recorded_has_to_be_sent_again(
    idp: ProvisionedDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))

    def contended(*_: object, **__: object) -> Conflict:
        raise ContendedError

    monkeypatch.setattr("rightful.core.conflicts.lifecycle.record.record", contended)
    refused = refused_by(lambda: idp.change(ada, email="ada@somebody.example", active=False))
    assert refused.status == 503


def test_contention_is_answered_with_503_and_recorded_as_no_conflict(
    idp: ProvisionedDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))

    def contended(*_: object, **__: object) -> None:
        raise ContendedError

    uses: list[Callable[[], object]] = [
        lambda: idp.create(a_user("lovelace", WANTED)),
        lambda: idp.change(ada, email=WANTED),
        lambda: idp.remove(ada),
    ]
    monkeypatch.setattr(idp.store, "commit", contended)
    for use in uses:
        refused = refused_by(use)
        assert (refused.status, refused.headers) == (503, {"Retry-After": "1"})
    assert idp.conflicts() == []
    assert idp.now_of(ada) == ada
