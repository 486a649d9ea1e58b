"""Contract: positions in listings, and landmarks."""

from datetime import timedelta

from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import Landmarks, Listing
from rightful.ports.writes.accounts import CountUsers, PutAccount
from rightful.ports.writes.groups import CountGroups, PutGroup
from tests.contract.committing import Committing, given
from tests.contract.group_writes import a_group
from tests.support.builders import NOW, a_link, an_account
from tests.support.names import Names


class Listings:
    """A listing is gone through by positions, by numbers, and from landmarks."""

    def test_a_listing_is_skipped_through(self, store: IdentityStore, names: Names) -> None:
        accounts = [
            an_account(
                f"{names.mine}{number}",
                link=a_link(f"{names.mine}{number}", names.directory, linked_at=NOW + timedelta(seconds=number)),
            )
            for number in range(5)
        ]
        given(store, *(PutAccount(account, None) for account in accounts))
        listing = Listing("users", names.directory)
        position = store.skip(listing, 3, None)
        page = store.users(names.directory, limit=5, position=position, counted=True)
        assert (page.accounts, page.total) == (tuple(accounts[3:]), 0)
        assert store.skip(listing, 2, position) == page.positions[1]
        assert store.skip(listing, 3, position) is None
        assert store.skip(Listing("groups", names.directory), 1, None) is None

    def test_a_page_begins_after_a_position_and_some_more(self, store: IdentityStore, names: Names) -> None:
        for number in range(5):
            link = a_link(f"{names.mine}{number}", names.directory, linked_at=NOW + timedelta(seconds=number))
            group = a_group(names, f"{names.conflict}{number}", created_at=NOW + timedelta(seconds=number))
            given(store, PutAccount(an_account(f"{names.mine}{number}", link=link), None), PutGroup(group, None))
        users, groups = store.users(names.directory, limit=5), store.listed_groups(names.directory, limit=5)
        assert len(set(users.positions)) == len(set(groups.positions)) == 5
        for before, skip in [(None, 0), (None, 3), (0, 2), (1, 0), (2, 9)]:
            after = 0 if before is None else before + 1
            position = (None, None) if before is None else (users.positions[before], groups.positions[before])
            some = store.users(names.directory, limit=2, position=position[0], skip=skip)
            begin = after + skip
            assert (some.accounts, some.positions) == (
                users.accounts[begin : begin + 2],
                users.positions[begin : begin + 2],
            )
            few = store.listed_groups(names.directory, limit=2, position=position[1], skip=skip)
            assert (few.groups, few.positions) == (
                groups.groups[begin : begin + 2],
                groups.positions[begin : begin + 2],
            )

    def test_landmarks_are_right_until_something_leaves_or_their_time_is_over(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        users, groups = Listing("users", names.directory), Listing("groups", names.directory)
        until = NOW + timedelta(minutes=10)
        assert store.landmarks(users, now=NOW) == store.landmarks(groups, now=NOW) == Landmarks(0)
        for listing, leaves, comes in (
            (users, CountUsers(names.directory, names.mine, -1), CountUsers(names.directory, names.other, 1)),
            (groups, CountGroups(names.directory, names.mine, -1), CountGroups(names.directory, names.other, 1)),
        ):
            there = Landmarks(0, ("first", "second"))
            store.put_landmarks(listing, there, until=until)
            assert store.landmarks(listing, now=NOW) == there
            committing.done(comes)
            assert store.landmarks(listing, now=NOW) == there
            assert store.landmarks(listing, now=until) == Landmarks(0)
            committing.done(leaves)
            assert store.landmarks(listing, now=NOW) == Landmarks(1)
            store.put_landmarks(listing, there, until=until)
            assert store.landmarks(listing, now=NOW) == Landmarks(1), "they were looked for before that"
        committing.done(CountUsers(names.directory, names.third, 1, earlier=True))
        assert store.landmarks(users, now=NOW) == Landmarks(2)
        assert store.landmarks(Listing("users", names.other_directory), now=NOW) == Landmarks(0)
