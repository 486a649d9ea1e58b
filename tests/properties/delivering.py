"""The remediator's turns in the machine, each watched: what it may touch, what another delivery does, and what the
identity provider's retry finds."""

from dataclasses import replace

from rightful.core.conflicts.remediate import Effect, remediate
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.ports.context import QueueContext
from rightful.scim.errors import ScimError
from tests.properties.machine import Machine
from tests.scenarios.world import OURS
from tests.support.builders import NOW
from tests.support.dynamodb.store import Items


class Delivering(Machine):
    """A machine whose queue is worked off."""

    def _remediate(self, pointer: Pointer, *, interrupted: bool = False) -> None:
        store, queue = self.world.store, self.world.queue
        before = store.snapshot()
        paused = self.world.organization.brakes.paused
        outcome = remediate(QueueContext(store, self.world.invocation(), queue), pointer)
        after = store.snapshot()
        if interrupted:
            return  # what it did cannot be told from what happened meanwhile; the invariants hold for both
        self._check_isolation(before, pointer.organization_id)
        if outcome.conflict is not None:
            assert not outcome.conflict.deactivation_pending, "a deactivation waits for an address"
        if paused and pointer.organization_id == OURS and outcome.conflict is not None:
            # What was kept for a user whom nobody wants any more was nobody's: that it ends moves nothing.
            moved = [key for key in _changed(before, after, "EMAIL") if _holder(before, key) or _holder(after, key)]
            assert (
                not moved
                or outcome.conflict.approvals
                or outcome.conflict.finding.conflict_class in {"self", "tombstone"}
            )
        if outcome.effect in {Effect.APPLIED, Effect.ENDED}:
            remediate(QueueContext(store, self.world.invocation(), queue), pointer)
            assert store.snapshot() == after, "the second delivery did something"
        if outcome.effect is Effect.APPLIED and outcome.conflict is not None:
            self._try_again(outcome.conflict)

    def _try_again(self, conflict: Conflict) -> None:
        """Once applied, the identity provider's retry goes through: nothing to do, or the create that was prepared."""
        asked = self.asked[conflict.id]
        before = self.world.store.snapshot()
        if asked.scim_id is not None:
            if self.latest.get(asked.scim_id, asked) is not asked:
                return  # an administrator had a change applied that the directory has said otherwise of since
            self._send(self._request(asked.directory_id), asked)
            assert _changed(before, self.world.store.snapshot(), "EMAIL") == set()
            for key in _changed(before, self.world.store.snapshot(), "ACCOUNT"):
                # A request that deactivates, overtaken within seconds by one that does not say so, deactivates all the
                # same; the retry of the latter then says who is right.
                assert _stateless(before[key]) == _stateless(self.world.store.snapshot()[key])
            return
        try:
            self._send(self._request(asked.directory_id), asked)
        except ScimError as error:
            # A user of that name exists by now: the create has nothing to do with the address any more.
            if "with userName[" not in error.detail:
                raise

    def _check_isolation(self, before: Items, organization_id: str) -> None:
        """No write ever touches an account of another organization."""
        for key in _changed(before, self.world.store.snapshot(), "ACCOUNT"):
            account = before.get(key)
            assert isinstance(account, Account)
            assert account.organization_id in {None, organization_id}
            after = self.world.store.account(account.id)
            assert after is not None
            assert after.organization_id in {None, organization_id}

    def _drain(self) -> None:
        for _ in range(3000):
            if not self.world.queue.messages:
                return
            self._remediate(self.world.queue.messages.pop(0))
        raise AssertionError("the conflicts wake each other for ever")

    def _deliver_again(self) -> None:
        """Once all is quiet, another delivery changes nothing, and no conflict sends its own pointer."""
        store, queue = self.world.store, self.world.queue
        quiet = store.snapshot()
        for conflict in self._conflicts():
            remediate(QueueContext(store, self.world.invocation(), queue), conflict.pointer)
            assert conflict.pointer not in queue.messages, f"{conflict.id} wakes itself"
            self._drain()
            assert store.snapshot() == quiet


def _stateless(item: object) -> Account:
    assert isinstance(item, Account)
    return replace(item, version=0, pushed_version=0, updated_at=NOW, status=AccountStatus.ACTIVE, deactivated_at=None)


def _holder(items: Items, key: tuple[str, ...]) -> str | None:
    hold = items.get(key)
    return hold.account_id if isinstance(hold, Hold) else None


def _changed(before: Items, after: Items, kind: str) -> set[tuple[str, ...]]:
    keys = {key for key in (*before, *after) if key[0] == kind}
    return {key for key in keys if before.get(key) is not after.get(key) and before.get(key) != after.get(key)}
