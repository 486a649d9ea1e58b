"""Contract: lists, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.domain.account import Account, FormerLink
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.events.event_log import Action, LogEntry, LogFilter, Result, first_id_at
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import ConflictFilter
from rightful.ports.writes.accounts import DeleteAccount, PutAccount
from rightful.ports.writes.conflicts import AppendLog, PutConflict
from rightful.ports.writes.settings import PutOrganization
from tests.contract.committing import given, plenty
from tests.support.builders import NOW, a_conflict, a_link, a_row, an_account, an_organization
from tests.support.names import Names

MOST_PAGES = 60


def _all_users(store: IdentityStore, directory_id: str, limit: int) -> list[Account]:
    found: list[Account] = []
    position: str | None = None
    for _ in range(MOST_PAGES):
        page = store.users(directory_id, limit=limit, position=position)
        assert len(page.accounts) <= limit
        found += page.accounts
        position = page.next_position
        if position is None:
            return found
    raise AssertionError("the pages do not end")


def _all_conflicts(store: IdentityStore, organization_id: str, limit: int, **filters: Any) -> list[Conflict]:
    found: list[Conflict] = []
    position: str | None = None
    for _ in range(MOST_PAGES):
        page = store.conflicts(organization_id, limit=limit, position=position, wanted=ConflictFilter(**filters))
        assert page.conflicts or page.next_position is None
        assert len(page.conflicts) <= limit
        found += page.conflicts
        position = page.next_position
        if position is None:
            return found
    raise AssertionError("the pages do not end")


def _all_rows(store: IdentityStore, organization_id: str, limit: int, **filters: Any) -> list[LogEntry]:
    found: list[LogEntry] = []
    position: str | None = None
    for _ in range(MOST_PAGES):
        page = store.log(organization_id, limit=limit, position=position, wanted=LogFilter(**filters))
        assert len(page.entries) <= limit
        found += page.entries
        position = page.next_position
        if position is None:
            return found
    raise AssertionError("the pages do not end")


class Pages:
    """A listing goes on where it stopped, whatever happens in between."""

    def _linked(self, store: IdentityStore, names: Names, number: int, **changed: object) -> Account:
        account_id = f"{names.mine}-{9 - number}"
        moment = NOW + timedelta(seconds=number)
        link = a_link(account_id, names.directory, linked_at=moment, **changed)
        account = an_account(account_id, link=link)
        given(store, PutAccount(account, None))
        return account

    def test_the_users_of_a_directory_are_listed_in_the_order_in_which_they_were_linked(
        self, store: IdentityStore, names: Names
    ) -> None:
        accounts = [self._linked(store, names, number) for number in range(5)]
        given(store, PutAccount(an_account(names.other, link=a_link(names.other, names.other_directory)), None))
        given(store, PutAccount(an_account(names.third), None))
        for limit in (1, 2, 5, 100):
            assert _all_users(store, names.directory, limit) == accounts

    def test_a_listing_goes_on_after_the_last_user_even_if_that_one_is_gone(
        self, store: IdentityStore, names: Names
    ) -> None:
        accounts = [self._linked(store, names, number) for number in range(4)]
        page = store.users(names.directory, limit=2)
        store.commit([DeleteAccount(accounts[1].id, 1)], remaining=plenty)
        rest = store.users(names.directory, limit=10, position=page.next_position)
        assert list(rest.accounts) == accounts[2:]
        assert rest.next_position is None

    def test_a_user_linked_between_two_pages_comes_last_and_nobody_comes_twice(
        self, store: IdentityStore, names: Names
    ) -> None:
        accounts = [self._linked(store, names, number) for number in range(3)]
        page = store.users(names.directory, limit=2)
        accounts.append(self._linked(store, names, 3))
        rest = store.users(names.directory, limit=10, position=page.next_position)
        assert [*page.accounts, *rest.accounts] == accounts

    def test_an_unlinked_account_is_not_listed(self, store: IdentityStore, names: Names) -> None:
        account = self._linked(store, names, 0, external_id="ext")
        store.commit([PutAccount(an_account(account.id, version=2), 1)], remaining=plenty)
        assert _all_users(store, names.directory, 10) == []
        assert store.account_ids_of_external_id(names.directory, "ext") == ()

    def test_an_unlinked_account_is_found_by_the_external_id_that_it_had(
        self, store: IdentityStore, names: Names
    ) -> None:
        account = self._linked(store, names, 0, external_id="ext")
        former = FormerLink(names.directory, "ada", "ext", NOW)
        store.commit([PutAccount(an_account(account.id, version=2, former_link=former), 1)], remaining=plenty)
        assert store.account_ids_of_external_id(names.directory, "ext") == (account.id,)
        assert store.account_ids_of_external_id(names.other_directory, "ext") == ()

    def test_users_are_found_by_their_external_id_in_their_directory_in_exactly_its_case(
        self, store: IdentityStore, names: Names
    ) -> None:
        first = self._linked(store, names, 0, external_id="Ext#1")
        second = self._linked(store, names, 1, external_id="Ext#1")
        self._linked(store, names, 2, external_id="other")
        self._linked(store, names, 3)
        assert sorted(store.account_ids_of_external_id(names.directory, "Ext#1") or ()) == sorted([first.id, second.id])
        assert store.account_ids_of_external_id(names.directory, "ext#1") == ()
        assert store.account_ids_of_external_id(names.other_directory, "Ext#1") == ()

    def test_conflicts_are_listed_newest_first_and_only_the_organizations_own(
        self, store: IdentityStore, names: Names
    ) -> None:
        conflicts = [a_conflict(names.organization, f"{names.conflict}-{number}") for number in range(5)]
        given(store, PutOrganization(an_organization(names.organization), None))
        given(store, *(PutConflict(conflict, None) for conflict in conflicts))
        given(store, PutConflict(a_conflict(names.other_organization, names.other_conflict), None))
        for limit in (1, 2, 5, 100):
            assert _all_conflicts(store, names.organization, limit) == conflicts[::-1]

    def test_a_list_of_conflicts_goes_on_where_it_stopped_when_a_new_one_comes(
        self, store: IdentityStore, names: Names
    ) -> None:
        conflicts = [a_conflict(names.organization, f"{names.conflict}-{number}") for number in range(4)]
        given(store, *(PutConflict(conflict, None) for conflict in conflicts))
        page = store.conflicts(names.organization, limit=2)
        given(store, PutConflict(a_conflict(names.organization, f"{names.conflict}-9"), None))
        rest = store.conflicts(names.organization, limit=10, position=page.next_position)
        assert [*page.conflicts, *rest.conflicts] == conflicts[::-1]

    def test_conflicts_are_filtered_by_status_and_directory_over_all_pages(
        self, store: IdentityStore, names: Names
    ) -> None:
        statuses = [ConflictStatus.OPEN, ConflictStatus.REFUSED, ConflictStatus.APPLIED]
        conflicts = [
            a_conflict(
                names.organization,
                f"{names.conflict}-{number:02d}",
                status=statuses[number % 3],
                directory_id=names.directory if number % 2 else names.other_directory,
            )
            for number in range(18)
        ]
        given(store, *(PutConflict(conflict, None) for conflict in conflicts))
        newest_first = conflicts[::-1]
        wanted = frozenset({ConflictStatus.OPEN, ConflictStatus.APPLIED})
        for limit in (1, 4, 100):
            assert _all_conflicts(store, names.organization, limit, statuses=wanted) == [
                each for each in newest_first if each.status in wanted
            ]
            assert _all_conflicts(store, names.organization, limit, directory_id=names.directory) == [
                each for each in newest_first if each.request.directory_id == names.directory
            ]
            both = _all_conflicts(store, names.organization, limit, statuses=wanted, directory_id=names.directory)
            assert both == [
                each for each in newest_first if each.status in wanted and each.request.directory_id == names.directory
            ]

    def test_the_event_log_is_read_newest_first_and_filtered(self, store: IdentityStore, names: Names) -> None:
        rows = [
            a_row(
                names.organization,
                f"{number:04d}",
                account_id=names.mine if number % 2 else names.other,
                conflict_id=names.conflict if number % 3 == 0 else None,
            )
            for number in range(12)
        ]
        given(store, *map(AppendLog, rows))
        given(store, AppendLog(a_row(names.other_organization, "9999")))
        newest_first = rows[::-1]
        for limit in (1, 5, 100):
            assert _all_rows(store, names.organization, limit) == newest_first
            assert _all_rows(store, names.organization, limit, account_id=names.mine) == [
                row for row in newest_first if row.account_id == names.mine
            ]
            assert _all_rows(store, names.organization, limit, account_id=names.mine, conflict_id=names.conflict) == [
                row for row in newest_first if row.account_id == names.mine and row.conflict_id == names.conflict
            ]

    def test_an_event_log_goes_on_where_it_stopped_when_new_rows_come(self, store: IdentityStore, names: Names) -> None:
        rows = [a_row(names.organization, f"{number}") for number in range(4)]
        given(store, *map(AppendLog, rows))
        page = store.log(names.organization, limit=2)
        given(store, AppendLog(a_row(names.organization, "9")))
        rest = store.log(names.organization, limit=10, position=page.next_position)
        assert [*page.entries, *rest.entries] == rows[::-1]

    def test_empty_lists_are_one_empty_page(self, store: IdentityStore, names: Names) -> None:
        users = store.users(names.directory, limit=10)
        conflicts = store.conflicts(names.organization, limit=10)
        log = store.log(names.organization, limit=10)
        assert (users.accounts, conflicts.conflicts, log.entries) == ((), (), ())
        assert (users.next_position, conflicts.next_position, log.next_position) == (None, None, None)

    def test_rows_are_filtered_by_what_happened_and_when(self, store: IdentityStore, names: Names) -> None:
        actions = [Action.USER_CREATED, Action.CLAIM_REFUSED, Action.CONFLICT_APPLIED]
        rows = []
        for number in range(12):
            at = NOW + timedelta(hours=number)
            rows.append(
                a_row(
                    names.organization,
                    f"{first_id_at(at)}{number}",
                    at=at,
                    action=actions[number % 3],
                    result=Result.REFUSED if number % 3 == 1 else Result.DONE,
                    conflict_class="deactivated" if number > 6 else None,
                    directory_id=names.directory if number % 2 else None,
                )
            )
        given(store, *(AppendLog(row) for row in rows))
        newest_first = rows[::-1]
        for chosen in (
            {"actions": frozenset(actions[:2])},
            {"result": Result.REFUSED},
            {"conflict_class": "deactivated"},
            {"directory_id": names.directory, "result": Result.DONE},
            {"since": NOW + timedelta(hours=3)},
            {"until": NOW + timedelta(hours=3)},
            {"since": NOW + timedelta(hours=2), "until": NOW + timedelta(hours=7), "result": Result.DONE},
        ):
            wanted = LogFilter(**chosen)
            expected = [row for row in newest_first if wanted.wants(row)]
            assert 0 < len(expected) < len(rows)
            for limit in (1, 3, 100):
                assert _all_rows(store, names.organization, limit, **chosen) == expected

    def test_users_are_found_by_their_display_name_whatever_its_case_and_length(
        self, store: IdentityStore, names: Names
    ) -> None:
        long = "Ä" * 5_000
        shown = {names.mine: "Ada Straße", names.other: "ADA STRAẞE", names.third: long}
        for account_id, name in shown.items():
            link = a_link(account_id, names.directory)
            account = an_account(account_id, link=link, attributes={"displayName": name})
            store.commit([PutAccount(account, None)], remaining=plenty)
        found = store.account_ids_of_display_name
        assert sorted(found(names.directory, "ada straße") or ()) == sorted([names.mine, names.other])
        assert found(names.directory, long.lower()) == (names.third,)
        assert found(names.directory, "ada") == ()
        assert found(names.other_directory, "ada straße") == ()

    def test_an_index_gives_so_many_and_else_says_that_there_are_more(
        self, store: IdentityStore, names: Names, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rightful.aws.dynamodb.store.MOST_FOUND", 2)
        for number in range(3):
            account_id = f"{names.mine}{number}"
            link = a_link(account_id, names.directory, external_id=f"{number // 2}")
            account = an_account(account_id, link=link, attributes={"displayName": "Same"})
            store.commit([PutAccount(account, None)], remaining=plenty)
        assert store.account_ids_of_display_name(names.directory, "same") is None
        assert len(store.account_ids_of_external_id(names.directory, "0") or ()) == 2
