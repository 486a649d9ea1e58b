"""The sample data in the dashboard's picture."""

import math
import random
from collections.abc import Mapping

POINTS = 48
"""Values on a line."""

ALARMS_ON = ("oldest-open-conflict", "key-expiry")
"""The alarms that are on in the sample."""

_SAMPLES: Mapping[str, tuple[float, float]] = {
    "all": (900, 300), "4xx": (40, 15), "5xx": (0, 0), "p50": (45, 8), "p99": (420, 160), "p95": (140, 60),
    "applied": (9, 5), "waiting approval": (3, 2), "refused": (4, 2), "opened": (14, 5), "superseded": (1, 1),
    "worst directory": (11, 5), "keys refused": (0.3, 0.5),
    "rejected": (0.4, 0.5), "expired": (0.1, 0.3), "failed": (0, 0), "undone": (0.1, 0.3), "open": (23, 4),
    "hours": (75, 2), "days left": (11, 0), "organizations": (0, 0),
    "oldest conflict in the queue, s": (4, 3), "publisher behind, s": (2, 2), "ping-pong": (0.2, 0.4), "cap": (0, 0),
    "write units": (120, 40), "read units": (260, 90), "contention, scim": (6, 5), "contention, remediator": (2, 2),
}  # fmt: skip
"""Middle and spread of a line in the sample, by its label."""

_ZERO = (
    "forged",
    "not written",
    "not sent",
    "again",
    "failed",
    "conflicts",
    "events",
    "people",
    "scim",
    "admin",
    "index",
    "not read",
)
_WITHOUT_TROUBLE = ("Function errors", "AWS calls failed, by function")
CLASSES = ("deactivated", "active_in_directory", "unlinked", "claimable", "leaving", "stale_index")
ROUTES = ("PATCH /Users/{id}", "GET /Users", "POST /Users", "PATCH /Groups/{id}", "POST /Bulk", "GET /conflicts")


def sample(title: str, label: str) -> list[float]:
    """The values of a line: made up, and the same each time; a working day with a morning's peak."""
    chance = random.Random(f"{title}/{label}")
    if label in _SAMPLES:
        middle, spread = _SAMPLES[label]
    elif (
        any(word in label or title in _WITHOUT_TROUBLE for word in _ZERO)
        and "Cold" not in title
        and "latency" not in title
        and "duration" not in title
    ):
        middle, spread = 0.0, 0.0
    elif "percent" in title:
        middle, spread = 6.0, 2.0
    else:
        middle, spread = chance.uniform(1, 6), 2.0
        if "latency" in title or "duration" in title:
            middle, spread = chance.uniform(120, 700), 80.0
    day = [0.6 + 0.4 * math.exp(-(((number - 14) / 7) ** 2)) for number in range(POINTS)]
    return [max(0.0, middle * factor + chance.gauss(0, spread / 3)) for factor in day]
