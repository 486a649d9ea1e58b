"""What a use case works with: where things are kept, who is told of conflicts, and the request it is done for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rightful.ports.invocation import Invocation
from rightful.ports.queue import ConflictQueue
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.transaction import Write


@dataclass(frozen=True, slots=True)
class Context:
    """The store, and the request."""

    store: IdentityStore
    invocation: Invocation

    @property
    def now(self) -> datetime:
        """The moment the request is judged at."""
        return self.invocation.now

    def commit(self, writes: Sequence[Write]) -> None:
        """See `IdentityStore.commit`: within the time that the request has."""
        self.store.commit(writes, remaining=self.invocation.remaining)


@dataclass(frozen=True, slots=True)
class QueueContext(Context):
    """And the queue of conflicts, for what frees an address or examines a conflict. The host application's function has
    none."""

    queue: ConflictQueue
