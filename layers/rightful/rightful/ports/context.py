"""What a use case works with: where things are kept, who is told of conflicts, and the request it is done for.

Time, fresh ids and how long it may take are passed in, so that the rules stay functions of their arguments.
"""

import random
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rightful.ports.queue import ConflictQueue
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write

NewId = Callable[[], str]


def new_id() -> str:
    """A server-made id: 48 bits of time, so that ids sort by it, and 80 random bits; 32 hexadecimal digits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def unlimited() -> float:
    """More time than anything takes."""
    return 3600.0


def jittered_pause(attempt: int) -> None:
    """Wait before the next attempt: up to 20 ms at first, up to 0.3 s later, so that contenders spread out."""
    time.sleep(random.random() * min(0.3, 0.02 * 2**attempt))  # noqa: S311 - no secret, only a pause


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request.

    Attributes:
        now: the moment the request is judged at, UTC.
        remaining: seconds left to answer in.
        correlation_id: follows the request through logs, queue, conflict and events.
        pause: waits before the n-th further attempt at something that others were faster with.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    new_id: NewId = new_id
    remaining: Callable[[], float] = unlimited
    correlation_id: str = ""
    pause: Callable[[int], None] = jittered_pause


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

    def commits(self, writes: Sequence[Write]) -> bool:
        """Commit what somebody looks at again later; whether it was done. Not: something changed at that moment."""
        try:
            self.commit(writes)
        except (RefusedError, ContendedError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class QueueContext(Context):
    """And the queue of conflicts, for what frees an address or examines a conflict. The host application's function has
    none."""

    queue: ConflictQueue
