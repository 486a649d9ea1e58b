"""Contract: groups, their members, and the notes of membership on accounts and groups."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.domain.group import MOST_GROUPS, Group
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import DeleteAccount, PutAccount
from rightful.ports.writes.groups import (
    ClaimGroupName,
    CountGroups,
    DeleteGroup,
    EndDeletedGroup,
    JoinGroup,
    LeaveGroups,
    NestGroup,
    NoteDeletedGroup,
    PutGroup,
    PutMember,
    ReleaseGroupName,
    RemoveGroup,
    RemoveMember,
    UnnestGroup,
)
from rightful.ports.writes.settings import PutDirectory, PutOrganization
from rightful.scim.patch.members import Member
from tests.contract.committing import Committing, given
from tests.support.builders import NOW, a_directory, a_link, an_account, an_organization
from tests.support.names import Names

LATER = NOW + timedelta(minutes=1)


def a_group(names: Names, group_id: str = "", **changed: Any) -> Group:
    """A group of this test's directory, version 1."""
    values: dict[str, Any] = {
        "id": group_id or names.conflict,
        "version": 1,
        "directory_id": names.directory,
        "display_name": "Staff",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Group(**values | changed)


class GroupWrites:
    """Heads are conditional on their version; memberships stand on both sides."""

    def test_a_new_group_is_written_where_there_is_none(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names, external_id="ext", unfinished=True)
        committing.done(PutGroup(group, None))
        assert store.group(group.id) == group

    def test_a_new_group_is_refused_where_there_is_one(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names)
        given(store, PutGroup(group, None))
        assert committing.refused(PutGroup(group, None)) == group

    def test_a_group_is_changed_at_its_version_and_stays_in_its_groups(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names, external_id="ext", unfinished=True)
        given(store, PutGroup(group, None), NestGroup(group.id, names.directory, "parent"))
        changed = a_group(names, version=2, display_name="Team", updated_at=LATER)
        committing.done(PutGroup(changed, 1))
        assert store.group(group.id) == replace(changed, parent_ids=frozenset({"parent"}))

    def test_a_change_of_a_group_at_another_version_is_refused_and_the_group_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names, version=3)
        given(store, PutGroup(group, None))
        assert committing.refused(PutGroup(replace(group, version=3), 2)) == group
        assert committing.refused(RemoveGroup(group.id, 2)) == group

    def test_a_change_of_a_group_that_is_gone_is_refused(self, committing: Committing, names: Names) -> None:
        assert committing.refused(PutGroup(a_group(names, version=2), 1)) is None

    def test_a_group_is_removed_at_its_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutGroup(a_group(names), None))
        committing.done(RemoveGroup(names.conflict, 1))
        assert store.group(names.conflict) is None

    def test_a_group_name_has_one_holder_in_its_directory(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(ClaimGroupName(names.directory, "staff", "one"))
        committing.done(ClaimGroupName(names.directory, "staff", "one"))
        committing.done(ClaimGroupName(names.other_directory, "staff", "two"))
        assert committing.refused(ClaimGroupName(names.directory, "staff", "two")) == "one"
        assert committing.refused(ReleaseGroupName(names.directory, "staff", "two")) == "one"
        assert store.group_id_of_name(names.directory, "staff") == "one"
        committing.done(ReleaseGroupName(names.directory, "staff", "one"))
        assert store.group_id_of_name(names.directory, "staff") is None

    def test_an_account_joins_and_leaves_groups_without_a_new_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, version=7, link=a_link(names.mine, names.directory))
        given(store, PutAccount(there, None))
        committing.done(JoinGroup(names.mine, names.directory, f"{names.mine}-1", "one", LATER))
        committing.done(JoinGroup(names.mine, names.directory, f"{names.mine}-1", "two", LATER))
        joined = replace(there, group_ids=frozenset({"one", "two"}), group_changes=2, updated_at=LATER)
        assert store.account(names.mine) == joined
        committing.done(LeaveGroups(names.mine, frozenset({"one", "two"}), LATER))
        assert store.account(names.mine) == replace(joined, group_ids=frozenset(), group_changes=3)

    @pytest.mark.parametrize("what", ["another SCIM id", "another directory", "no link", "no account", "too many"])
    def test_nobody_joins_who_is_not_that_user_or_is_in_too_many_groups(
        self, store: IdentityStore, committing: Committing, names: Names, what: str
    ) -> None:
        link = a_link(names.mine, names.other_directory if what == "another directory" else names.directory)
        groups = frozenset(f"g{number}" for number in range(MOST_GROUPS)) if what == "too many" else frozenset()
        there = an_account(names.mine, link=None if what == "no link" else link, group_ids=groups)
        if what != "no account":
            given(store, PutAccount(there, None))
        scim_id = f"{names.mine}-{2 if what == 'another SCIM id' else 1}"
        found = committing.refused(JoinGroup(names.mine, names.directory, scim_id, "one", LATER))
        assert found == (None if what == "no account" else there)

    def test_what_was_read_before_a_membership_is_not_written_over_it(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_account(names.mine, link=a_link(names.mine, names.directory))
        given(store, PutAccount(there, None))
        given(store, JoinGroup(names.mine, names.directory, f"{names.mine}-1", "one", LATER))
        joined = store.account(names.mine)
        assert committing.refused(PutAccount(replace(there, version=2), 1)) == joined
        assert joined is not None
        committing.done(PutAccount(replace(joined, version=2), 1))

    def test_an_account_that_is_in_a_group_is_not_deleted(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutAccount(an_account(names.mine, link=a_link(names.mine, names.directory)), None))
        given(store, JoinGroup(names.mine, names.directory, f"{names.mine}-1", "one", LATER))
        assert committing.refused(DeleteAccount(names.mine, 1)) == store.account(names.mine)
        given(store, LeaveGroups(names.mine, frozenset({"one"}), LATER))
        committing.done(DeleteAccount(names.mine, 1))

    def test_an_account_that_is_gone_leaves_nothing(self, committing: Committing, names: Names) -> None:
        assert committing.refused(LeaveGroups(names.mine, frozenset({"one"}), LATER)) is None

    def test_a_group_becomes_a_member_of_another_one_and_ends_it(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names)
        given(store, PutGroup(group, None))
        committing.done(NestGroup(group.id, names.directory, "parent"))
        assert store.group(group.id) == replace(group, parent_ids=frozenset({"parent"}))
        committing.done(UnnestGroup(group.id, frozenset({"parent"})))
        assert store.group(group.id) == group

    def test_a_group_that_is_deleted_or_elsewhere_becomes_no_member(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        deleted = a_group(names, deleted=True)
        given(store, PutGroup(deleted, None))
        assert committing.refused(NestGroup(deleted.id, names.directory, "parent")) == deleted
        elsewhere = a_group(names, names.other_conflict)
        given(store, PutGroup(elsewhere, None))
        assert committing.refused(NestGroup(elsewhere.id, names.other_directory, "parent")) == elsewhere
        assert committing.refused(UnnestGroup("nothing", frozenset({"parent"}))) is None

    def test_a_group_is_deleted_as_it_was_read_and_is_in_no_other_one_afterwards(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names)
        given(store, PutGroup(group, None), NestGroup(group.id, names.directory, "parent"))
        nested = replace(group, parent_ids=frozenset({"parent"}))
        assert committing.refused(DeleteGroup(group, LATER)) == nested
        assert committing.refused(DeleteGroup(replace(nested, version=2), LATER)) == nested
        assert committing.refused(DeleteGroup(replace(group, parent_ids=frozenset({"other"})), LATER)) == nested
        committing.done(DeleteGroup(nested, LATER))
        assert store.group(group.id) == replace(group, version=2, updated_at=LATER, deleted=True)
        assert committing.refused(NestGroup(group.id, names.directory, "parent")) == store.group(group.id)

    def test_a_group_that_is_in_no_other_one_is_deleted_as_such(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names, external_id="ext")
        given(store, PutGroup(group, None))
        assert committing.refused(DeleteGroup(replace(group, parent_ids=frozenset({"parent"})), LATER)) == group
        committing.done(DeleteGroup(group, LATER))
        assert store.listed_groups(names.directory, limit=10).groups == ()
        assert store.group_ids_of_external_id(names.directory, "ext") == ()
        assert committing.refused(DeleteGroup(a_group(names, names.other_conflict), LATER)) is None

    def test_members_are_read_in_the_order_of_their_ids_page_by_page(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        group = a_group(names)
        members = [Member(f"m{number}", "User", f"Member {number}" if number else None) for number in range(5)]
        given(store, PutGroup(group, None), *(PutMember(group.id, member) for member in members))
        committing.done(PutMember(group.id, members[0]))
        found, first = store.group_with_members(group.id, limit=2)
        assert (found, first.members) == (group, tuple(members[:2]))
        second = store.members(group.id, limit=2, position=first.next_position)
        assert second.members == tuple(members[2:4])
        rest = store.members(group.id, limit=2, position=second.next_position)
        assert (rest.members, rest.next_position) == ((members[4],), None)
        committing.done(RemoveMember(group.id, "m0"))
        committing.done(RemoveMember(group.id, "m0"))
        assert store.members(group.id, limit=10).members == tuple(members[1:])

    def test_a_group_that_is_not_there_has_no_members(self, store: IdentityStore, names: Names) -> None:
        found, page = store.group_with_members(names.conflict, limit=2)
        assert (found, page.members, page.next_position) == (None, (), None)

    def test_what_is_known_of_members_is_read_with_the_group_and_the_directory(
        self, store: IdentityStore, names: Names
    ) -> None:
        directory = a_directory(names.organization, names.directory)
        given(store, PutOrganization(an_organization(names.organization), None), PutDirectory(directory, None))
        group, child = a_group(names), a_group(names, names.other_conflict)
        account = an_account(names.mine, link=a_link(names.mine, names.directory))
        member = Member(f"{names.mine}-1")
        given(store, PutGroup(group, None), PutGroup(child, None), PutAccount(account, None))
        given(store, PutMember(group.id, member))
        asked = [member.value, child.id, "nobody-1", "nothing"]
        state = store.group_state(names.organization, names.directory, group_id=group.id, member_ids=asked)
        assert state is not None
        assert (state.directory, state.group) == (directory, group)
        assert state.membership.asked == frozenset(asked)
        assert state.membership.members == {member.value: member}
        assert state.membership.accounts == {account.id: account}
        assert state.membership.groups == {child.id: child}
        assert store.group_state(names.organization, names.other_directory) is None
        assert store.membership(None, asked).members == {}

    def test_groups_are_listed_in_the_order_of_their_creation_and_counted(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        groups = [
            a_group(names, f"{names.conflict}{number}", created_at=NOW + timedelta(seconds=number), external_id="same")
            for number in range(3)
        ]
        given(store, *(PutGroup(group, None) for group in groups))
        given(store, *(CountGroups(names.directory, group.id, 1) for group in groups))
        given(store, PutGroup(a_group(names, names.other_conflict, deleted=True, external_id="same"), None))
        committing.done(CountGroups(names.directory, groups[0].id, 0))
        first = store.listed_groups(names.directory, limit=2, counted=True)
        assert (first.groups, first.total) == (tuple(groups[:2]), 3)
        rest = store.listed_groups(names.directory, limit=2, position=first.next_position)
        assert (rest.groups, rest.next_position, rest.total) == ((groups[2],), None, None)
        assert store.number_of_groups(names.directory) == 3
        found = store.group_ids_of_external_id(names.directory, "same")
        assert found is not None
        assert set(found) == {group.id for group in groups}

    def test_deleted_groups_are_remembered_until_they_are_cleaned_up(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(NoteDeletedGroup(names.conflict))
        assert names.conflict in store.deleted_groups(limit=100)
        committing.done(EndDeletedGroup(names.conflict))
        assert names.conflict not in store.deleted_groups(limit=100)
