"""What administrators see first: what needs somebody, what ended how, and whether each directory still speaks.

Read in a number of calls that does not depend on how many people or directories there are; everything else is pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.events.counts import DayCounts
from rightful.domain.key import Token
from rightful.domain.one_word import OneWord
from rightful.domain.organization import Directory, Organization
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import STILL_WANTED, ListedConflict, ListedConflicts
from rightful.ports.store.names import Asked, named

DAYS = 30
MOST_CONFLICTS = 1_000
"""So many open ones are counted; more are "more than"."""
TOLD = 5
"""So many conflicts of each role, the oldest, are told one by one."""
SOON = timedelta(days=30)
"""Within this, the end of a key is told."""
SILENT_AFTER_DAYS = 2
"""A key's use is known by the day: on the second one without any, a whole day has passed."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Overview:
    """What was read.

    Attributes:
        open: the conflicts whose change is still wanted, oldest first.
        figures: of the last `DAYS` days, today among them.
        keys: of the organization and its directories, live or not.
        named: the conflicts that are told one by one, by id.
    """

    open: ListedConflicts
    figures: tuple[DayCounts, ...]
    directories: tuple[Directory, ...]
    keys: tuple[Token, ...]
    named: Mapping[str, Conflict] = field(default_factory=dict)

    def keys_of(self, directory_id: str | None) -> tuple[Token, ...]:
        """Those of a directory; None: of the organization itself."""
        return tuple(key for key in self.keys if key.directory_id == directory_id)


def read_overview(store: IdentityStore, organization_id: str, now: datetime) -> Overview:
    """Seven calls: the open conflicts (a query for each of the three states that are open), those that are told one by
    one, where there are any, the figures, the directories, and the keys. Eventually consistent, but for the last
    three."""
    today = now.astimezone(UTC).date()
    found = store.listed_conflicts(organization_id, STILL_WANTED, most=MOST_CONFLICTS)
    told = [each for code, waiting in waiting_for(found.conflicts).items() if code for each in waiting[:TOLD]]
    asked = Asked(conflicts=frozenset(Pointer(organization_id, each.id) for each in told))
    return Overview(
        open=found,
        named=named(store, asked).conflicts,
        figures=store.counts(organization_id, today - (DAYS - 1) * _DAY, today),
        directories=store.directories(organization_id),
        keys=store.all_tokens(organization_id),
    )


def waiting_for(conflicts: Iterable[ListedConflict]) -> dict[str, list[ListedConflict]]:
    """By the code of the role that has to act next, in the order in which they come; "" is nobody yet: they are being
    examined."""
    found: dict[str, list[ListedConflict]] = {}
    for each in conflicts:
        found.setdefault(each.who or "", []).append(each)
    return found


def ending_soon(keys: Iterable[Token], now: datetime) -> list[Token]:
    """The live keys that end within `SOON`, the next to end first."""
    ending = [key for key in keys if key.is_live(now) and key.expires_at is not None and key.expires_at <= now + SOON]
    return sorted(ending, key=lambda key: (key.expires_at or now, key.id))


class Line(StrEnum):
    """Whether a directory's identity provider speaks."""

    SPEAKS = "speaks"
    SILENT = "silent"
    """It did, and no key of it was used for some days."""
    NEVER = "never"
    """Nothing has ever come."""
    NO_KEY = "no_key"
    """It has no key that opens anything: nothing can come."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whether a directory's identity provider speaks, and on which day something came last, as far as is known."""

    line: Line
    last_on: date | None


def contact(keys: Sequence[Token], last_push_at: datetime | None, now: datetime) -> Contact:
    """Whether a directory still speaks. A push that changes nothing is in no figure, but its key was used that day: so
    silence is the absence of both.

    Args:
        keys: of the directory.
        last_push_at: when it wrote or was refused last.
    """
    today = now.astimezone(UTC).date()
    days = [key.last_used_on for key in keys if key.last_used_on is not None]
    days += [last_push_at.astimezone(UTC).date()] if last_push_at is not None else []
    last_on = max(days, default=None)
    if not any(key.is_live(now) for key in keys):
        return Contact(Line.NO_KEY, last_on)
    if last_on is None:
        return Contact(Line.NEVER, None)
    silent = (today - last_on).days >= SILENT_AFTER_DAYS
    return Contact(Line.SILENT if silent else Line.SPEAKS, last_on)


class Said(StrEnum):
    """What one administrator may have said alone."""

    POLICY = "policy"
    SIGN_IN = "sign_in"
    DELETE_RULE = "delete_rule"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """What one administrator said alone, and no other one has confirmed yet.

    Attributes:
        about: the class of conflict, the directory's name, or the key's owner; empty: there is only one.
        directory_id: of that directory, or of that key.
    """

    said: Said
    word: OneWord
    about: str = ""
    directory_id: str | None = None


def unconfirmed(organization: Organization, overview: Overview, now: datetime) -> list[Unconfirmed]:
    """What waits for a second administrator, that which counts alone soonest first."""
    found = [each for each in _words(organization, overview) if each.word.stands_alone(now)]
    return sorted(found, key=lambda each: (each.word.until, each.said, each.about))


def _words(organization: Organization, overview: Overview) -> Iterator[Unconfirmed]:
    for each, word in organization.lowered.items():
        yield Unconfirmed(Said.POLICY, word, each.value)
    if organization.sign_in is not None and organization.sign_in.set_alone is not None:
        yield Unconfirmed(Said.SIGN_IN, organization.sign_in.set_alone)
    for directory in overview.directories:
        if directory.erasing is not None:
            yield Unconfirmed(Said.DELETE_RULE, directory.erasing, directory.name, directory.id)
    for key in overview.keys:
        if key.issued is not None:
            yield Unconfirmed(Said.KEY, key.issued, key.owner, key.directory_id)
