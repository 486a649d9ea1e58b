"""Contract: what ends keys, directories and organizations."""

from datetime import timedelta

import pytest

from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.organization import AccountsAtEnd, Closing, DirectoryDeletion
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import STILL_WANTED
from rightful.ports.writes.accounts import CountUsers
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.groups import CountGroups
from rightful.ports.writes.settings import (
    COUNTERS,
    CloseCounter,
    NoteRevoked,
    PutDirectory,
    PutOrganization,
    RemoveConflict,
    RemoveDirectory,
    RemoveOrganization,
)
from tests.contract.committing import Committing, given
from tests.support.builders import NOW, a_conflict, a_directory, an_organization
from tests.support.names import Names

MANY = 10_000


def _all_organizations(store: IdentityStore, limit: int) -> list[str]:
    found: list[str] = []
    position: str | None = None
    while True:
        page = store.organizations(limit=limit, position=position)
        found += [organization.id for organization in page.organizations]
        position = page.next_position
        if position is None:
            return found


class OffboardingWrites:
    """Ends."""

    def test_when_a_key_was_revoked_is_remembered(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        token_id = f"key-{names.organization}"
        assert store.revoked_at(token_id) is None
        committing.done(NoteRevoked(token_id, NOW))
        assert store.revoked_at(token_id) == NOW
        committing.done(NoteRevoked(token_id, NOW + timedelta(days=1)))

    @pytest.mark.parametrize("until", [None, NOW])
    def test_nobody_comes_into_a_closed_directory_and_whoever_is_in_it_goes(
        self, store: IdentityStore, committing: Committing, names: Names, until: object
    ) -> None:
        directory = names.directory
        given(store, CountUsers(directory, "first", 1), CountGroups(directory, "group", 1))
        for shard in range(COUNTERS):
            committing.done(CloseCounter("users", directory, shard, until))  # type: ignore[arg-type]
        for account_id in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"):
            committing.refused(CountUsers(directory, account_id, 1))
        committing.refused(CountUsers(directory, "first", 0, earlier=True))
        assert store.number_of_users(directory) == 1
        committing.done(CountGroups(directory, "another", 1))
        for shard in range(COUNTERS):
            committing.done(CloseCounter("groups", directory, shard))
        committing.refused(CountGroups(directory, "third", 1))
        committing.done(CountUsers(directory, "first", -1))
        committing.done(CountGroups(directory, "group", -1))
        assert (store.number_of_users(directory), store.number_of_groups(directory)) == (0, 1)
        committing.refused(CountUsers(directory, "first", 1))

    def test_closing_one_directory_leaves_others_open(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, *(CloseCounter("users", names.directory, shard) for shard in range(COUNTERS)))
        committing.done(CountUsers(f"{names.directory}-other", "first", 1))
        assert store.number_of_users(f"{names.directory}-other") == 1
        assert store.number_of_users(names.directory) == 0

    def test_a_directory_that_is_being_deleted_is_due_until_it_is_removed(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        stays, goes = names.directory, f"{names.directory}-goes"
        deleting = DirectoryDeletion(NOW, "Ines", keeps_active=True)
        given(store, PutDirectory(a_directory(names.organization, stays), None))
        given(store, PutDirectory(a_directory(names.organization, goes, deleting=deleting), None))
        due = {directory.id: directory for directory in store.directories_to_delete(limit=MANY)}
        assert stays not in due
        assert due[goes].deleting == deleting
        assert committing.refused(RemoveDirectory(names.organization, goes, 2)) == goes
        committing.done(RemoveDirectory(names.organization, goes, 1))
        assert [directory.id for directory in store.directories(names.organization)] == [stays]
        assert goes not in {directory.id for directory in store.directories_to_delete(limit=MANY)}
        assert committing.refused(RemoveDirectory(names.organization, goes, 1)) is None

    def test_an_organization_is_removed_at_its_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        closing = an_organization(names.organization, version=2, closing=Closing(NOW, AccountsAtEnd.RELEASE))
        given(store, PutOrganization(closing, None))
        assert committing.refused(RemoveOrganization(names.organization, 1)) == names.organization
        assert store.organization(names.organization) == closing
        committing.done(RemoveOrganization(names.organization, 2))
        assert store.organization(names.organization) is None
        assert committing.refused(RemoveOrganization(names.organization, 2)) is None

    def test_all_organizations_are_listed_each_once(self, store: IdentityStore, names: Names) -> None:
        mine = [f"{names.organization}-{number}" for number in range(3)]
        for organization_id in mine:
            given(store, PutOrganization(an_organization(organization_id), None))
        for limit in (1, 2, 100):
            found = _all_organizations(store, limit)
            assert [each for each in found if each in mine] == mine
            assert len(found) == len(set(found))
        given(store, RemoveOrganization(mine[1], 1))
        assert mine[1] not in _all_organizations(store, 100)

    def test_a_conflict_is_removed_whatever_it_came_to(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        conflict = a_conflict(names.organization, names.conflict)
        given(store, PutConflict(conflict, None))
        committing.done(RemoveConflict(names.organization, names.conflict))
        given(store, PutConflict(conflict, None))
        committing.refused(RemoveConflict(names.organization, names.conflict, conflict.version + 1))
        committing.done(RemoveConflict(names.organization, names.conflict, conflict.version))
        committing.refused(RemoveConflict(names.organization, names.conflict, conflict.version))
        assert store.conflict(Pointer(names.organization, names.conflict)) is None
        assert store.conflicts(names.organization, limit=10, wanted=STILL_WANTED).conflicts == ()
        committing.done(RemoveConflict(names.organization, names.conflict))
