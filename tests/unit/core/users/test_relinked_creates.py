"""A POST of somebody the directory had before: the old account, active again, under a new SCIM id."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rightful.domain.account import Account, Flag
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.domain.events.event_log import Action
from rightful.ports.store.contract import Remaining
from rightful.ports.writes.accounts import ClaimUserName, PutAccount
from rightful.ports.writes.transaction import Write
from rightful.scim.errors import ScimError
from tests.support.builders import a_user, an_account
from tests.support.dynamodb.store import TestedStore
from tests.support.provisioned import ProvisionedDirectory, scim_id_of


@pytest.fixture
def idp() -> ProvisionedDirectory:
    return ProvisionedDirectory()


def _leaver(idp: ProvisionedDirectory, **more: object) -> Account:
    ada = idp.create(a_user("ada", "ada@example.com", **more))
    idp.pass_time()
    idp.remove(ada)
    idp.pass_time()
    return ada


def test_the_old_account_comes_back_active_under_a_new_scim_id_and_the_old_one_stays_dead(
    idp: ProvisionedDirectory,
) -> None:
    ada = _leaver(idp, externalId="e1")
    again = idp.create(a_user("ada.l", "Ada@example.com", externalId="e1", title="Dr"))
    assert again.id == ada.id
    assert again.active
    assert again.attributes["title"] == "Dr"
    assert scim_id_of(again) != scim_id_of(ada)
    assert idp.state(scim_id_of(again)).account == again
    with pytest.raises(ScimError) as refused:
        idp.state(scim_id_of(ada))
    assert refused.value.status == 404
    assert idp.holder("ada@example.com") == ada.id
    assert idp.store.account_id_of_user_name(idp.directory.id, "ada.l") == ada.id
    assert idp.store.number_of_users(idp.directory.id) == 1
    assert idp.conflicts() == []
    assert {row.action for row in idp.log()[-2:]} == {Action.USER_LINKED, Action.USER_REACTIVATED}


def test_each_return_has_a_scim_id_of_its_own(idp: ProvisionedDirectory) -> None:
    seen = set()
    user = a_user("ada", "ada@example.com", externalId="e1")
    for _ in range(4):
        ada = idp.create(user)
        seen.add(scim_id_of(ada))
        idp.remove(ada)
    assert len(seen) == 4


def test_without_external_ids_the_same_user_name_brings_the_account_back(idp: ProvisionedDirectory) -> None:
    ada = _leaver(idp)
    assert idp.create(a_user("ADA", "ada@example.com")).id == ada.id


@pytest.mark.parametrize(
    "resource",
    [
        a_user("ada", "ada@example.com", externalId="e2"),
        a_user("ada", "ada@example.com"),
    ],
    ids=["another externalId", "no externalId any more"],
)
def test_somebody_else_is_refused(idp: ProvisionedDirectory, resource: dict[str, object]) -> None:
    ada = _leaver(idp, externalId="e1")
    with pytest.raises(ScimError) as refused:
        idp.create(resource)
    assert refused.value.status == 409
    assert idp.now_of(ada).link is None
    assert len(idp.conflicts()) == 1


def test_another_directory_of_the_organization_does_not_get_the_account(idp: ProvisionedDirectory) -> None:
    ada = _leaver(idp, externalId="e1")
    with pytest.raises(ScimError) as refused:
        idp.beside().create(a_user("ada", "ada@example.com", externalId="e1"))
    assert refused.value.status == 409
    assert idp.now_of(ada).link is None


def test_a_return_ends_the_conflict_of_an_earlier_create_that_was_refused(idp: ProvisionedDirectory) -> None:
    ada = _leaver(idp, externalId="e1")
    _flag(idp, ada, frozenset({Flag.PRIVILEGED}))
    with pytest.raises(ScimError):
        idp.create(a_user("ada", "ada@example.com", externalId="e1"))
    _flag(idp, ada, frozenset())
    idp.pass_time()
    again = idp.create(a_user("ada.l", "ada@example.com", externalId="e1"))
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.APPLIED
    assert idp.store.waiters("ada@example.com") == ()
    assert idp.holder("ada@example.com") == again.id


def _flag(idp: ProvisionedDirectory, account: Account, flags: frozenset[Flag]) -> None:
    now = idp.now_of(account)
    write = PutAccount(replace(now, version=now.version + 1, flags=flags), now.version)
    idp.store.commit([write], remaining=idp.remaining)


def test_a_return_leaves_the_conflict_of_somebody_else_of_that_name_alone(idp: ProvisionedDirectory) -> None:
    _leaver(idp, externalId="e1")
    with pytest.raises(ScimError):
        idp.create(a_user("ada", "ada@example.com", externalId="e2"))
    idp.create(a_user("ada", "ada@example.com", externalId="e1"))
    (conflict,) = idp.conflicts()
    assert conflict.status is ConflictStatus.OPEN


def test_a_return_under_a_user_name_that_is_taken_is_refused(idp: ProvisionedDirectory) -> None:
    ada = _leaver(idp, externalId="e1")
    idp.create(a_user("lovelace", "lovelace@example.com"))
    with pytest.raises(ScimError) as refused:
        idp.create(a_user("lovelace", "ada@example.com", externalId="e1"))
    assert (refused.value.status, refused.value.scim_type) == (409, "uniqueness")
    assert "userName[lovelace]" in refused.value.detail
    assert idp.now_of(ada).link is None


class InterferingStore(TestedStore):
    """Does something just before the first commit that would link an account again."""

    def __init__(self) -> None:
        super().__init__()
        self.interference: Sequence[Write] = ()

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        relinks = any(isinstance(write, PutAccount) and write.expected_version is not None for write in writes)
        if self.interference and relinks and any(isinstance(write, ClaimUserName) for write in writes):
            interference, self.interference = self.interference, ()
            super().commit(interference, remaining=remaining)
        super().commit(writes, remaining=remaining)


def test_an_account_that_changed_meanwhile_comes_back_as_it_is_then() -> None:
    store = InterferingStore()
    idp = ProvisionedDirectory(store)
    ada = _leaver(idp, externalId="e1")
    left = idp.now_of(ada)
    store.interference = [
        PutAccount(an_account(ada.id, **_fields(left, version=left.version + 1, last_login_at=idp.now)), left.version)
    ]
    again = idp.create(a_user("ada", "ada@example.com", externalId="e1"))
    assert again.id == ada.id
    assert again.last_login_at == idp.now
    assert idp.conflicts() == []


def test_an_account_that_somebody_else_got_meanwhile_is_a_conflict() -> None:
    store = InterferingStore()
    idp = ProvisionedDirectory(store)
    ada = _leaver(idp, externalId="e1")
    left = idp.now_of(ada)
    store.interference = [
        PutAccount(an_account(ada.id, **_fields(left, version=left.version + 1, former_link=None)), left.version)
    ]
    with pytest.raises(ScimError) as refused:
        idp.create(a_user("ada", "ada@example.com", externalId="e1"))
    assert refused.value.status == 409
    assert len(idp.conflicts()) == 1


def _fields(account: Account, **changed: object) -> dict[str, object]:
    return {name: getattr(account, name) for name in account.__slots__ if name != "id"} | changed
