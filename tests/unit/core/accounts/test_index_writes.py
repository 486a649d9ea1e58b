"""From accounts before and after to the index writes: nothing is given twice or left behind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.accounts.before_images import image_by, restored, with_before_image
from rightful.core.accounts.index_writes import AccountChange, CollidingUpdatesError, Indexed, index_writes
from rightful.domain.account import Account
from rightful.domain.address import Reservation, parse_address
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
)
from tests.support.builders import NOW, a_link, an_account

LATER = NOW + timedelta(hours=2)
ADA = an_account("ada", email="ada@example.com", link=a_link("ada", "here"))
BOB = an_account("bob", email="bob@example.com", link=a_link("bob", "here"))


def _moved(account: Account, email: str | None = None, **changed: Any) -> AccountChange:
    address = parse_address(email) if email else account.email
    return AccountChange(account, replace(account, version=2, email=address, **changed))


def test_a_swap_is_two_accounts_and_two_transfers() -> None:
    moved = index_writes([_moved(ADA, "bob@example.com"), _moved(BOB, "ada@example.com")], NOW)
    assert [type(write) for write in moved.writes] == [PutAccount, PutAccount, TransferAddress, TransferAddress]
    assert moved.released == ()


def test_taking_an_address_releases_the_own_and_claims_the_placeholder() -> None:
    moved = index_writes([_moved(ADA, "bob@example.com"), _moved(BOB, "kept@released.invalid")], NOW)
    assert set(moved.writes[2:]) == {
        TransferAddress("bob@example.com", "bob", "ada"),
        ClaimAddress("kept@released.invalid", "bob", NOW),
        ReleaseAddress("ada@example.com", "ada"),
    }
    assert moved.released == ("ada@example.com",)


def test_user_names_pass_on_with_the_addresses() -> None:
    ada, bob = a_link("ada", "here", user_name="BOB"), a_link("bob", "here", user_name="third")
    moved = index_writes([_moved(ADA, link=ada), _moved(BOB, link=bob)], NOW)
    assert set(moved.writes[2:]) == {
        TransferUserName("here", "bob", "bob", "ada", "ada-1"),
        ClaimUserName("here", "third", "bob", "bob-1"),
        ReleaseUserName("here", "ada", "ada"),
    }


def test_unlinking_gives_the_user_name_up_and_counts() -> None:
    moved = index_writes([_moved(ADA, link=None)], NOW)
    assert set(moved.writes[1:]) == {ReleaseUserName("here", "ada", "ada"), CountUsers("here", "ada", -1)}


def test_linking_counts_and_moves_who_comes_after() -> None:
    unlinked = replace(ADA, link=None)
    assert CountUsers("here", "ada", 1, earlier=True) in index_writes([_moved(unlinked, link=ADA.link)], LATER).writes


def test_a_link_of_another_time_moves_who_stands_between() -> None:
    later = a_link("ada", "here", linked_at=NOW + timedelta(hours=1))
    moved = index_writes([_moved(replace(ADA, link=later), link=ADA.link)], LATER)
    assert CountUsers("here", "ada", 0, earlier=True) in moved.writes


def test_a_directory_is_counted_once_however_many_come_and_go() -> None:
    unlinked = [_moved(ADA, link=None), _moved(BOB, link=None)]
    counts = [write for write in index_writes(unlinked, NOW).writes if isinstance(write, CountUsers)]
    assert counts == [CountUsers("here", "ada", -2)]


def test_a_wrongly_listed_address_is_taken_from_who_is_listed() -> None:
    moved = index_writes([_moved(ADA, "bob@example.com")], NOW, Indexed(listed={"bob@example.com": "ghost"}))
    assert TransferAddress("bob@example.com", "ghost", "ada") in moved.writes


def test_a_freed_address_is_reserved_where_the_plan_says_so() -> None:
    kept = Reservation("create:here:eve", "c1", "ours", NOW)
    moved = index_writes([_moved(BOB, "kept@released.invalid")], NOW, Indexed(reserve={"bob@example.com": kept}))
    assert ReserveAddress("bob@example.com", "bob", kept, NOW) in moved.writes
    assert moved.released == ()


@pytest.mark.parametrize("what", ["address", "userName"])
def test_two_accounts_can_never_be_given_the_same(what: str) -> None:
    if what == "address":
        moves = [_moved(ADA, "one@example.com"), _moved(BOB, "ONE@example.com")]
    else:
        link = a_link("x", "here", user_name="one")
        moves = [_moved(ADA, link=link), _moved(BOB, link=link)]
    with pytest.raises(CollidingUpdatesError):
        index_writes(moves, NOW)


def test_undo_restores_every_field_that_a_remediation_touches() -> None:
    changed = replace(
        ADA,
        email=parse_address("new@example.com"),
        email_verified=False,
        link=None,
        attributes={"title": "x"},
        organization_id="others",
        claimed=not ADA.claimed,
    )
    move = with_before_image(ADA, changed, "c1", NOW)
    image = image_by(move.after, "c1")
    assert image is not None
    back = restored(move.after, image, NOW, asked=False).after
    assert back.known_to == {"others"}
    assert {address.canonical for address in back.known_as} == {ADA.holds, "new@example.com"}
    assert replace(back, version=1, before_image=None, known_to=ADA.known_to, known_as=ADA.known_as) == ADA
    assert back.version == 3
