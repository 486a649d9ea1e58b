"""A store and a queue that die at a chosen call: before it, after it, or so that its answer is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from rightful.ports.writes.transaction import RefusedError
from tests.support.dynamodb.store import TestedStore
from tests.support.queue import ListedQueue


class Died(BaseException):
    """The process is gone: nothing catches this."""


class When(Enum):
    """How a call goes wrong."""

    BEFORE = "before"
    AFTER = "after"
    ANSWER_LOST = "answer lost"
    """It was done, and the client's own retry is refused, because its conditions do not hold a second time."""


WRITING = frozenset({"commit", "mark_sent", "log_entry", "tally", "send"})
"""The calls that have an effect. To die at a read is to die right after the write before it."""


@dataclass
class Fate:
    """Counts calls that write, and strikes at one of them."""

    at: int | None = None
    when: When = When.BEFORE
    calls: int = 0
    struck: bool = False

    def call(self, name: str, method: Callable[..., object], *args: object, **more: object) -> object:
        """Do a call, or not."""
        self.calls += 1
        if self.struck or self.at != self.calls:
            return method(*args, **more)
        self.struck = True
        if self.when is When.BEFORE:
            raise Died
        method(*args, **more)
        if self.when is When.AFTER or name != "commit":
            raise Died
        raise RefusedError(())


class Fated:
    """Passes every call on, through fate."""

    def __init__(self, inner: TestedStore | ListedQueue, fate: Fate) -> None:
        self._inner = inner
        self._fate = fate

    def __getattr__(self, name: str) -> object:
        found = getattr(self._inner, name)
        if name not in WRITING:
            return found
        return lambda *args, **more: self._fate.call(name, found, *args, **more)
