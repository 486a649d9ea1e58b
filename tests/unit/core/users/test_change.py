"""PATCH and PUT: an account as its directory wants it to be."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.users.change import UserChange, change_user
from rightful.domain.account import Account, AccountStatus
from rightful.domain.conflicts.refused_request import Operation
from rightful.domain.events.event_log import Action
from rightful.ports.store.contract import Remaining
from rightful.ports.writes.accounts import PutAccount, ReleaseAddress, ReleaseUserName
from rightful.ports.writes.settings import PutOrganization
from rightful.ports.writes.transaction import Write
from rightful.scim.errors import ScimError, precondition_failed
from tests.support.builders import a_user, an_account
from tests.support.dynamodb.store import TestedStore
from tests.support.provisioned import ProvisionedDirectory, scim_id_of, setting


class WatchedStore(TestedStore):
    """Notes each commit, and lets a test do something just before one."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[Sequence[Write]] = []
        self.interferences: list[Sequence[Write]] = []

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        self.commits.append(writes)
        if self.interferences:
            super().commit(self.interferences.pop(0), remaining=remaining)
        super().commit(writes, remaining=remaining)


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def idp(store: WatchedStore) -> ProvisionedDirectory:
    return ProvisionedDirectory(store)


@pytest.fixture
def ada(idp: ProvisionedDirectory) -> Account:
    return idp.create(a_user("ada", "ada@example.com", externalId="e1"))


def test_a_new_address_is_claimed_and_the_old_one_free_at_once(idp: ProvisionedDirectory, ada: Account) -> None:
    idp.pass_time()
    changed = idp.change(ada, email="Lovelace@example.org")
    assert changed == idp.now_of(ada)
    assert changed.version == 2
    assert idp.holder("lovelace@example.org") == ada.id
    assert idp.hold("ada@example.com") is None
    assert idp.log()[-1].action is Action.EMAIL_CHANGED
    assert idp.create(a_user("another", "ada@example.com")).holds == "ada@example.com"


def test_a_change_of_mere_attributes_is_one_write(idp: ProvisionedDirectory, ada: Account, store: WatchedStore) -> None:
    store.commits.clear()
    changed = idp.change(ada, title="Dr")
    assert [type(write) for commit in store.commits for write in commit] == [PutAccount]
    assert changed.version == 2


