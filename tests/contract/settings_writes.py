"""Contract: organizations, directories and keys."""

from dataclasses import replace
from datetime import date, timedelta

from rightful.domain.key import Scope
from rightful.domain.one_word import OneWord
from rightful.ports.store.contract import DirectoryState, IdentityStore
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.conflicts import PutPending
from rightful.ports.writes.settings import (
    ConfirmToken,
    DeleteToken,
    ListToken,
    NoteReminded,
    PutDirectory,
    PutOrganization,
    PutToken,
    UnlistToken,
)
from tests.contract.committing import Committing, given
from tests.support.builders import NOW, a_directory, a_token, an_account, an_organization
from tests.support.names import Names

_YESTERDAY, _TODAY, _TOMORROW = (date(2026, 11, day) for day in (27, 28, 29))


class SettingsWrites:
    """Settings are versioned."""

    def test_a_new_organization_is_written_and_changed_at_its_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        assert store.organization(names.organization) is None
        committing.done(PutOrganization(an_organization(names.organization), None))
        changed = an_organization(names.organization, version=2, name="Changed")
        committing.done(PutOrganization(changed, 1))
        assert store.organization(names.organization) == changed

    def test_an_organization_at_another_version_is_refused_and_its_id_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = an_organization(names.organization, version=3)
        assert committing.refused(PutOrganization(there, 2)) is None
        given(store, PutOrganization(there, None))
        changed = an_organization(names.organization, version=3, name="Changed")
        assert committing.refused(PutOrganization(changed, 2)) == names.organization
        assert committing.refused(PutOrganization(changed, None)) == names.organization
        assert store.organization(names.organization) == there

    def test_a_new_directory_is_written_and_changed_at_its_version(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        committing.done(PutDirectory(a_directory(names.organization, names.directory), None))
        changed = a_directory(names.organization, names.directory, version=2, profile="okta")
        committing.done(PutDirectory(changed, 1))
        assert store.directories(names.organization) == (changed,)

    def test_a_directory_at_another_version_is_refused_and_its_id_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = a_directory(names.organization, names.directory, version=3)
        given(store, PutDirectory(there, None))
        changed = a_directory(names.organization, names.directory, version=3, name="Changed")
        assert committing.refused(PutDirectory(changed, 2)) == names.directory
        assert store.directories(names.organization) == (there,)

    def test_the_directories_of_an_organization_are_listed_oldest_first(
        self, store: IdentityStore, names: Names
    ) -> None:
        late = a_directory(names.organization, f"{names.directory}-a", created_at=NOW + timedelta(days=1))
        early = a_directory(names.organization, f"{names.directory}-b", created_at=NOW)
        given(store, PutOrganization(an_organization(names.organization), None))
        given(store, PutDirectory(late, None), PutDirectory(early, None))
        given(store, PutDirectory(a_directory(names.other_organization, names.other_directory), None))
        assert store.directories(names.organization) == (early, late)

    def test_a_directory_is_read_with_its_organization(self, store: IdentityStore, names: Names) -> None:
        organization, directory = (
            an_organization(names.organization),
            a_directory(names.organization, names.directory),
        )
        given(store, PutOrganization(organization, None), PutDirectory(directory, None))
        state = store.directory_state(names.organization, names.directory)
        assert state == DirectoryState(organization, directory)

    def test_a_directory_is_read_with_an_account_and_the_accounts_pending_change(
        self, store: IdentityStore, names: Names
    ) -> None:
        organization, directory = (
            an_organization(names.organization),
            a_directory(names.organization, names.directory),
        )
        account = an_account(names.mine)
        given(store, PutOrganization(organization, None), PutDirectory(directory, None), PutAccount(account, None))
        given(store, PutPending(f"account:{names.mine}", names.conflict, names.address))
        state = store.directory_state(names.organization, names.directory, account_id=names.mine)
        assert state == DirectoryState(organization, directory, account, names.conflict)
        state = store.directory_state(names.organization, names.directory, account_id=names.other)
        assert state == DirectoryState(organization, directory)

    def test_a_directory_is_read_with_the_pending_change_of_a_user_to_be_created(
        self, store: IdentityStore, names: Names
    ) -> None:
        organization, directory = (
            an_organization(names.organization),
            a_directory(names.organization, names.directory),
        )
        given(store, PutOrganization(organization, None), PutDirectory(directory, None))
        given(store, PutPending(names.requester, names.conflict, names.address))
        state = store.directory_state(names.organization, names.directory, requester_key=names.requester)
        assert state == DirectoryState(organization, directory, None, names.conflict)

    def test_there_is_no_state_of_a_directory_of_another_organization(self, store: IdentityStore, names: Names) -> None:
        for organization_id in (names.organization, names.other_organization):
            given(store, PutOrganization(an_organization(organization_id), None))
        given(store, PutDirectory(a_directory(names.organization, names.directory), None))
        assert store.directory_state(names.other_organization, names.directory) is None
        assert store.directory_state(names.organization, names.other_directory) is None


class KeyWrites:
    """Keys are looked up by their hash and listed by what they belong to."""

    def test_a_key_is_found_by_its_hash(self, store: IdentityStore, committing: Committing, names: Names) -> None:
        token = a_token(names.sha256, organization_id=names.organization, expires_at=NOW - timedelta(days=1))
        committing.done(PutToken(token))
        assert store.token(names.sha256) == token
        assert store.token("0" * 64) is None

    def test_a_key_whose_hash_is_not_new_is_refused_and_its_id_found(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        there = a_token(names.sha256, id="first", organization_id=names.organization)
        given(store, PutToken(there))
        assert committing.refused(PutToken(a_token(names.sha256, id="second"))) == "first"
        assert store.token(names.sha256) == there

    def test_a_key_is_confirmed_unless_it_was_ended(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        issued = a_token(names.sha256, issued=OneWord("Ines", NOW))
        given(store, PutToken(issued))
        confirmed = a_token(names.sha256, issued=OneWord("Ines", NOW, confirmed_by="Jo"))
        committing.done(ConfirmToken(confirmed))
        assert store.token(names.sha256) == confirmed
        given(store, DeleteToken(names.sha256))
        committing.refused(ConfirmToken(confirmed))
        assert store.token(names.sha256) is None

    def test_a_reminder_of_a_key_is_noted_once_and_of_two_the_later_one_last(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        token = a_token(names.sha256, organization_id=names.organization)
        given(store, PutToken(token), ListToken(token))
        for days in (30, 7):
            committing.done(NoteReminded(token, days))
            committing.done(NoteReminded(token, days, listed=True))
            noted = a_token(names.sha256, organization_id=names.organization, reminded_days=days)
            assert store.token(names.sha256) == noted
            assert store.tokens(organization_id=names.organization) == (noted,)
            committing.refused(NoteReminded(token, days))
        committing.refused(NoteReminded(token, 30))
        given(store, DeleteToken(names.sha256), UnlistToken(token))
        committing.refused(NoteReminded(token, 7))
        assert store.token(names.sha256) is None

    def test_an_ended_key_is_not_found_and_may_be_ended_again(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        given(store, PutToken(a_token(names.sha256)))
        committing.done(DeleteToken(names.sha256))
        committing.done(DeleteToken(names.sha256))
        assert store.token(names.sha256) is None

    def test_keys_are_listed_for_their_directory_or_their_organization_oldest_first(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        of_directory = {"organization_id": names.organization, "directory_id": names.directory}
        late = a_token("a" * 64, id="a", created_at=NOW + timedelta(days=1), **of_directory)
        early = a_token("b" * 64, id="b", **of_directory)
        admin = a_token("c" * 64, id="c", scope=Scope.ADMIN, organization_id=names.organization)
        given(store, ListToken(late), ListToken(early))
        committing.done(ListToken(admin))
        found = store.tokens(organization_id=names.organization, directory_id=names.directory)
        assert found == (early, late)
        assert store.tokens(organization_id=names.organization) == (admin,)
        assert store.tokens(organization_id=names.other_organization) == ()

    def test_a_listed_key_opens_nothing(self, store: IdentityStore, names: Names) -> None:
        given(store, ListToken(a_token(names.sha256, organization_id=names.organization)))
        assert store.token(names.sha256) is None

    def test_an_unlisted_key_is_not_listed(self, store: IdentityStore, committing: Committing, names: Names) -> None:
        token = a_token(names.sha256, organization_id=names.organization, directory_id=names.directory)
        given(store, ListToken(token))
        committing.done(UnlistToken(token))
        committing.done(UnlistToken(token))
        assert store.tokens(organization_id=names.organization, directory_id=names.directory) == ()

    def test_the_day_of_a_use_is_noted_for_a_key_and_its_entry_in_the_list(
        self, store: IdentityStore, names: Names
    ) -> None:
        of_directory = {"organization_id": names.organization, "directory_id": names.directory}
        kinds = (of_directory, {"scope": Scope.ADMIN, "organization_id": names.organization}, {"scope": Scope.APP})
        for at, kind in enumerate(kinds):
            sha256 = f"{at}{names.sha256[1:]}"
            token = a_token(sha256, id=f"{names.sha256}-{at}", expires_at=NOW + timedelta(days=9), **kind)
            used = replace(token, last_used_on=_TODAY)
            given(store, PutToken(token), ListToken(token))
            store.mark_used(token, on=_TODAY)
            assert store.token(sha256) == used
            assert used in store.tokens(organization_id=token.organization_id or "", directory_id=token.directory_id)

    def test_an_earlier_use_changes_nothing_and_a_later_one_does(self, store: IdentityStore, names: Names) -> None:
        token = a_token(names.sha256, organization_id=names.organization)
        given(store, PutToken(token), ListToken(token))
        for day, noted in ((_TODAY, _TODAY), (_TODAY, _TODAY), (_YESTERDAY, _TODAY), (_TOMORROW, _TOMORROW)):
            store.mark_used(token, on=day)
            used = replace(token, last_used_on=noted)
            assert (store.token(names.sha256), store.tokens(organization_id=names.organization)) == (used, (used,))

    def test_a_key_that_was_ended_does_not_come_back_by_being_used(self, store: IdentityStore, names: Names) -> None:
        token = a_token(names.sha256, organization_id=names.organization)
        given(store, PutToken(token), ListToken(token))
        given(store, DeleteToken(names.sha256), UnlistToken(token))
        store.mark_used(token, on=_TODAY)
        assert store.token(names.sha256) is None
        assert store.tokens(organization_id=names.organization) == ()

    def test_what_was_cut_off_while_a_use_was_noted_is_made_up_for(self, store: IdentityStore, names: Names) -> None:
        token = a_token(names.sha256, organization_id=names.organization)
        used = replace(token, last_used_on=_TODAY)
        given(store, PutToken(token), ListToken(used))
        store.mark_used(token, on=_TODAY)
        assert (store.token(names.sha256), store.tokens(organization_id=names.organization)) == (used, (used,))

    def test_a_use_changes_nothing_else_of_a_key(self, store: IdentityStore, names: Names) -> None:
        read = a_token(names.sha256, organization_id=names.organization, issued=OneWord("Ines", NOW))
        confirmed = replace(read, issued=OneWord("Ines", NOW, confirmed_by="Jo"))
        given(store, PutToken(confirmed), ListToken(confirmed))
        store.mark_used(read, on=_TODAY)
        assert store.token(names.sha256) == replace(confirmed, last_used_on=_TODAY)
