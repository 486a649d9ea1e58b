"""How pytest-xdist shares the tests out among its workers: what belongs together stays in one of them, and what takes
long comes first.

The tests of the running stack are one unit, because there is one stack; every other file is a unit of its own. So one
worker waits for the stack most of the time while the others compute.
"""

from collections import Counter
from collections.abc import Sequence

import pytest
from _pytest.nodeid import NodeId
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ON_THE_STACK = "the running stack"

_NEED_THE_STACK = (
    "tests/stack/",
    "tests/browser/",
    "tests/conformance/",
    "tests/artifact/test_built_functions.py",
    "tests/artifact/test_sam_local.py",
)
_START_THEIR_OWN = ("tests/stack/test_processes_end.py", "tests/stack/test_starting.py")
_NEED_NONE = (
    "tests/browser/test_browser_ends.py",
    "tests/browser/test_vendored.py",
    "tests/browser/test_without_browser.py",
    "tests/conformance/test_differential.py",
    "tests/conformance/test_differential_filters.py",
)
_LONGEST_FIRST = (
    ON_THE_STACK,
    "tests/artifact/",
    "tests/stack/",
    "tests/browser/",
    "tests/integration/",
    "tests/properties/",
    "tests/template/",
    "tests/contract/",
    "tests/unit/",
)


def unit_of(nodeid: str) -> str:
    """The unit of a test: its file, or the stack."""
    file = nodeid.partition("::")[0]
    if file.startswith(_NEED_THE_STACK) and file not in (*_START_THEIR_OWN, *_NEED_NONE):
        return ON_THE_STACK
    return file


def tell_apart(items: Sequence[pytest.Item]) -> None:
    """Give each test an id of its own: schemathesis names each of a document's operations, but gives all one id.
    pytest-xdist would run one of those that have the same.

    Raises:
        pytest.UsageError: two still have the same.
    """
    times = Counter(item.nodeid for item in items)
    for item in items:
        if times[item.nodeid] > 1 and item.parent is not None:
            item._id = NodeId.parse(f"{item.parent.nodeid}::{item.name}")
    again = [nodeid for nodeid, number in Counter(item.nodeid for item in items).items() if number > 1]
    if again:
        raise pytest.UsageError(f"Several tests have the same id: {again}")


def in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The tests in the order in which they are shared out. What looks at the traces of all others comes last in its
    unit."""

    def place(item: pytest.Item) -> tuple[int, bool]:
        unit = unit_of(item.nodeid)
        kind = next(
            (number for number, start in enumerate(_LONGEST_FIRST) if unit.startswith(start)), len(_LONGEST_FIRST)
        )
        return kind, item.path.name.startswith("test_afterwards_")

    return sorted(items, key=place)


class ByUnit(LoadScopeScheduling):
    """Gives a worker a whole unit at a time, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def remove_node(self, node: WorkerController) -> str | None:
        """A worker has ended: others do the rest of its units, but not the test at which it died once more."""
        died_at = None
        for unit in self.assigned_work[node].values():
            for nodeid, done in unit.items():
                if not done and died_at is None:
                    died_at, unit[nodeid] = nodeid, True
        super().remove_node(node)
        return died_at