def test_a_change_that_asks_for_nothing_new_writes_nothing_and_keeps_the_version(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    store.commits.clear()
    idp.pass_time()
    assert idp.change(ada, email="ada@example.com", operation=Operation.PUT) == ada
    assert store.commits == []
    assert idp.now_of(ada) == ada


def test_a_repeat_of_a_change_is_a_no_op(idp: ProvisionedDirectory, ada: Account) -> None:
    first = idp.change(ada, email="lovelace@example.com")
    idp.pass_time()
    assert idp.change(ada, email="lovelace@example.com") == first


def test_an_address_in_another_spelling_is_written_without_touching_the_index(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    store.commits.clear()
    changed = idp.change(ada, email="ADA@Example.com")
    assert [type(write) for commit in store.commits for write in commit] == [PutAccount]
    assert changed.email is not None
    assert changed.email.value == "ADA@Example.com"
    assert idp.holder("ada@example.com") == ada.id


def test_emails_removed_free_the_address(idp: ProvisionedDirectory, ada: Account) -> None:
    changed = idp.change(ada, emails=None)
    assert changed.email is None
    assert idp.hold("ada@example.com") is None


def test_a_new_user_name_is_claimed_and_the_old_one_free(idp: ProvisionedDirectory, ada: Account) -> None:
    changed = idp.change(ada, userName="Lovelace")
    assert changed.link is not None
    assert changed.link.user_name == "Lovelace"
    assert idp.store.account_id_of_user_name(idp.directory.id, "lovelace") == ada.id
    assert idp.store.account_id_of_user_name(idp.directory.id, "ada") is None


def test_a_user_name_in_another_spelling_keeps_its_place(idp: ProvisionedDirectory, ada: Account) -> None:
    changed = idp.change(ada, userName="ADA")
    assert changed.link is not None
    assert changed.link.user_name == "ADA"
    assert idp.store.account_id_of_user_name(idp.directory.id, "ada") == ada.id


def test_a_new_external_id_is_found_and_the_old_one_not(idp: ProvisionedDirectory, ada: Account) -> None:
    idp.change(ada, externalId="e2")
    assert idp.store.account_ids_of_external_id(idp.directory.id, "e2") == (ada.id,)
    assert idp.store.account_ids_of_external_id(idp.directory.id, "e1") == ()


def test_a_deactivated_user_keeps_its_address_and_can_come_back(idp: ProvisionedDirectory, ada: Account) -> None:
    idp.pass_time()
    inactive = idp.change(ada, active=False)
    assert inactive.status is AccountStatus.DEACTIVATED
    assert idp.holder("ada@example.com") == ada.id
    idp.pass_time()
    assert idp.change(ada, active=True).status is AccountStatus.ACTIVE
    assert [row.action for row in idp.log()][1:] == [Action.USER_DEACTIVATED, Action.USER_REACTIVATED]


def test_a_put_that_does_not_say_active_lets_no_leaver_in_again(idp: ProvisionedDirectory, ada: Account) -> None:
    idp.change(ada, active=False)
    changed = idp.change(ada, lambda _: a_user_without_active("ada", title="Dr"), operation=Operation.PUT)
    assert changed.attributes["title"] == "Dr"
    assert not changed.active


def a_user_without_active(user_name: str, **more: object) -> dict[str, object]:
    resource = a_user(user_name, "ada@example.com", **more)
    del resource["active"]
    return resource


def test_an_account_scheduled_for_deletion_is_not_reactivated_by_its_directory(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    doomed = an_account(
        ada.id,
        version=2,
        email="ada@example.com",
        link=ada.link,
        attributes=ada.attributes,
        status=AccountStatus.PENDING_DELETION,
        deletion_date=idp.now + timedelta(days=14),
    )
    store.commit([PutAccount(doomed, 1)], remaining=idp.remaining)
    with pytest.raises(ScimError) as refused:
        idp.change(ada, active=True)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    assert idp.now_of(ada) == doomed


def test_an_unverified_domain_is_refused_in_a_change_and_nothing_of_it_is_written(
    idp: ProvisionedDirectory, ada: Account
) -> None:
    with pytest.raises(ScimError) as refused:
        idp.change(ada, email="ada@elsewhere.example", title="Dr")
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    assert idp.now_of(ada) == ada
    assert idp.log()[-1].scim_id == scim_id_of(ada)


def test_an_address_on_a_domain_given_up_meanwhile_stays_and_the_user_can_be_changed(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    store.commit([PutOrganization(replace(idp.organization, version=2, domains={}), 1)], remaining=idp.remaining)
    assert idp.change(ada, title="Dr").attributes["title"] == "Dr"
    with pytest.raises(ScimError):
        idp.change(ada, email="lovelace@example.com")
    assert idp.holder("ada@example.com") == ada.id


# What changed meanwhile


def test_a_user_that_changed_meanwhile_is_read_again_and_the_change_made_on_what_is_there(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    meanwhile = an_account(
        ada.id, version=2, email="ada@example.com", link=ada.link, attributes={**ada.attributes, "nickName": "A"}
    )
    store.interferences = [[PutAccount(meanwhile, 1)]]
    changed = idp.change(ada, title="Dr")
    assert changed.version == 3
    assert changed.attributes == {**ada.attributes, "nickName": "A", "title": "Dr"}


def test_a_precondition_is_checked_against_the_user_as_it_is_at_each_attempt(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    meanwhile = an_account(ada.id, version=2, email="ada@example.com", link=ada.link, attributes=ada.attributes)
    store.interferences = [[PutAccount(meanwhile, 1)]]
    seen: list[int] = []

    def only_version_1(found: Account) -> None:
        seen.append(found.version)
        if found.version != 1:
            raise precondition_failed()

    with pytest.raises(ScimError) as refused:
        idp.change(ada, precondition=only_version_1, title="Dr")
    assert refused.value.status == 412
    assert seen == [1, 2]
    assert idp.now_of(ada) == meanwhile


def test_a_precondition_that_fails_changes_nothing(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    def never(_: Account) -> None:
        raise precondition_failed()

    store.commits.clear()
    uses: list[Callable[[], object]] = [
        lambda: idp.change(ada, precondition=never, title="Dr"),
        lambda: idp.remove(ada, precondition=never),
    ]
    for use in uses:
        with pytest.raises(ScimError) as refused:
            use()
        assert refused.value.status == 412
    assert store.commits == []


def test_a_change_whose_own_answer_was_lost_is_done_even_under_a_precondition(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write went through, its answer did not, and the repeat of it by the AWS client is refused."""

    def only_version_1(found: Account) -> None:
        if found.version != 1:
            raise precondition_failed()

    def twice(writes: Sequence[Write], *, remaining: Remaining) -> None:
        TestedStore.commit(store, writes, remaining=remaining)
        TestedStore.commit(store, writes, remaining=remaining)

    monkeypatch.setattr(store, "commit", twice)
    changed = idp.change(ada, precondition=only_version_1, title="Dr")
    assert changed.version == 2
    assert idp.now_of(ada) == changed


def test_a_user_that_is_removed_meanwhile_is_not_found(idp: ProvisionedDirectory, ada: Account) -> None:
    state = idp.state(scim_id_of(ada))
    idp.remove(ada)
    with pytest.raises(ScimError) as refused:
        change_user(idp.request, state, UserChange(scim_id_of(ada), setting(title="Dr"), Operation.PATCH))
    assert refused.value.status == 404


def test_a_change_that_never_meets_a_quiet_moment_ends_with_503_in_time(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    def restless(resource: object) -> dict[str, object]:
        idp.seconds_left -= 1
        current = idp.now_of(ada)
        disturbed = an_account(
            ada.id, version=current.version + 1, email="ada@example.com", link=ada.link, attributes=ada.attributes
        )
        store.interferences = [[PutAccount(disturbed, current.version)]]
        return a_user("ada", "ada@example.com", title="Dr")

    with pytest.raises(ScimError) as refused:
        idp.change(ada, restless)
    assert refused.value.status == 503
    assert "Retry-After" in refused.value.headers
    assert idp.seconds_left >= 0


def test_an_index_that_lost_track_keeps_nobody_from_being_changed_or_removed(
    idp: ProvisionedDirectory, ada: Account, store: WatchedStore
) -> None:
    store.commit([ReleaseAddress("ada@example.com", ada.id)], remaining=idp.remaining)
    store.commit([ReleaseUserName(idp.directory.id, "ada", ada.id)], remaining=idp.remaining)
    changed = idp.change(ada, email="lovelace@example.com", userName="lovelace")
    assert changed.holds == "lovelace@example.com"
    assert idp.holder("lovelace@example.com") == ada.id
    store.commit([ReleaseUserName(idp.directory.id, "lovelace", ada.id)], remaining=idp.remaining)
    idp.remove(changed)
    assert idp.now_of(ada).link is None
