"""Provisioning on DynamoDB: what each request costs in calls, and what happens when an answer is lost."""

from collections.abc import Callable

import pytest

from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.domain.organization import OnDelete
from rightful.scim.errors import ScimError, precondition_failed
from tests.support.builders import a_user
from tests.support.faults import answering, cancelled, counting, losing_the_answer
from tests.support.names import Names
from tests.support.provisioned import ProvisionedDirectory, scim_id_of


@pytest.fixture
def idp(store: DynamoDBStore, names: Names) -> ProvisionedDirectory:
    return ProvisionedDirectory(store, names=names)


@pytest.fixture
def address(names: Names) -> str:
    return names.address


@pytest.fixture
def ada(idp: ProvisionedDirectory, address: str) -> Account:
    return idp.create(a_user("ada", address, externalId="e1"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The AWS client repeats a call without waiting."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


# Calls


def test_a_create_takes_two_calls(idp: ProvisionedDirectory, store: DynamoDBStore, address: str) -> None:
    with counting(store.client) as calls:
        idp.create(a_user("ada", address, externalId="e1"))
    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_a_read_takes_one_call(idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account) -> None:
    with counting(store.client) as calls:
        idp.state(scim_id_of(ada))
    assert calls == {"BatchGetItem": 1}


def test_a_change_of_mere_attributes_takes_two_calls_and_no_transaction(
    idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account
) -> None:
    with counting(store.client) as calls:
        idp.change(ada, title="Dr")
    assert calls == {"BatchGetItem": 1, "PutItem": 1}


def test_a_change_of_nothing_takes_one_call(
    idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account, address: str
) -> None:
    with counting(store.client) as calls:
        idp.change(ada, email=address)
    assert calls == {"BatchGetItem": 1}


def test_a_change_of_address_and_user_name_takes_two_calls(
    idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account, address: str
) -> None:
    with counting(store.client) as calls:
        idp.change(ada, email=f"new-{address}", userName="lovelace")
    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_a_removal_takes_two_calls(idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account) -> None:
    with counting(store.client) as calls:
        idp.remove(ada)
    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_an_erasure_takes_two_calls(store: DynamoDBStore, names: Names) -> None:
    idp = ProvisionedDirectory(store, names=names, on_delete=OnDelete.ERASE)
    ada = idp.create(a_user("ada", names.address))
    with counting(store.client) as calls:
        idp.remove(ada)
    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert idp.hold(names.address) is None


def test_a_refused_change_takes_six_calls_at_most_and_looks_at_the_holder_in_none(
    idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account, address: str
) -> None:
    other = idp.create(a_user("other", f"other-{address}"))
    with counting(store.client) as calls, pytest.raises(ScimError) as refused:
        idp.change(other, email=address)
    assert refused.value.status == 409
    assert calls["TransactWriteItems"] == 2
    assert calls.total() <= 6


def test_an_unverified_domain_costs_one_read_and_one_row_and_never_a_look_at_the_index(
    idp: ProvisionedDirectory, store: DynamoDBStore
) -> None:
    with counting(store.client) as calls, pytest.raises(ScimError):
        idp.create(a_user("ada", "ada@elsewhere.example"))
    assert calls == {"BatchGetItem": 1, "PutItem": 1}


# The same story as in memory, on the real conditions


def test_users_are_created_refused_changed_and_removed(idp: ProvisionedDirectory, ada: Account, address: str) -> None:
    other = idp.create(a_user("other", f"other-{address}"))
    with pytest.raises(ScimError) as refused:
        idp.change(other, email=address)
    assert refused.value.detail == f"Resource [USER]: with email[{address}] already exists."
    (conflict,) = idp.conflicts()
    assert (conflict.status, conflict.sent) == (ConflictStatus.OPEN, True)
    idp.change(ada, email=f"new-{address}")
    changed = idp.change(other, email=address)
    assert changed.holds == address
    assert idp.holder(address) == other.id
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.APPLIED
    idp.remove(changed)
    assert idp.holder(address) == other.id
    assert idp.create(a_user("other", address)).id == other.id


def test_a_contended_create_is_waited_out(
    idp: ProvisionedDirectory, store: DynamoDBStore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightful.aws.dynamodb.commit.FIRST_PAUSE", 0.0001)
    answers = [cancelled("TransactionConflict", "None", "None", "None", "None")] * 3
    with answering(store.client, "TransactWriteItems", answers) as calls:
        ada = idp.create(a_user("ada", address))
    assert calls == {"answered": 3, "sent": 1}
    assert idp.holder(address) == ada.id


def test_contention_that_does_not_end_is_503_and_no_conflict(
    idp: ProvisionedDirectory, store: DynamoDBStore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightful.aws.dynamodb.commit.FIRST_PAUSE", 0.0001)
    idp.seconds_left = 0.41
    answers = [cancelled("TransactionConflict", "None", "None", "None", "None")] * 1000
    with answering(store.client, "TransactWriteItems", answers), pytest.raises(ScimError) as refused:
        idp.create(a_user("ada", address))
    assert refused.value.status == 503
    assert idp.hold(address) is None
    assert idp.conflicts() == []


# Lost answers


@pytest.mark.usefixtures("quick")
def test_a_change_whose_answer_was_lost_is_done_once_and_answered_as_done(
    idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account
) -> None:
    with losing_the_answer(store.client, "PutItem") as lost:
        changed = idp.change(ada, title="Dr")
    assert lost["sent"] == 2
    assert (changed.version, changed.attributes["title"]) == (2, "Dr")
    assert idp.now_of(ada) == changed


@pytest.mark.usefixtures("quick")
def test_a_conditional_change_whose_answer_was_lost_does_not_fail_its_own_condition(
    idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account
) -> None:
    with losing_the_answer(store.client, "PutItem"):
        changed = idp.change(ada, precondition=_only(1), title="Dr")
    assert changed.version == 2


@pytest.mark.usefixtures("quick")
def test_a_change_of_address_whose_answer_was_lost_is_done_once(
    idp: ProvisionedDirectory, store: DynamoDBStore, ada: Account, address: str
) -> None:
    """DynamoDB knows the repeat by its client token; moto does not, and the use case finds out by itself."""
    with losing_the_answer(store.client, "TransactWriteItems") as lost:
        changed = idp.change(ada, email=f"new-{address}")
    assert lost["sent"] == 2
    assert changed.version == 2
    assert idp.holder(f"new-{address}") == ada.id
    assert idp.hold(address) is None
    assert idp.conflicts() == []


def _only(version: int) -> Callable[[Account], None]:
    def check(found: Account) -> None:
        if found.version != version:
            raise precondition_failed()

    return check
