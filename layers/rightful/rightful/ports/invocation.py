"""What a use case needs of the outside world for one request: time, fresh ids, how long it may take, and whose
request it is. Passed in, so that the rules stay functions of their arguments."""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

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
