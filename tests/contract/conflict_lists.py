"""Contract: lists of conflicts and of rows, by every filter that there is, over all pages, in both orders."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

from rightful.domain.address import Address
from rightful.domain.conflicts.conflict import LIVE, Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.domain.conflicts.refused_request import Requester, UserName
from rightful.domain.events.event_log import LogEntry, LogFilter, first_id_at
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import ConflictFilter
from rightful.ports.writes.conflicts import AppendLog, PutConflict
from tests.contract.committing import given
from tests.support.builders import NOW, a_conflict, a_row
from tests.support.names import Names

STATUSES = (ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL, ConflictStatus.REFUSED, ConflictStatus.APPLIED)
CLASSES = (None, ConflictClass.DEACTIVATED, ConflictClass.PROTECTED)
ROLES = (None, Role.ADMINISTRATOR, Role.IDP_ADMINISTRATOR)


def _address(text: str) -> Address:
    return Address(text.title(), text)


def _conflicts(names: Names) -> list[Conflict]:
    """Thirty-six, an hour apart, of every status, class and role, about three accounts and three addresses."""
    found = []
    for number, (status, of_class, role) in enumerate(product(STATUSES, CLASSES, ROLES)):
        at = NOW + timedelta(hours=number)
        account_ids = (names.mine, names.other, names.third)
        addresses = [f"{number % 3}-{names.address}" for number in range(number, number + 2)]
        directory_id = names.directory if number % 2 else names.other_directory
        found.append(
            a_conflict(
                names.organization,
                f"{first_id_at(at)}{number:020d}",
                status=status,
                created_at=at,
                conflict_class=of_class,
                next_step=step(role, StepCode.APPROVE) if role else None,
                directory_id=directory_id,
                requester=Requester(account_ids[number % 3] if number % 5 else None, None, "ada", None),
                holder_account_id=account_ids[(number + 1) % 3],
                holder_organization_id=names.organization if number % 4 else names.other_organization,
                wanted=_address(addresses[0]) if number % 7 else UserName(directory_id, addresses[0]),
                old_email=_address(addresses[1]) if number % 2 else None,
            )
        )
    return found


def _all(store: IdentityStore, names: Names, wanted: ConflictFilter, limit: int) -> list[Conflict]:
    found: list[Conflict] = []
    position: str | None = None
    while True:
        page = store.conflicts(names.organization, limit=limit, position=position, wanted=wanted)
        assert len(page.conflicts) <= limit
        assert page.conflicts or (position is None and page.next_position is None), "no page is empty"
        found += page.conflicts
        position = page.next_position
        if position is None:
            return found


def _filters(names: Names) -> list[Mapping[str, Any]]:
    deactivated, both = frozenset({ConflictClass.DEACTIVATED}), frozenset(CLASSES[1:])
    administrators = frozenset({Role.ADMINISTRATOR, Role.IDP_ADMINISTRATOR})
    when = {"since": NOW + timedelta(hours=5), "until": NOW + timedelta(hours=29)}
    return [
        {},
        when,
        {"statuses": LIVE},
        {"statuses": frozenset({ConflictStatus.APPLIED, ConflictStatus.OPEN})},
        {"classes": deactivated},
        {"classes": both},
        {"classes": frozenset(ConflictClass)},
        {"who": frozenset({Role.ADMINISTRATOR})},
        {"who": administrators, "statuses": LIVE},
        {"directory_id": names.directory},
        {"directory_id": names.directory, "statuses": frozenset({ConflictStatus.APPLIED}), "classes": both},
        {"who": administrators, "classes": deactivated, "directory_id": names.other_directory, **when},
        {"account_id": names.mine},
        {"account_id": names.mine, "statuses": LIVE, "directory_id": names.directory},
        {"address": f"1-{names.address}"},
        {"address": f"1-{names.address}", "who": administrators, **when},
    ]


class ConflictLists:
    """What is asked for is found, whatever else there is."""

    def test_conflicts_are_listed_by_whatever_they_are_asked_by_in_both_orders(
        self, store: IdentityStore, names: Names
    ) -> None:
        conflicts = _conflicts(names)
        elsewhere = [
            replace(each, request=replace(each.request, organization_id=names.other_organization))
            for each in conflicts[::4]
        ]
        given(store, *(PutConflict(each, None) for each in conflicts))
        given(store, *(PutConflict(each, None) for each in elsewhere))
        for asked in _filters(names):
            since, until = asked.get("since", NOW), asked.get("until", NOW + timedelta(days=9))
            for oldest_first, limit in product((True, False), (1, 5, 100)):
                wanted = ConflictFilter(**asked, oldest_first=oldest_first)
                expected = [each for each in conflicts if wanted.wants(each) and since <= each.created_at < until]
                assert len(expected) > 1
                assert _all(store, names, wanted, limit) == (expected if oldest_first else expected[::-1]), asked
            listed = store.listed_conflicts(names.organization, replace(wanted, oldest_first=True), most=100)
            assert ([each.id for each in listed.conflicts], listed.complete) == ([each.id for each in expected], True)
            some = store.listed_conflicts(names.organization, wanted, most=1)
            assert (len(some.conflicts), some.complete) == (1, False)

    def test_an_index_says_of_a_conflict_what_is_counted(self, store: IdentityStore, names: Names) -> None:
        given(store, *(PutConflict(each, None) for each in _conflicts(names)))
        for asked in ({"statuses": LIVE}, {"classes": frozenset(CLASSES[1:])}, {"directory_id": names.directory}):
            wanted = ConflictFilter(**asked)  # type: ignore[arg-type]
            listed = {each.id: each for each in store.listed_conflicts(names.organization, wanted, most=99).conflicts}
            for conflict in _all(store, names, wanted, 100):
                found = listed[conflict.id]
                assert found.status == conflict.status
                assert found.conflict_class == conflict.finding.conflict_class
                assert found.who == (conflict.next_step.who.code if conflict.next_step else None)
                assert found.directory_id == conflict.request.directory_id

    def test_nobody_else_finds_a_conflict_by_its_holder(self, store: IdentityStore, names: Names) -> None:
        outside = a_conflict(
            names.organization,
            names.conflict,
            holder_account_id=names.other,
            holder_organization_id=names.other_organization,
        )
        given(store, PutConflict(outside, None))
        wanted = ConflictFilter(account_id=names.other)
        for organization_id in (names.organization, names.other_organization):
            assert store.conflicts(organization_id, limit=10, wanted=wanted).conflicts == ()
            assert store.listed_conflicts(organization_id, wanted, most=10).conflicts == ()

    def test_a_conflict_is_listed_by_what_it_is_now(self, store: IdentityStore, names: Names) -> None:
        before = replace(_conflicts(names)[-1], id=names.conflict)
        after = replace(before, version=2, status=ConflictStatus.EXPIRED, next_step=None)
        given(store, PutConflict(before, None))
        given(store, PutConflict(after, 1))
        assert before.next_step
        for gone in (ConflictFilter(statuses=frozenset({before.status})), ConflictFilter(who=frozenset(Role))):
            assert store.conflicts(names.organization, limit=10, wanted=gone).conflicts == ()
        there = ConflictFilter(statuses=frozenset({after.status}))
        assert store.conflicts(names.organization, limit=10, wanted=there).conflicts == (after,)

    def test_rows_are_found_by_account_address_and_conflict_over_all_pages(
        self, store: IdentityStore, names: Names
    ) -> None:
        rows = []
        for number in range(24):
            at = NOW + timedelta(hours=number)
            rows.append(
                a_row(
                    names.organization,
                    f"{first_id_at(at)}{number}",
                    at=at,
                    account_id=(names.mine, names.other, None)[number % 3],
                    conflict_id=names.conflict if number % 4 == 0 else None,
                    old_email=f"{names.address.upper()}" if number % 5 == 0 else "no address",
                    requested_email=f" {names.address}" if number % 6 == 0 else None,
                )
            )
        elsewhere = [replace(row, organization_id=names.other_organization) for row in rows[::2]]
        given(store, *map(AppendLog, rows))
        given(store, *map(AppendLog, elsewhere))
        about = {row.id for number, row in enumerate(rows) if not number % 5 or not number % 6}
        cases: list[tuple[Mapping[str, Any], list[LogEntry]]] = [
            ({"account_id": names.mine}, [row for row in rows if row.account_id == names.mine]),
            ({"conflict_id": names.conflict}, [row for row in rows if row.conflict_id]),
            ({"address": names.address}, [row for row in rows if row.id in about]),
            (
                {"address": names.address, "account_id": names.mine, "since": NOW + timedelta(hours=9)},
                [row for row in rows[9:] if row.id in about and row.account_id == names.mine],
            ),
        ]
        for asked, expected in cases:
            assert 1 < len(expected) < len(rows)
            for limit in (1, 3, 100):
                found: list[LogEntry] = []
                position: str | None = None
                while True:
                    page = store.log(names.organization, limit=limit, position=position, wanted=LogFilter(**asked))
                    assert page.entries or (not found and page.next_position is None)
                    found += page.entries
                    position = page.next_position
                    if position is None:
                        break
                assert found == expected[::-1]
