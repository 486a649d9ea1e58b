"""A user leaves its groups, and comes back into them, while others change them."""

from dataclasses import replace
from typing import Any

import pytest

from rightful.core.groups.leave import leave_all
from rightful.core.groups.rejoin import rejoin
from rightful.domain.account import Account, account_id_of
from rightful.domain.group import MOST_GROUPS
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.groups import PutGroup
from rightful.ports.writes.transaction import ContendedError
from rightful.scim.errors import ScimError
from tests.support.service import Service
from tests.unit.api.scim.groups.world import consistent, created, member_ids


class Ada:
    """A user in two groups, and somebody who renames one of them at each of the next commits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.service = Service()
        self.monkeypatch = monkeypatch
        self.scim_id = str(self.service.create_user("ada")["id"])
        self.groups = [str(created(self.service, name, self.scim_id)["id"]) for name in ("First", "Second")]
        self.renamed = 0

    @property
    def account(self) -> Account:
        found = self.service.store.account(account_id_of(self.scim_id))
        assert found is not None
        return found

    def is_disturbed(self, times: int) -> None:
        commit, store = self.service.store.commit, self.service.store

        def disturbed(writes: Any, **more: Any) -> None:
            if self.renamed < times and any(isinstance(write, PutGroup) for write in writes):
                self.renamed += 1
                group = store.group(self.groups[0])
                assert group is not None
                after = replace(group, version=group.version + 1, display_name=f"First {self.renamed}")
                commit([PutGroup(after, group.version)], **more)
            commit(writes, **more)

        self.monkeypatch.setattr(store, "commit", disturbed)


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch) -> Ada:
    return Ada(monkeypatch)


@pytest.mark.parametrize("times", [0, 1, 5])
def test_whoever_leaves_while_a_group_changes_leaves_all_the_same(ada: Ada, times: int) -> None:
    ada.is_disturbed(times)
    assert leave_all(ada.service.context(), ada.account).group_ids == frozenset()
    assert [member_ids(ada.service, group) for group in ada.groups] == [[], []]
    assert ada.renamed == times
    group = ada.service.store.group(ada.groups[0])
    assert group is not None
    assert group.display_name == ("First" if times == 0 else f"First {times}")


def test_whoever_finds_no_quiet_moment_leaves_nothing_behind_that_is_half_done(ada: Ada) -> None:
    ada.is_disturbed(10_000)
    before = ada.account
    with pytest.raises(ScimError) as refused:
        leave_all(ada.service.context(), before)
    assert refused.value.status == 503
    assert ada.account.group_ids == before.group_ids


def test_somebody_who_is_gone_is_in_no_group(ada: Ada) -> None:
    gone = replace(ada.account, id="0" * 32)
    assert leave_all(ada.service.context(), gone).group_ids == frozenset()


@pytest.mark.parametrize("times", [0, 1, 5])
def test_whoever_comes_back_while_a_group_changes_is_in_all_the_same(ada: Ada, times: int) -> None:
    account = leave_all(ada.service.context(), ada.account)
    ada.is_disturbed(times)
    assert rejoin(ada.service.context(), account, ada.groups) == frozenset()
    assert [member_ids(ada.service, group) for group in ada.groups] == [[ada.scim_id], [ada.scim_id]]
    before = ada.service.store.snapshot()
    assert rejoin(ada.service.context(), ada.account, ada.groups) == frozenset()
    assert ada.service.store.snapshot() == before
    assert consistent(ada.service)


def test_groups_that_are_gone_are_named(ada: Ada) -> None:
    account = leave_all(ada.service.context(), ada.account)
    assert ada.service.scim("DELETE", f"/Groups/{ada.groups[0]}").status == 204
    assert rejoin(ada.service.context(), account, [*ada.groups, "nothing"]) == {ada.groups[0], "nothing"}


def test_whoever_is_in_too_many_groups_comes_into_no_further_one(ada: Ada) -> None:
    account = leave_all(ada.service.context(), ada.account)
    many = frozenset(f"g{number}" for number in range(MOST_GROUPS))
    full = replace(account, version=account.version + 1, group_ids=many)
    ada.service.store.commit([PutAccount(full, account.version)], remaining=lambda: 60.0)
    assert rejoin(ada.service.context(), full, ada.groups) == set(ada.groups)


def test_whoever_is_linked_nowhere_comes_into_no_group(ada: Ada) -> None:
    account = replace(ada.account, link=None, group_ids=frozenset())
    assert rejoin(ada.service.context(), account, ada.groups) == set(ada.groups)


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_without_time_nothing_is_begun(ada: Ada, seconds: float) -> None:
    late = Context(ada.service.store, Invocation(now=ada.service.now, remaining=lambda: seconds))
    before = ada.service.store.snapshot()
    with pytest.raises(ScimError):
        leave_all(late, ada.account)
    out = replace(ada.account, group_ids=frozenset())
    with pytest.raises(ContendedError):
        rejoin(late, out, ada.groups)
    assert ada.service.store.snapshot() == before
