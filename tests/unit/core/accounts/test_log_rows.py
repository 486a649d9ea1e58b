"""What an administrator reads about a change that went through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.accounts.log_rows import entries_of, removal_entry, subject_of
from rightful.core.accounts.resource import new_account, unlinked_account
from rightful.core.conflicts.log_rows import log_row
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.events.event_log import Action, Result, row_id
from rightful.ports.context import Invocation, new_id
from rightful.ports.writes.accounts import PutAccount
from tests.support.builders import NOW, a_conflict, a_user, an_account
from tests.support.provisioned import ProvisionedDirectory

LATER = NOW + timedelta(hours=1)
INVOCATION = Invocation(now=LATER, correlation_id="c-1")
ADA = new_account("abc", "org", "dir", a_user("ada", "Ada@example.com", externalId="e1"), NOW)


def _actions(before: Account | None, after: Account) -> list[Action]:
    return [entry.action for entry in entries_of(before, after, INVOCATION)]


def _with(**changed: object) -> Account:
    if "email" in changed:
        changed["email"] = an_account("x", email=changed["email"]).email
    return replace(ADA, **changed)  # type: ignore[arg-type]


def test_a_new_user_has_one_row_with_everything_an_administrator_needs() -> None:
    (row,) = entries_of(None, ADA, INVOCATION)
    assert (row.action, row.result) == (Action.USER_CREATED, Result.DONE)
    assert (row.organization_id, row.directory_id, row.account_id) == ("org", "dir", "abc")
    assert (row.subject, row.scim_id, row.external_id) == ("ada", "abc-1", "e1")
    assert (row.old_email, row.requested_email) == (None, "Ada@example.com")
    assert (row.at, row.correlation_id) == (LATER, "c-1")


def test_a_change_of_mere_attributes_has_no_row() -> None:
    assert _actions(ADA, _with(attributes={"title": "Dr"}, version=2)) == []


def test_an_address_in_another_spelling_has_no_row() -> None:
    assert _actions(ADA, _with(email="ADA@example.com")) == []


def test_each_thing_that_changed_has_its_row() -> None:
    assert ADA.link is not None
    after = _with(
        email="lovelace@example.com",
        link=replace(ADA.link, user_name="lovelace"),
        status=AccountStatus.DEACTIVATED,
    )
    assert _actions(ADA, after) == [Action.EMAIL_CHANGED, Action.USER_NAME_CHANGED, Action.USER_DEACTIVATED]
    assert _actions(after, ADA) == [Action.EMAIL_CHANGED, Action.USER_NAME_CHANGED, Action.USER_REACTIVATED]
    changed = entries_of(ADA, after, INVOCATION)[0]
    assert (changed.old_email, changed.requested_email) == ("Ada@example.com", "lovelace@example.com")


def test_a_relinked_user_has_rows_of_the_link_and_the_reactivation() -> None:
    assert _actions(unlinked_account(ADA, NOW), ADA) == [Action.USER_LINKED, Action.USER_REACTIVATED]


def test_a_lost_address_has_a_row() -> None:
    (row,) = entries_of(ADA, _with(email=None), INVOCATION)
    assert (row.action, row.old_email, row.requested_email) == (Action.EMAIL_CHANGED, "Ada@example.com", None)


def test_a_removal_says_that_the_account_keeps_its_address() -> None:
    row = removal_entry(ADA, erased=False, invocation=INVOCATION)
    assert (row.action, row.scim_id) == (Action.USER_UNLINKED, "abc-1")
    assert "keeps its address" in row.explanation


def test_a_removal_of_an_account_without_an_address_does_not_speak_of_one() -> None:
    row = removal_entry(_with(email=None), erased=False, invocation=INVOCATION)
    assert "address" not in row.explanation


def test_a_removal_of_an_account_scheduled_for_deletion_says_that_it_stays_so() -> None:
    row = removal_entry(_with(status=AccountStatus.PENDING_DELETION), erased=False, invocation=INVOCATION)
    assert "scheduled for deletion" in row.explanation


def test_an_erasure_is_called_so() -> None:
    assert removal_entry(ADA, erased=True, invocation=INVOCATION).action is Action.USER_ERASED


@pytest.mark.parametrize(
    ("account", "name"),
    [
        (_with(attributes={"displayName": "Ada Lovelace"}), "Ada Lovelace"),
        (_with(attributes={"displayName": ""}), "ada"),
        (_with(link=None), "Ada@example.com"),
        (_with(link=None, email=None), "abc"),
    ],
)
def test_an_account_is_known_by_its_display_name_else_user_name_else_address(account: Account, name: str) -> None:
    assert subject_of(account) == name


def test_rows_sort_by_time_whoever_writes_them() -> None:
    moments = [NOW + timedelta(milliseconds=5 * number) for number in range(4)]
    ids = [
        row_id(moments[0], new_id()),
        log_row(a_conflict("org", new_id()), Action.CLAIM_REFUSED, moments[1]).entry.id,
        row_id(moments[2], new_id()),
        log_row(a_conflict("org", new_id()), Action.CONFLICT_APPLIED, moments[3]).entry.id,
    ]
    assert ids == sorted(ids)


def test_the_same_thing_at_the_same_moment_is_the_same_row() -> None:
    unique = new_id()
    assert row_id(NOW, unique) == row_id(NOW, unique)
    assert row_id(NOW, unique) != row_id(NOW, new_id())


def test_a_directory_may_change_the_address_of_a_marked_user_and_the_row_says_that_it_is_marked() -> None:
    directory = ProvisionedDirectory()
    ada = directory.create(a_user("ada", "ada@example.com"))
    marked = replace(ada, version=ada.version + 1, flags=frozenset({Flag.LEGAL_HOLD, Flag.PRIVILEGED}))
    directory.store.commit([PutAccount(marked, ada.version)], remaining=directory.remaining)
    after = directory.change(marked, email="ada.new@example.com")
    assert (after.holds, after.flags) == ("ada.new@example.com", marked.flags)
    [row] = [row for row in directory.log() if row.action is Action.EMAIL_CHANGED]
    assert "marked (legal hold, privileged)" in row.explanation
