"""How times and numbers are said in sentences. Pure."""

from datetime import UTC, datetime

UNNAMED = "(no name)"
"""Instead of a name that is not known. An id says nothing to people."""


def day_text(moment: datetime) -> str:
    """The day, in UTC: 2026-12-05."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def moment_text(moment: datetime) -> str:
    """The minute, in UTC: 2026-12-05 14:00 UTC. What is said of it is true at its end."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts: "1 key", "2 keys", "1 person", "0 people"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
