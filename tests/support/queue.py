"""The queue of conflicts as a list."""

from collections.abc import Sequence

from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.queue import ReexamineAll


class ListedQueue:
    """`ports.queue.ConflictQueue`: at least once, in any order, as the test takes them."""

    def __init__(self) -> None:
        self.messages: list[Pointer] = []
        self.sweeps: list[ReexamineAll] = []

    def send(self, pointer: Pointer, *, correlation_id: str) -> None:
        self.messages.append(pointer)

    def send_all(self, pointers: Sequence[Pointer], *, correlation_id: str) -> None:
        for pointer in pointers:
            self.send(pointer, correlation_id=correlation_id)

    def send_reexamine_all(self, reexamine_all: ReexamineAll, *, correlation_id: str) -> None:
        self.sweeps.append(reexamine_all)
