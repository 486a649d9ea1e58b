"""Names that no other test uses, so that tests can share one store."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

_NUMBERS = count(1)


def _new(prefix: str) -> Callable[[], str]:
    return lambda: f"{prefix}{next(_NUMBERS):06d}"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one test: its organizations, directories, accounts and addresses."""

    organization: str = field(default_factory=_new("org"))
    other_organization: str = field(default_factory=_new("org"))
    directory: str = field(default_factory=_new("dir"))
    other_directory: str = field(default_factory=_new("dir"))
    mine: str = field(default_factory=_new("acc"))
    other: str = field(default_factory=_new("acc"))
    third: str = field(default_factory=_new("acc"))
    address: str = field(default_factory=lambda: f"a{next(_NUMBERS):06d}@example.com")
    domain: str = field(default_factory=lambda: f"d{next(_NUMBERS):06d}.example")
    user_name: str = field(default_factory=_new("name"))
    conflict: str = field(default_factory=_new("con"))
    other_conflict: str = field(default_factory=_new("con"))
    requester: str = field(default_factory=lambda: f"account:acc{next(_NUMBERS):06d}")
    sha256: str = field(default_factory=lambda: f"{next(_NUMBERS):064x}")
