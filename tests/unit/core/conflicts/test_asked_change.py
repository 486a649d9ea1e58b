"""What a refused request asked for, as administrators read it."""

from dataclasses import replace

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.core.conflicts.reading.asked_change import change_document
from rightful.domain.account import AccountStatus
from rightful.domain.address import placeholder
from rightful.domain.conflicts.refused_request import PendingChange
from tests.support.builders import a_conflict, an_account


def test_of_a_directorys_own_extension_only_that_it_changes_is_shown() -> None:
    own = "urn:example:badge"
    change = PendingChange(
        before={ENTERPRISE_USER: {"department": "Sales"}},
        after={ENTERPRISE_USER: {"department": "Legal"}, own: {"pin": "4711"}},
    )
    conflict = a_conflict("org", "id")
    shown = change_document(replace(conflict, request=replace(conflict.request, change=change)), None)
    assert {"attribute": own, "old": None, "new": None} in shown
    assert {"attribute": ENTERPRISE_USER, "old": {"department": "Sales"}, "new": {"department": "Legal"}} in shown
    assert "4711" not in str(shown)


def test_what_decides_on_signing_in_stands_first_and_a_placeholder_is_no_address() -> None:
    instead = placeholder("id").value
    change = PendingChange(
        before={"emails": [{"value": instead}], "title": "a", "userName": instead},
        after={"emails": [{"value": "ada@example.com"}], "title": "b", "userName": "ada"},
        active=True,
    )
    conflict = a_conflict("org", "id")
    ada = replace(an_account("ada"), status=AccountStatus.DEACTIVATED)
    assert change_document(replace(conflict, request=replace(conflict.request, change=change)), ada) == [
        {"attribute": "active", "old": False, "new": True},
        {"attribute": "emails", "old": [], "new": [{"value": "ada@example.com"}]},
        {"attribute": "userName", "old": None, "new": "ada"},
        {"attribute": "title", "old": "a", "new": "b"},
    ]
