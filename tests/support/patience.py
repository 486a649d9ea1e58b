"""How tests wait for what another process does: until it is so, however slow the machine is.

No test says how long something may take; what things cost is measured in benchmarks/, as ratios. The limit here is only
there so that what never comes true is a failure with a reason.
"""

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 600.0
"""Far more than anything takes on a machine that works at all. pytest's own limit (pyproject.toml) is above it."""

T = TypeVar("T")


def at_once(_: int) -> None:
    """The pause before a further attempt, where nobody else is there: none."""


def eventually(look: Callable[[], T], until: Callable[[T], object] = bool, *, what: str, every: float = 0.2) -> T:
    """Look again and again, and return the first that is seen for which `until` holds.

    Raises:
        AssertionError: it never held. Says what was waited for, and what was seen last.
    """
    deadline = time.monotonic() + SECONDS
    while not until(seen := look()):
        assert time.monotonic() < deadline, f"waited {SECONDS:.0f} s for {what}; seen last: {seen!r}"
        time.sleep(every)
    return seen
