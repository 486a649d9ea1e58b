"""A refused change applied later: what was written since stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.accounts.edits import without_address
from rightful.core.accounts.emails import with_address
from rightful.core.accounts.resource import address_of
from rightful.core.conflicts.diagnosis.merge import with_change
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import parse_address, placeholder
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.refused_request import PendingChange
from tests.support.builders import NOW, a_conflict, a_link, an_account

OLD = [{"value": "ada@example.com", "type": "work", "primary": True}]
NEW = [{"value": "wanted@example.com", "type": "work", "primary": True}]


def _ada(**changed: object) -> Account:
    attributes = {"userName": "ada", "displayName": "Ada", "emails": OLD}
    values: dict[str, object] = {"email": "ada@example.com", "attributes": attributes, "link": a_link("ada", "here")}
    return an_account("ada", **values | changed)


def _conflict(before: dict[str, object], after: dict[str, object], active: bool | None = None) -> Conflict:
    change = PendingChange({"emails": OLD} | before, {"emails": NEW} | after, active)
    return a_conflict("ours", "c1", change=change, wanted=parse_address("wanted@example.com"))


def test_the_change_is_applied_whole_where_nothing_was_written_since() -> None:
    conflict = _conflict(
        {"displayName": "Ada", "nickName": "A", "userName": "ada"},
        {"displayName": "Ada L", "title": "Dr", "userName": "wanted"},
    )
    ada = _ada(attributes={"userName": "ada", "displayName": "Ada", "nickName": "A", "emails": OLD})
    after = with_change(ada, conflict, NOW)
    assert after.attributes == {"userName": "wanted", "displayName": "Ada L", "title": "Dr", "emails": NEW}
    assert after.holds == "wanted@example.com"
    assert after.email_verified
    assert after.link is not None
    assert after.link.user_name == "wanted"


def test_an_attribute_written_since_keeps_its_newer_value() -> None:
    conflict = _conflict({"displayName": "Ada", "title": "Ms"}, {"displayName": "Ada L"})
    ada = _ada(attributes={"userName": "ada", "displayName": "Countess", "title": "Dr", "emails": OLD})
    after = with_change(ada, conflict, NOW)
    assert after.attributes["displayName"] == "Countess"
    assert after.attributes["title"] == "Dr"
    assert after.attributes["emails"] == NEW


def test_an_attribute_that_the_change_did_not_touch_stays() -> None:
    ada = _ada(attributes={"userName": "ada", "locale": "en", "emails": OLD})
    assert with_change(ada, _conflict({}, {}), NOW).attributes["locale"] == "en"


def test_emails_written_since_keep_their_entries_and_get_the_address() -> None:
    home = {"value": "ada@home.example", "type": "home"}
    ada = _ada(attributes={"userName": "ada", "emails": [home, *OLD]})
    after = with_change(ada, _conflict({}, {}), NOW)
    assert after.attributes["emails"] == [home, *NEW]
    assert address_of(after.attributes) == after.email


def test_a_placeholder_put_in_by_a_remediation_does_not_count_as_written() -> None:
    kept = placeholder("c9")
    conflict = _conflict({}, {"emails": [{**NEW[0], "display": "Ada"}]})
    after = with_change(without_address(_ada(), kept, NOW), conflict, NOW)
    assert after.attributes["emails"] == [{**NEW[0], "display": "Ada"}]


def test_the_request_s_state_is_applied_unless_the_person_was_deactivated_since() -> None:
    asleep = _ada(status=AccountStatus.DEACTIVATED, deactivated_at=NOW - timedelta(days=1))
    assert with_change(asleep, _conflict({}, {}, active=True), NOW).active
    assert with_change(asleep, _conflict({}, {}, active=None), NOW).status is AccountStatus.DEACTIVATED
    since = replace(asleep, deactivated_at=NOW + timedelta(minutes=1))
    assert with_change(since, _conflict({}, {}, active=True), NOW).status is AccountStatus.DEACTIVATED
    doomed = _ada(status=AccountStatus.PENDING_DELETION, deletion_date=NOW)
    assert with_change(doomed, _conflict({}, {}, active=True), NOW).status is AccountStatus.PENDING_DELETION
    assert with_change(doomed, _conflict({}, {}, active=False), NOW).status is AccountStatus.PENDING_DELETION


@pytest.mark.parametrize(
    ("asked", "expected"),
    [({"userName": "wanted"}, "wanted"), ({}, placeholder("c9").user_name_instead)],
    ids=["asks for a userName", "asks for none"],
)
def test_a_user_name_that_was_given_away_meanwhile_keeps_nobody_from_the_one_that_is_asked_for(
    asked: dict[str, object], expected: str
) -> None:
    kept = placeholder("c9")
    emptied_of_both = without_address(_ada(attributes={"userName": kept.user_name_instead, "emails": OLD}), kept, NOW)
    before: dict[str, object] = {"userName": "ada"} if asked else {}
    after = with_change(emptied_of_both, _conflict(before, asked), NOW)
    assert after.link is not None
    assert (after.link.user_name, after.attributes["userName"]) == (expected, expected)


def test_an_emptied_holder_shows_its_placeholder_to_its_directory_too() -> None:
    kept = placeholder("c9")
    after = without_address(_ada(), kept, NOW)
    assert after.email == kept
    assert not after.email_verified
    assert address_of(after.attributes) == kept


@pytest.mark.parametrize(
    "emails",
    [
        [{"value": "a@x.example"}],
        [{"value": "a@x.example"}, {"value": "b@x.example", "primary": True}],
        [{"value": "a@x.example"}, {"value": "b@x.example", "type": "Work"}],
        [{"type": "work"}, {"value": " "}, {"value": "c@x.example"}],
        ["nonsense", {"value": "c@x.example", "type": "home"}],
        [],
        None,
    ],
)
def test_the_address_goes_where_the_address_is_read_from(emails: object) -> None:
    after = with_address(emails, parse_address("wanted@example.com"))
    chosen = address_of({"emails": after})
    assert chosen is not None
    assert chosen.value == "wanted@example.com"
    before = emails if isinstance(emails, list) else []
    assert len(after) == max(len(before), 1)
