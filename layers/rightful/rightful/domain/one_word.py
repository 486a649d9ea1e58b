"""What one administrator said alone, and no other one has confirmed yet: a key, a delete rule, a policy. Pure.

Such a word counts at once for everybody whose address one person may move. Where it takes two people it counts once a
different administrator has confirmed it, or when seven days have passed in which everybody could see it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rightful.domain.person import same_person
from rightful.domain.request_error import RequestError

ALONE_FOR = timedelta(days=7)
"""As long as an approval counts: time for the others to see the row, the event and the metric, and to object."""

OWN_WORD = "You said this yourself: a different administrator must confirm it."


@dataclass(frozen=True, slots=True)
class OneWord:
    """Who said it and when; and who confirmed it."""

    by: str
    at: datetime
    confirmed_by: str | None = None

    @property
    def until(self) -> datetime:
        """When it counts in any case."""
        return self.at + ALONE_FOR

    def stands_alone(self, now: datetime) -> bool:
        """Whether it is one person's word to this moment."""
        return self.confirmed_by is None and now < self.until


class OneAdministrator(str):
    """The name of an administrator who changes settings: without a second one it is one person's word. A change by
    the operator of the service is signed by a plain text."""

    __slots__ = ()


def word_of(by: str | None, now: datetime) -> OneWord | None:
    """The word of whoever changes settings, where it is one administrator's."""
    return OneWord(str(by), now) if isinstance(by, OneAdministrator) else None


def confirmed(word: OneWord, by: str) -> OneWord:
    """The word with a second person behind it.

    Raises:
        RequestError: same_approver, it is the first one again.
    """
    if same_person(word.by, by):
        raise RequestError("same_approver", OWN_WORD)
    return replace(word, confirmed_by=by)
