"""From an account and a wanted resource to the account as it should be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.accounts.resource import (
    changed_account,
    new_account,
    relinked_account,
    resource_of,
    unlinked_account,
)
from rightful.domain.account import Account, AccountStatus, FormerLink, Link, Origin
from rightful.domain.address import parse_address
from rightful.scim.errors import ScimError
from tests.support.builders import NOW, a_user

LATER = NOW + timedelta(hours=1)


def _account(**changed: object) -> Account:
    account = new_account("abc", "org", "dir", a_user("ada", "Ada@example.com", externalId="e1"), NOW)
    return replace(account, **changed)  # type: ignore[arg-type]


def _wanted(account: Account, **changed: object) -> dict[str, object]:
    wanted = {**resource_of(account), **changed}
    return {name: value for name, value in wanted.items() if value is not None}


def _email(value: str) -> list[dict[str, object]]:
    return [{"value": value, "type": "work", "primary": True}]


def test_a_new_account_is_managed_claimed_trusted_and_linked() -> None:
    account = _account()
    assert account.version == 1
    assert account.email == parse_address("Ada@example.com")
    assert account.email_verified
    assert account.status is AccountStatus.ACTIVE
    assert account.origin is Origin.SCIM
    assert (account.organization_id, account.claimed) == ("org", True)
    assert account.link == Link("dir", "abc-1", "ada", "e1", NOW)
    assert account.held_since == NOW
    assert account.links_made == 1
    assert "active" not in account.attributes


def test_a_new_account_may_be_inactive_and_without_an_address() -> None:
    account = new_account("abc", "org", "dir", a_user("ada", active=False), NOW)
    assert account.status is AccountStatus.DEACTIVATED
    assert account.deactivated_at == NOW
    assert (account.email, account.held_since, account.email_verified) == (None, None, False)
    assert account.link == Link("dir", "abc-1", "ada", None, NOW)


def test_a_new_account_is_active_where_the_resource_does_not_say() -> None:
    resource = a_user("ada")
    del resource["active"]
    assert new_account("abc", "org", "dir", resource, NOW).active


def test_a_change_that_asks_for_what_is_there_is_none() -> None:
    account = _account()
    assert changed_account(account, _wanted(account), LATER) is None


def test_a_change_of_an_attribute_raises_the_version_and_keeps_the_address_and_since_when_it_is_held() -> None:
    account = _account()
    changed = changed_account(account, _wanted(account, title="Dr"), LATER)
    assert changed is not None
    assert changed.version == 2
    assert changed.updated_at == LATER
    assert changed.attributes == {**account.attributes, "title": "Dr"}
    assert (changed.email, changed.held_since, changed.link) == (account.email, NOW, account.link)


def test_an_address_in_another_spelling_is_the_same_holding() -> None:
    account = _account()
    changed = changed_account(account, _wanted(account, emails=_email("ADA@example.com")), LATER)
    assert changed is not None
    assert changed.email is not None
    assert (changed.email.value, changed.holds, changed.held_since) == ("ADA@example.com", account.holds, NOW)


def test_another_address_is_held_from_now_on() -> None:
    account = _account(email_verified=False)
    changed = changed_account(account, _wanted(account, emails=_email("lovelace@example.com")), LATER)
    assert changed is not None
    assert (changed.holds, changed.held_since, changed.email_verified) == ("lovelace@example.com", LATER, True)


def test_an_account_whose_emails_are_removed_has_no_address() -> None:
    account = _account()
    changed = changed_account(account, _wanted(account, emails=None), LATER)
    assert changed is not None
    assert (changed.email, changed.held_since, changed.email_verified) == (None, None, False)


def test_user_name_and_external_id_of_the_link_follow_the_attributes() -> None:
    account = _account()
    changed = changed_account(account, _wanted(account, userName="lovelace", externalId=None), LATER)
    assert changed is not None
    assert changed.link == Link("dir", "abc-1", "lovelace", None, NOW)


def test_a_deactivation_and_a_reactivation_are_noted() -> None:
    account = _account()
    inactive = changed_account(account, _wanted(account, active=False), LATER)
    assert inactive is not None
    assert (inactive.status, inactive.deactivated_at) == (AccountStatus.DEACTIVATED, LATER)
    assert inactive.holds == account.holds
    active = changed_account(inactive, _wanted(inactive, active=True), LATER)
    assert active is not None
    assert (active.status, active.deactivated_at) == (AccountStatus.ACTIVE, None)


def test_a_resource_that_does_not_say_active_leaves_that_as_it_is() -> None:
    account = _account(status=AccountStatus.DEACTIVATED, deactivated_at=NOW)
    assert changed_account(account, _wanted(account, active=None), LATER) is None
    changed = changed_account(account, _wanted(account, active=None, title="Dr"), LATER)
    assert changed is not None
    assert (changed.status, changed.deactivated_at) == (AccountStatus.DEACTIVATED, NOW)


def test_an_account_scheduled_for_deletion_cannot_be_reactivated_and_the_answer_says_by_whom_it_could() -> None:
    account = _account(status=AccountStatus.PENDING_DELETION, deletion_date=LATER)
    with pytest.raises(ScimError) as refused:
        changed_account(account, _wanted(account, active=True), LATER)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")
    assert "active" in refused.value.detail
    assert "administrator" in refused.value.detail


def test_an_account_scheduled_for_deletion_stays_so_when_it_is_changed_or_deactivated() -> None:
    account = _account(status=AccountStatus.PENDING_DELETION, deletion_date=LATER)
    assert changed_account(account, _wanted(account, active=False), LATER) is None
    changed = changed_account(account, _wanted(account, active=False, title="Dr"), LATER)
    assert changed is not None
    assert (changed.status, changed.deletion_date) == (AccountStatus.PENDING_DELETION, LATER)


def test_an_unlinked_account_is_deactivated_keeps_its_address_and_remembers_its_link() -> None:
    account = _account()
    unlinked = unlinked_account(account, LATER)
    assert unlinked.link is None
    assert unlinked.former_link == FormerLink("dir", "ada", "e1", LATER)
    assert (unlinked.status, unlinked.deactivated_at) == (AccountStatus.DEACTIVATED, LATER)
    assert (unlinked.email, unlinked.held_since) == (account.email, NOW)
    assert (unlinked.version, unlinked.links_made) == (2, 1)


def test_an_unlinked_account_that_was_deactivated_long_ago_stays_so_since_then() -> None:
    account = _account(status=AccountStatus.DEACTIVATED, deactivated_at=NOW)
    assert unlinked_account(account, LATER).deactivated_at == NOW


def test_an_unlinked_account_stays_scheduled_for_deletion() -> None:
    account = _account(status=AccountStatus.PENDING_DELETION, deletion_date=LATER)
    unlinked = unlinked_account(account, LATER)
    assert (unlinked.status, unlinked.deletion_date) == (AccountStatus.PENDING_DELETION, LATER)


def test_a_relinked_account_is_the_same_account_under_a_new_scim_id_and_active() -> None:
    unlinked = unlinked_account(_account(), LATER)
    resource = a_user("ada.l", "ada@example.com", externalId="e1", title="Countess")
    again = relinked_account(unlinked, "dir", resource, LATER)
    assert again.id == "abc"
    assert again.link == Link("dir", "abc-2", "ada.l", "e1", LATER)
    assert (again.links_made, again.former_link) == (2, None)
    assert again.status is AccountStatus.ACTIVE
    assert again.version == unlinked.version + 1
    assert again.attributes["title"] == "Countess"
    assert (again.holds, again.held_since) == ("ada@example.com", NOW)


def test_an_account_is_relinked_even_where_the_resource_is_what_it_was() -> None:
    account = _account()
    unlinked = unlinked_account(account, LATER)
    again = relinked_account(unlinked, "dir", resource_of(account), LATER)
    assert again.attributes == account.attributes
    assert (again.version, again.active) == (3, True)
    inactive = relinked_account(unlinked, "dir", {**resource_of(account), "active": False}, LATER)
    assert not inactive.active
    assert inactive.version == 3
    assert inactive.link is not None
