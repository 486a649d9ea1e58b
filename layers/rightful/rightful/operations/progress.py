"""How far a command is: in a terminal a line that is written over, in a file a line now and then."""

import sys
from dataclasses import dataclass, field
from time import monotonic

_EVERY_SECONDS = 30.0


@dataclass(slots=True)
class Telling:
    """Tells on stderr."""

    _told_at: float = field(default_factory=monotonic)

    def __call__(self, text: str) -> None:
        """Say how far it is; nothing: it is done."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text:<78}\r")
            sys.stderr.flush()
        elif text and monotonic() - self._told_at >= _EVERY_SECONDS:
            sys.stderr.write(f"{text}\n")
            self._told_at = monotonic()


def of_total(done: int, total: int, what: str) -> str:
    """So many of so many."""
    share = f" ({done * 100 // total} %)" if total else ""
    return f"{done:,} of {total:,} {what}{share}"
