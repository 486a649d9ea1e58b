"""From committed changes to events: pure functions of two images."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.event_schema import domain_event
from rightful.core.accounts.before_images import with_before_image
from rightful.core.events.publish import events_of
from rightful.core.events.requeues import requeued_by
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.address import Hold, Reservation, parse_address, placeholder
from rightful.domain.conflicts.refused_request import UserName
from rightful.domain.events.change import AccountChange, ConflictChange, HoldChange
from rightful.ports.store.names import Named
from tests.support.builders import NOW, a_conflict, a_link, an_account

ADA = an_account("ada", email="Ada@example.com", organization_id="org", claimed=True, link=a_link("ada", "dir"))


def changed(old: Account, **to: object) -> AccountChange:
    return AccountChange(old, replace(old, version=old.version + 1, **to), NOW)  # type: ignore[arg-type]


def types_of(change: AccountChange) -> list[str]:
    for event in events_of(change):
        domain_event.validate_python(event.detail())
    return [event.type.value for event in events_of(change)]


def test_a_new_account_is_told_with_its_address() -> None:
    [event] = events_of(AccountChange(None, ADA, NOW))
    detail = event.detail()
    assert (detail["type"], detail["organizationId"]) == ("account.created", "org")
    assert detail["account"] == {
        "id": "ada",
        "version": 1,
        "displayName": None,
        "userName": "ada",
        "email": "Ada@example.com",
        "canonicalEmail": "ada@example.com",
        "emailVerified": True,
        "status": "active",
        "claimed": True,
        "origin": "scim",
        "directoryId": "dir",
        "directoryName": None,
    }


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ({"attributes": {"title": "Countess"}}, []),
        ({"last_login_at": NOW}, []),
        ({"flags": frozenset({Flag.SERVICE})}, []),
        ({"email_verified": False}, []),
        ({"email": parse_address("ADA@example.com")}, []),
        ({"email": parse_address("king@example.com")}, ["account.email.changed"]),
        ({"email": None}, ["account.email.released", "account.sessions.revoke"]),
        (
            {"email": placeholder("con")},
            ["account.email.released", "account.without_address", "account.sessions.revoke"],
        ),
        ({"status": AccountStatus.DEACTIVATED}, ["account.deactivated", "account.sessions.revoke"]),
        (
            {"status": AccountStatus.PENDING_DELETION, "deletion_date": NOW + timedelta(days=14)},
            ["account.deletion.scheduled", "account.sessions.revoke"],
        ),
        ({"link": None}, ["account.unlinked"]),
        ({"link": a_link("ada", "other", scim_id="ada-2")}, ["account.unlinked", "account.linked"]),
    ],
)
def test_a_change_of_an_active_linked_account_is_told_as(to: dict[str, object], told: list[str]) -> None:
    assert types_of(changed(ADA, **to)) == told


@pytest.mark.parametrize(
    ("before", "to", "told"),
    [
        (AccountStatus.DEACTIVATED, AccountStatus.ACTIVE, ["account.reactivated"]),
        (AccountStatus.PENDING_DELETION, AccountStatus.ACTIVE, ["account.deletion.cancelled", "account.reactivated"]),
        (AccountStatus.PENDING_DELETION, AccountStatus.DEACTIVATED, ["account.deletion.cancelled"]),
        (AccountStatus.DEACTIVATED, AccountStatus.PENDING_DELETION, ["account.deletion.scheduled"]),
    ],
)
def test_a_change_of_an_inactive_account_is_told_as(before: AccountStatus, to: AccountStatus, told: list[str]) -> None:
    date = NOW + timedelta(days=14) if to is AccountStatus.PENDING_DELETION else None
    assert types_of(changed(replace(ADA, status=before), status=to, deletion_date=date)) == told


def test_an_account_that_a_remediation_emptied_says_which_conflict_did_it_and_hides_the_placeholder() -> None:
    emptied = replace(ADA, email=placeholder("con"), email_verified=False)
    move = with_before_image(ADA, emptied, "con", NOW)
    released, without, revoke = events_of(AccountChange(move.before, move.after, NOW))
    detail = released.detail()
    assert (detail["releasedEmail"], detail["conflictId"]) == ("Ada@example.com", "con")
    assert without.type.value == "account.without_address"
    assert "released.invalid" not in str(detail) + str(without.detail()) + str(revoke.detail())
    assert revoke.detail()["reason"] == "email_released"


def test_an_erased_account_is_told_as_it_was_with_a_version_of_its_own() -> None:
    released, deleted, revoke = events_of(AccountChange(ADA, None, NOW))
    assert [event.type.value for event in (released, deleted, revoke)] == [
        "account.email.released",
        "account.deleted",
        "account.sessions.revoke",
    ]
    account = deleted.detail()["account"]
    assert isinstance(account, dict)
    assert (account["email"], account["version"]) == ("Ada@example.com", ADA.version + 1)
    assert revoke.detail()["reason"] == "deleted"


EMPTIED = replace(
    ADA,
    email=placeholder("con"),
    link=a_link("ada", "dir", user_name=placeholder("con").user_name_instead),
    attributes={"displayName": "Ada King"},
)


@pytest.mark.parametrize("status", [AccountStatus.DEACTIVATED, AccountStatus.PENDING_DELETION])
def test_somebody_who_comes_back_without_an_address_is_told_as_such_by_name(status: AccountStatus) -> None:
    change = changed(replace(EMPTIED, status=status), status=AccountStatus.ACTIVE)
    assert types_of(change)[-2:] == ["account.reactivated", "account.without_address"]
    for event in events_of(change, Named(directories={"dir": "Staff"})):
        account = event.detail()["account"]
        assert isinstance(account, dict)
        assert [account[name] for name in ("displayName", "userName", "email", "canonicalEmail", "emailVerified")] == [
            "Ada King", placeholder("con").user_name_instead, None, None, False,
        ]  # fmt: skip
        assert (account["directoryId"], account["directoryName"]) == ("dir", "Staff")
        assert "released.invalid" not in str(event.detail())


def test_somebody_who_never_had_an_address_or_stays_deactivated_is_not_left_without_one() -> None:
    nobody = replace(ADA, email=None, status=AccountStatus.DEACTIVATED)
    assert types_of(changed(nobody, status=AccountStatus.ACTIVE)) == ["account.reactivated"]
    gone = replace(ADA, status=AccountStatus.DEACTIVATED)
    assert "account.without_address" not in types_of(changed(gone, email=placeholder("con")))
    assert types_of(changed(EMPTIED, attributes={"title": "Countess"})) == []


def test_a_claim_is_told_to_the_organization_that_claimed() -> None:
    private = an_account("ada", email="ada@example.com")
    [event] = events_of(changed(private, organization_id="org", claimed=True))
    assert (event.type.value, event.organization_id) == ("account.claimed", "org")


def test_events_have_the_same_ids_each_time_and_never_those_of_others() -> None:
    changes = [
        AccountChange(None, ADA, NOW),
        changed(ADA, status=AccountStatus.DEACTIVATED),
        changed(replace(ADA, version=2), email=None),
        AccountChange(replace(ADA, version=3), None, NOW),
        ConflictChange(None, a_conflict("org", "con"), NOW),
    ]
    first = [event.id for change in changes for event in events_of(change)]
    again = [event.id for change in changes for event in events_of(change)]
    assert first == again
    assert len(set(first)) == len(first)


OPEN = a_conflict("org", "con")

# Who is woken

HELD = Hold("ada@example.com", "ada")
RESERVED = Hold("ada@example.com", None, Reservation("create:dir:ada", "con", "org", NOW + timedelta(days=1)))


@pytest.mark.parametrize(
    ("old", "new", "requeued"),
    [
        (None, HELD, False),
        (HELD, None, True),
        (HELD, replace(HELD, account_id="grace"), True),
        (HELD, HELD, False),
        (HELD, RESERVED, True),
        (RESERVED, None, True),
        (RESERVED, HELD, True),
    ],
)
def test_an_address_that_changes_hands_wakes_who_waits_for_it(
    old: Hold | None, new: Hold | None, requeued: bool
) -> None:
    assert requeued_by(HoldChange(old, new, NOW)) == (("ada@example.com",) if requeued else ())


def test_a_placeholder_wakes_nobody() -> None:
    hold = Hold(placeholder("con").canonical, "ada")
    assert requeued_by(HoldChange(hold, None, NOW)) == ()


@pytest.mark.parametrize(
    "to",
    [
        {"status": AccountStatus.DEACTIVATED},
        {"organization_id": "other"},
        {"claimed": False},
        {"flags": frozenset({Flag.LEGAL_HOLD})},
        {"email_verified": False},
        {"last_login_at": NOW},
        {"deletion_date": NOW},
    ],
)
def test_a_holder_that_became_another_kind_of_holder_wakes_who_waits_for_its_address(to: dict[str, object]) -> None:
    assert requeued_by(changed(ADA, **to)) == ("ada@example.com",)


def test_a_user_name_that_becomes_free_wakes_who_waits_for_it() -> None:
    user_name = UserName("dir", "ada").canonical
    renamed = a_link("ada", "dir", user_name="countess")
    assert requeued_by(changed(ADA, link=None)) == ("ada@example.com", user_name)
    assert requeued_by(changed(ADA, link=renamed)) == (user_name,)
    assert requeued_by(AccountChange(ADA, None, NOW)) == (user_name,)
    assert requeued_by(AccountChange(replace(ADA, link=None), ADA, NOW)) == ("ada@example.com",)


def test_a_holder_with_new_attributes_or_one_more_login_wakes_nobody() -> None:
    used = replace(ADA, last_login_at=NOW)
    assert requeued_by(changed(used, last_login_at=NOW + timedelta(hours=1))) == ()
    assert requeued_by(changed(ADA, attributes={"title": "Countess"})) == ()
    assert requeued_by(AccountChange(None, ADA, NOW)) == ()
    assert requeued_by(ConflictChange(None, OPEN, NOW)) == ()
