"""DELETE: the account lives on and keeps its address, or is erased, as the directory says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.users.remove import remove_user
from rightful.domain.account import AccountStatus, Flag
from rightful.domain.events.event_log import Action
from rightful.domain.organization import OnDelete
from rightful.ports.writes.accounts import PutAccount, ReleaseAddress
from rightful.scim.errors import ScimError
from tests.support.builders import a_user, an_account
from tests.support.provisioned import ProvisionedDirectory, scim_id_of


@pytest.fixture
def idp() -> ProvisionedDirectory:
    return ProvisionedDirectory()


@pytest.fixture
def erasing() -> ProvisionedDirectory:
    return ProvisionedDirectory(on_delete=OnDelete.ERASE)


def test_a_removed_user_is_unlinked_deactivated_and_keeps_its_address(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com", externalId="e1"))
    idp.pass_time()
    assert idp.remove(ada) == ada
    left = idp.now_of(ada)
    assert left.link is None
    assert left.status is AccountStatus.DEACTIVATED
    assert left.holds == "ada@example.com"
    assert left.former_link is not None
    assert (left.former_link.user_name, left.former_link.external_id) == ("ada", "e1")
    assert idp.holder("ada@example.com") == ada.id
    assert idp.store.number_of_users(idp.directory.id) == 0
    assert idp.store.users(idp.directory.id, limit=10).accounts == ()
    assert idp.log()[-1].action is Action.USER_UNLINKED


def test_the_user_name_of_a_removed_user_is_free(idp: ProvisionedDirectory) -> None:
    idp.remove(idp.create(a_user("ada", "ada@example.com", externalId="e1")))
    another = idp.create(a_user("ada", "ada2@example.com", externalId="e2"))
    assert idp.store.account_id_of_user_name(idp.directory.id, "ada") == another.id


def test_a_removed_user_is_not_found_any_more(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))
    idp.remove(ada)
    with pytest.raises(ScimError) as refused:
        idp.remove(ada)
    assert refused.value.status == 404
    with pytest.raises(ScimError) as refused:
        idp.change(ada, title="Dr")
    assert refused.value.status == 404


def test_a_user_of_another_directory_cannot_be_removed(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))
    for other in (idp.beside(), idp.of_another_organization()):
        with pytest.raises(ScimError) as refused:
            other.remove(ada)
        assert refused.value.status == 404
    assert idp.now_of(ada) == ada


def test_an_account_on_legal_hold_is_not_erased_but_unlinked_and_deactivated(erasing: ProvisionedDirectory) -> None:
    ada = erasing.create(a_user("ada", "ada@example.com"))
    held = replace(ada, version=ada.version + 1, flags=frozenset({Flag.LEGAL_HOLD}))
    erasing.store.commit([PutAccount(held, ada.version)], remaining=lambda: 10.0)
    erasing.remove(held)
    left = erasing.now_of(ada)
    assert (left.link, left.status, left.holds) == (None, AccountStatus.DEACTIVATED, "ada@example.com")


def test_a_directory_that_erases_leaves_nothing_and_the_address_is_free_at_once(erasing: ProvisionedDirectory) -> None:
    ada = erasing.create(a_user("ada", "ada@example.com"))
    erasing.pass_time()
    erasing.remove(ada)
    assert erasing.store.account(ada.id) is None
    assert erasing.hold("ada@example.com") is None
    assert erasing.store.number_of_users(erasing.directory.id) == 0
    assert erasing.log()[-1].action is Action.USER_ERASED
    again = erasing.create(a_user("ada", "ada@example.com"))
    assert again.id != ada.id


def test_a_user_without_an_address_is_erased_too(erasing: ProvisionedDirectory) -> None:
    ada = erasing.create(a_user("ada"))
    erasing.remove(ada)
    assert erasing.store.account(ada.id) is None


def test_an_index_that_lost_track_keeps_nobody_from_being_erased(erasing: ProvisionedDirectory) -> None:
    ada = erasing.create(a_user("ada", "ada@example.com"))
    erasing.store.commit([ReleaseAddress("ada@example.com", ada.id)], remaining=erasing.remaining)
    erasing.remove(ada)
    assert erasing.store.account(ada.id) is None


def test_an_account_scheduled_for_deletion_stays_so_when_it_is_removed(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))
    date = idp.now + timedelta(days=14)
    doomed = an_account(
        ada.id,
        version=2,
        email="ada@example.com",
        link=ada.link,
        status=AccountStatus.PENDING_DELETION,
        deletion_date=date,
    )
    idp.store.commit([PutAccount(doomed, 1)], remaining=idp.remaining)
    idp.remove(ada)
    left = idp.now_of(ada)
    assert (left.status, left.deletion_date, left.link) == (AccountStatus.PENDING_DELETION, date, None)


def test_a_user_that_changed_meanwhile_is_removed_as_it_is_then(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))
    stale = idp.state(scim_id_of(ada))
    idp.change(ada, email="lovelace@example.com", userName="lovelace")
    removed = remove_user(idp.request, scim_id_of(ada), stale)
    assert removed.holds == "lovelace@example.com"
    assert idp.now_of(ada).link is None
    assert idp.store.account_id_of_user_name(idp.directory.id, "lovelace") is None
    assert idp.holder("lovelace@example.com") == ada.id


def test_a_user_that_changed_meanwhile_is_erased_as_it_is_then(erasing: ProvisionedDirectory) -> None:
    ada = erasing.create(a_user("ada", "ada@example.com"))
    stale = erasing.state(scim_id_of(ada))
    erasing.change(ada, email="lovelace@example.com")
    remove_user(erasing.request, scim_id_of(ada), stale)
    assert erasing.store.account(ada.id) is None
    assert erasing.hold("lovelace@example.com") is None


def test_a_user_that_joined_a_group_meanwhile_is_not_erased_and_the_request_is_to_be_repeated(
    erasing: ProvisionedDirectory,
) -> None:
    ada = erasing.create(a_user("ada", "ada@example.com"))
    state = erasing.state(scim_id_of(ada))
    joined = replace(state, account=replace(ada, group_ids=frozenset({"group"}), group_changes=1))
    with pytest.raises(ScimError) as refused:
        remove_user(erasing.request, scim_id_of(ada), joined)
    assert refused.value.status == 503
    assert erasing.now_of(ada) == ada
