"""POST: a new account, with its address and its userName, as one commit."""

import pytest

from rightful.domain.account import AccountStatus
from rightful.domain.events.event_log import Action, LogEntry, Result
from rightful.domain.organization import DomainPolicy
from rightful.scim.errors import ScimError
from tests.support.answers import taken
from tests.support.builders import a_user
from tests.support.dynamodb.store import TestedStore
from tests.support.provisioned import ProvisionedDirectory, scim_id_of


@pytest.fixture
def idp() -> ProvisionedDirectory:
    return ProvisionedDirectory()


def test_a_created_user_is_stored_with_address_user_name_count_and_row(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("Ada", "Ada@example.com", externalId="e1", title="Dr"))
    assert idp.now_of(ada) == ada
    assert idp.holder("ada@example.com") == ada.id
    assert idp.store.account_id_of_user_name(idp.directory.id, "ada") == ada.id
    assert idp.store.account_ids_of_external_id(idp.directory.id, "e1") == (ada.id,)
    assert idp.store.number_of_users(idp.directory.id) == 1
    assert [row.action for row in idp.log()] == [Action.USER_CREATED]
    assert idp.conflicts() == []


def test_a_created_user_is_found_by_its_scim_id_and_by_no_other(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))
    assert idp.state(scim_id_of(ada)).account == ada
    for wrong in (ada.id, f"{ada.id}-2", f"{ada.id}-", "", "x", "x" * 5000, "\x00", "ü-1"):
        with pytest.raises(ScimError) as refused:
            idp.state(wrong)
        assert refused.value.status == 404


def test_a_user_of_one_directory_is_not_there_in_another(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))
    for other in (idp.beside(), idp.of_another_organization()):
        with pytest.raises(ScimError) as refused:
            other.state(scim_id_of(ada))
        assert refused.value.status == 404


def test_a_user_may_have_no_address(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada@example.com"))
    assert ada.email is None
    assert idp.holder("ada@example.com") is None


def test_a_user_may_be_created_inactive_and_holds_its_address(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com", active=False))
    assert ada.status is AccountStatus.DEACTIVATED
    assert idp.holder("ada@example.com") == ada.id


def test_two_directories_may_have_the_same_user_name(idp: ProvisionedDirectory) -> None:
    ada = idp.create(a_user("ada", "ada@example.com"))
    other = idp.beside().create(a_user("ada", "ada@example.org"))
    assert ada.id != other.id


@pytest.mark.parametrize("user_name", ["ada", "ADA", " Ada "])
def test_a_user_name_that_is_taken_is_refused_with_the_standard_answer(
    idp: ProvisionedDirectory, user_name: str
) -> None:
    idp.create(a_user("ada", "ada@example.com"))
    assert isinstance(idp.store, TestedStore)
    before = idp.store.snapshot()
    with pytest.raises(ScimError) as refused:
        idp.create(a_user(user_name, "another@example.com"))
    assert refused.value.body() == taken("userName", user_name)
    with pytest.raises(ScimError):
        idp.create(a_user(user_name, "another@example.com"))  # repeats within an hour are one row
    assert isinstance(idp.store, TestedStore)
    [row] = [item for key, item in idp.store.snapshot().items() if key not in before]
    assert isinstance(row, LogEntry)
    assert (row.conflict_class, row.explanation_code, row.next_step_code) == (
        "other_key",
        "namesake",
        "correct_namesake",
    )


UNVERIFIED = ["ada@elsewhere.example", "ada@mail.example.com", "ada@example.com.evil.example", "ada@com"]


@pytest.mark.parametrize("address", UNVERIFIED)
def test_an_address_on_a_domain_that_is_not_verified_is_refused_as_an_invalid_value(
    idp: ProvisionedDirectory, address: str
) -> None:
    with pytest.raises(ScimError) as refused:
        idp.create(a_user("ada", address))
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    assert address.rpartition("@")[2] in refused.value.detail
    assert idp.store.number_of_users(idp.directory.id) == 0


def test_an_unverified_domain_is_refused_before_anybody_looks_who_holds_the_address(idp: ProvisionedDirectory) -> None:
    """Else the answers would tell which addresses exist: 409 where they do, 400 where they do not."""
    elsewhere = ProvisionedDirectory(idp.store, domain_policy=DomainPolicy.ANY)
    elsewhere.create(a_user("holder", "held@elsewhere.example"))
    answers = []
    for address in ("held@elsewhere.example", "free@elsewhere.example"):
        with pytest.raises(ScimError) as refused:
            idp.create(a_user("ada", address))
        answers.append((refused.value.status, refused.value.scim_type, refused.value.detail))
    assert answers[0] == answers[1]
    assert idp.conflicts() == []


def test_an_unverified_domain_is_in_the_event_log_with_who_must_do_what(idp: ProvisionedDirectory) -> None:
    with pytest.raises(ScimError):
        idp.create(a_user("ada", "Ada@elsewhere.example", externalId="e1"))
    (row,) = idp.log()
    assert (row.action, row.result, row.conflict_class) == (Action.CLAIM_REFUSED, Result.REFUSED, "unverified_domain")
    assert (row.subject, row.external_id, row.requested_email) == ("ada", "e1", "Ada@elsewhere.example")
    assert (row.scim_id, row.account_id, row.holder) == (None, None, None)
    assert row.next_step_who == "organization administrator"
    assert row.next_step_what


def test_an_organization_that_may_claim_on_any_domain_does() -> None:
    idp = ProvisionedDirectory(domain_policy=DomainPolicy.ANY)
    ada = idp.create(a_user("ada", "ada@elsewhere.example"))
    assert idp.holder("ada@elsewhere.example") == ada.id


def test_the_domain_of_placeholders_is_nobodys_even_where_any_domain_may_be_claimed() -> None:
    idp = ProvisionedDirectory(domain_policy=DomainPolicy.ANY)
    with pytest.raises(ScimError) as refused:
        idp.create(a_user("ada", "ada@released.invalid"))
    assert refused.value.status == 400


def test_a_domain_is_compared_in_its_canonical_form() -> None:
    idp = ProvisionedDirectory()
    ada = idp.create(a_user("ada", "ada@EXAMPLE.com."))
    assert idp.holder("ada@example.com") == ada.id


def test_attributes_that_would_not_fit_are_refused(idp: ProvisionedDirectory) -> None:
    with pytest.raises(ScimError) as refused:
        idp.create(a_user("ada", "ada@example.com", title="x" * 140_000))
    assert refused.value.status == 413
    assert idp.holder("ada@example.com") is None


def test_a_directory_that_is_not_there_is_not_found(idp: ProvisionedDirectory) -> None:
    idp.directory = idp.of_another_organization().directory
    with pytest.raises(ScimError) as refused:
        idp.state()
    assert refused.value.status == 404


def test_a_user_name_too_long_to_have_been_recorded_finds_no_pending_change(idp: ProvisionedDirectory) -> None:
    state = idp.state(requester_key="create:dir:" + "x" * 100_000)
    assert state.pending_conflict_id is None


def _items(idp: ProvisionedDirectory) -> object:
    assert isinstance(idp.store, TestedStore)
    return idp.store.snapshot()
