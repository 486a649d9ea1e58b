"""Indexes against accounts: every disagreement is found, and repaired only where nothing else can explain it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.integrity.accounts import Disagreement, judge_address, judge_hold, judge_link, judge_user_name
from rightful.core.integrity.repair import Checked
from rightful.core.integrity.scan import SEGMENTS, check_indexes
from rightful.domain.account import Account
from rightful.domain.address import Hold, Reservation, parse_address
from rightful.ports.store import emails as emails_contract
from rightful.ports.store.emails import SecondaryEmailList
from rightful.ports.store.upkeep import UserNameHold
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    ListSecondaryEmail,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    ReserveAddress,
)
from rightful.ports.writes.transaction import Write
from tests.support.builders import NOW, a_link, an_account
from tests.support.dynamodb.store import TestedStore
from tests.support.service import Service

ADA = an_account("ada", email="ada@example.com", link=a_link("ada", "dir", user_name="Ada"))
GRACE = an_account("grace", email="grace@example.com")
RESERVED = Hold("ada@example.com", None, Reservation("create:dir:ada", "con", "org", NOW + timedelta(days=1)))


def kind_of(found: Disagreement | None) -> str | None:
    return found.kind if found else None


@pytest.mark.parametrize(
    ("hold", "account", "kind"),
    [
        (Hold("ada@example.com", "ada"), ADA, None),
        (Hold("ada@example.com", "ada"), None, "address_of_no_account"),
        (Hold("old@example.com", "ada"), ADA, "address_of_another_time"),
        (RESERVED, None, None),
    ],
)
def test_an_address_and_the_account_that_it_names(hold: Hold, account: Account | None, kind: str | None) -> None:
    assert kind_of(judge_hold(hold, account)) == kind


@pytest.mark.parametrize(
    ("hold", "holder", "kind", "repaired"),
    [
        (Hold("ada@example.com", "ada"), ADA, None, False),
        (None, None, "address_not_held", True),
        (Hold("ada@example.com", "gone"), None, "address_held_by_another", True),
        (Hold("ada@example.com", "grace"), GRACE, "address_held_by_another", True),
        (Hold("ada@example.com", "eve"), an_account("eve", email="ada@example.com"), "address_of_two", False),
        (RESERVED, None, "address_of_two", False),
    ],
)
def test_an_account_and_who_is_listed_under_its_address(
    hold: Hold | None, holder: Account | None, kind: str | None, repaired: bool
) -> None:
    found = judge_address(ADA, hold, holder, NOW)
    assert kind_of(found) == kind
    assert bool(found and found.repair) is repaired


def test_an_account_without_an_address_needs_no_index() -> None:
    assert judge_address(replace(ADA, email=None), None, None, NOW) is None


@pytest.mark.parametrize(
    ("name", "account", "kind"),
    [
        ("ada", ADA, None),
        ("ada", None, "user_name_of_no_account"),
        ("countess", ADA, "user_name_of_another_time"),
        ("ada", replace(ADA, link=None), "user_name_of_another_time"),
        ("ada", replace(ADA, link=a_link("ada", "other", user_name="Ada")), "user_name_of_another_time"),
    ],
)
def test_a_user_name_and_the_account_that_it_names(name: str, account: Account | None, kind: str | None) -> None:
    assert kind_of(judge_user_name(UserNameHold("dir", name, "ada"), account)) == kind


@pytest.mark.parametrize(
    ("holder_id", "kind", "repaired"),
    [("ada", None, False), (None, "user_name_not_held", True), ("eve", "user_name_of_two", False)],
)
def test_a_linked_account_and_who_has_its_user_name(holder_id: str | None, kind: str | None, repaired: bool) -> None:
    found = judge_link(ADA, holder_id)
    assert kind_of(found) == kind
    assert bool(found and found.repair) is repaired


# The scan


def whole_scan(service: Service) -> Checked:
    """As many rounds as it takes to see every segment."""
    whole = Checked()
    for _ in range(SEGMENTS):
        checked = check_indexes(service.context())
        whole.looked_at += checked.looked_at
        whole.repaired += checked.repaired
        whole.unrepaired += checked.unrepaired
        service.pass_time(timedelta(minutes=5))
    return whole


def damaged(service: Service, *writes: Write) -> None:
    """What no use case does."""
    service.store.commit(writes, remaining=lambda: 10.0)


def ada_of(service: Service) -> Account:
    service.create_user("ada")
    [account] = service.store.all_of(Account)
    return account


def agrees(store: TestedStore) -> bool:
    """Every address and userName that an account has is held by it, and by nobody else is anything held."""
    accounts = {account.id: account for account in store.all_of(Account)}
    for hold in store.all_of(Hold):
        if hold.account_id and accounts[hold.account_id].holds != hold.canonical:
            return False
    return all(
        store.holds([account.holds])[account.holds].account_id == account.id
        for account in accounts.values()
        if account.holds
    )


def test_a_healthy_table_is_looked_at_whole_and_nothing_is_found() -> None:
    service = Service()
    for number in range(30):
        service.create_user(f"user{number}")
    checked = whole_scan(service)
    assert (checked.looked_at, checked.repaired, checked.unrepaired) == (90, [], [])


def test_a_lost_address_is_held_again() -> None:
    service = Service()
    account = ada_of(service)
    damaged(service, ReleaseAddress("ada@example.com", account.id))
    checked = whole_scan(service)
    assert [found.kind for found in checked.repaired] == ["address_not_held"]
    assert agrees(service.store)
    assert whole_scan(service).repaired == []


def test_an_address_that_names_no_account_is_released() -> None:
    service = Service()
    damaged(service, ClaimAddress("ghost@example.com", "ghost", service.now))
    assert [found.kind for found in whole_scan(service).repaired] == ["address_of_no_account"]
    assert service.store.holds(["ghost@example.com"]) == {}


def test_an_address_of_another_time_is_released_and_the_real_one_stays() -> None:
    service = Service()
    account = ada_of(service)
    damaged(service, ClaimAddress("old@example.com", account.id, service.now))
    assert [found.kind for found in whole_scan(service).repaired] == ["address_of_another_time"]
    assert agrees(service.store)


def test_a_lost_user_name_is_held_again_and_a_left_over_one_is_released() -> None:
    service = Service()
    account = ada_of(service)
    assert account.link is not None
    damaged(
        service,
        ReleaseUserName(service.directory.id, "ada@example.com", account.id),
        ClaimUserName(service.directory.id, "former", account.id, account.link.scim_id),
    )
    kinds = {found.kind for found in whole_scan(service).repaired}
    assert kinds == {"user_name_not_held", "user_name_of_another_time"}
    assert service.store.account_id_of_user_name(service.directory.id, "ada@example.com") == account.id
    assert service.store.account_id_of_user_name(service.directory.id, "former") is None


def test_two_accounts_with_one_address_are_reported_and_left_to_a_person() -> None:
    service = Service()
    account = ada_of(service)
    damaged(service, PutAccount(an_account("twin", email="ada@example.com"), None))
    before = {key: item for key, item in service.store.snapshot().items() if key[0] != "SCAN"}
    checked = whole_scan(service)
    assert [(found.kind, found.account_id) for found in checked.unrepaired] == [("address_of_two", "twin")]
    assert checked.repaired == []
    assert {key: item for key, item in service.store.snapshot().items() if key[0] != "SCAN"} == before
    assert service.store.holds(["ada@example.com"])["ada@example.com"].account_id == account.id


def test_an_address_that_is_reserved_for_another_is_reported_and_left_to_a_person() -> None:
    service = Service()
    account = ada_of(service)
    reservation = Reservation("create:x:y", "con", service.organization.id, service.now + timedelta(days=9))
    damaged(service, ReserveAddress("ada@example.com", account.id, reservation, service.now))
    checked = whole_scan(service)
    assert [found.kind for found in checked.unrepaired] == ["address_of_two"]
    assert checked.repaired == []


def test_an_account_that_changes_while_it_is_looked_at_is_neither_reported_nor_repaired() -> None:
    service = Service()
    account = ada_of(service)
    damaged(service, ReleaseAddress("ada@example.com", account.id))
    read = service.store.account
    looks = 0

    def changing(account_id: str) -> Account | None:
        nonlocal looks
        found = read(account_id)
        looks += 1
        if found is not None and looks == 1:
            moved = replace(found, version=found.version + 1, email=parse_address("new@example.com"), attributes={})
            damaged(service, PutAccount(moved, found.version), ClaimAddress("new@example.com", found.id, service.now))
        return found

    service.store.account = changing  # type: ignore[method-assign]
    checked = whole_scan(service)
    assert looks > 0
    assert (checked.repaired, checked.unrepaired) == ([], [])
    assert service.store.holds(["ada@example.com"]) == {}


def test_a_repair_that_is_overtaken_is_left_to_the_next_scan() -> None:
    service = Service()
    account = ada_of(service)
    damaged(service, ReleaseAddress("ada@example.com", account.id))
    commit = service.store.commit
    overtaken = False

    def slow(writes: list[Write], *, remaining: object) -> None:
        nonlocal overtaken
        if not overtaken and any(isinstance(write, ClaimAddress) for write in writes):
            overtaken = True
            commit([ClaimAddress("ada@example.com", "somebody", service.now)], remaining=lambda: 10.0)
        commit(writes, remaining=remaining)  # type: ignore[arg-type]

    service.store.commit = slow  # type: ignore[method-assign, assignment]
    checked = whole_scan(service)
    assert overtaken
    assert "address_not_held" not in [found.kind for found in checked.repaired]


def test_a_scan_that_is_interrupted_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    from rightful.core.integrity import scan as integrity

    monkeypatch.setattr(integrity, "SEGMENTS", 1)
    monkeypatch.setattr(integrity, "PIECE", 5)
    monkeypatch.setattr(integrity, "PIECES_PER_RUN", 1)
    service = Service()
    for number in range(10):
        service.create_user(f"user{number}")
    seen = 0
    for _ in range(100):
        seen += check_indexes(service.context()).looked_at
        if service.store.scan_position(0) is None:
            break
    assert seen == 30


def with_secondary_email(service: Service) -> tuple[Account, ListSecondaryEmail]:
    own = {"value": "ada@example.com", "primary": True}
    service.create_user("ada", emails=[own, {"value": "home@example.org"}])
    [account] = service.store.all_of(Account)
    return account, ListSecondaryEmail(service.directory.id, "home@example.org", added=frozenset({account.id}))


def test_a_lost_secondary_email_is_listed_again_and_one_of_another_time_is_not_any_more() -> None:
    service = Service()
    account, listing = with_secondary_email(service)
    [listed] = service.store.all_of(SecondaryEmailList)
    stale = replace(listing, key="former@example.org")
    ghost = replace(listing, key="ghost@example.org", added=frozenset({"ghost"}))
    damaged(service, replace(listing, added=frozenset(), removed=listing.added), stale, ghost)
    checked = whole_scan(service)
    assert {(found.kind, found.account_id) for found in checked.repaired} == {
        ("secondary_email_not_listed", account.id),
        ("secondary_email_of_another_time", account.id),
        ("secondary_email_of_no_account", "ghost"),
    }
    assert service.store.all_of(SecondaryEmailList) == (listed,)
    assert whole_scan(service).repaired == []


def test_a_list_that_counts_more_than_it_names_may_mean_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emails_contract, "MOST_LISTED", 0)
    service = Service()
    with_secondary_email(service)
    assert whole_scan(service).repaired == []
