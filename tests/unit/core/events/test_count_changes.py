"""Adding to the figures: each occasion once, whatever the stream tells again, and in whatever company and order."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.events.counting import count_changes
from rightful.domain.events.change import AccountChange, Change
from rightful.domain.events.counts import Counts, DayCounts, Ending, total
from rightful.domain.organization import OnDelete
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.counts import AddCounts
from rightful.ports.writes.transaction import ContendedError, Write
from tests.support.builders import NOW, a_link, an_account
from tests.support.dynamodb.store import TestedStore
from tests.support.patience import at_once
from tests.support.service import Service, patch, user
from tests.support.stream import StreamingStore


def _of(store: TestedStore) -> Context:
    return Context(store, Invocation(now=NOW, pause=at_once))


def _figures(store: TestedStore, organization_id: str = "org") -> tuple[DayCounts, ...]:
    return store.counts(organization_id, NOW.date() - timedelta(days=90), NOW.date() + timedelta(days=90))


def _pushes(times: int, directories: int = 1, days: int = 1) -> list[Change]:
    changes: list[Change] = []
    for number in range(times):
        directory_id = f"dir{number % directories}"
        at = NOW + timedelta(days=number // directories % days, seconds=number)
        account = an_account(
            f"acc{number}", organization_id="org", link=a_link(f"acc{number}", directory_id), updated_at=at
        )
        changes.append(AccountChange(None, replace(account, pushed_version=account.version), at))
    return changes


def test_the_same_batch_twice_changes_nothing() -> None:
    store, changes = TestedStore(), _pushes(5)
    assert count_changes(_of(store), changes) is None
    first = store.copy()
    for again in (changes, changes[2:], changes[:1], list(reversed(changes)), changes + changes):
        assert count_changes(_of(store), again) is None
        assert store.has_the_same_as(first)
    [day] = _figures(store)
    assert (day.counts.writes, day.counts.last_push_at) == (5, NOW + timedelta(seconds=4))


@pytest.mark.parametrize("seed", range(20))
def test_batches_that_overlap_in_any_order_count_each_change_once(seed: int) -> None:
    chance, changes = random.Random(seed), _pushes(40, directories=3, days=2)
    whole, store = TestedStore(), TestedStore()
    count_changes(_of(whole), changes)
    batches = [changes[start : start + size] for start in range(40) for size in (1, 7, 25)]
    chance.shuffle(batches)
    for batch in batches:
        count_changes(_of(store), batch)
    assert _figures(store) == _figures(whole)


def test_a_transaction_has_room_for_a_hundred_actions_and_more_are_several() -> None:
    store = TestedStore()
    before = store.dynamodb_calls.copy()
    assert count_changes(_of(store), _pushes(100)) is None
    assert store.dynamodb_calls - before == {"transact_write_items": 2}
    assert count_changes(_of(TestedStore()), _pushes(100, directories=100)) is None


def test_one_push_is_one_transaction_and_what_counts_nothing_is_no_call() -> None:
    store = TestedStore()
    count_changes(_of(store), _pushes(1))
    assert store.dynamodb_calls == {"transact_write_items": 1}
    count_changes(_of(store), [AccountChange(None, an_account("ada"), NOW)])
    assert store.dynamodb_calls == {"transact_write_items": 1}


class _Contended(TestedStore):
    """Meets others at the figures of one directory."""

    at = "dir1"

    def commit(self, writes: "list[Write]", **how: object) -> None:  # type: ignore[override]
        if any(isinstance(write, AddCounts) and write.directory_id == self.at for write in writes):
            raise ContendedError
        super().commit(writes, **how)  # type: ignore[arg-type]


def test_what_could_not_be_added_is_named_and_added_once_when_it_comes_again() -> None:
    store = _Contended()
    changes = [*_pushes(99), *_pushes(100, directories=2)[99:], *_pushes(120)[100:]]
    assert count_changes(_of(store), changes) == 99
    assert [each.counts.writes for each in _figures(store)] == [99]
    store.at = "nobody"
    assert count_changes(_of(store), changes) is None
    assert total(each.counts for each in _figures(store)).writes == len(changes)


def test_a_push_that_is_told_late_does_not_take_the_last_one_back() -> None:
    store, changes = TestedStore(), _pushes(3)
    for change in (changes[2], changes[0], changes[1]):
        assert count_changes(_of(store), [change]) is None
    [day] = _figures(store)
    assert (day.counts.writes, day.counts.last_push_at) == (3, NOW + timedelta(seconds=2))


# What really happens, through the APIs


def _counted(service: Service, store: StreamingStore) -> Counts:
    changes = store.take()
    assert count_changes(_of(store), changes) is None
    assert count_changes(_of(store), changes) is None
    return total(each.counts for each in _figures(store, service.organization.id))


def _service(**how: object) -> tuple[Service, StreamingStore]:
    store = StreamingStore()
    return Service(store=store, **how), store  # type: ignore[arg-type]


def _set(name: str, value: object) -> dict[str, object]:
    return patch({"op": "replace", "path": name, "value": value})


@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_life_of_a_user_is_as_many_writes_as_its_directory_made(on_delete: OnDelete) -> None:
    service, store = _service(on_delete=on_delete)
    ada = service.create_user("ada")
    service.scim("PATCH", f"/Users/{ada['id']}", _set("title", "Countess"))
    service.scim("PATCH", f"/Users/{ada['id']}", _set("title", "Countess"))
    account_id = str(ada["id"]).rpartition("-")[0]
    assert service.accounts("POST", "/{id}/login-seen", {}, parameters={"id": account_id}).status in {200, 204}
    flagged = service.accounts("PUT", "/{id}/flags/{flag}", {}, parameters={"id": account_id, "flag": "service"})
    assert flagged.status in {200, 204}
    service.accounts("DELETE", "/{id}/flags/{flag}", parameters={"id": account_id, "flag": "service"})
    service.scim("PATCH", f"/Users/{ada['id']}", _set("active", False))
    service.scim("DELETE", f"/Users/{ada['id']}")
    service.scim("POST", "/Users", user("ada"))
    counts = _counted(service, store)
    assert (counts.writes, counts.refusals) == (5, 0)
    assert counts.last_push_at == service.now


def test_a_refusal_and_its_repeats_are_counted_and_so_is_what_became_of_it() -> None:
    service, store = _service()
    ada, grace = service.create_user("ada"), service.create_user("grace")
    service.scim("PATCH", f"/Users/{grace['id']}", _set("active", False))
    assert _counted(service, store).writes == 3
    for _ in range(3):
        assert service.move(ada["id"], "grace").status == 409
    service.pass_time(timedelta(minutes=2))
    service.remediate_all()
    counts = _counted(service, store)
    assert (counts.writes, counts.refusals, counts.opened) == (3, 3, 1)
    assert {each: counts.ended_as(each) for each in Ending if counts.ended_as(each)} == {Ending.AUTOMATIC: 1}
    assert service.move(ada["id"], "grace").status == 200
    assert _counted(service, store).writes == 3, "that changed nothing any more"


def test_in_a_dry_run_what_would_have_been_automatic_is_counted_once() -> None:
    service, store = _service()
    assert service.admin("PUT", "/policy", {"brakes": {"dryRun": True}}).status == 200
    ada, grace = service.create_user("ada"), service.create_user("grace")
    service.scim("PATCH", f"/Users/{grace['id']}", _set("active", False))
    for _ in range(2):
        assert service.move(ada["id"], "grace").status == 409
        service.remediate_all()
        service.pass_time(timedelta(days=1))
    counts = _counted(service, store)
    assert (counts.would_be_automatic, counts.opened, counts.refusals) == (1, 1, 2)
